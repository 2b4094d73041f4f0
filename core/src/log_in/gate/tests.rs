//! The gate: who may verify, who waits, and what is left of those who go.

use futures_util::FutureExt as _;

use super::*;
use crate::{
    domain::{Address, CommitId},
    engine::Pledge as _,
    log_in::{
        Overloaded,
        slot::{Pass, Slot},
    },
    port::{Commit, Stored, Swap, Write},
};

const TAG: AddressTag = AddressTag::from_bytes([1; 32]);
const LANE: LaneName = LaneName::Address(TAG);

fn enter(gate: &Gate) -> Slot<'_> {
    let mut attempt = gate.enter(LANE).now_or_never().expect("a free place").expect("not overloaded");
    attempt.about_to_load();
    attempt
}

#[test]
fn no_more_verify_at_once_than_there_is_room() {
    let gate = Gate::new(10, 100);
    let mut attempts: Vec<_> = (0..4).map(|_| enter(&gate)).collect();
    for attempt in &mut attempts[..3] {
        assert!(matches!(attempt.pass(3), Pass::Verify));
    }
    assert!(matches!(attempts[3].pass(3), Pass::Wait(_)));
    attempts.remove(0);
    assert!(matches!(attempts[2].pass(3), Pass::Verify), "a dropped guess is not charged");
}

#[test]
fn who_loaded_before_a_failure_was_counted_loads_again() {
    let gate = Gate::new(10, 100);
    let (mut one, mut other) = (enter(&gate), enter(&gate));
    assert!(matches!(one.pass(10), Pass::Verify));
    assert_eq!(one.wrong(), 1);
    one.counted();
    assert!(matches!(other.pass(10), Pass::Stale));
    other.about_to_load();
    assert!(matches!(other.pass(9), Pass::Verify));
}

#[test]
fn a_known_failure_that_was_dropped_is_owed_and_paid_by_the_next() {
    let gate = Gate::new(10, 100);
    let mut dropped = enter(&gate);
    assert!(matches!(dropped.pass(10), Pass::Verify));
    dropped.wrong();
    drop(dropped);
    let mut next = enter(&gate);
    assert!(matches!(next.pass(10), Pass::Verify));
    assert_eq!(next.wrong(), 2);
    next.counted();
    drop(next);
    assert_eq!(gate.remembered(), 0);
}

#[test]
fn debts_that_fill_the_room_are_paid_before_anything_is_verified() {
    let gate = Gate::new(10, 100);
    let mut dropped = enter(&gate);
    assert!(matches!(dropped.pass(1), Pass::Verify));
    dropped.wrong();
    drop(dropped);
    let mut next = enter(&gate);
    assert!(matches!(next.pass(1), Pass::PayOnly));
    assert_eq!(next.pay(), 1);
    next.counted();
}

#[test]
fn debts_and_failures_on_their_way_take_up_room() {
    let gate = Gate::new(10, 100);
    let (mut one, mut other, mut third) = (enter(&gate), enter(&gate), enter(&gate));
    assert!(matches!(one.pass(2), Pass::Verify));
    one.wrong();
    assert!(matches!(other.pass(2), Pass::Verify));
    assert!(matches!(third.pass(2), Pass::Wait(_)), "one on its way, one under way");
    drop(one);
    assert!(matches!(third.pass(2), Pass::Wait(_)), "one owed, one under way");
    drop(other);
    assert!(matches!(third.pass(2), Pass::Verify), "one owed");
}

#[test]
fn who_waits_is_woken_when_a_failure_is_counted_and_when_a_guess_is_dropped() {
    let gate = Gate::new(10, 100);
    let (mut one, mut other) = (enter(&gate), enter(&gate));
    assert!(matches!(one.pass(1), Pass::Verify));
    let Pass::Wait(mut settled) = other.pass(1) else { panic!("no room") };
    one.wrong();
    assert!((&mut settled).now_or_never().is_none());
    one.counted();
    assert!(settled.now_or_never().is_some(), "counted");
    other.about_to_load();
    assert!(matches!(other.pass(1), Pass::Verify));
    one.about_to_load();
    let Pass::Wait(settled) = one.pass(1) else { panic!("no room") };
    drop(other);
    assert!(settled.now_or_never().is_some(), "dropped");
    assert!(matches!(one.pass(1), Pass::Verify));
}

#[test]
fn who_waited_for_the_turnstile_keeps_the_place_in_the_queue() {
    let gate = Gate::new(1, 2);
    let held = enter(&gate);
    let mut first = Box::pin(gate.enter(LANE));
    let mut second = Box::pin(gate.enter(LANE));
    assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
    drop(first);
    assert!(second.as_mut().now_or_never().is_none(), "behind the turnstile, for a place");
    let mut third = Box::pin(gate.enter(LANE));
    assert!(third.as_mut().now_or_never().is_none(), "one slot is free");
    assert!(gate.enter(LANE).now_or_never().is_some_and(|entered| entered.is_err()), "and now none");
    drop(held);
    assert!(second.now_or_never().is_some_and(|entered| entered.is_ok()));
    assert!(third.now_or_never().is_some_and(|entered| entered.is_ok()));
}

