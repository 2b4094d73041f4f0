//! Bounces in prose: what servers write that send no delivery status (qmail, Exim, old sendmail, Domino, and many of their own making).
//!
//! They share a shape: a greeting, each recipient at the beginning of a line or behind a label, what was said of it round it, and
//! the returned mail below a line that announces it.

use super::{
    codes::Codes,
    fields::{Fields, address, addresses, split_field},
    parts::{Kind, Mail},
};
use crate::refusal::beginning;

/// How many octets of a report in prose are read.
const READ: usize = 16 * 1024;

/// How many octets of a returned mail are kept.
const BELOW: usize = 64 * 1024;

/// A report in prose.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prose {
    /// What stands above the returned mail.
    pub(crate) report: String,
    /// The header of the returned mail.
    pub(crate) returned: Fields,
    /// The returned mail, as far as it stands in the same text.
    pub(crate) below: String,
}

/// What is said of one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(crate) address: Option<String>,
    pub(crate) text: String,
}

impl Prose {
    /// Takes the first text of a mail that says anything apart.
    pub(crate) fn of(mail: &Mail) -> Self {
        let Some(text) = mail.texts(Kind::Text).find(|text| !text.trim().is_empty()) else {
            return Self::default();
        };
        let mut end = 0_usize;
        let mut returned = Fields::default();
        let mut below = String::new();
        for line in text.split_inclusive('\n') {
            let begins = begins_mail(line);
            if begins || announces_mail(line) {
                let from = if begins { end } else { end.saturating_add(line.len()) };
                beginning(text.get(from..).unwrap_or_default(), BELOW).trim_start().clone_into(&mut below);
                returned = Fields::parse(&below);
                break;
            }
            end = end.saturating_add(line.len());
        }
        let report = beginning(text.get(..end).unwrap_or_default(), READ);
        let report = session(report).unwrap_or_else(|| report.to_owned());
        Self { report, returned, below }
    }

    /// Whether the mail may still arrive.
    pub(crate) fn is_warning(&self, subject: &str) -> bool {
        let said = format!("{subject}\n{}", self.report).to_lowercase();
        WARNING.iter().any(|phrase| said.contains(phrase))
    }

    /// What is said of each recipient, in order.
    pub(crate) fn passages(&self, mail: &Mail, at_most: usize) -> Vec<Passage> {
        let ours: Vec<String> = ["to", "delivered-to", "x-original-to", "return-path"]
            .iter()
            .flat_map(|name| mail.fields.all(name))
            .flat_map(addresses)
            .map(str::to_lowercase)
            .take(16)
            .collect();
        let recipient = |address: &str| {
            let address = address.to_lowercase();
            let local = address.split('@').next().unwrap_or_default();
            !ours.contains(&address) && !["postmaster", "mailer-daemon", "abuse"].contains(&local)
        };
        let mut passages: Vec<Passage> = Vec::new();
        let mut current: Option<usize> = None;
        // In a transcript of sendmail, the exchange stands above the recipient.
        let mut exchange: Option<String> = None;
        for line in self.report.lines() {
            if begins_exchange(line) {
                let goes_on = line.starts_with(">>>") && exchange.is_some();
                exchange = if goes_on { exchange } else { Some(String::new()) };
                current = None;
            }
            if let Some((address, rest)) = states_recipient(line).filter(|(address, _)| recipient(address)) {
                let known = passages.iter().position(|it| {
                    it.address.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(address))
                });
                if known.is_none() && passages.len() >= at_most {
                    break;
                }
                current = known.or_else(|| {
                    passages.push(Passage { address: Some(address.to_owned()), text: String::new() });
                    passages.len().checked_sub(1)
                });
                if let Some(said) = exchange.take() {
                    append(&mut passages, current, &said);
                }
                append(&mut passages, current, rest);
            } else if let Some(said) = &mut exchange {
                said.push_str(line);
                said.push('\n');
            } else {
                append(&mut passages, current, line);
            }
        }
        let failed: Vec<&str> =
            mail.fields.all("x-failed-recipients").flat_map(addresses).take(at_most).collect();
        if !failed.is_empty() {
            return failed.into_iter().map(|address| self.passage_of(address, &passages)).collect();
        }
        if passages.is_empty() {
            let inline = addresses(&self.report).find(|address| recipient(address));
            let returned = || self.returned.get("to").and_then(address);
            passages
                .push(Passage { address: inline.or_else(returned).map(str::to_owned), text: String::new() });
        }
        passages
    }

    fn passage_of(&self, address: &str, passages: &[Passage]) -> Passage {
        let same =
            |it: &&Passage| it.address.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(address));
        let text = passages.iter().find(same).map(|it| it.text.clone()).unwrap_or_default();
        Passage { address: Some(address.to_owned()), text }
    }
}

/// A session that Postfix noted down for its postmaster, up to the first refusal: for whom, the command, and the reply.
fn session(report: &str) -> Option<String> {
    let (_, session) = report.split_once("Transcript of session follows")?;
    let mut turns: Vec<String> = Vec::new();
    for line in session.lines().map(str::trim) {
        if line.starts_with("In:") || line.starts_with("Out:") {
            turns.push(line.to_owned());
        } else if let Some(turn) = turns.last_mut() {
            turn.push(' ');
            turn.push_str(line);
        }
    }
    let replies = |turn: &str| turn.strip_prefix("Out:").map(|reply| reply.trim().to_owned());
    let (at, reply) = turns.iter().enumerate().find_map(|(at, turn)| {
        replies(turn).filter(|reply| reply.starts_with(['4', '5'])).map(|reply| (at, reply))
    })?;
    let commands = turns.iter().take(at).rev().filter_map(|turn| turn.strip_prefix("In:")).map(str::trim);
    let command = commands.clone().next().unwrap_or_default();
    let recipient = commands.clone().find(|command| command.starts_with("RCPT TO:")).and_then(address);
    let to = recipient.map(|recipient| format!("To: {recipient}\n")).unwrap_or_default();
    Some(format!("{to}>>> {command}\n<<< {reply}\n"))
}

