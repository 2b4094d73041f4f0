//! How moments, records, events and letters are said in a trace: in a few words, without ids and without secrets.

use accountable_core::{
    domain::{
        Account, AccountId, Address, Content, Dispatch, Event, Letter, Life, Mail, MailState, Message,
        Subject,
    },
    port::{Swap, Write},
};
use serde_json::Value;

use crate::simulator::{executor::Elapsed, history::Outcome, trouble::HandedOver};

const SECOND: u64 = 1_000_000;

/// How long it is since the simulation began: `2 d 01:00:00.250`.
pub(super) fn moment(at: Elapsed) -> String {
    let seconds = at / SECOND;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let days = if days == 0 { String::new() } else { format!("{days} d ") };
    format!("{days}{hours:02}:{minutes:02}:{:02}.{:03}", seconds % 60, at % SECOND / 1_000)
}

/// How wrong a clock is.
pub(super) fn ahead(micros: i64) -> String {
    let by = moment(micros.unsigned_abs());
    match micros {
        0 => "right".to_owned(),
        1.. => format!("{by} ahead"),
        _ => format!("{by} behind"),
    }
}

/// How a call came out.
pub(super) fn outcome_in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done => "done".to_owned(),
        Outcome::Refused(code) => code.clone(),
        Outcome::Failed(code) => format!("failed: {code}"),
    }
}

/// What a write does to its record; none for what nobody wants to read of: the levels of quotas.
pub(super) fn record_in_words(write: &Write, name: impl Fn(AccountId) -> String) -> Option<String> {
    Some(match write {
        Write::Account(swap) => account_in_words(swap, &name),
        Write::Address(swap) => match &swap.after {
            Some(address) => format!("address: {}", address_in_words(address)),
            None => "address: forgotten".to_owned(),
        },
        Write::Mail(Swap { before, after }) => {
            let mail = after.as_ref().or(before.as_ref().map(|before| &before.value))?;
            let fate = after.as_ref().map_or_else(|| "gone".to_owned(), state_in_words);
            format!("{}: {fate}", mail_in_words(mail))
        }
        Write::IpFilterGroup(_) => "a group of networks".to_owned(),
        Write::Note(swap) => {
            let note = swap.after.as_ref().or(swap.before.as_ref().map(|before| &before.value))?;
            format!("note {}", note.name.as_str())
        }
        Write::Reserve(_) => "a quota".to_owned(),
    })
}

fn account_in_words(swap: &Swap<Account>, name: &impl Fn(AccountId) -> String) -> String {
    let Some(account) = &swap.after else { return "account: forgotten".to_owned() };
    let version = account.version.as_u64();
    let is = match &account.life {
        Life::Live(facts) => {
            let password = if facts.password.is_some() { "with a password" } else { "without a password" };
            format!("{}, {}, {password}", facts.standing.kind().as_str(), facts.status().as_str())
        }
        Life::Erased { .. } => "erased".to_owned(),
    };
    format!("account {} v{version}: {is}", name(account.id))
}

fn address_in_words(address: &Address) -> String {
    let log_ins = &address.log_ins;
    let lock = match log_ins.locked_until {
        _ if log_ins.disabled => ", disabled",
        Some(_) => ", locked",
        None => "",
    };
    let held = if address.suppressions.is_empty() { "" } else { ", mail held back" };
    format!("{} failures{lock}{held}", log_ins.failures)
}

/// What a mail is for.
pub(super) fn mail_in_words(mail: &Mail) -> String {
    match &mail.content {
        Content::Letter(Dispatch { subject: Subject::Code { purpose, .. }, .. }) => {
            format!("mail {}", purpose.as_str())
        }
        Content::Letter(Dispatch { subject: Subject::Notice(notice), .. }) => {
            format!("notice {}", notice.kind().as_str())
        }
        Content::Intent(_) => "request".to_owned(),
        Content::ForHost(_) => "notice to the host".to_owned(),
    }
}

fn state_in_words(mail: &Mail) -> String {
    match &mail.state {
        MailState::Queued => "queued".to_owned(),
        MailState::Claimed { .. } => "claimed".to_owned(),
        MailState::Retry { .. } => format!("to be tried again, {} attempts", mail.attempts),
        MailState::Dead { why, .. } => {
            format!("dead, {}", plain(&serde_json::to_value(why).unwrap_or_default()))
        }
    }
}

/// An event by its stored form, so that new kinds appear by themselves: its name, who did it, and its particulars but for
/// ids.
pub(super) fn event_in_words(event: &Event) -> String {
    let what = serde_json::to_value(&event.what).unwrap_or_default();
    let facts = what.as_object().into_iter().flatten();
    let facts =
        facts.filter(|(name, value)| *name != "event" && !is_id(value) && **value != Value::Bool(false));
    let mut words = vec![what.get("event").map(plain).unwrap_or_default()];
    words.extend(facts.map(|(name, value)| format!("{name}={}", plain(value))));
    format!("{} (by {})", words.join(" "), event.by.kind().as_str())
}

/// Whether it is the name of something, which tells a reader nothing.
fn is_id(value: &Value) -> bool {
    let is_long = |text: &str| text.len() >= 20 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    value.is_null() || value.as_str().is_some_and(is_long)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| format!("{name}:{}", plain(value)))
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    }
}

/// A letter, and what became of it.
pub(super) fn handed_over(letter: &Letter, outcome: HandedOver) -> String {
    let says = match &letter.message {
        Message::Code { purpose, expires_at, .. } => {
            format!("a link, {}, good until {expires_at}", purpose.as_str())
        }
        Message::Notice(notice) => format!("a notice, {}", notice.kind().as_str()),
        _ => "a notice to the host".to_owned(),
    };
    let fate = match outcome {
        HandedOver::Taken => "it is taken",
        HandedOver::Unheard => "it is taken, and the answer is lost",
        HandedOver::Delayed => "it is put off",
        HandedOver::Refused => "there is no such mailbox",
        HandedOver::Ours => "it can't be sent, by a fault of ours",
        HandedOver::Panicked => "the mailer panics",
        HandedOver::Silent { taken: true } => "it is taken, and no answer ever comes",
        HandedOver::Silent { taken: false } => "no answer ever comes",
        HandedOver::Away => "the mail server is away",
    };
    format!("mails {} {says}: {fate}", letter.to)
}
