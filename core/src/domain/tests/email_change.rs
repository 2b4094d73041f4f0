//! Changes of address: what becomes of the addresses that an account had, and of those that it only asked for.

use crate::domain::{testing::*, *};

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn at(account: &Account, now: Timestamp) -> Account {
    account.as_of(now, Quota::ACCOUNT).0
}

fn replaced(world: &World, account: &Account, with: &str, number: u8, now: Timestamp) -> Change {
    account.replace_email(&world.replacement(&email(with), number, now)).unwrap()
}

fn reserves(account: &Account, address: &str) -> bool {
    account.keys().reserved.contains(&&email(address).key())
}

fn former(account: &Account) -> Vec<u32> {
    account.facts().unwrap().former.iter().map(|former| former.mailbox.ordinal.as_u32()).collect()
}

/// In use under `next@`, confirmed now; the old one has been told, and can be taken back.
fn confirmed(world: &World) -> Account {
    let pending = world.email_asked(&Given::InUse.account(world), "next@example.com", 1, NOW);
    let code = world.code(&pending, Purpose::EmailConfirm);
    let (redemption, epoch) = (world.redeem(&code, NOW), pending.epoch);
    let change =
        pending.confirm_email(&ConfirmEmail { redemption, revert: world.request(2, NOW), epoch }).unwrap();
    world.revert_mailed(&change.account.unwrap(), &change.mails[0], NOW)
}

/// Before its mail leaves, nobody knows how long that takes; and it is not put off by another copy.
#[test]
fn a_revert_lives_7_days_until_it_is_handed_over_and_72_h_from_then() {
    let world = World::new();
    let pending = world.email_asked(&Given::InUse.account(&world), "next@example.com", 1, NOW);
    let code = world.code(&pending, Purpose::EmailConfirm);
    let (redemption, epoch) = (world.redeem(&code, NOW), pending.epoch);
    let change =
        pending.confirm_email(&ConfirmEmail { redemption, revert: world.request(2, NOW), epoch }).unwrap();
    let (account, mail) = (change.account.unwrap(), &change.mails[0]);
    let ends = |account: &Account| {
        let facts = account.facts().unwrap();
        let end = facts.confirmations[&Purpose::EmailRevert].issued.as_ref().unwrap().expires_at;
        let kept = facts.former.iter().find(|former| former.reserved).unwrap().until;
        assert_eq!(end, kept, "the key is reserved as long as it can be taken back");
        end.since(NOW)
    };
    assert_eq!(ends(&account), Span::days(7));
    for (handed_over, end) in [(0, 72), (50, 122), (96, 168), (140, 168)] {
        let now = NOW + Span::hours(handed_over);
        let mailed = world.revert_mailed(&at(&account, now), mail, now);
        assert_eq!(ends(&mailed), Span::hours(end), "handed over after {handed_over} h");
        let again = world.revert_mailed(&mailed, mail, now + Span::hours(1));
        assert_eq!(ends(&again), Span::hours(end), "a second copy changes nothing");
    }
}

#[test]
fn a_former_address_is_released_after_72_h_with_its_revert_and_forgotten_14_days_later() {
    let world = World::new();
    let account = confirmed(&world);
    let code = world.code(&account, Purpose::EmailRevert);
    let reverts = |now| {
        let account = at(&account, now);
        account.revert_email_change(&world.take_back(&code, 3, now)).is_ok()
    };
    let end = NOW + Span::hours(72);
    let just_before = end - Span::micros(1);
    assert!(reserves(&at(&account, just_before), "owner-1@example.com") && reverts(just_before));
    let (released, events) = account.as_of(end, Quota::ACCOUNT);
    assert!(!reserves(&released, "owner-1@example.com") && !reverts(end));
    assert_eq!(events, [EventKind::FormerAddressReleased { address: Ordinal::new(0) }]);
    let forgotten = end + Span::days(14);
    assert_eq!(former(&at(&released, forgotten - Span::micros(1))), [0]);
    let (after, events) = released.as_of(forgotten, Quota::ACCOUNT);
    assert_eq!(former(&after), [0; 0]);
    assert_eq!(events, [EventKind::FormerAddressForgotten { address: Ordinal::new(0) }]);
}

