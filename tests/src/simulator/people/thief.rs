//! A thief: who learned the password of an owner, at times with a session and a device, and reads mailboxes of their own.

use std::fmt;

use accountable_core::{
    Authentication, MailOptions, Owner as OwnerDoor,
    domain::{
        AccountId, DeviceToken, EmailAddress, MailedCode, Origin, Purpose, SessionStamp, Span, Timestamp,
    },
};
use serde::{Deserialize, Serialize};

use super::{Turn, question};
use crate::{
    dice::Dice,
    doors::world::{password, typed_password},
    simulator::history::Question,
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::simulator) enum Act {
    /// From now on somebody else knows what the owner knows.
    Robs {
        with_session: bool,
    },
    /// One thing after the other, as long as it takes to carry an account away.
    CarriesAway,
    /// With a link to a new password on its way to the owner: whatever may end it, or what takes the rest back.
    SwitchesOff,
    ChangesPassword,
    AsksForAddress,
    Confirms,
    Cancels,
    Closes,
    EndsSessions,
    AsksForReset,
    SignsUp,
    Redeems,
}

/// What a thief has of one owner.
#[derive(Debug, Clone, Default)]
pub(in crate::simulator) struct Thief {
    pub(in crate::simulator) account: Option<AccountId>,
    /// The likeliest last.
    pub(in crate::simulator) passwords: Vec<String>,
    session: Option<SessionStamp>,
    device: Option<DeviceToken>,
    /// Where the account was when they came by the password.
    home: Option<EmailAddress>,
    /// Of their own.
    pub(in crate::simulator) mailboxes: Vec<EmailAddress>,
}

impl Thief {
    /// Whether there is a thief at all.
    pub(in crate::simulator) fn is_at_it(&self) -> bool {
        self.account.is_some() && (!self.passwords.is_empty() || self.session.is_some())
    }

    /// What may be the password by now: second to the likeliest.
    fn may_be(&mut self, password: String) {
        self.passwords.insert(self.passwords.len().saturating_sub(1), password);
    }
}

impl Act {
    pub(in crate::simulator) fn drawn(dice: &mut Dice) -> Self {
        match dice.below(20) {
            0..=2 => Self::Robs { with_session: dice.one_in(2) },
            3..=7 => Self::CarriesAway,
            8..=10 => Self::SwitchesOff,
            11 => Self::ChangesPassword,
            12 => Self::AsksForAddress,
            13 => Self::Confirms,
            14 => Self::Cancels,
            15 => Self::Closes,
            16 => Self::EndsSessions,
            17 => Self::AsksForReset,
            18 => Self::SignsUp,
            _ => Self::Redeems,
        }
    }

    pub(in crate::simulator) async fn perform(self, whose: usize, turn: Turn) {
        match self {
            Self::Robs { with_session } => robs(whose, with_session, &turn),
            Self::CarriesAway => carries_away(whose, &turn).await,
            Self::SwitchesOff => switches_off(whose, &turn).await,
            Self::ChangesPassword => changes_password(whose, &turn).await,
            Self::AsksForAddress => asks_for_address(whose, &turn).await,
            Self::Confirms => confirms(whose, &turn).await,
            Self::Cancels => cancels(whose, &turn).await,
            Self::Closes => closes(whose, &turn).await,
            Self::EndsSessions => ends_sessions(whose, &turn).await,
            Self::AsksForReset => asks_at_own_mailbox(whose, false, &turn).await,
            Self::SignsUp => asks_at_own_mailbox(whose, true, &turn).await,
            Self::Redeems => redeems(whose, &turn).await,
        }
    }

    /// Anything that needs no more than what a thief has.
    pub(in crate::simulator) fn goes_on(dice: &mut Dice) -> Self {
        match Self::drawn(dice) {
            Self::Robs { .. } | Self::CarriesAway | Self::SwitchesOff => Self::Redeems,
            other => other,
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Robs { with_session: true } => "learns the password, and has the session and the device",
            Self::Robs { with_session: false } => "learns the password",
            Self::CarriesAway => "carries the account away to a mailbox of their own",
            Self::SwitchesOff => "tries to switch off what the owner's mailbox holds",
            Self::ChangesPassword => "changes the password",
            Self::AsksForAddress => "asks for another address, which is their own",
            Self::Confirms => "confirms the address that is their own",
            Self::Cancels => "cancels the change of address",
            Self::Closes => "closes the account",
            Self::EndsSessions => "ends all other sessions",
            Self::AsksForReset => "asks for a new password at a mailbox of their own",
            Self::SignsUp => "signs a mailbox of their own up",
            Self::Redeems => "tries all links that are in mailboxes of their own",
        })
    }
}

/// A machine of nobody else's.
fn hideout() -> Origin {
    Origin::Ip("100.64.3.7".parse().unwrap())
}

impl Turn {
    pub(super) fn thief(&self, whose: usize) -> Thief {
        self.simulation.people().thieves[whose].clone()
    }

    fn thief_learns(&self, whose: usize, what: impl FnOnce(&mut Thief)) {
        what(&mut self.simulation.people().thieves[whose]);
    }
}

