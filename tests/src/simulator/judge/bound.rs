//! Guesses are bounded, and counted once each: those that were dropped and those that got no answer like all others.
//!
//! What is judged of an address, in each process:
//! - Of the guesses that are verified while a right one would be let in, no more are wrong than may fail before a lock.
//! - No failure is counted twice. A commit of which nobody was told that it is done may have been written over by another
//!   process before it was offered again: the store can't know it any more, and its failures are counted once more.
//! - Once somebody has failed alone, and that was written down, so is all that was owed.
//!
//! Of a known device and of an owner at their door: no more are wrong than their quota has, in any span. Of an origin: of the
//! attempts that it was told have failed, no more than its quota has.
//!
//! What a process owes is lost with it. A clock that jumps ends locks and fills quotas: from the first jump on nothing is
//! said of bounds, and of counting all the same.
//!
//! Invariant 13.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::{
    domain::{Address, AddressTag, CommitId, EmailKey, LockOut, LogIns, Quota, QuotaTag, Rules},
    port::{By, Commit, Swap, Who, Write},
};

use super::{Breach, Evidence};
use crate::simulator::{
    clock::time_of_day,
    executor::Elapsed,
    history::{Answer, Entry, Fact, History, Outcome, Question, Verification},
    simulation::{PROCESSES, realm_of},
};

/// Whose failures are counted together.
enum Lane {
    Address(AddressTag),
    Device(QuotaTag),
    Owner(QuotaTag),
}

/// The lane of an attempt, by what it loaded. None for what is verified about a new password.
fn lane_of(who: &Who) -> Option<Lane> {
    let [tag] = who.also[..] else { return None };
    match (&who.by, &who.levels[..]) {
        (By::Email(..), [level]) => Some(Lane::Device(*level)),
        (By::Id(_), [level]) => Some(Lane::Owner(*level)),
        (By::Email(..), _) => Some(Lane::Address(tag)),
        _ => None,
    }
}

/// An address, as its record was written last.
#[derive(Default)]
struct Record {
    log_ins: LogIns,
    /// After which entry it was locked last.
    locked_at: usize,
    /// Wrong guesses since it was locked or cleared last, by process and its life.
    verified: BTreeMap<(usize, u32), u32>,
    /// How many may be wrong, in each process.
    room: u32,
    /// The commit that wrote it last, where nobody was told that it is done: its process, and how many failures it counts.
    unheard: Option<(CommitId, usize, u32)>,
    /// For each process, what was found wrong and what was counted.
    tallies: [Tally; PROCESSES],
}

#[derive(Default, Clone, Copy)]
struct Tally {
    /// All that may have counted.
    failed: u32,
    counted: u32,
    /// Of those counted, how many in commits that nobody was told are done, and that others wrote over.
    lost: u32,
    /// Wrong guesses in this life of the process that have not been counted.
    open: u32,
}

impl Record {
    fn begins(&mut self, room: u32) {
        self.verified.clear();
        self.room = room.max(1);
    }

    fn forgets(&mut self, elapsed: Elapsed, rule: &LockOut) {
        let now = self.log_ins.as_of(time_of_day(elapsed), rule);
        if now.failures < self.log_ins.failures {
            self.log_ins = now;
            self.begins(rule.room);
        }
    }
}

/// Wrong guesses that one level counts: when, and in which life of which process.
struct Level {
    whose: &'static str,
    quota: Quota,
    guesses: Vec<(Elapsed, (usize, u32))>,
}

#[derive(Default)]
struct Bounds {
    records: BTreeMap<AddressTag, Record>,
    lives: [u32; PROCESSES],
    /// Wrong guesses by the level that counts them.
    levels: BTreeMap<QuotaTag, Level>,
    /// The levels of the last attempt for a question.
    attempts: BTreeMap<usize, (Elapsed, Vec<QuotaTag>)>,
    /// Questions about an address that are open in a process, and whether they were alone all the time.
    open: BTreeMap<(usize, EmailKey), BTreeMap<usize, bool>>,
    broken: Vec<Breach>,
    jumped: bool,
}

pub(super) fn breaches(evidence: &Evidence<'_>) -> Vec<Breach> {
    let mut bounds = Bounds::default();
    for (place, entry) in evidence.history.entries.iter().enumerate() {
        match &entry.fact {
            Fact::Crashed { process } => {
                bounds.lives[*process] += 1;
                bounds.records.values_mut().for_each(|record| record.tallies[*process].open = 0);
            }
            Fact::ClockSet { ahead, .. } => {
                bounds.jumped |= *ahead != 0;
            }
            Fact::Asked(question) => bounds.asked(place, question),
            Fact::Unanswered(left) => {
                bounds.ended(left.asked, &left.question);
            }
            Fact::Answered(answer) => {
                bounds.answered(evidence.history, answer, rules(evidence, answer.question.process));
            }
            Fact::Verified(verification) => {
                bounds.verified(entry.at, verification, rules(evidence, verification.process));
            }
            Fact::Applied { commit, process, .. } => {
                let rule = &rules(evidence, *process).lock_out;
                let heard = evidence.history.heard.contains(&commit.id());
                bounds.applied((place, entry.at), commit, *process, heard, rule);
            }
            _ => {}
        }
    }
    let levels = bounds.levels.values().filter_map(Level::judged);
    bounds.broken.extend(levels);
    bounds.broken
}

