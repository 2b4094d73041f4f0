//! What the origins have under way: who may be hashed, who waits, and what is left of those who go.

use futures_util::FutureExt as _;

use super::*;
use crate::log_in::Gate;

const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000);
const ONE: QuotaTag = QuotaTag::from_bytes([1; 32]);
const WIDE: QuotaTag = QuotaTag::from_bytes([2; 32]);

fn quota(burst: u32) -> Quota {
    Quota::new(burst, Span::seconds(36)).unwrap()
}

fn share(gate: &Gate, burst: u32) -> Share<'_> {
    let mut share = gate.share([(ONE, quota(burst))]);
    share.about_to_load();
    share
}

/// The level after so many failures.
fn after(failures: u64) -> Option<Timestamp> {
    (failures > 0).then(|| NOW + Span::seconds(36).times(failures))
}

fn pass<'a>(share: &mut Share<'a>, loaded: Option<Timestamp>) -> OriginPass<'a> {
    share.pass(|_| loaded, NOW).unwrap()
}

#[test]
fn no_more_are_under_way_than_the_level_leaves() {
    let gate = Gate::new(10, 100);
    let mut shares: Vec<_> = (0..3).map(|_| share(&gate, 10)).collect();
    assert!(matches!(pass(&mut shares[0], after(8)), OriginPass::Go));
    assert!(matches!(pass(&mut shares[1], after(8)), OriginPass::Go));
    assert!(matches!(pass(&mut shares[2], after(8)), OriginPass::Wait(_)));
    assert!(matches!(pass(&mut shares[0], after(8)), OriginPass::Go), "who is under way goes on");
    shares.remove(0);
    assert!(
        matches!(pass(&mut shares[1], after(8)), OriginPass::Go),
        "one that came to nothing frees its share"
    );
}

#[test]
fn that_a_quota_is_spent_is_said_by_the_level_alone() {
    let gate = Gate::new(10, 100);
    let (mut one, mut other) = (share(&gate, 1), share(&gate, 1));
    assert!(matches!(pass(&mut one, None), OriginPass::Go));
    assert!(matches!(pass(&mut other, None), OriginPass::Wait(_)), "the one under way may turn out well");
    assert!(matches!(pass(&mut other, after(1)), OriginPass::Spent(wait) if wait == Span::seconds(36)));
}

#[test]
fn a_failure_that_was_counted_since_the_load_is_taken_off() {
    let gate = Gate::new(10, 100);
    let (mut one, mut other) = (share(&gate, 2), share(&gate, 2));
    assert!(matches!(pass(&mut one, after(1)), OriginPass::Go));
    one.counted();
    assert!(
        matches!(pass(&mut other, after(1)), OriginPass::LoadAgain),
        "its level is older than that failure"
    );
    other.about_to_load();
    assert!(matches!(pass(&mut other, after(2)), OriginPass::Spent(_)));
}

#[test]
fn each_that_ends_wakes_one_who_waits_and_each_who_goes_unserved_wakes_the_next() {
    let gate = Gate::new(10, 100);
    let mut first = share(&gate, 1);
    assert!(matches!(pass(&mut first, None), OriginPass::Go));
    let mut waiting: Vec<_> = (0..3).map(|_| share(&gate, 1)).collect();
    let mut waits: Vec<_> = waiting
        .iter_mut()
        .map(|share| match pass(share, None) {
            OriginPass::Wait(wait) => wait,
            other => panic!("{other:?}"),
        })
        .collect();
    let woken = |waits: &mut Vec<Waiting<'_>>| {
        waits.iter_mut().filter_map(|wait| (&mut wait.settled).now_or_never()).count()
    };
    assert_eq!(woken(&mut waits), 0);
    first.counted();
    assert_eq!((&mut waits[0].settled).now_or_never(), Some(()), "in order");
    waits.remove(0);
    assert_eq!(woken(&mut waits), 0, "one at a time");
    // The level says that the quota is spent: it goes, and the next one looks.
    drop(waiting.remove(0));
    assert_eq!(woken(&mut waits), 1);
}

#[test]
fn each_of_two_levels_holds_back() {
    let gate = Gate::new(10, 100);
    let both = || {
        let mut share = gate.share([(ONE, quota(9)), (WIDE, quota(1))]);
        share.about_to_load();
        share
    };
    let (mut one, mut other) = (both(), both());
    assert!(matches!(pass(&mut one, None), OriginPass::Go));
    assert!(matches!(pass(&mut other, None), OriginPass::Wait(_)), "the wider one is full");
    drop(one);
    assert!(matches!(pass(&mut other, None), OriginPass::Go));
}

#[test]
fn who_knows_of_no_origin_is_held_back_by_none_and_nothing_is_remembered() {
    let gate = Gate::new(10, 100);
    let mut none = gate.share([]);
    assert!(matches!(pass(&mut none, after(99)), OriginPass::Go));
    let mut known = share(&gate, 1);
    assert!(matches!(pass(&mut known, None), OriginPass::Go));
    drop((none, known));
    assert!(gate.origins.crowds().is_empty());
}

#[test]
fn a_queue_that_is_full_is_refused_at_once() {
    let gate = Gate::new(10, 1);
    let (mut one, mut other, mut third) = (share(&gate, 1), share(&gate, 1), share(&gate, 1));
    assert!(matches!(pass(&mut one, None), OriginPass::Go));
    let _waits = pass(&mut other, None);
    assert!(third.pass(|_| None, NOW).is_err());
}
