//! Compares two ways of doing one thing: round by round, side by side, as a ratio.

use std::{
    env,
    error::Error,
    time::{Duration, Instant},
};

/// Whatever goes wrong ends the benchmark.
pub type Trouble = Box<dyn Error + Send + Sync>;

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// One round without a warm-up: shows that everything runs, and no more.
    Proof,
    /// 7 rounds.
    Quick,
    /// 31 rounds.
    Full,
}

impl Effort {
    /// What this program was asked for: `cargo bench` adds `--bench`, and whoever wants it `--quick`.
    #[must_use]
    pub fn of_this_run() -> Self {
        Self::told(env::args().skip(1))
    }

    fn told(words: impl Iterator<Item = String>) -> Self {
        let words: Vec<_> = words.collect();
        let has = |word| words.iter().any(|told| told == word);
        match (has("--bench"), has("--quick"), has("--test")) {
            (false, ..) | (.., true) => Self::Proof,
            (true, true, false) => Self::Quick,
            (true, false, false) => Self::Full,
        }
    }

    fn rounds(self) -> usize {
        match self {
            Self::Proof => 1,
            Self::Quick => 7,
            Self::Full => 31,
        }
    }
}

/// Rows of comparisons, printed as they are made.
#[derive(Debug)]
pub struct Table {
    effort: Effort,
}

impl Table {
    /// Prints the title and the names of the columns.
    #[must_use]
    pub fn new(title: &str, effort: Effort) -> Self {
        println!("\n{title}; {} rounds", effort.rounds());
        println!(
            "{:44} {:>10} {:>10} {:>7}   10..90 %",
            "per operation, medians", "measured", "limit", "ratio"
        );
        Self { effort }
    }

    /// Measures and prints one row. Each side does so many operations a round, and is told how many.
    ///
    /// The two take turns, and turns at being first: whatever disturbs the machine for longer than a round disturbs
    /// both sides of the ratio.
    ///
    /// # Errors
    /// What a side failed with.
    pub fn row(
        &self,
        what: &str,
        operations: u32,
        mut measured: impl FnMut(u32) -> Result<(), Trouble>,
        mut limit: impl FnMut(u32) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        if self.effort != Effort::Proof {
            measured(operations)?;
            limit(operations)?;
        }
        let mut rounds = Vec::new();
        for round in 0..self.effort.rounds() {
            let (ours, theirs);
            if round % 2 == 0 {
                ours = seconds(operations, &mut measured)?;
                theirs = seconds(operations, &mut limit)?;
            } else {
                theirs = seconds(operations, &mut limit)?;
                ours = seconds(operations, &mut measured)?;
            }
            rounds.push((ours, theirs));
        }
        let of = |side: fn(&(f64, f64)) -> f64| Spread::of(rounds.iter().map(side).collect());
        let ratio = of(|(ours, theirs)| ours / theirs);
        println!(
            "{what:44} {:>10} {:>10} {:>7.2}   {:.2} .. {:.2}",
            shown(of(|(ours, _)| *ours).median),
            shown(of(|(_, theirs)| *theirs).median),
            ratio.median,
            ratio.low,
            ratio.high,
        );
        Ok(())
    }
}

/// Seconds that one operation took.
#[expect(clippy::disallowed_methods, reason = "what is measured is the machine's own time, not an account's")]
fn seconds(operations: u32, side: &mut impl FnMut(u32) -> Result<(), Trouble>) -> Result<f64, Trouble> {
    let start = Instant::now();
    side(operations)?;
    Ok(start.elapsed().as_secs_f64() / f64::from(operations))
}

/// Where the middle of some numbers lies, and nearly all of them.
#[derive(Debug, PartialEq)]
struct Spread {
    /// A tenth is lower.
    low: f64,
    median: f64,
    /// A tenth is higher.
    high: f64,
}

impl Spread {
    fn of(mut numbers: Vec<f64>) -> Self {
        numbers.sort_by(f64::total_cmp);
        let last = numbers.len().saturating_sub(1);
        let at = |tenths: usize| {
            let place = last.saturating_mul(tenths).saturating_add(5) / 10;
            numbers.get(place).copied().unwrap_or(f64::NAN)
        };
        Self { low: at(1), median: at(5), high: at(9) }
    }
}

/// Seconds in the unit that people would use, to three digits.
#[must_use]
pub fn shown(seconds: f64) -> String {
    let (number, unit) = match Duration::try_from_secs_f64(seconds).unwrap_or_default() {
        short if short < Duration::from_micros(1) => (seconds * 1e9, "ns"),
        short if short < Duration::from_millis(1) => (seconds * 1e6, "µs"),
        short if short < Duration::from_secs(1) => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let digits = match number {
        small if small < 10.0 => 2,
        middling if middling < 100.0 => 1,
        _ => 0,
    };
    format!("{number:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &str) -> Effort {
        Effort::told(words.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn only_cargo_bench_measures() {
        assert_eq!(told("--bench"), Effort::Full);
        assert_eq!(told("--quick --bench"), Effort::Quick);
        assert_eq!(told("--test --bench"), Effort::Proof);
        assert_eq!(told(""), Effort::Proof);
        assert_eq!(told("--quick"), Effort::Proof);
    }

    #[test]
    fn a_spread_leaves_out_a_tenth_at_either_end() {
        let numbers = (0..=10).rev().map(f64::from).collect();
        let spread = Spread::of(numbers);
        assert_eq!((spread.low, spread.median, spread.high), (1.0, 5.0, 9.0));
        let alone = Spread::of(vec![2.0]);
        assert_eq!((alone.low, alone.median, alone.high), (2.0, 2.0, 2.0));
    }

    #[test]
    fn each_side_does_as_much_as_the_other() {
        let table = Table::new("a test", Effort::Quick);
        let (mut ours, mut theirs) = (0, 0);
        let count = |total: &mut u32, more| {
            *total = total.saturating_add(more);
            Ok(())
        };
        table.row("counted", 3, |more| count(&mut ours, more), |more| count(&mut theirs, more)).unwrap();
        assert_eq!((ours, theirs), (24, 24), "7 rounds and a warm-up");
    }

    #[test]
    fn times_are_shown_to_three_digits() {
        assert_eq!([3.14159e-7, 2.5e-5, 0.1234, 12.0].map(shown), ["314 ns", "25.0 µs", "123 ms", "12.0 s"]);
    }

    #[test]
    fn a_side_that_fails_ends_the_row() {
        let table = Table::new("a test", Effort::Proof);
        let failed = table.row("fails", 1, |_| Err("it failed".into()), |_| Ok(()));
        assert_eq!(failed.unwrap_err().to_string(), "it failed");
    }
}
