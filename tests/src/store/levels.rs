//! Clauses 5, 7 and 8: quotas that are reserved from, by many at once.

use accountable_core::{
    domain::{Span, Timestamp},
    port::{Commit, CommitError, Key, Reservation, Swap, Write},
};

use super::{Stage, StoreUnderTest, look, put};
use crate::{
    race::{race, rounds},
    samples::{self, Batch, NOW, at},
};

const STEP: Span = Span::seconds(10);

/// 7. A reservation makes a level `max(level, floor) + step`, unless it is above the ceiling.
pub async fn clause_07_a_reservation_raises_a_level_unless_it_is_above_the_ceiling<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let of = names.quota();
    let reserve = |floor: Timestamp, step: Span, ceiling: Timestamp| {
        let reservation = Reservation { of, floor, step, ceiling, horizon: Span::MAX };
        Commit::new(names.commit(), vec![Write::Reserve(reservation)], Vec::new()).expect("a legal commit")
    };
    put(store, reserve(at(100), STEP, at(100))).await;
    assert_eq!(look::level(store, of).await, Some(at(110)), "an absent level counts as the floor");
    put(store, reserve(at(0), STEP, at(110))).await;
    assert_eq!(look::level(store, of).await, Some(at(120)), "a level at the ceiling is granted");
    match store.commit(&reserve(at(0), STEP, at(120) - Span::micros(1))).await {
        Err(CommitError::Exhausted(refusing)) if refusing == [(of, at(120))] => {}
        answer => panic!("a microsecond above the ceiling: {answer:?}"),
    }
    assert_eq!(look::level(store, of).await, Some(at(120)), "a refusal changes no level");
    put(store, reserve(at(500), STEP, at(500))).await;
    assert_eq!(look::level(store, of).await, Some(at(510)), "a level below the floor counts as the floor");
    put(store, reserve(at(0), Span::MAX, Timestamp::MAX)).await;
    assert_eq!(look::level(store, of).await, Some(Timestamp::MAX), "a level stops at the end of time");
    put(store, reserve(at(0), Span::MAX, Timestamp::MAX)).await;
    assert_eq!(look::level(store, of).await, Some(Timestamp::MAX), "and stays there");
}

/// 7. ... `min(max(level, floor) + step, floor + horizon)`, and never lowered: no further ahead of the floor than its horizon.
pub async fn clause_07_a_level_is_raised_no_further_than_its_horizon<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let of = names.quota();
    // The floor, the step and the horizon in seconds, and where the level stands then.
    let steps = [
        (0, 10, 25, 10),
        (0, 10, 25, 20),
        // Short of its full step, by less than a step and by all of it.
        (0, 10, 25, 25),
        (0, 10, 25, 25),
        // The horizon goes with the floor, and is the reservation's own.
        (5, 10, 25, 30),
        (5, 10, 100, 40),
        // It stands further ahead than that: it stays. Only a trim brings it down, which knows the present.
        (0, 10, 25, 40),
        (50, 10, 5, 55),
    ];
    for (n, (floor, step, horizon, expected)) in steps.into_iter().enumerate() {
        let (floor, step, horizon) = (at(floor), Span::seconds(step), Span::seconds(horizon));
        let reservation = Reservation { of, floor, step, ceiling: Timestamp::MAX, horizon };
        put(store, Batch::new(names.commit()).reservation(reservation).build()).await;
        assert_eq!(look::level(store, of).await, Some(at(expected)), "the level after step {n}");
    }
}