fn append(passages: &mut [Passage], current: Option<usize>, line: &str) {
    if let Some(passage) = current.and_then(|at| passages.get_mut(at)) {
        passage.text.push_str(line.trim());
        passage.text.push('\n');
    }
}

/// Whether a line of sendmail's transcript tells of an exchange, whose recipient is stated below it.
fn begins_exchange(line: &str) -> bool {
    let failed = line.starts_with(['4', '5']) && line.contains("(smtp)...");
    failed || line.starts_with(">>>") || line.contains("hile talking to ")
}

/// The recipient that a line states, and what it says further: `<a@example.com>: no such user`, `To: a@example.com`.
fn states_recipient(line: &str) -> Option<(&str, &str)> {
    const LABELS: &[&str] = &[
        "to",
        "for",
        "recipient",
        "recipients",
        "recipient address",
        "failed recipient",
        "rcpt to",
        "user",
        "address",
        "email",
        "e-mail",
        "email address",
        "final-recipient",
        "original-recipient",
        "sent to",
        "addressed to",
        "intended recipient",
    ];
    if line.starts_with(">>>") {
        return None;
    }
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || "->*=•\"'".contains(c));
    if let Some(inner) = line.strip_prefix('<') {
        let (stated, rest) = inner.split_once('>')?;
        return is_about(rest)
            .then(|| address(stated))
            .flatten()
            .map(|stated| (stated, rest.trim_start_matches([':', ' '])));
    }
    // sendmail: `550 5.1.1 <a@example.com>... User unknown`.
    if line.starts_with(['4', '5']) && line.contains("...") {
        let (stated, _) = line.split_once("...")?;
        let stated = address(stated).filter(|_| stated.split_whitespace().count() <= 3)?;
        return Some((stated, line));
    }
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if let Some(stated) =
        address(first).filter(|stated| first.trim_start_matches(['(', '[', '`']).starts_with(stated))
    {
        let ends = first.ends_with([':', ';', ',', ')', '"', '\'']) || first.contains("...");
        return (ends || is_about(rest)).then_some((stated, rest));
    }
    let (label, rest) = line.split_once(':')?;
    let label = label.trim();
    let known = label.len() <= 24 && LABELS.iter().any(|known| label.eq_ignore_ascii_case(known));
    let stated = known.then(|| address(rest)).flatten()?;
    let after = rest.find(stated).and_then(|at| rest.get(at.saturating_add(stated.len())..));
    Some((stated, after.unwrap_or_default().trim_start_matches(['>', ':', ' '])))
}

/// Whether what follows an address at the beginning of a line speaks of it, rather than goes on with a sentence: nothing, a colon,
/// a bracket, a date (Exchange), or what has a code in it.
fn is_about(rest: &str) -> bool {
    let rest = rest.trim_start();
    let dated = rest.strip_prefix("on ").is_some_and(|date| date.starts_with(|c: char| c.is_ascii_digit()));
    dated || rest.is_empty() || rest.starts_with(|c: char| !c.is_alphanumeric()) || {
        let codes = Codes::find(rest);
        codes.reply.is_some() || codes.status.is_some()
    }
}

/// Whether a line is the first of a mail's header.
fn begins_mail(line: &str) -> bool {
    const FIRST: &[&str] =
        &["received", "return-path", "dkim-signature", "mime-version", "x-originating-ip", "delivered-to"];
    let name = split_field(line).map(|(name, _)| name);
    name.is_some_and(|name| FIRST.iter().any(|first| name.eq_ignore_ascii_case(first)))
}

/// Whether a line announces the returned mail.
fn announces_mail(line: &str) -> bool {
    const MAIL: &[&str] = &[
        "copy of the message",
        "copy of your message",
        "original message",
        "original mail",
        "returned message",
        "returned mail",
        "unsent message",
        "undelivered message",
        "message header",
        "headers of the message",
        "header of the original",
        "header of your",
        "headers of your",
        "your message follows",
        "message follows",
        "text of your message",
        "message text follows",
        "copy of the original",
    ];
    let line = line.trim();
    if line.is_empty() || line.len() > 120 {
        return false;
    }
    let lower = line.to_lowercase();
    let ruled =
        line.starts_with("--") || line.starts_with("==") || line.starts_with("**") || line.starts_with("__");
    let announced = lower.ends_with(':') || lower.contains("follow") || lower.contains("below this line");
    let transcript = lower.contains("transcript");
    (ruled || announced) && !transcript && MAIL.iter().any(|phrase| lower.contains(phrase))
}

/// What is said while a server goes on trying.
const WARNING: &[&str] = &[
    "this is a warning message only",
    "warning: could not send",
    "warning: message",
    "will keep trying",
    "will continue to try",
    "continue trying",
    "will be retried",
    "will retry",
    "still being retried",
    "still trying",
    "not yet been delivered",
    "do not need to resend",
    "don't need to resend",
    "delivery is delayed",
    "delivery delayed",
    "has been delayed",
    "(delay)",
    "no action is required on your part",
];