#[test]
fn a_lane_vanishes_when_nobody_is_there_and_nothing_is_owed() {
    let gate = Gate::new(1, 100);
    let attempt = enter(&gate);
    assert!(gate.enter(LANE).now_or_never().is_none(), "the only place is taken");
    assert_eq!(gate.remembered(), 1);
    drop(attempt);
    assert_eq!(gate.remembered(), 0);
}

#[test]
fn a_queue_that_is_full_is_refused_at_once() {
    let gate = Gate::new(1, 1);
    let held = enter(&gate);
    let mut first = Box::pin(gate.enter(LANE));
    assert!(first.as_mut().now_or_never().is_none(), "waits");
    assert_eq!(gate.enter(LANE).now_or_never().map(|entered| entered.err()), Some(Some(Overloaded)));
    drop(held);
    assert!(first.now_or_never().is_some_and(|entered| entered.is_ok()));
}

fn commit(n: u8, before: Option<u8>) -> Commit {
    let id = |n: u8| CommitId::from_bytes([n; 16]);
    let address = Address::new(TAG);
    let before = before.map(|n| Stored { value: address.clone(), stamp: id(n) });
    Commit::new(id(n), vec![Write::Address(Swap { before, after: Some(address) })], vec![]).unwrap()
}

/// A wrong guess whose commit is under way.
fn offering(gate: &Gate, n: u8, before: Option<u8>) -> Slot<'_> {
    let mut slot = enter(gate);
    assert!(matches!(slot.pass(10), Pass::Verify));
    slot.wrong();
    slot.offering(&commit(n, before));
    slot
}

#[test]
fn a_commit_that_was_left_is_not_owed_and_is_taken_up_by_the_next() {
    let gate = Gate::new(10, 100);
    drop(offering(&gate, 1, None));
    assert_eq!(gate.remembered(), 1, "its outcome is not known");
    let mut next = enter(&gate);
    assert!(matches!(next.pass(10), Pass::Stale), "nothing is verified before it is");
    assert_eq!(next.left_behind().map(|commit| commit.id()), Some(CommitId::from_bytes([1; 16])));
    assert!(next.left_behind().is_none(), "once");
    next.counted();
    next.about_to_load();
    assert!(matches!(next.pass(1), Pass::Verify));
    assert_eq!(next.wrong(), 1, "its own, and nothing is owed");
    next.counted();
    drop(next);
    assert_eq!(gate.remembered(), 0);
}

#[test]
fn what_a_commit_that_never_applies_would_have_counted_is_owed() {
    let gate = Gate::new(10, 100);
    drop(offering(&gate, 1, None));
    let mut next = enter(&gate);
    assert!(next.left_behind().is_some());
    next.never_applies();
    assert!(matches!(next.pass(10), Pass::Verify));
    assert_eq!(next.wrong(), 2);
}

#[test]
fn who_is_dropped_with_what_it_took_up_leaves_it_to_the_next() {
    let gate = Gate::new(10, 100);
    drop(offering(&gate, 1, None));
    let mut next = enter(&gate);
    assert!(next.left_behind().is_some());
    drop(next);
    assert!(enter(&gate).left_behind().is_some());
}

#[test]
fn a_commit_that_another_has_read_is_counted_though_it_was_written_over() {
    let gate = Gate::new(10, 100);
    // The second attempt rests on what the first one wrote, whose caller is gone before it hears of it.
    let (first, second) = (offering(&gate, 1, None), offering(&gate, 2, Some(1)));
    drop(first);
    let mut third = enter(&gate);
    assert!(third.left_behind().is_none(), "it was applied");
    assert!(matches!(third.pass(2), Pass::Verify), "one is on its way");
    drop(third);
    // And the other way round: left, then read.
    let mut fourth = enter(&gate);
    assert!(matches!(fourth.pass(10), Pass::Verify));
    fourth.wrong();
    drop(second);
    fourth.offering(&commit(3, Some(2)));
    assert!(fourth.left_behind().is_none());
    fourth.counted();
    drop(fourth);
    assert_eq!(gate.remembered(), 0, "nothing is owed and nothing is left");
}

#[test]
fn a_refusal_is_not_believed_of_a_commit_that_another_has_read() {
    let gate = Gate::new(10, 100);
    let mut first = offering(&gate, 1, None);
    let mut second = offering(&gate, 2, Some(1));
    assert!(first.refused(), "it was applied and written over");
    assert!(!second.refused());
}

#[test]
fn a_commit_that_was_left_takes_up_room_until_its_outcome_is_known() {
    let gate = Gate::new(10, 100);
    drop(offering(&gate, 1, None));
    let (mut one, mut other) = (enter(&gate), enter(&gate));
    assert!(one.left_behind().is_some());
    assert!(matches!(other.pass(1), Pass::Wait(_)));
    assert!(matches!(other.pass(2), Pass::Verify));
}
