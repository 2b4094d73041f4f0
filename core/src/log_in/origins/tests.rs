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
    let mut share = gate.share([(ONE, quota(burst))], NOW);
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
    one.failed();
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
    first.failed();
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
        let mut share = gate.share([(ONE, quota(9)), (WIDE, quota(1))], NOW);
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
    let mut none = gate.share([], NOW);
    assert!(matches!(pass(&mut none, after(99)), OriginPass::Go));
    let mut known = share(&gate, 1);
    assert!(matches!(pass(&mut known, None), OriginPass::Go));
    drop((none, known));
    assert_eq!(gate.origins.remembered(), 0);
}

#[test]
fn a_queue_that_is_full_is_refused_at_once() {
    let gate = Gate::new(10, 1);
    let (mut one, mut other, mut third) = (share(&gate, 1), share(&gate, 1), share(&gate, 1));
    assert!(matches!(pass(&mut one, None), OriginPass::Go));
    let _waits = pass(&mut other, None);
    assert!(third.pass(|_| None, NOW).is_err());
}

/// One that failed and whose caller went before that was written down.
fn fails_unheard(gate: &Gate, burst: u32, loaded: Option<Timestamp>) {
    let mut gone = share(gate, burst);
    assert!(matches!(pass(&mut gone, loaded), OriginPass::Go));
    gone.failed();
}

/// How many failures it counts in its only level.
fn counts(share: &Share<'_>) -> u64 {
    share.failures().map(|(.., failures)| failures).sum()
}

#[test]
fn a_failure_that_was_not_written_down_is_owed_and_counted_with_the_next() {
    let gate = Gate::new(10, 100);
    (0..3).for_each(|_| fails_unheard(&gate, 10, None));
    let mut next = share(&gate, 10);
    assert!(matches!(pass(&mut next, None), OriginPass::Go));
    next.failed();
    assert_eq!(counts(&next), 4);
    next.counted();
    drop(next);
    assert_eq!(gate.origins.remembered(), 0, "and nothing is owed any more");
}

#[test]
fn what_is_owed_takes_up_room_also_while_it_is_on_its_way() {
    let gate = Gate::new(10, 100);
    fails_unheard(&gate, 2, None);
    let (mut one, mut other) = (share(&gate, 2), share(&gate, 2));
    assert!(matches!(pass(&mut one, None), OriginPass::Go));
    assert!(matches!(pass(&mut other, None), OriginPass::Wait(_)), "one owed, one under way");
    one.failed();
    assert_eq!(counts(&one), 2);
    assert!(matches!(pass(&mut other, None), OriginPass::Wait(_)), "two on their way");
    one.counted();
    assert!(matches!(pass(&mut other, None), OriginPass::LoadAgain));
    other.about_to_load();
    assert!(matches!(pass(&mut other, after(2)), OriginPass::Spent(_)));
}

#[test]
fn what_leaves_no_room_is_paid_by_one_and_the_others_wait() {
    let gate = Gate::new(10, 100);
    fails_unheard(&gate, 1, None);
    let (mut one, mut other) = (share(&gate, 1), share(&gate, 1));
    assert!(matches!(pass(&mut one, None), OriginPass::Pay));
    assert_eq!(counts(&one), 1);
    let OriginPass::Wait(wait) = pass(&mut other, None) else { panic!("it is being paid") };
    drop(one);
    assert_eq!(wait.settled.now_or_never(), Some(()), "it was not");
    assert!(matches!(pass(&mut other, None), OriginPass::Pay), "so the next one pays");
    other.counted();
    assert_eq!(counts(&other), 0);
    drop(other);
    assert_eq!(gate.origins.remembered(), 0);
}

#[test]
fn one_that_turns_out_well_after_all_owes_nothing_of_its_own() {
    let gate = Gate::new(10, 100);
    fails_unheard(&gate, 10, None);
    let mut one = share(&gate, 10);
    assert!(matches!(pass(&mut one, None), OriginPass::Go));
    one.failed();
    assert_eq!(counts(&one), 2);
    one.takes_back();
    drop(one);
    let mut next = share(&gate, 10);
    assert!(matches!(pass(&mut next, None), OriginPass::Go));
    next.failed();
    assert_eq!(counts(&next), 2, "its own, and what was owed before");
}

#[test]
fn what_is_owed_is_worked_off_by_time_after_what_was_counted_before_it() {
    let gate = Gate::new(10, 100);
    // Five are on record, two are owed: the seventh would be worked off after seven periods.
    (0..2).for_each(|_| fails_unheard(&gate, 10, after(5)));
    let owed_at = |periods: u64| {
        let mut later = gate.share([(ONE, quota(10))], NOW);
        later.about_to_load();
        let now = NOW + Span::seconds(36).times(periods);
        assert!(matches!(later.pass(|_| after(5), now).unwrap(), OriginPass::Go));
        later.failed();
        let owed = counts(&later) - 1;
        later.takes_back();
        owed
    };
    assert_eq!([0, 5, 6, 7].map(owed_at), [2, 2, 1, 0]);
}

#[test]
fn a_failure_that_is_counted_meanwhile_is_worked_off_before_what_is_owed() {
    let gate = Gate::new(10, 100);
    fails_unheard(&gate, 10, None);
    let mut crowds = gate.origins.crowds();
    let crowd = crowds.by_level.get_mut(&ONE).unwrap();
    crowd.set_out();
    crowd.count(1, 0);
    assert_eq!([1, 2].map(|periods| crowd.owed(NOW + Span::seconds(36).times(periods))), [1, 0]);
}

#[test]
fn however_far_the_clock_jumps_back_nothing_is_owed_for_longer_than_a_burst_takes() {
    let gate = Gate::new(10, 100);
    let mut gone = share(&gate, 10);
    assert!(matches!(gone.pass(|_| None, NOW + Span::days(1)).unwrap(), OriginPass::Go));
    gone.failed();
    drop(gone);
    let mut crowds = gate.origins.crowds();
    let crowd = crowds.by_level.get_mut(&ONE).unwrap();
    assert_eq!([0, 359, 360].map(|seconds| crowd.owed(NOW + Span::seconds(seconds))), [1, 1, 0]);
}

#[test]
fn what_nobody_comes_to_pay_is_forgotten_once_time_has_worked_it_off() {
    let gate = Gate::new(10, 100);
    fails_unheard(&gate, 10, None);
    assert_eq!(gate.origins.remembered(), 1);
    drop(gate.share([], NOW + Span::seconds(35)));
    assert_eq!(gate.origins.remembered(), 1);
    drop(gate.share([], NOW + Span::seconds(100)));
    assert_eq!(gate.origins.remembered(), 0, "whoever comes, from wherever");
}
