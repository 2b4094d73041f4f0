//! The whole library in simulated worlds where everything fails, judged by the invariants of the rules.
//!
//! `ACCOUNTABLE_SEED` is the first seed, `ACCOUNTABLE_SEEDS` how many there are. The command `simulate` lives through
//! as many as one likes.
#![expect(clippy::panic, reason = "a failing seed is told")]

use std::{collections::BTreeSet, fs, path::Path, sync::atomic::AtomicU64};

use accountable_conformance::simulator::{
    Breach, Verdict,
    campaign::Campaign,
    cuts::Cuts,
    judged,
    kept::KeptPlan,
    plan::Plan,
    shrink::{RUNS, Shrunk, lived, shrunk},
    trace,
};

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| match text.parse() {
        Ok(number) => number,
        Err(why) => panic!("{variable}={text}: {why}"),
    })
}

/// What is left of the lowest broken seed.
fn cut_down(seed: u64, breach: &Breach, judged: impl Fn(&Plan) -> Verdict) -> Shrunk {
    shrunk(&Plan::drawn(seed), breach, judged, RUNS)
}

#[test]
fn ten_thousand_seeds_hold_every_invariant() {
    let (first, seeds) = (number("ACCOUNTABLE_SEED", 1), number("ACCOUNTABLE_SEEDS", 10_000));
    let mut campaign = Campaign::of(first, seeds);
    campaign.stops_at_first = true;
    let outcome = campaign.run(judged, &AtomicU64::new(0));
    if let Some((seed, breaches)) = outcome.broken.first_key_value() {
        panic!("ACCOUNTABLE_SEED={seed}\n{}", cut_down(*seed, &breaches[0], judged));
    }
    assert_eq!(outcome.lived, seeds);
    println!("{seeds} seeds from {first} on, {:.0} a second", outcome.a_second());
}

#[test]
fn a_seed_replays_exactly() {
    let mut all = BTreeSet::new();
    for seed in 1..=200 {
        let digest = |plan: &Plan| judged(plan).history.digest();
        let plan = Plan::drawn(seed);
        let first = digest(&plan);
        assert_eq!(digest(&Plan::drawn(seed)), first, "seed {seed}");
        // All its steps, by name, are the plan as it was drawn.
        let keep = plan.numbers().iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let cuts = Cuts { keep: Some(keep.parse().unwrap()), ..Cuts::default() };
        assert_eq!(digest(&plan.cut(&cuts)), first, "seed {seed} by its steps");
        all.insert(first);
    }
    assert_eq!(all.len(), 200, "no two worlds are alike");
}

#[test]
fn plans_that_broke_an_invariant_once_break_none_now() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let name = file.display();
        let text = fs::read_to_string(&file).unwrap();
        let kept = KeptPlan::parse(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(kept.to_text(), text, "{name} is as it would be saved");
        let verdict = lived(&kept.plan, judged);
        if let Some(breach) = verdict.breaches.first() {
            let now = trace::told(&verdict.history, Some(breach));
            panic!("{name}: {}, once; and now\n{now}", kept.broke);
        }
    }
}

/// The store forgets commits that it said were durable.
fn in_a_forgetful_world(plan: &Plan) -> Verdict {
    judged(&plan.clone().with_forgetful_store())
}

#[test]
fn a_broken_world_is_shrunk_to_a_short_trace() {
    let mut campaign = Campaign::of(1, 1_000);
    campaign.stops_at_first = true;
    let outcome = campaign.run(in_a_forgetful_world, &AtomicU64::new(0));
    let (seed, breaches) = outcome.broken.first_key_value().expect("a store that forgets is found");
    assert_eq!(outcome.lived, *seed, "and all before it are sound");
    let breach = &breaches[0];
    let left = cut_down(*seed, breach, in_a_forgetful_world);
    let plan = left.plan.cut(&left.cuts);
    assert!(plan.numbers().len() <= 6, "{left}");
    assert_eq!(left.breach.kind(), breach.kind(), "{left}");
    // What the trace says lives through it again.
    let told = left.to_string();
    let keep =
        told.split("--keep ").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a command");
    let cuts = Cuts { keep: Some(keep.parse().unwrap()), ..left.cuts.clone() };
    let again = in_a_forgetful_world(&Plan::drawn(*seed).cut(&cuts));
    assert_eq!(again.history.digest(), left.history.digest(), "{told}");
    assert!(told.contains(&format!("invariant {}", breach.invariant)) && told.lines().count() < 60, "{told}");
}

#[test]
fn what_a_judge_of_ones_own_finds_is_shrunk_too() {
    // Nobody ever comes to a password, it says; it takes a mail, a courier and an owner who reads it to show the opposite.
    let nobody_gets_a_password = |plan: &Plan| {
        let mut verdict = judged(plan);
        let is_set = |text: &str| text.contains("PasswordSet { how: Chosen }");
        let mut entries = verdict.history.entries.iter();
        if let Some(entry) = entries.find(|entry| is_set(&format!("{:?}", entry.fact))) {
            let breach = Breach { invariant: 0, what: "somebody has a password".to_owned(), at: entry.at };
            verdict.breaches.push(breach);
        }
        verdict
    };
    let outcome = Campaign { stops_at_first: true, ..Campaign::of(1, 1_000) }
        .run(nobody_gets_a_password, &AtomicU64::new(0));
    let (seed, breaches) = outcome.broken.first_key_value().expect("somebody comes to a password");
    let left = cut_down(*seed, &breaches[0], nobody_gets_a_password);
    assert!(left.plan.cut(&left.cuts).numbers().len() <= 5, "{left}");
    println!("{left}");
}

#[test]
fn of_several_broken_seeds_the_lowest_wins_however_many_threads_there_are() {
    // Slow seeds are those that a lone thread would come to first.
    let is_broken = |plan: &Plan| {
        let mut verdict = Verdict { breaches: Vec::new(), history: Default::default() };
        if plan.seed >= 40 {
            verdict.breaches.push(Breach { invariant: 0, what: "from 40 on".to_owned(), at: 0 });
        } else {
            verdict.history = judged(plan).history;
        }
        verdict
    };
    for threads in [1, 2, 7] {
        let campaign = Campaign { threads, stops_at_first: true, ..Campaign::of(21, 1_000) };
        let outcome = campaign.run(is_broken, &AtomicU64::new(0));
        assert_eq!(outcome.broken.keys().collect::<Vec<_>>(), [&40]);
        assert_eq!(outcome.lived, 20);
    }
}

#[test]
fn a_panic_of_a_judge_names_its_seed() {
    let panics = |plan: &Plan| -> Verdict {
        if plan.seed == 3 {
            std::panic::resume_unwind(Box::new("judged wrongly"))
        }
        Verdict { breaches: Vec::new(), history: Default::default() }
    };
    let outcome = Campaign::of(1, 10).run(panics, &AtomicU64::new(0));
    let (seed, breaches) = outcome.broken.first_key_value().expect("the panic");
    assert_eq!((*seed, outcome.broken.len(), outcome.lived), (3, 1, 10));
    assert!(breaches[0].what.ends_with("judged wrongly"), "{breaches:?}");
}
