//! Measures how well bounces are read, by a folder of samples:
//!
//! ```text
//! cargo run -p accountable-mail --example measure_feedback -- FOLDER [even|odd]
//! ```
//!
//! The folder has the mails in `mail/`, and `expected.tsv`, whose first line names its columns, one line for each recipient of
//! each mail. Of them `file`, `recipient` (its number, from 1), `status` and `reply` are read, and `class`: `NoSuchMailbox`,
//! `Rejected` (a complaint too), `Transient`, `Ours`, `Unknown`, or `NotABounce` and `Other`, of which nothing should be read.
//! `even` and `odd` take every second file in the order of their names, so that rules can be written with one half in sight, and
//! tried on the other.
//!
//! It prints how many recipients were classed right, how many were silenced or not as they should be, the precision of the two classes that silence an address, the recall of
//! each class, and what was misjudged.
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::Path,
};

use accountable_mail::{Class, Feedback, read_feedback};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name a folder with mail/ and expected.tsv")?;
    let folder = Path::new(&folder);
    let half = match arguments.next().as_deref() {
        None => None,
        Some("odd") => Some(1),
        Some("even") => Some(0),
        Some(other) => return Err(format!("even or odd, not {other}").into()),
    };
    let table = fs::read_to_string(folder.join("expected.tsv"))?;
    let mut lines = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().ok_or("expected.tsv is empty")?;
    let rows: Vec<BTreeMap<&str, &str>> =
        lines.map(|line| names.iter().copied().zip(line).collect()).collect();
    let cell =
        |row: &BTreeMap<&str, &str>, name: &str| row.get(name).map(|it| (*it).to_owned()).unwrap_or_default();
    let files: BTreeSet<String> = rows.iter().map(|row| cell(row, "file")).collect();

    let mut tally = Tally::default();
    for (number, file) in (1_usize..).zip(&files) {
        if half.is_some_and(|half| number % 2 != half) {
            continue;
        }
        let read = read_feedback(&fs::read(folder.join("mail").join(file))?);
        let wanted: Vec<_> = rows.iter().filter(|row| cell(row, "file") == *file).collect();
        for (number, row) in (1_usize..).zip(&wanted) {
            let feedback = number.checked_sub(1).and_then(|at| read.get(at));
            tally.recipient(&format!("{file} {number}"), &cell(row, "class"), feedback);
            tally.codes(&cell(row, "status"), &cell(row, "reply"), feedback);
        }
        if let Some(more) = read.get(wanted.len()..) {
            for feedback in more {
                tally.recipient(&format!("{file} (one more)"), "NotABounce", Some(feedback));
            }
        }
    }
    tally.print();
    Ok(())
}

/// What is counted.
#[derive(Default)]
struct Tally {
    right: usize,
    alike: usize,
    all: usize,
    suppressed: usize,
    rightly_suppressed: usize,
    statuses: (usize, usize),
    replies: (usize, usize),
    classes: BTreeMap<String, (usize, usize)>,
    misjudged: Vec<String>,
}

impl Tally {
    fn recipient(&mut self, name: &str, wanted: &str, feedback: Option<&Feedback>) {
        let got = feedback.map_or("nothing", |feedback| match feedback.class {
            Class::NoSuchMailbox => "NoSuchMailbox",
            Class::Rejected | Class::Complaint => "Rejected",
            Class::Delayed => "Transient",
            Class::Ours => "Ours",
            _ => "Unknown",
        });
        let wanted = if matches!(wanted, "NotABounce" | "Other") { "nothing" } else { wanted };
        let right = got == wanted;
        let class = self.classes.entry(wanted.to_owned()).or_default();
        for (count, counts) in [
            (&mut self.all, true),
            (&mut self.right, right),
            (&mut self.alike, right || silences(got) && silences(wanted)),
            (&mut class.0, right),
            (&mut class.1, true),
            (&mut self.suppressed, silences(got)),
            (&mut self.rightly_suppressed, silences(got) && silences(wanted)),
        ] {
            *count = count.saturating_add(usize::from(counts));
        }
        if !right {
            let said = feedback.and_then(|it| it.diagnostic.clone()).unwrap_or_default();
            let said: String =
                said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect();
            let codes = feedback.map(Feedback::evidence).unwrap_or_default();
            let to = feedback.and_then(|it| it.recipient.clone()).unwrap_or_default();
            self.misjudged.push(format!("{name}: {got}, not {wanted} ({codes}) <{to}> {said}"));
        }
    }

    fn codes(&mut self, status: &str, reply: &str, feedback: Option<&Feedback>) {
        let read = [
            (status, feedback.and_then(|it| it.status).map(|it| it.to_string()), &mut self.statuses),
            (reply, feedback.and_then(|it| it.reply).map(|it| it.to_string()), &mut self.replies),
        ];
        for (wanted, got, (same, all)) in read {
            if !wanted.is_empty() {
                *all = all.saturating_add(1);
                *same = same.saturating_add(usize::from(got.as_deref() == Some(wanted)));
            }
        }
    }

    fn print(&self) {
        for line in &self.misjudged {
            println!("{line}");
        }
        println!("\nclass                 {}", share(self.right, self.all));
        println!("effect                {}", share(self.alike, self.all));
        println!("precision, silencing  {}", share(self.rightly_suppressed, self.suppressed));
        for (class, (right, all)) in &self.classes {
            println!("recall {class:<14} {}", share(*right, *all));
        }
        println!("status                {}", share(self.statuses.0, self.statuses.1));
        println!("reply                 {}", share(self.replies.0, self.replies.1));
    }
}

fn silences(class: &str) -> bool {
    matches!(class, "NoSuchMailbox" | "Rejected")
}

#[expect(clippy::cast_precision_loss, reason = "counts of mails")]
fn share(part: usize, all: usize) -> String {
    format!("{:.3}  ({part} of {all})", part as f64 / all.max(1) as f64)
}