fn robs(whose: usize, with_session: bool, turn: &Turn) {
    let owner = turn.owner(whose);
    turn.thief_learns(whose, |thief| {
        thief.account = owner.account.or(thief.account);
        thief.passwords.extend(owner.passwords);
        thief.home = owner.mailboxes.last().cloned();
        if with_session {
            thief.session = owner.session;
            thief.device = owner.device;
        }
    });
}

/// With a session that is left, or by a password.
pub(super) async fn breaks_in(whose: usize, turn: &Turn) -> Option<(usize, OwnerDoor, SessionStamp)> {
    let realm = turn.owner(whose).realm;
    let thief = turn.thief(whose);
    let (process, accounts) = turn.accounts(realm)?;
    if let Some(stamp) = thief.session {
        let owner = accounts.owner(stamp, hideout());
        let asked = Question { account: Some(stamp.account), ..question("owner.is_current", process) };
        if matches!(turn.ask(asked, owner.is_current()).await, Ok(true)) {
            return Some((process, owner, stamp));
        }
    }
    let public = accounts.public(hideout());
    for address in thief.mailboxes.iter().rev().take(2).chain(&thief.home) {
        for known in thief.passwords.iter().rev().take(2) {
            let asked = Question { email: Some(address.clone()), ..question("public.authenticate", process) };
            let typed = typed_password(known);
            let answer = turn.ask(asked, public.authenticate(address, &typed, thief.device.as_ref())).await;
            let Ok(Authentication::Granted { stamp, .. } | Authentication::MustChange { stamp, .. }) = answer
            else {
                continue;
            };
            // What a thief signed up with an address of theirs is an account of their own.
            if thief.account.is_some_and(|account| account != stamp.account) {
                continue;
            }
            turn.thief_learns(whose, |thief| {
                thief.account = Some(stamp.account);
                thief.session = Some(stamp);
                thief.passwords.push(known.clone());
            });
            return Some((process, accounts.owner(stamp, hideout()), stamp));
        }
    }
    None
}

async fn carries_away(whose: usize, turn: &Turn) {
    robs(whose, true, turn);
    asks_for_address(whose, turn).await;
    for _ in 0..turn.chance(|dice| dice.between(1, 4)) {
        let wait = turn.chance(|dice| dice.between(1_000_000, 900_000_000));
        turn.simulation.time.sleep(Span::micros(wait)).await;
        mail_leaves(whose, turn).await;
        confirms(whose, turn).await;
    }
    match turn.chance(|dice| dice.below(6)) {
        0 => closes(whose, turn).await,
        1 => changes_password(whose, turn).await,
        2 => asks_for_address(whose, turn).await,
        3 => cancels(whose, turn).await,
        4 => asks_at_own_mailbox(whose, false, turn).await,
        _ => {}
    }
}

/// Sooner or later it does.
async fn mail_leaves(whose: usize, turn: &Turn) {
    if let Some((process, accounts)) = turn.accounts(turn.owner(whose).realm) {
        let _ = turn.ask(question("sweep", process), accounts.sweep(100)).await;
    }
}

async fn switches_off(whose: usize, turn: &Turn) {
    robs(whose, true, turn);
    let Some(home) = turn.thief(whose).home else { return };
    if let Some((process, accounts)) = turn.accounts(turn.owner(whose).realm) {
        let asked =
            Question { email: Some(home.clone()), ..question("public.request_password_reset", process) };
        let public = accounts.public(turn.owner(whose).home);
        let _ = turn.ask(asked, public.request_password_reset(&home, MailOptions::default())).await;
    }
    for _ in 0..turn.chance(|dice| dice.between(2, 6)) {
        mail_leaves(whose, turn).await;
        match turn.chance(|dice| dice.below(8)) {
            0 | 1 => changes_password(whose, turn).await,
            2 | 3 => asks_for_address(whose, turn).await,
            4 | 5 => confirms(whose, turn).await,
            6 => closes(whose, turn).await,
            _ => cancels(whose, turn).await,
        }
        let wait = turn.chance(|dice| dice.below(700_000_000));
        turn.simulation.time.sleep(Span::micros(wait)).await;
    }
}

async fn changes_password(whose: usize, turn: &Turn) {
    let Some((process, door, stamp)) = breaks_in(whose, turn).await else { return };
    let Some(known) = turn.thief(whose).passwords.last().cloned() else { return };
    let new = turn.new_password();
    // Known to be tried, whatever is answered.
    turn.thief_learns(whose, |thief| thief.may_be(new.clone()));
    let asked = Question { account: Some(stamp.account), ..question("owner.change_password", process) };
    let changed = turn.ask(asked, door.change_password(&typed_password(&known), &password(&new))).await;
    if let Ok(renewed) = changed {
        turn.thief_learns(whose, |thief| {
            thief.passwords.push(new);
            thief.session = Some(renewed.stamp);
            thief.device = Some(renewed.device);
        });
    }
}