#[test]
fn a_clock_that_jumps_back_reserves_no_address_beyond_its_revert() {
    let world = World::new();
    let early = NOW - Span::days(30);
    let account = at(&confirmed(&world), early);
    assert!(reserves(&at(&account, early + Span::hours(72) - Span::micros(1)), "owner-1@example.com"));
    assert!(!reserves(&at(&account, early + Span::hours(72)), "owner-1@example.com"));
}

#[test]
fn a_pending_address_that_is_dropped_is_kept_as_a_former_one_that_anybody_may_take() {
    let world = World::new();
    let pending = world.email_asked(&Given::InUse.account(&world), "next@example.com", 1, NOW);
    let cancelled = pending.cancel_email_change(pending.epoch, NOW).unwrap().account.unwrap();
    let (timed_out, events) = pending.as_of(NOW + Span::hours(24), Quota::ACCOUNT);
    assert_eq!(events, [EventKind::EmailChangeDropped]);
    for account in [cancelled, timed_out, world.chosen(&pending, Purpose::PasswordReset, 2, NOW)] {
        assert_eq!(former(&account), [1]);
        assert_eq!(account.facts().unwrap().pending, None);
        assert!(!reserves(&account, "next@example.com"));
    }
    assert!(!reserves(&pending, "next@example.com"), "nor does a pending one keep anybody out");
}

#[test]
fn of_many_former_addresses_the_oldest_unreserved_go() {
    let world = World::new();
    let mut account = confirmed(&world);
    let most = u64::try_from(Facts::FORMER_MOST).unwrap();
    for number in 0..most + 2 {
        let to = format!("other-{number}@example.com");
        let now = NOW + Span::minutes(11).times(number);
        account = world.email_asked(&at(&account, now), &to, 10 + number, now);
    }
    // The first of those asked for is forgotten; the reserved one is older, and stays.
    let kept: Vec<_> = [0].into_iter().chain(3..=10).collect();
    assert_eq!(former(&account), kept);
    assert!(reserves(&account, "owner-1@example.com"));
}

#[test]
fn old_addresses_are_let_go_a_few_at_a_time_so_that_a_commit_holds_their_events() {
    let world = World::new();
    let mut account = Given::InUse.account(&world);
    for number in 0..8 {
        account =
            replaced(&world, &account, &format!("other-{number}@example.com"), number, NOW).account.unwrap();
    }
    let late = NOW + Span::days(14);
    let (first, events) = account.as_of(late, Quota::ACCOUNT);
    assert_eq!(events.len(), Facts::RELEASED_AT_ONCE);
    assert!(first.due().is_some_and(|due| due <= late), "the courier comes again at once");
    let (second, events) = first.as_of(late, Quota::ACCOUNT);
    assert_eq!((events.len(), former(&second)), (2, Vec::new()));
}

#[test]
fn while_a_revert_lives_a_further_change_keeps_it_and_issues_none() {
    let world = World::new();
    let account = confirmed(&world);
    let revert = account.facts().unwrap().confirmations[&Purpose::EmailRevert].clone();
    let now = NOW + Span::hours(1);
    let pending = world.email_asked(&account, "third@example.com", 3, now);
    let code = world.code(&pending, Purpose::EmailConfirm);
    let change = pending
        .confirm_email(&ConfirmEmail {
            redemption: world.redeem(&code, now),
            revert: world.request(4, now),
            epoch: pending.epoch,
        })
        .unwrap();
    let [told] = &change.mails[..] else { panic!("one mail") };
    let (_, dispatch) = told.dispatch().unwrap();
    assert_eq!(
        (&dispatch.subject, dispatch.recipient),
        (&Subject::Notice(Notice::EmailChanged), Ordinal::new(1))
    );
    let account = change.account.unwrap();
    assert_eq!(account.facts().unwrap().confirmations[&Purpose::EmailRevert], revert);
    assert!(reserves(&account, "owner-1@example.com") && !reserves(&account, "next@example.com"));
    // It takes the first address back, whatever came between.
    let code = world.code(&account, Purpose::EmailRevert);
    let back = account.revert_email_change(&world.take_back(&code, 5, now)).unwrap().account.unwrap();
    assert_eq!(back.facts().unwrap().mailbox.address, email("owner-1@example.com"));
    assert_eq!(back.status(), Ok(Status::ChangingEmail));
}

