//! What comes due of itself: warnings that a password expires, the end of sign-ups and of closed accounts.

use crate::domain::{letter_context::Withdrawn, testing::*, *};

const DAYS: u64 = 90;

fn at(account: &Account, now: Timestamp) -> Account {
    account.as_of(now, Quota::ACCOUNT).0
}

/// Its password, set now, expires in 90 days.
fn expiring(world: &World) -> Account {
    let validity = validity_of(90);
    let update = AccountUpdate { attributes: &validity, ..world.update(NOW) };
    let account = Given::InUse.account(world).update(&update).unwrap().account.unwrap();
    world.changed(&account, 1, NOW)
}

fn work(account: &Account, now: Timestamp) -> Change {
    let warnings = Rules::default().expiry_warnings;
    account.due_work(&DueWork { now, notice: MailId::from_bytes([7; 16]), warnings }).unwrap()
}

fn warned(change: &Change) -> Option<Timestamp> {
    let (_, dispatch) = change.mails.first()?.dispatch()?;
    match dispatch.subject {
        Subject::Notice(Notice::PasswordExpires { expires_at }) => Some(expires_at),
        _ => None,
    }
}

#[test]
fn an_owner_is_warned_14_and_3_days_before_the_password_expires_and_no_third_time() {
    let world = World::new();
    let mut account = expiring(&world);
    let expires_at = NOW + Span::days(DAYS);
    for ahead in [14, 3] {
        let due = expires_at - Span::days(ahead);
        assert_eq!(account.due(), Some(due), "{ahead} days ahead");
        assert_eq!(work(&account, due - Span::micros(1)), Change::none());
        let change = work(&account, due);
        assert_eq!(warned(&change), Some(expires_at));
        assert_eq!(change.mails.len(), 1);
        account = change.account.unwrap();
        assert_eq!(work(&account, due), Change::none(), "once");
    }
    assert_eq!(account.due(), None);
    assert_eq!(work(&account, expires_at + Span::days(1)), Change::none());
}

#[test]
fn a_warning_that_comes_late_is_said_once_and_after_the_end_not_at_all() {
    let world = World::new();
    let account = expiring(&world);
    let expires_at = NOW + Span::days(DAYS);
    let late = work(&account, expires_at - Span::days(2));
    assert_eq!(warned(&late), Some(expires_at));
    assert_eq!(late.account.unwrap().due(), None, "the second is past too");
    let too_late = work(&account, expires_at);
    assert_eq!((too_late.events, too_late.mails.len()), (vec![EventKind::PasswordExpired], 0));
    assert_eq!(too_late.account.unwrap().due(), None);
}

/// However long the mail waited: no letter tells a state that is not so.
#[test]
fn no_letter_warns_of_a_password_that_is_gone_or_expired_already() {
    let world = World::new();
    let account = expiring(&world);
    let (expires_at, now) = (NOW + Span::days(DAYS), NOW + Span::days(DAYS - 3));
    let warned = work(&account, now);
    let (account, [mail]) = (warned.account.unwrap(), &warned.mails[..]) else { panic!("one mail") };
    let letter = |account: &Account, now| world.counter(Some(account), now).letter(mail, |_| None).map(drop);
    assert_eq!(letter(&account, expires_at - Span::micros(1)), Ok(()));
    assert_eq!(letter(&account, expires_at), Err(Withdrawn::Void));
    assert_eq!(letter(&world.changed(&account, 2, now), now), Err(Withdrawn::Void), "another password");
    let validity = validity_of(365);
    let longer = account.update(&AccountUpdate { attributes: &validity, ..world.update(now) }).unwrap();
    assert_eq!(letter(&longer.account.unwrap(), now), Err(Withdrawn::Void), "it lasts longer now");
}

#[test]
fn a_new_password_begins_the_warnings_anew_and_so_does_another_validity() {
    let world = World::new();
    let account = expiring(&world);
    let now = NOW + Span::days(80);
    let warned = work(&account, now).account.unwrap();
    assert_eq!(world.changed(&warned, 2, now).due(), Some(now + Span::days(DAYS - 14)));
    let update = |days| {
        let validity = validity_of(days);
        let update = AccountUpdate { attributes: &validity, ..world.update(now) };
        warned.update(&update).unwrap().account.unwrap_or_else(|| warned.clone()).due()
    };
    assert_eq!(update(365), Some(NOW + Span::days(365 - 14)));
    assert_eq!(update(85), Some(NOW + Span::days(85 - 3)), "the first is past");
    assert_eq!(update(0), None, "it never expires");
    assert_eq!(update(30), None, "it has expired");
}

#[test]
fn nobody_is_warned_while_suspended_or_closed_and_everybody_after() {
    let world = World::new();
    let account = expiring(&world);
    let expires_at = NOW + Span::days(DAYS);
    let (due, late) = (expires_at - Span::days(14), expires_at - Span::days(5));
    let suspended = standing(account.clone(), StandingKind::Suspended);
    assert_eq!((suspended.due(), work(&suspended, due)), (None, Change::none()));
    assert_eq!(work(&standing(account, StandingKind::Closed), due), Change::none());
    let reinstated = world.reinstated(&suspended, 9, NOW);
    assert_eq!(reinstated.due(), Some(due));
    assert_eq!(warned(&work(&reinstated, late)), Some(expires_at));
}