async fn asks_for_address(whose: usize, turn: &Turn) {
    let Some((process, door, stamp)) = breaks_in(whose, turn).await else { return };
    let Some(known) = turn.thief(whose).passwords.last().cloned() else { return };
    let again = turn.chance(|dice| dice.one_in(3));
    let before = turn.thief(whose).mailboxes.last().cloned().filter(|_| again);
    let to = before.unwrap_or_else(|| turn.new_address("eve"));
    turn.thief_learns(whose, |thief| {
        if !thief.mailboxes.contains(&to) {
            thief.mailboxes.push(to.clone());
        }
    });
    let asked = Question {
        account: Some(stamp.account),
        email: Some(to.clone()),
        ..question("owner.request_email_change", process)
    };
    let options = MailOptions::default();
    let known = typed_password(&known);
    let call = door.request_email_change(&known, &to, &options);
    let _ = turn.ask(asked, call).await;
}

async fn confirms(whose: usize, turn: &Turn) {
    let thief = turn.thief(whose);
    let links = thief.mailboxes.iter().rev().flat_map(|to| turn.links(to, &[Purpose::EmailConfirm]));
    let Some((_, code, _)) = links.into_iter().next() else { return };
    let Some((process, door, stamp)) = breaks_in(whose, turn).await else { return };
    let asked = Question { account: Some(stamp.account), ..question("owner.confirm_email", process) };
    if let Ok(renewed) = turn.ask(asked, door.confirm_email(&code)).await {
        turn.thief_learns(whose, |thief| {
            thief.session = Some(renewed.stamp);
            thief.device = Some(renewed.device);
        });
    }
}

async fn cancels(whose: usize, turn: &Turn) {
    let Some((process, door, stamp)) = breaks_in(whose, turn).await else { return };
    let asked = Question { account: Some(stamp.account), ..question("owner.cancel_email_change", process) };
    let _ = turn.ask(asked, door.cancel_email_change()).await;
}

async fn closes(whose: usize, turn: &Turn) {
    let Some((process, door, stamp)) = breaks_in(whose, turn).await else { return };
    let Some(known) = turn.thief(whose).passwords.last().cloned() else { return };
    let asked = Question { account: Some(stamp.account), ..question("owner.close", process) };
    let _ = turn.ask(asked, door.close(&typed_password(&known))).await;
}

async fn ends_sessions(whose: usize, turn: &Turn) {
    let Some((process, door, stamp)) = breaks_in(whose, turn).await else { return };
    let asked = Question { account: Some(stamp.account), ..question("owner.end_sessions", process) };
    if let Ok(renewed) = turn.ask(asked, door.end_sessions()).await {
        turn.thief_learns(whose, |thief| {
            thief.session = Some(renewed.stamp);
            thief.device = Some(renewed.device);
        });
    }
}

async fn asks_at_own_mailbox(whose: usize, signs_up: bool, turn: &Turn) {
    let Some(email) = turn.thief(whose).mailboxes.last().cloned() else { return };
    let Some((process, accounts)) = turn.accounts(turn.owner(whose).realm) else { return };
    let public = accounts.public(hideout());
    let asked = |door| Question { email: Some(email.clone()), ..question(door, process) };
    if signs_up {
        let call = public.sign_up(&email, MailOptions::default(), None);
        let _ = turn.ask(asked("public.sign_up"), call).await;
    } else {
        let call = public.request_password_reset(&email, MailOptions::default());
        let _ = turn.ask(asked("public.request_password_reset"), call).await;
    }
}

/// Live or dead, at each door that takes codes.
pub(super) async fn redeems(whose: usize, turn: &Turn) {
    let thief = turn.thief(whose);
    let links: Vec<(Purpose, MailedCode, Timestamp)> =
        thief.mailboxes.iter().rev().take(3).flat_map(|to| turn.links(to, &Purpose::ALL)).take(5).collect();
    let Some((process, accounts)) = turn.accounts(turn.owner(whose).realm) else { return };
    let public = accounts.public(hideout());
    for (purpose, code, _) in links {
        if purpose.chooses_a_password() || turn.chance(|dice| dice.one_in(6)) {
            let new = turn.new_password();
            turn.thief_learns(whose, |thief| thief.may_be(new.clone()));
            let asked = question("public.choose_password", process);
            let chosen = turn.ask(asked, public.choose_password(&code, &password(&new))).await;
            if let Ok(chosen) = chosen {
                turn.thief_learns(whose, |thief| {
                    if thief.account.is_none_or(|account| account == chosen.account) {
                        thief.passwords.push(new);
                        thief.device = Some(chosen.device);
                    }
                });
            }
        }
        if purpose == Purpose::EmailRevert || turn.chance(|dice| dice.one_in(6)) {
            let asked = question("public.revert_email_change", process);
            let _ = turn.ask(asked, public.revert_email_change(&code)).await;
        }
        if purpose == Purpose::EmailCancel || turn.chance(|dice| dice.one_in(6)) {
            let asked = question("public.cancel_email_change", process);
            let _ = turn.ask(asked, public.cancel_email_change(&code)).await;
        }
    }
}
