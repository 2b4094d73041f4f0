//! Tells what happened in a simulation, in lines for people: when, in whose turn, what was asked, what the door answered,
//! which records changed, which letters left, and where an invariant was broken.

mod words;

use std::{collections::BTreeMap, fmt::Write as _};

use accountable_core::{
    domain::{AccountId, Life},
    port::{Commit, Write},
};

use self::words::{handed_over, mail_in_words, moment, outcome_in_words, record_in_words};
use super::{
    Breach,
    executor::{Elapsed, TaskId},
    history::{Answer, Entry, Fact, History, Question},
    trouble::Trouble,
};

/// Tells what happened until the breach, and the breach; all of it where there was none.
#[must_use]
pub fn told(history: &History, breach: Option<&Breach>) -> String {
    let end = breach.map_or(Elapsed::MAX, |breach| breach.at);
    let until = history.entries.partition_point(|entry| entry.at <= end);
    let mut teller = Teller::default();
    for (at, entry) in history.entries[..until].iter().enumerate() {
        teller.tell(entry, &history.entries[at + 1..]);
    }
    if let Some(breach) = breach {
        teller.time(breach.at);
        let what = teller.with_names(&breach.what);
        teller.line("BROKEN", &format!("invariant {}: {what}", breach.invariant));
        let left = history.entries.len() - until;
        if left > 0 {
            let _ = writeln!(teller.out, "  … and {left} things more that happened after it");
        }
    }
    teller.out
}

#[derive(Default)]
struct Teller {
    out: String,
    /// The moment of the next line, and the one that was written last.
    now: Elapsed,
    shown: String,
    /// The line that was written last, and how often it came again since.
    last: (String, u64),
    /// How each account is called: by its address and its realm.
    names: BTreeMap<AccountId, String>,
    ahead: BTreeMap<usize, i64>,
    trouble: Trouble,
    /// What was answered before its commits were told.
    answered: Vec<(TaskId, Question)>,
}

impl Teller {
    fn tell(&mut self, entry: &Entry, later: &[Entry]) {
        self.time(entry.at);
        let who = entry.task.map(who).unwrap_or_default();
        match &entry.fact {
            Fact::Said(text) => self.line(&who, text),
            Fact::Asked(question) => self.asked(entry, question, later),
            Fact::Answered(answer) => self.answered(entry, answer),
            Fact::Applied { commit, ahead, .. } => self.applied(commit, *ahead),
            Fact::Claimed { mails, process, .. } => {
                let mails: Vec<_> = mails.iter().map(|claimed| mail_in_words(&claimed.mail.value)).collect();
                self.line(&who, &format!("process {process} takes up: {}", mails.join("; ")));
            }
            Fact::HandedOver { letter, outcome, process } => {
                self.line(&who, &format!("process {process} {}", handed_over(letter, *outcome)));
            }
            Fact::Crashed { process } => self.line(&who, &format!("process {process} dies")),
            // All of them are, in the beginning.
            Fact::Started { process } if entry.at > 0 => {
                self.line(&who, &format!("process {process} starts again"));
            }
            Fact::Started { .. } => {}
            Fact::ClockSet { process, ahead } => {
                if self.ahead.insert(*process, *ahead).unwrap_or_default() != *ahead {
                    self.line(&who, &format!("the clock of process {process} is {}", words::ahead(*ahead)));
                }
            }
            Fact::Trouble(trouble) => {
                if std::mem::replace(&mut self.trouble, *trouble) != *trouble {
                    self.line(&who, &format!("trouble from now on: {trouble}"));
                }
            }
            Fact::Calm => {
                self.line(&who, "from now on nothing fails: all processes are up, all clocks are right");
            }
            // What only judges need.
            Fact::Unanswered(_)
            | Fact::Verified(_)
            | Fact::Trimmed { .. }
            | Fact::Receipt { .. }
            | Fact::LetIn { .. } => {}
        }
    }

