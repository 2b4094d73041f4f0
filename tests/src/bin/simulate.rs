//! Lives through simulated worlds, and tells of the first in which an invariant was broken.
//!
//! The last line says how it went: `SOUND seeds=<count> in <seconds> s, <number> a second`, or, with exit code 1,
//! `BROKEN invariant=<number> seed=<seed> after=<count>`.

use std::{
    process::ExitCode,
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use accountable_conformance::simulator::{
    Breach, Verdict,
    campaign::{Campaign, Outcome},
    cuts::{Cuts, Keep},
    judged,
    plan::Plan,
    shrink::{self, RUNS},
    trace,
};
use clap::Parser;

/// Lives through simulated worlds, each decided by its seed, and judges them by the invariants of the rules.
#[derive(Debug, Parser)]
struct Args {
    /// The first seed.
    #[arg(long, default_value_t = 1, conflicts_with = "seed")]
    first: u64,
    /// How many seeds; by default 10,000.
    #[arg(long, conflicts_with = "seed")]
    seeds: Option<u64>,
    /// Begins no seed after so many minutes; without --seeds, as many seeds as go into them.
    #[arg(long = "for", value_name = "MINUTES", conflicts_with = "seed")]
    minutes: Option<u64>,
    /// Begins no seed above the lowest that is broken.
    #[arg(long)]
    stop_at_first: bool,
    /// How many threads; by default as many as there are cores.
    #[arg(long)]
    threads: Option<usize>,
    /// This seed alone: judged, cut down where it is broken, and told.
    #[arg(long)]
    seed: Option<u64>,
    /// Cuts nothing down. Of a seed alone, all is told that happened.
    #[arg(long)]
    whole: bool,
    /// Of the seed's steps these, as a shrunk seed was told: 3,7:once,12:stays:soon.
    #[arg(long, requires = "seed", value_name = "STEPS")]
    keep: Option<Keep>,
    /// Nothing takes any time.
    #[arg(long, requires = "seed")]
    simple: bool,
    /// Both realms go by the default rules.
    #[arg(long, requires = "seed")]
    plain: bool,
    /// The store forgets some commits that it said were durable: to see how a breach is told.
    #[arg(long)]
    forgetful: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let forgetful = args.forgetful;
    let lived = move |plan: &Plan| -> Verdict {
        if forgetful { judged(&plan.clone().with_forgetful_store()) } else { judged(plan) }
    };
    match args.seed {
        Some(seed) => one(seed, &args, lived),
        None => many(&args, lived),
    }
}

/// One seed, or what is left of it.
fn one(seed: u64, args: &Args, judged: impl Fn(&Plan) -> Verdict) -> ExitCode {
    let mut plan = Plan::drawn(seed);
    if args.forgetful {
        plan = plan.with_forgetful_store();
    }
    let cuts = Cuts { keep: args.keep.clone(), simple: args.simple, plain: args.plain };
    let is_cut = cuts != Cuts::default();
    let verdict = shrink::lived(&plan.cut(&cuts), &judged);
    let first = verdict.breaches.first();
    match first {
        Some(breach) if !is_cut && !args.whole => {
            println!("{}", cut_down(&plan, breach, judged));
        }
        None if !is_cut && !args.whole => {}
        first => println!("{}", trace::told(&verdict.history, first)),
    }
    for breach in &verdict.breaches {
        println!("invariant {}: {}", breach.invariant, breach.what);
    }
    println!("{} things happened, digest {:016x}", verdict.history.entries.len(), verdict.history.digest());
    match first {
        Some(breach) => {
            println!("BROKEN invariant={} seed={seed} after=1", breach.invariant);
            ExitCode::FAILURE
        }
        None => {
            println!("SOUND seeds=1");
            ExitCode::SUCCESS
        }
    }
}

/// Seed after seed.
fn many(args: &Args, judged: impl Fn(&Plan) -> Verdict + Sync) -> ExitCode {
    let mut campaign = Campaign::of(args.first, args.seeds.unwrap_or(10_000));
    if let Some(minutes) = args.minutes {
        campaign.seeds = args.seeds.unwrap_or(u64::MAX);
        campaign.lasts = Some(Duration::from_secs(minutes.saturating_mul(60)));
    }
    campaign.stops_at_first = args.stop_at_first;
    campaign.threads = args.threads.unwrap_or(campaign.threads);
    let outcome = told_on_its_way(&campaign, &judged);
    for (breach, seeds, lowest) in outcome.kinds() {
        println!("{seeds} seeds, {lowest} the lowest, break invariant {}: {}", breach.invariant, breach.what);
    }
    let lowest = outcome.broken.iter().find_map(|(seed, breaches)| Some((*seed, breaches.first()?)));
    match lowest {
        Some((seed, breach)) => {
            if args.whole {
                println!("seed {seed}: {}", breach.what);
            } else {
                let mut plan = Plan::drawn(seed);
                if args.forgetful {
                    plan = plan.with_forgetful_store();
                }
                println!("\n{}", cut_down(&plan, breach, judged));
            }
            let after = seed.wrapping_sub(args.first).wrapping_add(1);
            println!("BROKEN invariant={} seed={seed} after={after}", breach.invariant);
            ExitCode::FAILURE
        }
        None => {
            let (seeds, seconds) = (outcome.lived, outcome.took.as_secs());
            println!("SOUND seeds={seeds} in {seconds} s, {:.0} a second", outcome.a_second());
            ExitCode::SUCCESS
        }
    }
}

/// Says now and then on the standard error how far it has come.
fn told_on_its_way(campaign: &Campaign, judged: &(impl Fn(&Plan) -> Verdict + Sync)) -> Outcome {
    let progress = AtomicU64::new(0);
    let (over, is_over) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let progress = &progress;
        scope.spawn(move || {
            let mut seconds: u64 = 0;
            while is_over.recv_timeout(Duration::from_secs(60)) == Err(mpsc::RecvTimeoutError::Timeout) {
                seconds = seconds.saturating_add(60);
                let seeds = progress.load(Ordering::Relaxed);
                eprintln!(
                    "{seeds} seeds in {seconds} s, {} a second",
                    seeds.checked_div(seconds).unwrap_or_default()
                );
            }
        });
        let outcome = campaign.run(judged, progress);
        drop(over);
        outcome
    })
}

/// What is left of a plan that breaks an invariant. Its panics were printed before; those of the attempts are not.
fn cut_down(plan: &Plan, breach: &Breach, judged: impl Fn(&Plan) -> Verdict) -> shrink::Shrunk {
    std::panic::set_hook(Box::new(|_| {}));
    shrink::shrunk(plan, breach, judged, RUNS)
}
