//! The table: what each command does in each status and standing, as data, and the test that holds it.
//!
//! Each row is a command in a standing; its cells are the shapes of [`Given::ALL`], in their order.

use crate::domain::{testing::*, *};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Register,
    RequestPasswordSet,
    RequestPasswordReset,
    InspectCode,
    ChoosePassword,
    Authenticate,
    ChangePassword,
    AssignPassword,
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Another account comes to be, with the same address.
    Registers,
    /// A code of this purpose is mailed.
    Mails(Purpose),
    /// The account has a new password, got this way, and this status.
    Sets(PasswordSource, Status),
    /// The bearer of the code is told this.
    Tells(&'static str),
    /// A right password lets in.
    Grants,
    /// A right password lets in, to change it.
    MustChange,
    /// No password lets in.
    Denies(Denial),
    /// Nothing is done.
    Refuses(&'static str),
}

use Command::*;
use PasswordSource::*;
use Purpose::*;
use StandingKind::*;
use Status::{ChangingPasswordManagement as ChangingManagement, InUse};
use Then::*;

const TAKEN: Then = Refuses("email_taken");
const NOT_EXPECTED: Then = Refuses("password_set_not_expected");
const SUSPENDED: Then = Refuses("account_suspended");
const CLOSED: Then = Refuses("account_closed");
const NOBODY: Then = Refuses("no_such_account");
const DEAD: Then = Refuses("dead_code");
const WRONG: Then = Refuses("wrong_password");
const LIVE: Then = Tells("live");
const USED: Then = Tells("used");
const NO_PASSWORD: Then = Denies(Denial::NoPassword);

struct Row(Command, StandingKind, [Then; 7]);

#[rustfmt::skip]
const TABLE: [Row; 32] = [
    //                             New, InUse, Assigned, ToOwner, ToAdministrator, EmailPending, EmailReplaced
    Row(Register, Active,          [TAKEN; 7]),
    Row(Register, Suspended,       [TAKEN; 7]),
    Row(Register, Closed,          [TAKEN; 7]),
    Row(Register, Erased,          [Registers; 7]),
    Row(RequestPasswordSet, Active, [
        Mails(PasswordSet), NOT_EXPECTED, NOT_EXPECTED, NOT_EXPECTED, NOT_EXPECTED, NOT_EXPECTED, Mails(PasswordSet),
    ]),
    Row(RequestPasswordSet, Suspended, [SUSPENDED; 7]),
    Row(RequestPasswordSet, Closed,    [CLOSED; 7]),
    Row(RequestPasswordSet, Erased,    [NOBODY; 7]),
    Row(RequestPasswordReset, Active, [
        Mails(PasswordSet), Mails(PasswordReset), NOT_EXPECTED, NOT_EXPECTED,
        Mails(PasswordReset), Mails(PasswordReset), Mails(PasswordSet),
    ]),
    Row(RequestPasswordReset, Suspended, [SUSPENDED; 7]),
    Row(RequestPasswordReset, Closed,    [CLOSED; 7]),
    Row(RequestPasswordReset, Erased,    [NOBODY; 7]),
    Row(InspectCode, Active,       [LIVE, LIVE, USED, LIVE, LIVE, LIVE, LIVE]),
    Row(InspectCode, Suspended,    [USED; 7]),
    Row(InspectCode, Closed,       [USED; 7]),
    Row(InspectCode, Erased,       [Tells("invalid"); 7]),
    Row(ChoosePassword, Active, [
        Sets(Chosen, InUse), Sets(Chosen, InUse), DEAD, Sets(Chosen, InUse),
        Sets(Chosen, ChangingManagement), Sets(Chosen, InUse), Sets(Chosen, InUse),
    ]),
    Row(ChoosePassword, Suspended, [DEAD; 7]),
    Row(ChoosePassword, Closed,    [DEAD; 7]),
    Row(ChoosePassword, Erased,    [DEAD; 7]),
    Row(Authenticate, Active,      [NO_PASSWORD, Grants, MustChange, Grants, Grants, Grants, NO_PASSWORD]),
    Row(Authenticate, Suspended,   [Denies(Denial::Suspended); 7]),
    Row(Authenticate, Closed,      [Denies(Denial::Closed); 7]),
    Row(Authenticate, Erased,      [Denies(Denial::UnknownAddress); 7]),
    Row(ChangePassword, Active, [
        WRONG, Sets(Changed, InUse), Sets(Changed, InUse), Sets(Changed, ChangingManagement),
        Sets(Changed, ChangingManagement), Sets(Changed, InUse), WRONG,
    ]),
    Row(ChangePassword, Suspended, [SUSPENDED; 7]),
    Row(ChangePassword, Closed,    [CLOSED; 7]),
    Row(ChangePassword, Erased,    [NOBODY; 7]),
    Row(AssignPassword, Active,    ASSIGNED),
    Row(AssignPassword, Suspended, ASSIGNED),
    Row(AssignPassword, Closed,    [CLOSED; 7]),
    Row(AssignPassword, Erased,    [NOBODY; 7]),
];

#[rustfmt::skip]
const ASSIGNED: [Then; 7] = [
    Sets(Assigned, InUse), Sets(Assigned, InUse), Sets(Assigned, InUse), Sets(Assigned, ChangingManagement),
    Sets(Assigned, InUse), Sets(Assigned, InUse), Sets(Assigned, InUse),
];

/// The table for a page, in Markdown.
fn markdown() -> String {
    let mut page = String::from("| command | standing |");
    for given in Given::ALL {
        page.push_str(&format!(" {given:?} |"));
    }
    page.push_str(&format!("\n|{}\n", "---|".repeat(Given::ALL.len() + 2)));
    for Row(command, standing, cells) in &TABLE {
        page.push_str(&format!("| {command:?} | {} |", standing.as_str()));
        for cell in cells {
            let cell = match cell {
                Mails(purpose) => format!("mails {}", purpose.as_str()),
                Sets(how, status) => format!("{how:?}, then {}", status.as_str()),
                Tells(state) => (*state).to_owned(),
                Denies(denial) => format!("denied ({})", denial.as_str()),
                Refuses(code) => format!("`{code}`"),
                Registers => "registers".into(),
                Grants => "lets in".into(),
                MustChange => "lets in, to change it".into(),
            };
            page.push_str(&format!(" {cell} |"));
        }
        page.push('\n');
    }
    page
}

/// Runs the command at [`NOW`], and looks at all that it may and may not change.
fn when(command: Command, world: &World, account: &Account, code: &MailedCode) -> Then {
    match command {
        Register => registers(world, account),
        RequestPasswordSet => mails(account, account.request_password_set(&world.request(1, NOW))),
        RequestPasswordReset => mails(account, account.request_password_reset(&world.request(1, NOW))),
        InspectCode => Tells(match account.inspect_code(&world.redeem(code, NOW)) {
            CodeState::Live { .. } => "live",
            CodeState::Used { .. } => "used",
            CodeState::Expired { .. } => "expired",
            CodeState::Invalid => "invalid",
        }),
        ChoosePassword => {
            let fresh = world.fresh(account, 1);
            let change = account.choose_password(&world.redeem(code, NOW), &world.judge(&fresh, NOW));
            sets(world, account, change)
        }
        Authenticate => admits(account),
        ChangePassword => {
            let fresh = world.fresh(account, 1);
            let current = account.facts().ok().and_then(|facts| facts.password.clone());
            let change = account.change_password(&crate::domain::ChangePassword {
                new: world.judge(&fresh, NOW),
                verified: &current.map_or_else(|| world.hash(account, 2), |current| current.hash),
                epoch: account.epoch,
            });
            sets(world, account, change)
        }
        AssignPassword => {
            let fresh = world.fresh(account, 1);
            let change = account.assign_password(&crate::domain::AssignPassword {
                new: world.judge(&fresh, NOW),
                temporary: Span::hours(72),
            });
            sets(world, account, change)
        }
    }
}

/// Whether another account may have the address is for the commit to say; it goes by these keys.
fn registers(world: &World, account: &Account) -> Then {
    let Ok(facts) = account.facts() else {
        assert_eq!(account.keys().own, None, "an erased account holds no key");
        assert!(account.keys().reserved.is_empty() && account.tags().is_empty());
        return Registers;
    };
    let other = Account::register(Registration {
        id: AccountId::from_bytes([99; 16]),
        realm: world.realm.clone(),
        email: facts.mailbox.address.clone(),
        tag: facts.mailbox.tag,
        validity: PasswordValidity::FOREVER,
        ip_filter_group: None,
        memo: Memo::default(),
        locale: None,
        purge_at: None,
        now: NOW,
    });
    assert!(other.mails.is_empty(), "registration mails nothing");
    let other = other.account.unwrap();
    assert_eq!(other.status(), Ok(Status::New));
    let (mine, theirs) = (account.keys(), other.keys());
    match mine.own == theirs.own || mine.reserved.iter().any(|key| Some(*key) == theirs.own) {
        true => TAKEN,
        false => Registers,
    }
}

fn mails(before: &Account, change: Result<Change, Refusal>) -> Then {
    let change = match change {
        Ok(change) => change,
        Err(refusal) => return Refuses(refusal.code()),
    };
    let after = change.account.unwrap();
    let [mail] = &change.mails[..] else { panic!("one mail") };
    let Content::Letter(Dispatch { account, recipient, subject, .. }) = &mail.content else {
        panic!("a letter")
    };
    let Subject::Code { purpose, nonce, .. } = subject else { panic!("a code") };
    let (old, new) = (before.facts().unwrap(), after.facts().unwrap());
    assert_eq!((*account, *recipient), (before.id, old.mailbox.ordinal));
    assert!(new.confirmations[purpose].live(NOW).is_some_and(|live| live.nonce == *nonce));
    assert_eq!(new.throttles[purpose], NOW + Span::seconds(600));
    assert!(matches!(change.events[..], [Happened::MailQueued { .. }]));
    // Nothing else.
    let restored =
        Facts { confirmations: old.confirmations.clone(), throttles: old.throttles.clone(), ..new.clone() };
    assert_eq!((&restored, after.epoch, after.version), (old, before.epoch, before.version));
    Mails(*purpose)
}

fn sets(world: &World, before: &Account, change: Result<Change, Stop>) -> Then {
    let change = match change {
        Ok(change) => change,
        Err(Stop::Refused(refusal)) => return Refuses(refusal.code()),
        Err(stop) => panic!("{stop:?}"),
    };
    let after = change.account.unwrap();
    let (old, new) = (before.facts().unwrap(), after.facts().unwrap());
    let how = change.events.iter().find_map(|event| match event {
        Happened::PasswordSet { how } => Some(*how),
        _ => None,
    });
    let how = how.expect("an event that says how");
    let password = new.password.as_ref().unwrap();
    assert_eq!(password.hash, world.hash(before, 1));
    assert_eq!(password.set_at, NOW);
    assert_eq!(password.must_change, how == Assigned);
    assert_eq!(password.temporary_until, (how == Assigned).then_some(NOW + Span::hours(72)));
    assert_eq!((after.epoch, after.version), (before.epoch.next(), before.version));
    for (purpose, confirmations) in &new.confirmations {
        let killed = confirmations.issued.is_none();
        assert_eq!(killed, *purpose != EmailRevert, "{purpose:?}");
    }
    assert_eq!(new.pending, None);
    assert_eq!(change.events.contains(&Happened::EmailChangeDropped), old.pending.is_some());
    assert_eq!(new.proven, old.proven || how == Chosen);
    let completes = match how {
        Chosen => Some(Management::Owner),
        Assigned => Some(Management::Administrator),
        Changed => None,
    };
    let completed = old.pending_management.filter(|pending| completes == Some(*pending));
    assert_eq!(new.management, completed.unwrap_or(old.management));
    assert_eq!(new.pending_management, if completed.is_some() { None } else { old.pending_management });
    assert!(new.ever_had_a_password && !new.replaced);
    assert_eq!(new.mailbox, old.mailbox);
    assert_eq!((&new.throttles, &new.standing), (&old.throttles, &old.standing));
    let told = change.mails.iter().any(|mail| {
        mail.dispatch().is_some_and(|(_, to)| to.subject == Subject::Notice(Notice::PasswordChanged))
    });
    assert_eq!(told, old.ever_had_a_password && old.standing == Standing::Active);
    Sets(how, new.status())
}

fn admits(account: &Account) -> Then {
    let lock_out = LockOut::default();
    let scene = Scene {
        account: Some(account),
        address: None,
        filter: None,
        origin: Origin::Unknown,
        now: NOW,
        lock_out: &lock_out,
    };
    match scene.prospect() {
        Prospect::Decoy { denial, .. } => Denies(denial),
        Prospect::Real(lead) => match scene.admission(&lead) {
            Admission::Granted(stamp) => {
                assert_eq!((stamp.account, stamp.epoch), (account.id, account.epoch));
                Grants
            }
            Admission::MustChange(Why::Assigned, _) => MustChange,
            other => panic!("{other:?}"),
        },
    }
}

#[test]
fn every_cell_of_the_table_is_so() {
    let world = World::new();
    let mut wrong = Vec::new();
    for Row(command, kind, cells) in &TABLE {
        for (given, expected) in Given::ALL.into_iter().zip(cells) {
            let account = given.account(&world);
            let code = world.code(&account, given.password_code());
            let account = standing(account, *kind).as_of(NOW, Quota::ACCOUNT).0;
            let actual = when(*command, &world, &account, &code);
            if actual != *expected {
                wrong.push(format!("{command:?} {kind:?} {given:?}: {actual:?}, not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_has_each_command_in_each_standing_once() {
    for command in [
        Register,
        RequestPasswordSet,
        RequestPasswordReset,
        InspectCode,
        ChoosePassword,
        Authenticate,
        ChangePassword,
        AssignPassword,
    ] {
        for kind in [Active, Suspended, Closed, Erased] {
            let rows = TABLE.iter().filter(|Row(c, k, _)| (*c, *k) == (command, kind));
            assert_eq!(rows.count(), 1, "{command:?} {kind:?}");
        }
    }
}

#[test]
fn each_shape_has_the_status_and_standing_that_it_is_named_for() {
    let world = World::new();
    for given in Given::ALL {
        let account = given.account(&world);
        assert_eq!(account.status(), Ok(given.status()), "{given:?}");
        for kind in [Active, Suspended, Closed, Erased] {
            assert_eq!(standing(account.clone(), kind).standing(), kind);
        }
    }
}

#[test]
fn the_table_can_be_printed() {
    let page = markdown();
    assert_eq!(page.lines().count(), TABLE.len() + 2);
    assert!(page.contains("| AssignPassword | suspended | Assigned, then in_use |"));
    assert!(page.lines().all(|line| line.matches('|').count() == Given::ALL.len() + 3));
}

#[test]
fn the_status_is_the_first_that_holds() {
    let world = World::new();
    let all_at_once = |facts: &mut Facts| {
        facts.pending_management = Some(Management::Owner);
        facts.replaced = true;
        facts.password = None;
    };
    // A replaced address on an account that never had a password leaves it new.
    let new = with_facts(Given::New.account(&world), all_at_once);
    assert_eq!(new.status(), Ok(Status::New));
    let changing_email = with_facts(Given::EmailPending.account(&world), all_at_once);
    assert_eq!(changing_email.status(), Ok(Status::ChangingEmail));
    let replaced = with_facts(Given::InUse.account(&world), all_at_once);
    assert_eq!(replaced.status(), Ok(Status::ChangingEmail));
    // A replaced address with a password, as assigning one leaves it, changes nothing any more.
    let assigned = with_facts(Given::InUse.account(&world), |facts| facts.replaced = true);
    assert_eq!(assigned.status(), Ok(Status::InUse));
    assert_eq!(Given::ToOwner.account(&world).status(), Ok(Status::ChangingPasswordManagement));
}

#[test]
fn refusals_come_in_the_order_standing_status_suppression_throttle() {
    let world = World::new();
    let in_use = Given::InUse.account(&world);
    let mut address = Address::new(in_use.facts().unwrap().mailbox.tag);
    address.suppression = Some(Suppression {
        realm: Realm::default(),
        cause: Undeliverable::NoSuchMailbox,
        scope: SuppressionScope::All,
        evidence: "5.1.1".into(),
        at: NOW,
    });
    let refusal = |account: &Account, address: Option<&Address>| {
        let throttled = with_facts(account.clone(), |facts| {
            facts.throttles.insert(PasswordSet, NOW + Span::seconds(600));
        });
        let request = MailRequest { address, ..world.request(1, NOW) };
        throttled.request_password_set(&request).unwrap_err().code()
    };
    let suspended = standing(in_use.clone(), Suspended);
    assert_eq!(refusal(&suspended, Some(&address)), "account_suspended");
    assert_eq!(refusal(&standing(in_use.clone(), Closed), Some(&address)), "account_closed");
    assert_eq!(refusal(&in_use, Some(&address)), "password_set_not_expected");
    let new = Given::New.account(&world);
    assert_eq!(refusal(&new, Some(&address)), "address_undeliverable");
    assert_eq!(refusal(&new, None), "throttled");
}

#[test]
fn a_complaint_about_a_strangers_mail_holds_back_such_mails_only() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let mut address = Address::new(account.facts().unwrap().mailbox.tag);
    address.suppression = Some(Suppression {
        realm: Realm::default(),
        cause: Undeliverable::Rejected,
        scope: SuppressionScope::StrangerCaused,
        evidence: "complaint".into(),
        at: NOW,
    });
    let request = MailRequest { address: Some(&address), ..world.request(1, NOW) };
    assert!(account.request_password_reset(&request).is_ok());
    let strangers = MailRequest { stranger_caused: true, ..request };
    assert_eq!(
        account.request_password_reset(&strangers),
        Err(Refusal::AddressUndeliverable { cause: Undeliverable::Rejected })
    );
}