fn rules<'a>(evidence: &Evidence<'a>, process: usize) -> &'a Rules {
    &evidence.simulation.settings[realm_of(process)].rules
}

impl Bounds {
    fn asked(&mut self, place: usize, question: &Question) {
        let (Some(email), "public.authenticate") = (&question.email, question.door) else { return };
        let open = self.open.entry((question.process, email.key())).or_default();
        open.values_mut().for_each(|alone| *alone = false);
        open.insert(place, open.is_empty());
    }

    /// Whether it was alone.
    fn ended(&mut self, asked: usize, question: &Question) -> bool {
        let Some(email) = &question.email else { return false };
        let open = self.open.get_mut(&(question.process, email.key()));
        open.and_then(|open| open.remove(&asked)).unwrap_or(false)
    }

    /// A wrong guess is counted in a level.
    fn counts_in(
        &mut self,
        (level, whose, quota): (QuotaTag, &'static str, Quota),
        at: Elapsed,
        life: (usize, u32),
    ) {
        if !self.jumped {
            let new = || Level { whose, quota, guesses: Vec::new() };
            self.levels.entry(level).or_insert_with(new).guesses.push((at, life));
        }
    }

    fn verified(&mut self, at: Elapsed, verification: &Verification, rules: &Rules) {
        let rule = &rules.lock_out;
        let Verification { process, asked, loaded, real, right } = verification;
        let Some((who, loaded_at)) = loaded else { return };
        let life = (*process, self.lives[*process]);
        match lane_of(who) {
            None => {}
            // Where what is owed fills the room, a decoy stands in: whatever was typed could not be right, and nothing is
            // learned of the password.
            Some(Lane::Device(_) | Lane::Owner(_)) if *right || !*real => {}
            Some(Lane::Device(level)) => {
                self.counts_in((level, "a known device", rules.device_failure_quota), at, life);
            }
            Some(Lane::Owner(level)) => {
                self.counts_in((level, "an owner", rules.owner_failure_quota), at, life);
            }
            Some(Lane::Address(tag)) => {
                if let Some(asked) = asked.filter(|_| !*right && !self.jumped) {
                    self.attempts.insert(asked, (at, who.levels.clone()));
                }
                let record = self
                    .records
                    .entry(tag)
                    .or_insert_with(|| Record { room: rule.room, ..Record::default() });
                record.tallies[*process].failed += u32::from(!*right);
                if !*real || *right {
                    return;
                }
                record.tallies[*process].open += 1;
                record.forgets(at, rule);
                let now = record.log_ins.as_of(time_of_day(at), rule);
                // What was loaded before a lock is void after it.
                let counts = record.locked_at < *loaded_at;
                let open = now.locked_until.is_none() && !now.disabled;
                if open && counts && !self.jumped {
                    let verified = record.verified.entry(life).or_default();
                    *verified += 1;
                    if *verified > record.room {
                        let text = format!(
                            "process {process} verified {verified} wrong guesses where {} may fail before a lock",
                            record.room
                        );
                        self.broken.push(Breach::new(13, at, text));
                    }
                }
            }
        }
    }

    fn applied(
        &mut self,
        (place, at): (usize, Elapsed),
        commit: &Commit,
        process: usize,
        heard: bool,
        rule: &LockOut,
    ) {
        let charged = is_failed_attempt(commit);
        for write in commit.writes() {
            let Write::Address(swap) = write else { continue };
            let either = swap.after.as_ref().or(swap.before.as_ref().map(|before| &before.value));
            let Some(tag) = either.map(|address| address.tag) else { continue };
            let record =
                self.records.entry(tag).or_insert_with(|| Record { room: rule.room, ..Record::default() });
            let after = swap.after.as_ref().map(|after| after.log_ins.clone()).unwrap_or_default();
            let failures = failures_counted(swap, &after, charged, rule);
            // One that clears and pays what is owed may find as many there, of a clock ahead: then it can't be told from one
            // that changes nothing.
            let may_pay = !charged
                && swap
                    .before
                    .as_ref()
                    .is_some_and(|before| before.value.log_ins.last_failure > after.last_failure);
            let paid = if may_pay { after.failures } else { failures };
            if swap.before.is_none() || after.failures < record.log_ins.failures {
                // It was cleared, or forgotten and trimmed away.
                let held = if charged { 0 } else { after.failures };
                record.begins(rule.room.saturating_sub(held));
            }
            if after.locks > record.log_ins.locks {
                record.begins(1);
                record.locked_at = place;
            }
            record.log_ins = after;
            let tally = &mut record.tallies[process];
            tally.counted += failures;
            tally.open = tally.open.saturating_sub(paid);
            if let Some((unheard, of, failures)) = record.unheard.take() {
                let stamp = swap.before.as_ref().map(|before| before.stamp);
                // An attempt of the same lane notices what it writes over.
                let noticed = of == process && charged && stamp == Some(unheard);
                record.tallies[of].lost += if noticed { 0 } else { failures };
            }
            record.unheard = (!heard && failures > 0).then(|| (commit.id(), process, failures));
            let tally = &record.tallies[process];
            if tally.counted > tally.failed + tally.lost {
                let text = format!(
                    "process {process} counted {} failures of {} guesses, and {} that others wrote over",
                    tally.counted, tally.failed, tally.lost
                );
                self.broken.push(Breach::new(13, at, text));
            }
        }
    }

    fn answered(&mut self, history: &History, answer: &Answer, rules: &Rules) {
        let Answer { question, asked, outcome, .. } = answer;
        let alone = self.ended(*asked, question);
        if *outcome != Outcome::Done || question.door != "public.authenticate" {
            return;
        }
        if let Some((at, levels)) = self.attempts.remove(asked) {
            let life = self.lives[question.process];
            let quotas = [
                ("an origin", rules.origin_failure_quota),
                ("a network of origins", rules.network_failure_quota),
            ];
            for (level, (whose, quota)) in levels.into_iter().zip(quotas) {
                self.counts_in((level, whose, quota), at, (question.process, life));
            }
        }
        if !alone {
            return;
        }
        let own = |entry: &Entry| match &entry.fact {
            Fact::Applied { commit, .. } if history.offered_for.get(&commit.id()) == Some(asked) => {
                failed_address(commit, &rules.lock_out)
            }
            _ => None,
        };
        let Some(tag) = history.entries[*asked..].iter().find_map(own) else { return };
        let Some(record) = self.records.get_mut(&tag) else { return };
        let tally = &mut record.tallies[question.process];
        if tally.open > 0 {
            let at = history.entries[*asked].at;
            let text = format!("{} wrong guesses were forgotten by process {}", tally.open, question.process);
            self.broken.push(Breach::new(13, at, text));
            tally.open = 0;
        }
    }
}

impl Level {
    /// In each life of a process as many as the burst, at once, and what time grants.
    fn judged(&self) -> Option<Breach> {
        let Self { whose, quota, guesses } = self;
        for (from, (begin, _)) in guesses.iter().enumerate() {
            let mut lives = BTreeSet::new();
            for (count, (at, life)) in (1_u64..).zip(&guesses[from..]) {
                lives.insert(*life);
                let passed = at.saturating_sub(*begin) / quota.period().as_micros();
                if count > u64::from(quota.burst()) * lives.len() as u64 + passed {
                    let text = format!("{count} guesses of {whose} were verified, of a quota of {quota}");
                    return Some(Breach::new(13, *at, text));
                }
            }
        }
        None
    }
}

/// The address whose failures a commit counts with those of its origins. One that finds it locked or closed counts none, and
/// what is owed stays owed.
fn failed_address(commit: &Commit, rule: &LockOut) -> Option<AddressTag> {
    let charged = is_failed_attempt(commit);
    commit.writes().iter().find_map(|write| {
        let Write::Address(swap @ Swap { after: Some(after), .. }) = write else { return None };
        let counts = charged && failures_counted(swap, &after.log_ins, charged, rule) > 0;
        counts.then_some(after.tag)
    })
}

/// Whether a commit charges the origins of an attempt that failed; what replaces a password charges for its notice.
fn is_failed_attempt(commit: &Commit) -> bool {
    let has = |is: fn(&Write) -> bool| commit.writes().iter().any(is);
    has(|write| matches!(write, Write::Reserve(_))) && !has(|write| matches!(write, Write::Account(_)))
}

/// How many failures a commit adds to an address. A failed attempt charges its origins too; one that clears does not.
fn failures_counted(swap: &Swap<Address>, after: &LogIns, charged: bool, rule: &LockOut) -> u32 {
    let before = swap.before.as_ref().map(|before| before.value.log_ins.clone()).unwrap_or_default();
    let now = after.last_failure.or(before.last_failure);
    let base = now.map_or_else(|| before.clone(), |now| before.as_of(now, rule));
    if charged {
        after.failures.saturating_sub(base.failures)
    } else if (after.failures, after.last_failure) == (base.failures, base.last_failure) {
        0
    } else {
        after.failures
    }
}
