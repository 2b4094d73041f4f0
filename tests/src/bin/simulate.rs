//! Lives through simulated worlds, and tells of the first in which an invariant was broken.
//!
//! The last line says how it went: `SOUND seeds=<count> in <seconds> s, <number> a second`, or, with exit code 1,
//! `BROKEN invariant=<number> seed=<seed> after=<count>`.

use std::{
    fs,
    path::{Path, PathBuf},
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
    kept::KeptPlan,
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
    /// The plan that was saved in this file, instead of one that a seed draws.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "seeds", "minutes", "first"])]
    plan: Option<PathBuf>,
    /// Saves the seed's plan, or what is left of it, in this file, to be kept.
    #[arg(long, requires = "seed", value_name = "FILE")]
    save: Option<PathBuf>,
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
    match (&args.plan, args.seed) {
        (Some(file), _) => match saved(file) {
            Ok(plan) => one(plan, &args, lived),
            Err(why) => {
                eprintln!("{}: {why}", file.display());
                ExitCode::from(2)
            }
        },
        (None, Some(seed)) => one(Plan::drawn(seed), &args, lived),
        (None, None) => many(&args, lived),
    }
}

/// The plan that is kept in a file.
fn saved(file: &Path) -> Result<Plan, String> {
    let text = fs::read_to_string(file).map_err(|why| why.to_string())?;
    Ok(KeptPlan::parse(&text)?.plan)
}

/// Keeps a plan in a file.
fn save(file: &Path, plan: Plan, broke: &str) {
    let kept = KeptPlan { broke: broke.to_owned(), plan };
    match fs::write(file, kept.to_text()) {
        Ok(()) => println!("saved in {}", file.display()),
        Err(why) => eprintln!("{}: {why}", file.display()),
    }
}

/// One seed, or what is left of it.
fn one(mut plan: Plan, args: &Args, judged: impl Fn(&Plan) -> Verdict) -> ExitCode {
    let seed = plan.seed;
    if args.forgetful {
        plan = plan.with_forgetful_store();
    }
    let cuts = Cuts { keep: args.keep.clone(), simple: args.simple, plain: args.plain };
    let is_cut = cuts != Cuts::default();
    let verdict = shrink::lived(&plan.cut(&cuts), &judged);
    let first = verdict.breaches.first();
    match first {
        Some(breach) if !is_cut && !args.whole => {
            let left = cut_down(&plan, breach, judged);
            println!("{left}");
            if let Some(file) = &args.save {
                save(file, left.plan.cut(&left.cuts), &left.breach.what);
            }
        }
        None if !is_cut && !args.whole => {}
        first => {
            println!("{}", trace::told(&verdict.history, first));
            if let Some(file) = &args.save {
                save(file, plan.cut(&cuts), first.map_or("nothing", |breach| &breach.what));
            }
        }
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
