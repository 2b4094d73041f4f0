//! What was seen: statuses and times of each kind of call, and the memory of the process.

use std::{collections::BTreeMap, fs, time::Duration};

use accountable_benches::shown;

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Register,
    SetRequest,
    List,
    CustomReset,
    CreateReset,
    OpenLink,
    ShowPage,
    ChoosePassword,
    CompleteReset,
    DeadCode,
    Limit,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Register => "POST definition",
            Self::SetRequest => "POST set-request",
            Self::List => "GET definition, 30 of all",
            Self::CustomReset => "POST custom_request_password_reset",
            Self::CreateReset => "POST create_password_reset",
            Self::OpenLink => "GET page?id=..",
            Self::ShowPage => "GET page",
            Self::ChoosePassword => "POST page, hashes",
            Self::CompleteReset => "POST complete_password_reset, hashes",
            Self::DeadCode => "POST complete_password_reset, dead code",
            Self::Limit => "the limit",
        }
    }

    /// The statuses that it may be answered with.
    pub(crate) const fn expected(self) -> &'static [u16] {
        match self {
            Self::Register | Self::Limit => &[201],
            // Every third is a repeat within the throttle.
            Self::SetRequest => &[204, 429],
            Self::List | Self::CustomReset | Self::CreateReset | Self::ShowPage => &[200],
            Self::OpenLink => &[303],
            Self::ChoosePassword | Self::CompleteReset => &[200, 503],
            Self::DeadCode => &[404],
        }
    }
}

/// Calls, as they were answered.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<Kind, Vec<(u16, Duration)>>);

impl Tally {
    pub(crate) fn add(&mut self, kind: Kind, status: u16, took: Duration) {
        self.0.entry(kind).or_default().push((status, took));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (kind, calls) in other.0 {
            self.0.entry(kind).or_default().extend(calls);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// The time below which so many in a hundred lie.
    fn within(&self, kind: Kind, percent: usize) -> f64 {
        let calls = self.0.get(&kind).into_iter().flatten();
        let mut times: Vec<_> = calls.map(|(_, took)| took.as_secs_f64()).collect();
        times.sort_by(f64::total_cmp);
        let at = times.len().saturating_sub(1).saturating_mul(percent) / 100;
        times.get(at).copied().unwrap_or(f64::NAN)
    }

    /// Prints a row for each kind. The limit is [`Kind::Limit`] of the other tally.
    pub(crate) fn print(&self, limit: &Self) {
        println!(
            "{:42} {:>6} {:>9} {:>9} {:>7} {:>7}   answers",
            "kind", "calls", "p50", "p99", "ratio", "ratio"
        );
        let at = |percent| limit.within(Kind::Limit, percent);
        for (kind, calls) in &self.0 {
            let mut answers = BTreeMap::<u16, usize>::new();
            for (status, _) in calls {
                let count = answers.entry(*status).or_default();
                *count = count.saturating_add(1);
            }
            let answers: Vec<_> =
                answers.iter().map(|(status, count)| format!("{status}: {count}")).collect();
            let [half, most] = [50, 99].map(|percent| self.within(*kind, percent));
            println!(
                "{:42} {:>6} {:>9} {:>9} {:>7.2} {:>7.2}   {}",
                kind.name(),
                calls.len(),
                shown(half),
                shown(most),
                half / at(50),
                most / at(99),
                answers.join(", "),
            );
        }
    }
}

/// How much memory the process has, and had at most, as far as the system says.
pub(crate) fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kib = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
        Some(format!("{} MiB", kib / 1_024))
    };
    match (of("VmRSS:"), of("VmHWM:")) {
        (Some(now), Some(most)) => format!("{now}, at most {most}"),
        _ => "not known here".to_owned(),
    }
}