/// 5. Exhausted names every level that refuses, in the order of their tags, with where it stands; nothing is reserved.
pub async fn clause_05_exhausted_names_every_level_that_refuses<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let mut levels: Vec<_> = (0..6).map(|_| names.quota()).collect();
    levels.sort_unstable();
    let mut expected = Vec::new();
    // Every other one is spent, the first and the last but one among them; each stands elsewhere.
    for (n, of) in (1..).zip(&levels).step_by(2) {
        let spent = Batch::new(names.commit()).reserve(*of, Span::seconds(n), NOW);
        put(store, spent.build()).await;
        expected.push((*of, at(n)));
    }
    let all = |batch: Batch| levels.iter().rev().fold(batch, |batch, of| batch.reserve(*of, STEP, NOW));
    match store.commit(&all(Batch::new(names.commit())).build()).await {
        Err(CommitError::Exhausted(refusing)) => assert_eq!(refusing, expected, "those that refuse"),
        answer => panic!("half of all levels are spent: {answer:?}"),
    }
    for of in &levels {
        let stood = expected.iter().find(|(spent, _)| spent == of).map(|(_, level)| *level);
        assert_eq!(look::level(store, *of).await, stood, "a refusal changes no level");
    }
    // Reservations come last: a swap that fails is told instead, whatever else is spent.
    let note = samples::note("keys", 1);
    put(store, Batch::new(names.commit()).note(Swap::create(note.clone())).build()).await;
    match store.commit(&all(Batch::new(names.commit()).note(Swap::create(note))).build()).await {
        Err(CommitError::Conflict(Key::Note(..))) => {}
        answer => panic!("a note is in the way, and half of all levels are spent: {answer:?}"),
    }
}

/// 7. Racing reservations admit what some serial order would.
pub async fn clause_07_racing_reservations_admit_what_some_serial_order_would<S: StoreUnderTest>() {
    const BURST: u64 = 5;
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    for seed in rounds(S::ROUNDS) {
        let of = names.quota();
        let ceiling = NOW + STEP.times(BURST - 1);
        let admitted = race(seed, 8, |racer| {
            let store = instances.get(racer % instances.len()).expect("an instance");
            let offers = (0..3).map(|_| {
                let commit = Batch::new(names.commit()).reserve(of, STEP, ceiling).build();
                match S::block_on(store.commit(&commit)) {
                    Ok(()) => 1,
                    Err(CommitError::Exhausted(refusing)) => {
                        assert_eq!(refusing, [(of, NOW + STEP.times(BURST))], "seed {seed:#x}");
                        0
                    }
                    Err(error) => panic!("a reservation got {error:?}, in the race of seed {seed:#x}"),
                }
            });
            offers.sum::<u64>()
        });
        assert_eq!(admitted.into_iter().sum::<u64>(), BURST, "admitted in the race of seed {seed:#x}");
        let level = look::level(&*stage.store, of).await;
        assert_eq!(level, Some(NOW + STEP.times(BURST)), "the level after the race of seed {seed:#x}");
    }
}

/// 7. ... a failed commit reserves nothing.
pub async fn clause_07_a_failed_commit_reserves_nothing<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let (tag, of) = (names.tag(), names.quota());
    put(store, Batch::new(names.commit()).address(Swap::create(samples::address(tag, 1))).build()).await;
    let failing = || {
        Batch::new(names.commit())
            .address(Swap::create(samples::address(tag, 2)))
            .reserve(of, STEP, at(1_000))
            .build()
    };
    let answer = store.commit(&failing()).await;
    assert!(matches!(answer, Err(CommitError::Conflict(_))), "{answer:?}");
    assert_eq!(look::level(store, of).await, None, "an absent level stays absent");
    put(store, Batch::new(names.commit()).reserve(of, STEP, at(1_000)).build()).await;
    let answer = store.commit(&failing()).await;
    assert!(matches!(answer, Err(CommitError::Conflict(_))), "{answer:?}");
    assert_eq!(look::level(store, of).await, Some(NOW + STEP), "a level stays where it was");
}

/// 8. Reservations alone never conflict.
pub async fn clause_08_reservations_alone_never_conflict<S: StoreUnderTest>() {
    const RACERS: usize = 8;
    const EACH: usize = 4;
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    for seed in rounds(S::ROUNDS) {
        let (one, other) = (names.quota(), names.quota());
        race(seed, RACERS, |racer| {
            let store = instances.get(racer % instances.len()).expect("an instance");
            for _ in 0..EACH {
                let both = Batch::new(names.commit())
                    .reserve(one, STEP, Timestamp::MAX)
                    .reserve(other, STEP, Timestamp::MAX)
                    .build();
                super::accepted(S::block_on(store.commit(&both)));
            }
        });
        let all = NOW + STEP.times(u64::try_from(RACERS * EACH).unwrap_or(0));
        for of in [one, other] {
            assert_eq!(look::level(&*stage.store, of).await, Some(all), "all of seed {seed:#x} counted");
        }
    }
}
