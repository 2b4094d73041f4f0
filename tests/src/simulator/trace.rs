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
    history::{Entry, Fact, History, Question},
    trouble::Trouble,
};

/// Tells what happened until the breach, and the breach; all of it where there was none.
#[must_use]
pub fn told(history: &History, breach: Option<&Breach>) -> String {
    let end = breach.map_or(Elapsed::MAX, |breach| breach.at);
    let until = history.entries.partition_point(|entry| entry.at <= end);
    let entries = &history.entries[..until];
    let ends = entries.iter().enumerate().filter_map(|(place, entry)| Some((asked_at(&entry.fact)?, place)));
    let mut teller = Teller { ends: ends.collect(), ..Teller::default() };
    for place in 0..entries.len() {
        teller.tell(place, entries);
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
    /// Where each question ended, by where it was asked; but for those whose answer was told with them.
    ends: BTreeMap<usize, usize>,
}

impl Teller {
    fn tell(&mut self, place: usize, entries: &[Entry]) {
        let entry = &entries[place];
        self.time(entry.at);
        let who = who(entry);
        match &entry.fact {
            Fact::Said(text) => self.line(&who, text),
            Fact::Asked(question) => self.asked(place, question, entries),
            Fact::Answered(answer) => self.ended(entry, answer.asked, &answer.question),
            Fact::Unanswered(left) => self.ended(entry, left.asked, &left.question),
            Fact::Applied { commit, ahead, .. } => self.applied(commit, *ahead),
            Fact::Claimed { mails, process, .. } => {
                let mails: Vec<_> = mails.iter().map(|claimed| mail_in_words(&claimed.mail.value)).collect();
                self.line(&who, &format!("process {process} takes up: {}", mails.join("; ")));
            }
            Fact::Trimmed { process, .. } => {
                self.line(&who, &format!("process {process} clears away what nobody needs"));
            }
            Fact::HandedOver { letter, outcome, process } => {
                self.line(&who, &format!("process {process} {}", handed_over(letter, *outcome)));
            }
            Fact::Complained { what, .. } => self.line(&who, &format!("complains: {what}")),
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
            Fact::LetIn { account, .. } => {
                let name = self.name(*account);
                self.line(&who, &format!("is let in to {name}"));
            }
            // What only judges need.
            Fact::Reported { .. } | Fact::Verified(_) | Fact::Receipt { .. } | Fact::Inspected { .. } => {}
        }
    }

    /// What was asked, with the answer where nobody else had a turn before it came.
    fn asked(&mut self, place: usize, question: &Question, entries: &[Entry]) {
        let entry = &entries[place];
        let asked = self.question(question);
        let Some(&end) = self.ends.get(&place) else {
            self.line(&who(entry), &format!("{asked} …"));
            return;
        };
        let is_direct = entries[place..=end].iter().all(|between| between.task == entry.task);
        let text = match outcome_of(&entries[end].fact) {
            Some(outcome) if is_direct => {
                self.ends.remove(&place);
                format!("{asked} → {outcome}")
            }
            _ => format!("{asked} …"),
        };
        self.line(&who(entry), &text);
    }

    /// How a question ended that others had turns after.
    fn ended(&mut self, entry: &Entry, asked: usize, question: &Question) {
        if self.ends.contains_key(&asked) {
            let outcome = outcome_of(&entry.fact).unwrap_or_default();
            let asked = self.question(question);
            self.line(&who(entry), &format!("… {asked} → {outcome}"));
        }
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

/// Where the question was asked that ends here.
const fn asked_at(fact: &Fact) -> Option<usize> {
    match fact {
        Fact::Answered(answer) => Some(answer.asked),
        Fact::Unanswered(left) => Some(left.asked),
        _ => None,
    }
}

/// How a question ended.
fn outcome_of(fact: &Fact) -> Option<String> {
    match fact {
        Fact::Answered(answer) => Some(outcome_in_words(&answer.outcome)),
        Fact::Unanswered(_) => Some("dropped, without an answer".to_owned()),
        _ => None,
    }
}

/// In whose turn something happened.
fn who(entry: &Entry) -> String {
    let Some(TaskId(number)) = entry.task else { return String::new() };
    match number {
        _ if number >> 63 == 1 => "late".to_owned(),
        _ if number >> 41 == 1 => "calm".to_owned(),
        _ if number >> 40 == 1 => format!("courier {}", number >> 16 & 0xff),
        _ => format!("step {number}"),
    }
}
