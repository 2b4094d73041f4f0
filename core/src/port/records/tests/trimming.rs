//! What a trim removes and what it keeps.

use super::*;

fn trim() -> Trim {
    Trim {
        realm: Realm::default(),
        now: NOW,
        events_before: None,
        strays_before: NOW,
        dead_mails_before: None,
        limit: Limit::MAX,
    }
}

#[test]
fn an_event_without_an_account_that_stays_is_a_stray() {
    let ada = account(1, "ada@example.com");
    let erased = Account { life: Life::Erased { at: NOW, purged: false }, ..ada.clone() };
    let about = event(Some(ada.id));
    assert!(!is_stray(&about, Some(&ada)) && !is_stray(&about, Some(&erased)));
    assert!(is_stray(&about, None) && is_stray(&about, Some(&purged(ada, NOW))));
    assert!(is_stray(&event(None), None));
}

#[test]
fn strays_go_once_they_are_old_enough_in_their_own_realm() {
    let trim = trim();
    let at = |at| Event { at, ..event(None) };
    assert!(trim.removes_stray(&at(NOW - Span::micros(1)), None));
    assert!(!trim.removes_stray(&at(NOW), None));
    let elsewhere = Event { realm: Realm::parse("other").unwrap(), ..at(Timestamp::MIN) };
    assert!(!trim.removes_stray(&elsewhere, None));
}

#[test]
fn only_the_row_of_a_purged_sign_up_goes() {
    let (trim, ada) = (trim(), account(1, "ada@example.com"));
    let before = NOW - Span::micros(1);
    assert!(trim.removes_account(&purged(ada.clone(), before)));
    assert!(!trim.removes_account(&purged(ada.clone(), NOW)));
    assert!(!trim.removes_account(&Account { life: Life::Erased { at: before, purged: false }, ..ada }));
}

#[test]
fn an_address_goes_at_the_moment_that_it_names() {
    let idle = |from| Address { idle_from: from, ..Address::new(AddressTag::from_bytes([1; 32])) };
    assert!(trim().removes_address(&idle(Some(NOW))));
    assert!(!trim().removes_address(&idle(Some(NOW + Span::micros(1)))));
    assert!(!trim().removes_address(&idle(None)));
}

#[test]
fn a_level_is_spent_once_now_reaches_it_and_impossible_beyond_its_own_horizon() {
    let level = |ahead| Level { at: NOW + ahead, horizon: Span::hours(1) };
    assert!(level(Span::ZERO).is_spent(NOW) && !level(Span::micros(1)).is_spent(NOW));
    assert_eq!(level(Span::hours(1)).lowered(NOW), None);
    assert_eq!(level(Span::hours(2)).lowered(NOW), Some(level(Span::hours(1))));
}
