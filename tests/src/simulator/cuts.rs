//! What of a plan is lived through: some of its steps, some of them in a milder form.
//!
//! It is written as the arguments of the command that lives through it again, `--keep 3,7:once,12:stays:soon --simple`.

use std::{fmt, str::FromStr};

use super::{
    plan::{Calm, Plan, Step},
    setting::Setting,
};

/// How far a step that is pulled towards the one before it stays behind it, in microseconds.
const SOON: u64 = 1_000_000;

/// What of a plan is lived through. The default is all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cuts {
    /// The steps that are kept, in their order; none: all, as they were drawn.
    pub keep: Option<Keep>,
    /// Nothing takes any time: no message to the store, no letter, no hash.
    pub simple: bool,
    /// Both realms go by the rules that nobody changed, and in the long calm each process is up and sweeps.
    pub plain: bool,
}

/// The steps that are kept of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keep(pub Vec<Kept>);

/// A step that is kept, and in which form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The step's number in the plan as it was drawn.
    pub number: u64,
    /// Whoever does it sees it through, and gives nothing up half-way.
    pub stays: bool,
    /// What was done several times is done once.
    pub once: bool,
    /// It begins a second after the step before, if it began later.
    pub soon: bool,
    /// Of a trouble only this part comes, as `store.lost`; none: all of it.
    pub only: Option<String>,
}

impl Kept {
    /// Keeps a step as it was drawn.
    #[must_use]
    pub const fn whole(number: u64) -> Self {
        Self { number, stays: false, once: false, soon: false, only: None }
    }

    /// The step in the form in which it is kept, so long after the one before.
    fn form(&self, mut step: Step, since: u64, previous: u64) -> Step {
        step.at = previous + if self.soon { since.min(SOON) } else { since };
        if self.stays {
            step.dropped_after = None;
        }
        if self.once
            && let Some(times) = step.act.repeats()
        {
            *times = 1;
        }
        if let Some(part) = &self.only
            && let Some(trouble) = step.act.trouble()
        {
            *trouble = trouble.only(part);
        }
        step
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        for (is_so, mark) in [(self.stays, "stays"), (self.once, "once"), (self.soon, "soon")] {
            if is_so {
                write!(f, ":{mark}")?;
            }
        }
        self.only.iter().try_for_each(|part| write!(f, ":{part}"))
    }
}

impl FromStr for Kept {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(':');
        let number = parts.next().unwrap_or_default();
        let mut kept = Self::whole(number.parse().map_err(|_| format!("{number:?} is no number of a step"))?);
        for mark in parts {
            match mark {
                "stays" => kept.stays = true,
                "once" => kept.once = true,
                "soon" => kept.soon = true,
                part if part.contains('.') => kept.only = Some(part.to_owned()),
                other => {
                    return Err(format!("{other:?} is none of stays, once, soon and a part of a trouble"));
                }
            }
        }
        Ok(kept)
    }
}

/// How to write that no step is kept at all.
const NONE: &str = "none";

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(if kept.is_empty() { NONE.to_owned() } else { kept.join(",") }.as_str())
    }
}

impl FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == NONE {
            return Ok(Self::default());
        }
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Cuts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keep = self.keep.as_ref().map(|keep| format!("--keep {keep}"));
        let simple = self.simple.then(|| "--simple".to_owned());
        let plain = self.plain.then(|| "--plain".to_owned());
        let all: Vec<_> = [keep, simple, plain].into_iter().flatten().collect();
        f.write_str(&all.join(" "))
    }
}

impl Plan {
    /// What is left of a plan.
    #[must_use]
    pub fn cut(&self, cuts: &Cuts) -> Self {
        let mut plan = self.clone();
        plan.simple |= cuts.simple;
        if cuts.plain {
            plan.settings = plan.settings.map(Setting::plain);
            plan.calm = Calm::default();
        }
        if let Some(keep) = &cuts.keep {
            plan.steps = kept(&self.steps, keep);
        }
        plan
    }

    /// The numbers of its steps.
    #[must_use]
    pub fn numbers(&self) -> Vec<u64> {
        self.steps.iter().map(|step| step.number).collect()
    }

    /// Each step of it as it was drawn.
    #[must_use]
    pub(super) fn whole(&self) -> Keep {
        Keep(self.numbers().into_iter().map(Kept::whole).collect())
    }
}

/// The steps that are kept, at their times, or nearer to each other.
fn kept(steps: &[Step], keep: &Keep) -> Vec<Step> {
    let (mut begun, mut previous) = (0, 0);
    let mut all = Vec::new();
    for step in steps {
        let Some(kept) = keep.0.iter().find(|kept| kept.number == step.number) else { continue };
        let formed = kept.form(step.clone(), step.at - begun, previous);
        (begun, previous) = (step.at, formed.at);
        all.push(formed);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_written_as_the_arguments_that_make_them_again() {
        let text = "3,7:once:soon,12:stays,15:store.lost";
        let keep: Keep = text.parse().unwrap();
        assert_eq!(keep.to_string(), text);
        assert_eq!("none".parse::<Keep>().unwrap().to_string(), "none");
        let cuts = Cuts { keep: Some(keep), simple: true, plain: true };
        assert_eq!(cuts.to_string(), format!("--keep {text} --simple --plain"));
        for wrong in ["", "x", "3:never", "3,,4"] {
            assert!(wrong.parse::<Keep>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_plan_from_which_steps_are_taken_keeps_the_times_between_the_others() {
        let plan = Plan::drawn(1);
        let numbers = plan.numbers();
        let (first, last) = (numbers[1], numbers[numbers.len() - 1]);
        let keep = Keep(vec![Kept::whole(first), Kept::whole(last)]);
        let cut = plan.cut(&Cuts { keep: Some(keep), ..Cuts::default() });
        assert_eq!(cut.numbers(), [first, last]);
        assert_eq!(cut.steps[1].at, plan.steps[numbers.len() - 1].at);
        let soon = Kept { soon: true, ..Kept::whole(last) };
        let keep = Keep(vec![Kept::whole(first), soon]);
        let cut = plan.cut(&Cuts { keep: Some(keep), ..Cuts::default() });
        assert!(cut.steps[1].at - cut.steps[0].at <= SOON);
    }
}