    /// What was asked, with the answer where nobody else had a turn before it came.
    fn asked(&mut self, entry: &Entry, question: &Question, later: &[Entry]) {
        let who = entry.task.map(who).unwrap_or_default();
        let same = |other: &&Entry| other.task == entry.task;
        let is_answer = |fact: &Fact| matches!(fact, Fact::Answered(answer) if answer.question == *question);
        let answer = later.iter().find(|later| same(later) && is_answer(&later.fact));
        let asked = self.question(question);
        let text = match answer.map(|entry| &entry.fact) {
            Some(Fact::Answered(Answer { outcome, .. })) => {
                let directly = later.iter().take_while(same).any(|later| is_answer(&later.fact));
                if directly {
                    self.answered.extend(entry.task.map(|task| (task, question.clone())));
                    format!("{asked} → {}", outcome_in_words(outcome))
                } else {
                    format!("{asked} …")
                }
            }
            _ => format!("{asked} → no answer ever came"),
        };
        self.line(&who, &text);
    }

    fn answered(&mut self, entry: &Entry, answer: &Answer) {
        let told =
            |(task, question): &(TaskId, Question)| Some(*task) == entry.task && *question == answer.question;
        if let Some(at) = self.answered.iter().position(told) {
            self.answered.swap_remove(at);
            return;
        }
        let who = entry.task.map(who).unwrap_or_default();
        let asked = self.question(&answer.question);
        self.line(&who, &format!("… {asked} → {}", outcome_in_words(&answer.outcome)));
    }

    fn question(&self, question: &Question) -> String {
        let Question { door, process, account, email, .. } = question;
        let account = account.map(|id| self.name(id));
        let email = email.as_ref().map(ToString::to_string);
        let about: Vec<_> = email.into_iter().chain(account).collect();
        format!("{door}({}) of process {process}", about.join(", "))
    }

    /// A commit: which records it changes, and what it says of that.
    fn applied(&mut self, commit: &Commit, ahead: i64) {
        for write in commit.writes() {
            if let Write::Account(swap) = write
                && let Some(account) = &swap.after
                && let Life::Live(facts) = &account.life
            {
                self.names.insert(account.id, format!("{} of {}", facts.mailbox.address, account.realm));
            }
        }
        let records: Vec<_> =
            commit.writes().iter().filter_map(|write| record_in_words(write, |id| self.name(id))).collect();
        let by_its_clock =
            if ahead == 0 { String::new() } else { format!(" (by a clock {})", words::ahead(ahead)) };
        self.line("", &format!("  writes {}{by_its_clock}", records.join("; ")));
        for event in commit.events() {
            self.line("", &format!("  ∙ {}", words::event_in_words(event)));
        }
    }

    fn name(&self, id: AccountId) -> String {
        let short = || id.to_string().chars().take(10).chain(['…']).collect();
        self.names.get(&id).cloned().unwrap_or_else(short)
    }

    /// A text with the accounts' addresses in the place of their ids.
    fn with_names(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (id, name) in &self.names {
            text = text.replace(&format!("AccountId({id})"), name).replace(&id.to_string(), name);
        }
        text
    }

    fn time(&mut self, at: Elapsed) {
        self.now = at;
    }

    /// One line. What is said again and again is said once, and counted.
    fn line(&mut self, who: &str, what: &str) {
        let line = format!("{who:<10}  {what}");
        if self.last.0 == line {
            self.last.1 += 1;
            return;
        }
        if self.last.1 > 0 {
            let _ = writeln!(self.out, "  {:<16}  {:<10}  … and {} times more", "", "", self.last.1);
        }
        let time = moment(self.now);
        let is_shown = std::mem::replace(&mut self.shown, time.clone()) == time;
        let time = if is_shown { String::new() } else { time };
        let _ = writeln!(self.out, "  {time:>16}  {}", line.trim_end());
        self.last = (line, 0);
    }
}

/// In whose turn something happened.
fn who(task: TaskId) -> String {
    let TaskId(number) = task;
    match number {
        _ if number >> 63 == 1 => "late".to_owned(),
        _ if number >> 40 == 1 => format!("courier {}", number >> 16 & 0xff),
        _ => format!("step {number}"),
    }
}