#[test]
fn an_administrators_replacement_kills_the_revert_and_frees_its_address() {
    let world = World::new();
    let account = confirmed(&world);
    let code = world.code(&account, Purpose::EmailRevert);
    let account = replaced(&world, &account, "third@example.com", 3, NOW).account.unwrap();
    assert!(!reserves(&account, "owner-1@example.com"));
    let refused = account.revert_email_change(&world.take_back(&code, 4, NOW));
    assert_eq!(refused, Err(Refusal::DeadCode));
}

#[test]
fn a_revert_outlives_new_passwords_suspension_and_closing() {
    let world = World::new();
    let account = world.changed(&confirmed(&world), 3, NOW);
    let code = world.code(&account, Purpose::EmailRevert);
    let suspended = standing(account.clone(), StandingKind::Suspended);
    assert_eq!(suspended.revert_email_change(&world.take_back(&code, 4, NOW)), Err(Refusal::DeadCode));
    let reinstated = suspended.reinstate().unwrap().account.unwrap();
    let reopened = standing(account.clone(), StandingKind::Closed).reopen(NOW).unwrap().account.unwrap();
    for account in [account, reinstated, reopened] {
        assert!(account.revert_email_change(&world.take_back(&code, 4, NOW)).is_ok());
    }
}

/// Throttle clause 7.
#[test]
fn replacing_the_address_starts_a_fresh_account_quota() {
    let world = World::new();
    let new = world.registered(1, NOW);
    let mailed = new.request_password_set(&world.request(1, NOW)).unwrap().account.unwrap();
    let soon = NOW + Span::seconds(1);
    let set = |account: &Account| account.request_password_set(&world.request(2, soon)).map(drop);
    assert_eq!(set(&mailed), Err(Refusal::Throttled { retry_after: Span::seconds(599) }));
    let other = replaced(&world, &mailed, "other@example.com", 3, soon).account.unwrap();
    assert_eq!(set(&other), Ok(()));
    let respelled = replaced(&world, &mailed, "OWNER-1@example.com", 3, soon).account.unwrap();
    assert_eq!(
        set(&respelled),
        Err(Refusal::Throttled { retry_after: Span::seconds(599) }),
        "the same mailbox"
    );
}

#[test]
fn a_change_of_spelling_keeps_the_password_and_the_sessions_and_tells_nobody() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let change = replaced(&world, &account, "OWNER-1@Example.COM", 1, NOW);
    assert!(change.mails.is_empty());
    let after = change.account.unwrap();
    let (old, new) = (account.facts().unwrap(), after.facts().unwrap());
    assert_eq!(new.mailbox.address.as_str(), email("OWNER-1@example.com").as_str());
    assert_eq!((&new.mailbox.key, new.mailbox.tag), (&old.mailbox.key, old.mailbox.tag));
    assert_ne!(new.mailbox.ordinal, old.mailbox.ordinal);
    assert_eq!((&new.password, new.replaced, after.epoch), (&old.password, false, account.epoch));
    assert!(!new.proven, "a code goes to the octets, and none was mailed to these");
    let live = new.confirmations.values().filter_map(|confirmations| confirmations.live(NOW));
    assert_eq!(live.count(), 0, "nor is one that was mailed to the others");
    assert_eq!(replaced(&world, &account, "owner-1@example.com", 1, NOW), Change::none(), "no change at all");
}

