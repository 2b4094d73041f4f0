//! What staff does to one account. It looks the account up by its owner's address first, as whoever answers a telephone does.

use std::fmt;

use accountable_core::{
    AccountChanges, AccountView, Accounts, Admin, DeliveryOptions, Error, Import, ImportedPassword,
    MailOptions, NewAccount,
    domain::{
        AccountId, IpFilterGroupName, Locale, Management, Memo, PasswordValidity, Purpose, Span,
        SuspensionReason, Timestamp,
    },
    port::Clock as _,
};
use accountable_memory::InsecureTestHasher;
use serde::{Deserialize, Serialize};

use super::{
    super::{Turn, question, staff},
    group, then,
};
use crate::{
    dice::Dice,
    doors::world::password,
    simulator::{
        history::Question,
        simulation::{PROCESSES, mailbox, realm_of},
    },
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::simulator) enum OnAccount {
    Registers,
    Imports { proven: bool, with_password: bool, must_change: bool, administered: bool },
    SendsSetLink { waits: u64, bypassing: bool },
    SendsProofLink { waits: u64, bypassing: bool },
    AssignsPassword,
    ChangesManagement { to: Management },
    IssuesCode { purpose: Purpose },
    RequiresPasswordChange { ending_sessions: bool },
    Suspends,
    Reinstates,
    Unlocks,
    EndsSessions,
    Closes,
    Reopens,
    Erases { despite_revert: bool },
    ReplacesEmail { by_update: bool, dropping_revert: bool },
    Updates(Attribute),
    ClearsSuppression { by_tag: bool },
    Looks,
}

/// What of an account is updated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::simulator) enum Attribute {
    Memo,
    /// For so many days.
    Validity(u16),
    /// In a group of networks, or none.
    Group(Option<IpFilterGroupName>),
    Locale,
    /// If the account is as it was when staff looked.
    MemoOfVersion,
}

impl OnAccount {
    pub(super) fn drawn(dice: &mut Dice) -> Self {
        let waits = *dice.pick(&[0, 1, 5, 60]);
        let bypassing = dice.one_in(4);
        match dice.below(60) {
            0..=5 => Self::Registers,
            6..=7 => Self::imports(dice),
            8..=14 => Self::SendsSetLink { waits, bypassing },
            15..=16 => Self::SendsProofLink { waits, bypassing },
            17..=18 => Self::AssignsPassword,
            19..=22 => Self::ChangesManagement {
                to: if dice.one_in(3) { Management::Administrator } else { Management::Owner },
            },
            23..=24 => Self::IssuesCode { purpose: *dice.pick(&Purpose::ALL) },
            25 => Self::RequiresPasswordChange { ending_sessions: *dice.pick(&[true, false]) },
            26..=27 => Self::Suspends,
            28..=32 => Self::Reinstates,
            33..=35 => Self::Unlocks,
            36 => Self::EndsSessions,
            37 => Self::Closes,
            38..=40 => Self::Reopens,
            41 => Self::Erases { despite_revert: dice.one_in(2) },
            42..=45 => Self::ReplacesEmail { by_update: dice.one_in(2), dropping_revert: dice.one_in(4) },
            46..=51 => Self::Updates(match dice.below(6) {
                0 => Attribute::Memo,
                1 => Attribute::Validity(*dice.pick(&[0, 30, 31, 365])),
                2 => Attribute::Group(Some(group(
                    dice.pick::<&str>(&["office", "office", "abroad", "nowhere"]),
                ))),
                3 => Attribute::Group(None),
                4 => Attribute::Locale,
                _ => Attribute::MemoOfVersion,
            }),
            52..=55 => Self::ClearsSuppression { by_tag: dice.one_in(2) },
            _ => Self::Looks,
        }
    }

    pub(super) fn imports(dice: &mut Dice) -> Self {
        Self::Imports {
            proven: dice.one_in(2),
            with_password: !dice.one_in(4),
            must_change: dice.one_in(4),
            administered: dice.one_in(6),
        }
    }

    pub(super) const fn ages_passwords() -> Self {
        Self::Updates(Attribute::Validity(30))
    }

