//! Cuts a plan down that breaks an invariant, to what is needed for that: few steps, nothing slow, nobody who gives up.
//!
//! Each attempt lives through what is left, and counts if the like of the breach comes again. What is left at the end is
//! written as the arguments that live through it again.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{
    Breach, Verdict,
    cuts::{Cuts, Keep, Kept},
    history::History,
    plan::Plan,
    trace,
};

/// The most lives that are lived to cut one plan down.
pub const RUNS: usize = 600;

/// What is left of a plan that breaks an invariant.
#[derive(Debug)]
pub struct Shrunk {
    /// The plan as it was drawn.
    pub plan: Plan,
    /// What of it is left.
    pub cuts: Cuts,
    /// The invariant that is broken, as it is in what is left.
    pub breach: Breach,
    /// What happens in what is left.
    pub history: History,
    /// How many lives were lived for it.
    pub runs: usize,
}

/// Lives through a plan. A panic outside of its tasks, in the simulator or a judge, is a breach as any other.
pub fn lived(plan: &Plan, judged: impl Fn(&Plan) -> Verdict) -> Verdict {
    let lived = catch_unwind(AssertUnwindSafe(|| judged(plan)));
    lived.unwrap_or_else(|panic| {
        let text = super::executor::text_of(&*panic);
        let breach = Breach::new(14, 0, format!("outside of all tasks something panicked: {text}"));
        Verdict { breaches: vec![breach], history: History::default() }
    })
}

/// Cuts a plan down as long as the like of this breach comes of it, in at most so many lives.
pub fn shrunk(plan: &Plan, breach: &Breach, judged: impl Fn(&Plan) -> Verdict, at_most: usize) -> Shrunk {
    let cuts = Cuts { keep: Some(plan.whole()), ..Cuts::default() };
    let mut search = Search { plan, kind: breach.kind(), judged, at_most, runs: 0, cuts };
    search.try_milder(|cuts| cuts.simple = true);
    search.try_milder(|cuts| cuts.plain = true);
    search.try_milder(|cuts| cuts.kept().iter_mut().for_each(|kept| kept.stays = true));
    search.takes_steps_away();
    search.soften_each_step();
    // What is milder may need less.
    search.takes_steps_away();
    let Search { cuts, kind, runs, judged, .. } = search;
    let cuts = tidied(plan, cuts);
    let verdict = lived(&plan.cut(&cuts), judged);
    let found = verdict.breaches.into_iter().find(|found| found.kind() == kind);
    let breach = found.unwrap_or_else(|| Breach {
        what: format!("{} (and not when it was lived through again: the simulator is at fault)", breach.what),
        ..breach.clone()
    });
    Shrunk { plan: plan.clone(), cuts, breach, history: verdict.history, runs }
}

/// What is left, as a trace, and the command that lives through it again.
impl fmt::Display for Shrunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, cuts, breach, history, runs } = self;
        let (seed, all, left) = (plan.seed, plan.steps.len(), plan.cut(cuts).steps.len());
        writeln!(f, "Seed {seed} breaks invariant {}: {}", breach.invariant, breach.what)?;
        writeln!(f, "Cut down from {all} steps to {left}, in {runs} lives:\n")?;
        writeln!(f, "{}", trace::told(history, Some(breach)))?;
        let forgetful = if plan.forgetful { " --forgetful" } else { "" };
        writeln!(f, "Once more: {COMMAND} --seed {seed} {cuts}{forgetful}")
    }
}

/// What lives through a seed.
const COMMAND: &str = "cargo run -p accountable-conformance --bin simulate --";

struct Search<'a, J> {
    plan: &'a Plan,
    kind: String,
    judged: J,
    at_most: usize,
    runs: usize,
    /// The least that is known to break it.
    cuts: Cuts,
}

impl<J: Fn(&Plan) -> Verdict> Search<'_, J> {
    /// Whether the like of the breach still comes of this; then it is what is known.
    fn tries(&mut self, cuts: Cuts) -> bool {
        let plan = self.plan.cut(&cuts);
        if self.runs >= self.at_most || cuts == self.cuts {
            return false;
        }
        self.runs += 1;
        let is_broken = lived(&plan, &self.judged).breaches.iter().any(|breach| breach.kind() == self.kind);
        if is_broken {
            self.cuts = cuts;
        }
        is_broken
    }

    fn try_milder(&mut self, milder: impl FnOnce(&mut Cuts)) -> bool {
        let mut cuts = self.cuts.clone();
        milder(&mut cuts);
        self.tries(cuts)
    }

    /// Takes parts away, halves at first, then ever smaller ones, until no single step can go (ddmin).
    fn takes_steps_away(&mut self) {
        let mut size = self.cuts.kept().len().div_ceil(2);
        while size > 0 {
            let mut from = 0;
            let mut went = false;
            // From the end: what happens later is needed less often.
            while from < self.cuts.kept().len() {
                let left = self.cuts.kept().len();
                let (begin, end) = (left.saturating_sub(from + size), left - from);
                if self.try_milder(|cuts| drop(cuts.kept().drain(begin..end))) {
                    went = true;
                } else {
                    from += size;
                }
            }
            size = if size == 1 && went { 1 } else { size / 2 };
        }
    }

    /// Tries each step in milder forms.
    fn soften_each_step(&mut self) {
        if !self.try_milder(|cuts| cuts.kept().iter_mut().for_each(|kept| kept.soon = true)) {
            self.soften(|kept| kept.soon = true);
        }
        self.soften(|kept| kept.stays = true);
        self.soften(|kept| kept.once = true);
        for at in 0..self.cuts.kept().len() {
            let number = self.cuts.kept()[at].number;
            let mut step = self.plan.steps.iter().find(|step| step.number == number).cloned();
            let trouble = step.as_mut().and_then(|step| step.act.trouble().copied());
            for (part, _) in trouble.into_iter().flat_map(|trouble| trouble.parts()) {
                if self.try_milder(|cuts| cuts.kept()[at].only = Some(part.to_owned())) {
                    break;
                }
            }
        }
    }

    fn soften(&mut self, milder: impl Fn(&mut Kept)) {
        for at in 0..self.cuts.kept().len() {
            self.try_milder(|cuts| milder(&mut cuts.kept()[at]));
        }
    }
}

impl Cuts {
    fn kept(&mut self) -> &mut Vec<Kept> {
        &mut self.keep.get_or_insert_with(Keep::default).0
    }
}

/// Without marks that change nothing.
fn tidied(plan: &Plan, mut cuts: Cuts) -> Cuts {
    let all = plan.cut(&cuts);
    let is_needed = |cuts: &Cuts| format!("{:?}", plan.cut(cuts).steps) != format!("{:?}", all.steps);
    for at in 0..cuts.kept().len() {
        for remove in [
            |kept: &mut Kept| kept.stays = false,
            |kept: &mut Kept| kept.once = false,
            |kept: &mut Kept| kept.soon = false,
            |kept: &mut Kept| kept.only = None,
        ] {
            let mut less = cuts.clone();
            remove(&mut less.kept()[at]);
            if !is_needed(&less) {
                cuts = less;
            }
        }
    }
    cuts
}
