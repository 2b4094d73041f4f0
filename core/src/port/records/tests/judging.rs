//! A commit, judged by what is present.

use super::*;

fn stamps(of: &[(Key, u8)]) -> Present {
    let stamps = of.iter().map(|(key, n)| (key.clone(), commit_id(*n))).collect();
    Present { stamps, ..Present::default() }
}

fn refused(commit: &Commit, present: &Present) -> CommitError {
    match judge(commit, present) {
        Judged::Refused(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_commit_needs_its_records_its_keys_its_levels_and_its_own_name() {
    let ada = keeping(account(1, "ada@example.com"), "old@example.com");
    let writes = vec![Write::Reserve(reserve(2)), Write::Account(Swap::create(ada.clone()))];
    let both = Commit::new(commit_id(1), writes.clone(), vec![event(Some(ada.id))]).unwrap();
    let needs = needs(&both);
    assert_eq!(needs.records, [Key::Account(ada.id)]);
    let keys = ["ada@example.com", "old@example.com"].map(|address| email(address).key());
    assert_eq!(needs.keys, [(&ada.realm, &keys[0]), (&ada.realm, &keys[1])]);
    assert_eq!((needs.levels, needs.journaled), (vec![quota(2)], Some(commit_id(1))));
    assert_eq!(super::super::needs(&commit(writes)).journaled, None);
}

#[test]
fn an_account_that_goes_needs_no_keys() {
    let before = stored(account(1, "ada@example.com"), 7);
    assert!(needs(&commit(vec![Write::Account(Swap::remove(before))])).keys.is_empty());
}

#[test]
fn a_repeat_is_known_by_any_of_its_records_or_its_events_before_any_guard() {
    let (ada, tag) = (account(1, "ada@example.com"), AddressTag::from_bytes([5; 32]));
    let writes =
        vec![Write::Account(Swap::create(ada.clone())), Write::Address(Swap::create(Address::new(tag)))];
    // The account has moved on, which is a conflict to a first offer.
    let moved_on = stamps(&[(Key::Account(ada.id), 7), (Key::Address(tag), 1)]);
    assert!(matches!(judge(&commit(writes.clone()), &moved_on), Judged::Repeated));
    let journaled = Present { journaled: true, ..stamps(&[(Key::Account(ada.id), 7)]) };
    assert!(matches!(judge(&commit(writes), &journaled), Judged::Repeated));
}

#[test]
fn a_swap_fits_the_stamp_that_was_read_and_no_other() {
    let ada = account(1, "ada@example.com");
    let key = Key::Account(ada.id);
    let replaced = commit(vec![Write::Account(Swap::replace(stored(ada.clone(), 7), ada.clone()))]);
    assert!(matches!(judge(&replaced, &stamps(&[(key.clone(), 7)])), Judged::Fits(_)));
    for present in [stamps(&[(key.clone(), 8)]), Present::default()] {
        assert!(matches!(refused(&replaced, &present), CommitError::Conflict(at) if at == key));
    }
    let created = commit(vec![Write::Account(Swap::create(ada))]);
    assert!(matches!(judge(&created, &Present::default()), Judged::Fits(_)));
    assert!(matches!(refused(&created, &stamps(&[(key, 7)])), CommitError::Conflict(_)));
}

#[test]
fn the_first_failing_write_in_key_order_decides() {
    let (one, two) = (AddressTag::from_bytes([1; 32]), AddressTag::from_bytes([2; 32]));
    let create = |tag| Write::Address(Swap::create(Address::new(tag)));
    let both = commit(vec![create(two), create(one), Write::Reserve(reserve(1))]);
    let mut present = stamps(&[(Key::Address(one), 7), (Key::Address(two), 7)]);
    present.levels.insert(quota(1), NOW + Span::days(1));
    assert!(matches!(refused(&both, &present), CommitError::Conflict(Key::Address(tag)) if tag == one));
}

#[test]
fn a_key_that_another_account_holds_is_taken_and_a_conflict_comes_before_it() {
    let ada = keeping(account(1, "ada@example.com"), "old@example.com");
    let created = commit(vec![Write::Account(Swap::create(ada.clone()))]);
    for address in ["ada@example.com", "old@example.com"] {
        let held = |by: u8| [(email(address).key(), AccountId::from_bytes([by; 16]))].into();
        let taken = Present { holders: held(2), ..Present::default() };
        assert!(matches!(refused(&created, &taken), CommitError::EmailTaken { of } if of == ada.id));
        let own = Present { holders: held(1), ..Present::default() };
        assert!(matches!(judge(&created, &own), Judged::Fits(_)), "held by the account itself");
        let both = Present { holders: held(2), ..stamps(&[(Key::Account(ada.id), 7)]) };
        assert!(matches!(refused(&created, &both), CommitError::Conflict(_)));
    }
}

fn raised(asked: Reservation, present: Option<Timestamp>) -> Timestamp {
    let levels = present.map(|level| (asked.of, level)).into_iter().collect();
    match judge(&commit(vec![Write::Reserve(asked)]), &Present { levels, ..Present::default() }) {
        Judged::Fits(levels) => match levels[..] {
            [RaisedLevel { of, level }] if of == asked.of && level.horizon == asked.horizon => level.at,
            _ => panic!("{levels:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_level_rises_by_a_step_from_where_it_stands_or_from_its_floor() {
    let asked = reserve(1);
    let soon = NOW + Span::minutes(10);
    assert_eq!(raised(asked, None), soon);
    assert_eq!(raised(asked, Some(NOW - Span::days(1))), soon);
    assert_eq!(raised(asked, Some(NOW + Span::minutes(30))), NOW + Span::minutes(40));
}

#[test]
fn no_reservation_raises_a_level_beyond_its_horizon_and_none_lowers_it() {
    let asked = reserve(1).without_ceiling();
    assert_eq!(raised(asked, Some(NOW + Span::minutes(55))), NOW + Span::hours(1));
    assert_eq!(raised(asked, Some(NOW + Span::days(9))), NOW + Span::days(9));
    let last = Reservation { floor: Timestamp::MAX, horizon: Span::MAX, step: Span::MAX, ..asked };
    assert_eq!(raised(last, Some(Timestamp::MAX)), Timestamp::MAX);
}

#[test]
fn every_spent_quota_is_named_with_its_level_and_nothing_is_reserved() {
    let asked = commit([3, 1, 2].map(|n| Write::Reserve(reserve(n))).into());
    let above = NOW + Span::minutes(30) + Span::micros(1);
    let levels = BTreeMap::from([(quota(3), above), (quota(1), Timestamp::MAX), (quota(2), NOW)]);
    let refused = refused(&asked, &Present { levels, ..Present::default() });
    let CommitError::Exhausted(spent) = refused else { panic!("{refused}") };
    assert_eq!(spent, [(quota(1), Timestamp::MAX), (quota(3), above)]);
}

#[test]
fn an_empty_commit_fits() {
    assert!(matches!(judge(&commit(vec![]), &Present::default()), Judged::Fits(levels) if levels.is_empty()));
}