    pub(super) async fn perform(self, who: usize, turn: &Turn) {
        match self {
            Self::Registers => registers(who, turn).await,
            Self::Imports { proven, with_password, must_change, administered } => {
                let mut import = Import::new(NewAccount::new(mailbox(turn.owner(who).name)));
                import.email_proven = proven;
                if administered {
                    import = import.managed_by(Management::Administrator);
                }
                imports(who, import, with_password, must_change, turn).await;
            }
            does => {
                let Some(view) = found(who, turn).await else { return };
                stays_locked_no_longer_than_it_may(who, &view, turn);
                turn.learns(who, |owner| owner.account = Some(view.id));
                does.on(who, view, turn).await;
            }
        }
    }

    /// On an account that there is, or was a moment ago.
    async fn on(self, who: usize, view: AccountView, turn: &Turn) {
        let id = view.id;
        let Some((admin, of)) = desk(who, id, turn) else { return };
        match self {
            Self::Registers | Self::Imports { .. } | Self::Looks => {}
            Self::SendsSetLink { waits, bypassing } => {
                let call = admin.request_password_set(id, delivery(waits, bypassing));
                let _ = turn.ask(of("admin.request_password_set"), call).await;
            }
            Self::SendsProofLink { waits, bypassing } => {
                let call = admin.request_email_proof(id, delivery(waits, bypassing));
                let _ = turn.ask(of("admin.request_email_proof"), call).await;
            }
            Self::AssignsPassword => {
                assigns_password(who, &admin, id, of("admin.assign_password"), turn).await
            }
            Self::ChangesManagement { to } => {
                let call = admin.change_password_management(id, to, DeliveryOptions::default());
                let _ = turn.ask(of("admin.change_password_management"), call).await;
            }
            Self::IssuesCode { purpose } => {
                let options = MailOptions::default();
                let _ = turn.ask(of("admin.issue_code"), admin.issue_code(id, purpose, &options)).await;
            }
            Self::RequiresPasswordChange { ending_sessions } => {
                let call = admin.require_password_change(id, then(ending_sessions));
                let _ = turn.ask(of("admin.require_password_change"), call).await;
            }
            Self::Suspends => {
                let reason = SuspensionReason::parse("unpaid").unwrap();
                let _ = turn.ask(of("admin.suspend"), admin.suspend(id, &reason)).await;
            }
            Self::Reinstates => drop(turn.ask(of("admin.reinstate"), admin.reinstate(id)).await),
            Self::Unlocks => drop(turn.ask(of("admin.unlock"), admin.unlock(id)).await),
            Self::EndsSessions => drop(turn.ask(of("admin.end_sessions"), admin.end_sessions(id)).await),
            Self::Closes => drop(turn.ask(of("admin.close"), admin.close(id)).await),
            Self::Reopens => drop(turn.ask(of("admin.reopen"), admin.reopen(id)).await),
            Self::Erases { despite_revert: true } => {
                let call = admin.erase_despite_revert(id);
                let _ = turn.ask(of("admin.erase_despite_revert"), call).await;
            }
            Self::Erases { despite_revert: false } => {
                drop(turn.ask(of("admin.erase"), admin.erase(id)).await)
            }
            Self::ReplacesEmail { by_update, dropping_revert } => {
                let to = turn.new_address(turn.owner(who).name);
                // They asked for it, and read mail there.
                let before = turn.owner(who).mailboxes.pop();
                turn.learns(who, |owner| owner.moves_to(&to));
                let mut changes = AccountChanges::default().with_email(to.clone());
                changes.dropping_revert = dropping_revert;
                let asked = |door| Question { email: Some(to.clone()), ..of(door) };
                let answer = match by_update {
                    true => turn.ask(asked("admin.update"), admin.update(id, &changes)).await,
                    false => turn.ask(asked("admin.replace_email"), admin.replace_email(id, &to)).await,
                };
                if let Err(error) = answer
                    && !matches!(error, Error::Failed(_))
                {
                    // Their account is where it was: at a mailbox of theirs, or carried away to one that they don't read.
                    let is_theirs = turn.owner(who).mailboxes.contains(&view.email);
                    if let Some(back) = Some(view.email).filter(|_| is_theirs).or(before) {
                        turn.learns(who, |owner| owner.moves_to(&back));
                    }
                }
            }
            Self::Updates(attribute) => {
                let changes = attribute.changes(&view, turn.chance(|dice| dice.below(1_000)));
                let _ = turn.ask(of("admin.update"), admin.update(id, &changes)).await;
            }
            Self::ClearsSuppression { by_tag } => {
                let asked = Question { email: Some(view.email.clone()), ..of("admin.clear_suppression") };
                let listed = if by_tag { admin.suppressions(None, 10).await.ok() } else { None };
                match listed.and_then(|page| page.items.into_iter().next()) {
                    Some(one) => drop(turn.ask(asked, admin.clear_suppression_of(one.tag)).await),
                    None => drop(turn.ask(asked, admin.clear_suppression(&view.email)).await),
                }
            }
        }
    }
}

