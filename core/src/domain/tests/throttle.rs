//! The throttle's clauses, at the commands that it holds back.

use crate::domain::{testing::*, *};

const PERIOD: Span = Span::seconds(600);

fn asked(world: &World, account: &Account, number: u64, now: Timestamp) -> Result<Account, Refusal> {
    let change = account.request_password_set(&world.request(number, now))?;
    Ok(change.account.unwrap())
}

/// Clause 3.
#[test]
fn a_refusal_does_not_extend_the_wait() {
    let world = World::new();
    let account = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    for seconds in [1, 300, 599] {
        assert_eq!(
            asked(&world, &account, 2, NOW + Span::seconds(seconds)),
            Err(Refusal::Throttled { retry_after: Span::seconds(600 - seconds) })
        );
    }
    assert!(asked(&world, &account, 2, NOW + PERIOD).is_ok());
}

/// Clause 4.
#[test]
fn a_second_request_is_refused_until_600_s_have_passed_to_the_microsecond() {
    let world = World::new();
    let account = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let just_before = NOW + PERIOD - Span::micros(1);
    assert_eq!(
        asked(&world, &account, 2, just_before),
        Err(Refusal::Throttled { retry_after: Span::micros(1) })
    );
    assert!(asked(&world, &account, 2, NOW + PERIOD).is_ok());
}

/// Clause 5.
#[test]
fn a_throttle_outlives_its_code() {
    let world = World::new();
    let account = Given::InUse.account(&world);
    let reset = |account: &Account, number, now| account.request_password_reset(&world.request(number, now));
    let mailed = reset(&account, 1, NOW).unwrap().account.unwrap();
    let now = NOW + Span::seconds(1);
    let chosen = world.chosen(&mailed, Purpose::PasswordReset, 2, now).as_of(now, Quota::ACCOUNT).0;
    assert_eq!(reset(&chosen, 3, now), Err(Refusal::Throttled { retry_after: Span::seconds(599) }));
}

/// Clause 6.
#[test]
fn a_clock_that_jumps_back_makes_nobody_wait_longer_than_a_period() {
    let world = World::new();
    let account = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let early = NOW - Span::days(30);
    let (mended, events) = account.as_of(early, Quota::ACCOUNT);
    assert_eq!(events, [EventKind::ClockMended]);
    assert_eq!(asked(&world, &mended, 2, early), Err(Refusal::Throttled { retry_after: PERIOD }));
    assert!(asked(&world, &mended, 2, early + PERIOD).is_ok());
}

/// Clause 8.
#[test]
fn what_a_refused_mail_took_is_given_back_once() {
    let world = World::new();
    let account = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let soon = NOW + Span::seconds(2);
    let given_back = account.give_back(Purpose::PasswordSet, NOW, Quota::ACCOUNT).unwrap();
    assert!(asked(&world, &given_back, 2, soon).is_ok());
    assert_eq!(given_back.give_back(Purpose::PasswordSet, NOW, Quota::ACCOUNT), None);
}

/// Clauses 1 and 8.
#[test]
fn a_mail_that_is_refused_late_gives_nothing_of_a_later_one_back() {
    let world = World::new();
    let first = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let second = asked(&world, &first, 2, NOW + PERIOD).unwrap();
    assert_eq!(second.give_back(Purpose::PasswordSet, NOW, Quota::ACCOUNT), None);
}

/// Clause 9.
#[test]
fn a_bypass_is_journaled_and_takes_nothing_that_was_spent() {
    let world = World::new();
    let account = asked(&world, &world.registered(1, NOW), 1, NOW).unwrap();
    let soon = NOW + Span::seconds(1);
    let request = MailRequest { bypass_throttle: true, ..world.request(2, soon) };
    let change = account.request_password_set(&request).unwrap();
    assert!(matches!(change.events[..], [EventKind::MailQueued { bypassed_throttle: true, .. }]));
    let after = change.account.unwrap();
    assert_eq!(after.give_back(Purpose::PasswordSet, soon, Quota::ACCOUNT), None);
    assert!(asked(&world, &after, 3, NOW + PERIOD - Span::micros(1)).is_err());
    assert!(asked(&world, &after, 3, NOW + PERIOD).is_ok());
}

#[test]
fn each_purpose_has_a_throttle_of_its_own() {
    let world = World::new();
    let new = world.registered(1, NOW);
    let mailed = asked(&world, &new, 1, NOW).unwrap();
    let chosen = world.chosen(&mailed, Purpose::PasswordSet, 1, NOW);
    assert!(chosen.request_password_reset(&world.request(2, NOW)).is_ok());
}