#[test]
fn of_a_temporary_password_nobody_is_warned_whatever_its_validity() {
    let world = World::new();
    let assigned = world.assigned(&expiring(&world), 2, NOW);
    assert_eq!(assigned.due(), None);
    let validity = validity_of(30);
    let update = AccountUpdate { attributes: &validity, ..world.update(NOW) };
    assert_eq!(assigned.update(&update).unwrap().account.unwrap().due(), None);
}

fn signed_up(world: &World) -> Account {
    let purge_at = Some(NOW + Rules::default().sign_up_kept);
    let account = with_facts(world.registered(1, NOW), |facts| facts.purge_at = purge_at);
    account.request_password_set(&world.request(1, NOW)).unwrap().account.unwrap()
}

#[test]
fn a_sign_up_that_nobody_proved_is_over_after_7_days() {
    let world = World::new();
    let account = signed_up(&world);
    let end = NOW + Span::days(7);
    assert_eq!(account.due(), Some(end));
    assert!(!account.is_over(end - Span::micros(1)) && account.is_over(end));
    let kept = world.chosen(&account, Purpose::PasswordSet, 1, NOW);
    assert!(!kept.is_over(end) && kept.due().is_none());
    let kept = world.assigned(&account, 1, NOW);
    assert!(!kept.is_over(end) && kept.due().is_none());
    assert!(!world.registered(1, NOW).is_over(Timestamp::MAX), "nor is one that staff registered");
}

#[test]
fn a_closed_account_is_over_after_30_days_and_can_be_reopened_until_then() {
    let world = World::new();
    for kind in [StandingKind::Active, StandingKind::Suspended] {
        let closed =
            standing(Given::InUse.account(&world), kind).close(&closing(NOW)).unwrap().account.unwrap();
        let end = NOW + Span::days(30);
        assert_eq!(closed.due(), Some(end));
        let just_before = end - Span::micros(1);
        assert!(!closed.is_over(just_before) && closed.is_over(end));
        assert_eq!(closed.reopen(&world.request(9, end)), Err(Refusal::GraceOver));
        let reopened = world.reopened(&closed, 9, just_before);
        assert_eq!(reopened.standing(), kind, "as it stood before");
        assert!(!reopened.is_over(Timestamp::MAX));
    }
}

#[test]
fn nothing_is_over_while_an_old_address_can_be_taken_back_and_its_owner_is_told_so() {
    let world = World::new();
    let account = Given::EmailConfirmed.account(&world);
    let revert = account.facts().unwrap().live(Purpose::EmailRevert, NOW).unwrap().expires_at;
    let change = account.close(&Close { grace: Span::hours(1), ..closing(NOW) }).unwrap();
    for mail in &change.mails {
        let told = &mail.dispatch().unwrap().1.subject;
        assert_eq!(*told, Subject::Notice(Notice::Closed { erased_at: revert }));
    }
    let closed = change.account.unwrap();
    let just_before = revert - Span::micros(1);
    assert!(!closed.is_over(just_before) && at(&closed, revert).is_over(revert));
    // Its end may move after the account was closed.
    let moved = revert + Span::hours(9);
    let later = with_facts(closed, |facts| {
        let codes = facts.confirmations.get_mut(&Purpose::EmailRevert).unwrap();
        codes.issued.as_mut().unwrap().expires_at = moved;
    });
    assert!(!later.is_over(revert) && later.is_over(moved));
}

#[test]
fn the_end_is_put_off_for_who_is_at_it_and_for_nobody_else() {
    let world = World::new();
    let (day, closed_end, later) = (Span::days(1), NOW + Span::days(30), NOW + Span::days(31));
    let closed = standing(Given::InUse.account(&world), StandingKind::Closed);
    let change = closed.put_off_end(day, closed_end).unwrap();
    assert_eq!(change.events, [EventKind::ErasurePutOff { until: later }]);
    let put_off = change.account.unwrap();
    assert!(!put_off.is_over(closed_end) && put_off.is_over(later));
    assert!(put_off.reopen(&world.request(9, closed_end)).is_ok());
    let purged = NOW + Span::days(7);
    let purged_later = signed_up(&world).put_off_end(day, purged).unwrap().account.unwrap();
    assert!(!purged_later.is_over(purged) && purged_later.is_over(purged + day));

    // Somebody opened it while the host was asked: it has no end any more.
    let reopened = world.reopened(&closed, 9, NOW);
    assert_eq!(reopened.put_off_end(day, closed_end), Ok(Change::none()));
    // Or closed it again, or the clock went back: its time is not over, and its owner can still open it.
    assert_eq!(closed.put_off_end(day, closed_end - Span::micros(1)), Ok(Change::none()));
}

#[test]
fn a_clock_that_jumps_back_keeps_nobody_longer_than_was_meant() {
    let world = World::new();
    let early = NOW - Span::days(300);
    assert!(at(&signed_up(&world), early).is_over(early + Span::days(7)));
    let closed = standing(Given::InUse.account(&world), StandingKind::Closed);
    assert!(at(&closed, early).is_over(early + Span::days(30)));
    assert_eq!(at(&expiring(&world), early).due(), Some(early + Span::days(DAYS - 14)));
}