impl Attribute {
    fn changes(self, view: &AccountView, number: u64) -> AccountChanges {
        let changes = AccountChanges::default();
        let memo = || Memo::parse(&format!("file {number}")).unwrap();
        match self {
            Self::Memo => changes.with_memo(memo()),
            Self::MemoOfVersion => changes.with_memo(memo()).if_version(view.version),
            Self::Validity(days) => changes.with_validity(PasswordValidity::days(days).unwrap()),
            Self::Group(group) => changes.with_ip_filter_group(group),
            Self::Locale => {
                changes.with_locale(number.is_multiple_of(2).then(|| Locale::parse("de").unwrap()))
            }
        }
    }
}

fn delivery(waits: u64, bypassing: bool) -> DeliveryOptions {
    let options = DeliveryOptions::default().with_wait(Span::seconds(waits));
    if bypassing { options.bypassing_the_throttle() } else { options }
}

/// The account at the address that the owner uses, or else the one that they had.
async fn found(who: usize, turn: &Turn) -> Option<AccountView> {
    let owner = turn.owner(who);
    let (process, accounts): (usize, Accounts) = turn.accounts(owner.realm)?;
    let email = owner.mailboxes.last()?;
    let asked = Question { email: Some(email.clone()), ..question("admin.account_by_email", process) };
    let by_email = turn.ask(asked, accounts.admin(staff()).account_by_email(email)).await.ok()?;
    if by_email.is_some() {
        return by_email;
    }
    let (process, accounts) = turn.accounts(owner.realm)?;
    let asked = Question { account: owner.account, ..question("admin.account", process) };
    turn.ask(asked, accounts.admin(staff()).account(owner.account?)).await.ok()?
}

/// No lock lasts longer than the longest that there is, whatever a clock did: not by any clock here, which may all be wrong.
fn stays_locked_no_longer_than_it_may(who: usize, view: &AccountView, turn: &Turn) {
    let simulation = &turn.simulation;
    let realm = turn.owner(who).realm;
    let clocks =
        (0..PROCESSES).filter(|process| realm_of(*process) == realm).map(|it| simulation.clock_of(it).now());
    let longest = simulation.settings[realm].rules.lock_out.longest_lock;
    let latest = clocks.max().map_or(Timestamp::MAX, |now| now + longest);
    if view.log_ins.locked_until.is_some_and(|until| latest < until) {
        turn.complain(14, format!("{} is locked for longer than any lock lasts", view.email.as_str()));
    }
}