/// Codes, clause 1: a code that cancels lives as long as its change.
#[test]
fn a_change_its_code_and_the_link_that_cancels_end_together_however_often_asked() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let mut pending = world.email_asked(&account, "next@example.com", 1, NOW);
    let ends = |account: &Account| {
        let facts = account.facts().unwrap();
        let code = |purpose| facts.confirmations[&purpose].issued.as_ref().unwrap().expires_at;
        let until = facts.pending.as_ref().unwrap().until;
        assert_eq!((code(Purpose::EmailConfirm), code(Purpose::EmailCancel)), (until, until));
        until
    };
    assert_eq!(ends(&pending), NOW + Span::hours(24));
    let again = NOW + Span::hours(10);
    pending = world.email_asked(&pending, "next@example.com", 2, again);
    assert_eq!(ends(&pending), again + Span::hours(24));
    for (number, purpose) in [(3, Purpose::EmailConfirm), (4, Purpose::EmailCancel)] {
        let now = again + Span::hours(10);
        let issued = pending.issue_code(purpose, &world.request(number, now)).unwrap().account.unwrap();
        let until = now + Span::hours(24);
        assert_eq!(ends(&issued), if purpose == Purpose::EmailConfirm { until } else { ends(&pending) });
    }
    let late = again + Span::hours(23);
    assert_eq!(ends(&world.email_asked(&pending, "next@example.com", 5, late)), late + Span::hours(24));
}

#[test]
fn another_address_takes_the_pending_ones_place_and_kills_its_code() {
    let world = World::new();
    let first = world.email_asked(&Given::InUse.account(&world), "next@example.com", 1, NOW);
    let code = world.code(&first, Purpose::EmailConfirm);
    let now = NOW + Span::minutes(10);
    let second = world.email_asked(&at(&first, now), "third@example.com", 2, now);
    let redemption = world.redeem(&code, now);
    let confirm = ConfirmEmail { redemption, revert: world.request(3, now), epoch: second.epoch };
    assert_eq!(second.confirm_email(&confirm), Err(Refusal::DeadCode));
    assert_eq!(former(&second), [1]);
    let confirmed = world.confirmed(&second, 3, now);
    assert_eq!(confirmed.facts().unwrap().mailbox.address, email("third@example.com"));
}

#[test]
fn cancelling_by_code_proves_the_address_that_the_link_was_mailed_to() {
    let world = World::new();
    let assigned = world.assigned(&world.registered(1, NOW), 1, NOW);
    let pending = world.email_asked(&world.changed(&assigned, 2, NOW), "next@example.com", 3, NOW);
    assert!(!pending.facts().unwrap().proven);
    let code = world.code(&pending, Purpose::EmailCancel);
    let change = pending.cancel_email_change_by_code(&world.redeem(&code, NOW)).unwrap();
    let address = Ordinal::new(0);
    assert_eq!(change.events, [EventKind::EmailProven { address }, EventKind::EmailChangeDropped]);
    assert!(change.account.unwrap().facts().unwrap().proven);
}

#[test]
fn what_opens_an_account_is_refused_from_a_foreign_origin_and_what_takes_back_is_not() {
    let world = World::new();
    let foreign = |code, now| Redemption { origin_admitted: false, ..world.redeem(code, now) };
    let pending = world.email_asked(&Given::InUse.account(&world), "next@example.com", 1, NOW);
    let code = world.code(&pending, Purpose::EmailConfirm);
    let (redemption, revert, epoch) = (foreign(&code, NOW), world.request(2, NOW), pending.epoch);
    let refused = pending.confirm_email(&ConfirmEmail { redemption, revert, epoch });
    assert_eq!(refused, Err(Refusal::OriginRefused));
    let reset = world.code(&pending, Purpose::PasswordReset);
    let fresh = world.fresh(&pending, 1);
    let refused = pending.choose_password(&foreign(&reset, NOW), &world.judge(&fresh, NOW));
    assert_eq!(refused, Err(Stop::Refused(Refusal::OriginRefused)));
    let cancel = world.code(&pending, Purpose::EmailCancel);
    assert!(pending.cancel_email_change_by_code(&foreign(&cancel, NOW)).is_ok());
    let account = confirmed(&world);
    let code = world.code(&account, Purpose::EmailRevert);
    let set = world.request(3, NOW);
    let back = RevertEmail { redemption: foreign(&code, NOW), set, history: 0 };
    assert!(account.revert_email_change(&back).is_ok());
}