/// A process' door for staff, and what a question there is about.
fn desk(who: usize, id: AccountId, turn: &Turn) -> Option<(Admin, impl Fn(&'static str) -> Question)> {
    let (process, accounts) = turn.accounts(turn.owner(who).realm)?;
    let of = move |door| Question { account: Some(id), ..question(door, process) };
    Some((accounts.admin(staff()), of))
}

async fn registers(who: usize, turn: &Turn) {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let email = mailbox(owner.name);
    let asked = Question { email: Some(email.clone()), ..question("admin.register", process) };
    let admin = accounts.admin(staff());
    if let Ok(view) = turn.ask(asked, admin.register(NewAccount::new(email))).await {
        turn.learns(who, |owner| owner.account = Some(view.id));
    }
}

/// From another system, whose password the owner knows.
async fn imports(who: usize, mut import: Import, with_password: bool, must_change: bool, turn: &Turn) {
    let owner = turn.owner(who);
    let Some((process, accounts)) = turn.accounts(owner.realm) else { return };
    let old = turn.new_password();
    if with_password {
        turn.learns(who, |owner| owner.passwords.push(old.clone()));
        let hash = InsecureTestHasher::foreign(&password(&old));
        let password = ImportedPassword::new(hash.expose());
        import = import.with_password(if must_change { password.must_change() } else { password });
    }
    let email = Some(import.account.email.clone());
    let asked = Question { email, ..question("admin.import", process) };
    match turn.ask(asked, accounts.admin(staff()).import(import)).await {
        Ok(view) => turn.learns(who, |owner| owner.account = Some(view.id)),
        Err(Error::Failed(_)) => {}
        Err(_) => turn.learns(who, |owner| owner.forgets(&old)),
    }
}

/// And tells it to the owner.
async fn assigns_password(who: usize, admin: &Admin, id: AccountId, asked: Question, turn: &Turn) {
    let new = turn.new_password();
    turn.learns(who, |owner| owner.passwords.push(new.clone()));
    match turn.ask(asked, admin.assign_password(id, &password(&new))).await {
        Ok(()) => turn.learns(who, |owner| owner.knows(&new)),
        Err(Error::Failed(_)) => {}
        Err(_) => turn.learns(who, |owner| owner.forgets(&new)),
    }
}

impl fmt::Display for OnAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registers => f.write_str("registers the account"),
            Self::Imports { proven, with_password, must_change, administered } => {
                f.write_str("imports the account")?;
                let said = [
                    (*proven, ", proven"),
                    (*with_password, ", with a password"),
                    (*with_password && *must_change, " that must be changed"),
                    (*administered, ", managed by staff"),
                ];
                said.iter().filter(|(so, _)| *so).try_for_each(|(_, words)| f.write_str(words))
            }
            Self::SendsSetLink { waits, bypassing } => {
                let past = if *bypassing { " past the throttle" } else { "" };
                write!(f, "sends a link for a first password{past} and waits {waits} s")
            }
            Self::SendsProofLink { waits, bypassing } => {
                let past = if *bypassing { " past the throttle" } else { "" };
                write!(f, "sends a link that proves the address{past} and waits {waits} s")
            }
            Self::AssignsPassword => f.write_str("assigns a password"),
            Self::ChangesManagement { to } => write!(f, "lets {to:?} set the password"),
            Self::IssuesCode { purpose } => write!(f, "has a {} code issued", purpose.as_str()),
            Self::RequiresPasswordChange { ending_sessions } => {
                write!(f, "requires another password, and sessions {:?}", then(*ending_sessions))
            }
            Self::Suspends => f.write_str("suspends"),
            Self::Reinstates => f.write_str("reinstates"),
            Self::Unlocks => f.write_str("unlocks"),
            Self::EndsSessions => f.write_str("ends all sessions"),
            Self::Closes => f.write_str("closes the account"),
            Self::Reopens => f.write_str("reopens the account"),
            Self::Erases { despite_revert: false } => f.write_str("erases the account"),
            Self::Erases { despite_revert: true } => {
                f.write_str("erases the account, whatever can be taken back")
            }
            Self::ReplacesEmail { by_update, dropping_revert } => {
                f.write_str("replaces the address by a new one of theirs")?;
                f.write_str(if *by_update { ", in an update" } else { "" })?;
                f.write_str(if *by_update && *dropping_revert { " that drops the revert" } else { "" })
            }
            Self::Updates(attribute) => write!(f, "updates {attribute:?}"),
            Self::ClearsSuppression { by_tag: true } => f.write_str("clears the first suppression listed"),
            Self::ClearsSuppression { by_tag: false } => f.write_str("clears the suppression of the address"),
            Self::Looks => f.write_str("looks at the account"),
        }
    }
}
