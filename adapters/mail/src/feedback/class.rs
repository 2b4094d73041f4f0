//! Whose fault a failure is: the class of what a server said of a recipient.
//!
//! Pure, and in doubt never against the recipient: an address that is silenced by mistake stays silent, while a dead one that is
//! not costs one mail more. What words and codes are about is told by the table of [`crate::refusal`]; the first line that fits decides:
//!
//! | # | where | what | class |
//! |---|---|---|---|
//! | 1 | any | words about the sender, its network, its rights or the mail's content; status x.1.7, x.1.8 | `Ours` |
//! | 2 | any | words about a full mailbox | `Delayed` |
//! | 3 | any | words about time, network, or a server in trouble, but where a status x.1.* and the words name a mailbox or domain | `Delayed` |
//! | 4 | any | the reply was to `MAIL`, to a greeting or to the connection | `Ours`; while the report still hopes: `Delayed` |
//! | 5 | any | words about a null MX (RFC 7505), which is for good | `NoSuchMailbox` |
//! | 6 | class 4 (reply, else status; RFC 5321 section 4.2.1, RFC 3463 section 2) | status 4.7.* given up, without words | `Ours` |
//! | 7 | class 4 | anything else | `Delayed` |
//! | 8 | class 5, no code | words about a mailbox that does not exist, or to which access is denied | `NoSuchMailbox`; `Rejected` where it may be a filter |
//! | 9 | class 5, no code | words about a domain that does not exist | `NoSuchMailbox` |
//! | 10 | class 5, no code | words about a mailbox that is shut, or whose owner refuses us | `Rejected` |
//! | 11 | class 5 | a status of class 4 beside the reply | `Delayed` |
//! | 12 | class 5 | reply 556, or 521 with 5.3.2 or 5.1.10: takes no mail (RFC 7504) | `NoSuchMailbox` |
//! | 13 | class 5 | what the status is about, as if words had said it | |
//! | 14 | class 5 | 550 to 553 with "mailbox unavailable" or "address rejected", but at `DATA` | `NoSuchMailbox` |
//! | 15 | class 5 | status 5.3.0 and 5.4.0: the system, or the way to it, whatever it was | `Delayed` |
//! | 16 | class 5 | anything else | `Ours` |
//! | 17 | no code | anything else | `Unknown` |
//!
//! Words come before the status since a server that relays often makes a status up for a bare 550 (sendmail says 5.1.1), and since
//! many put 5.7.1 or 5.5.0 in front of whatever they mean.
//!
//! Which command was answered is evidence: at `RCPT` a server is asked for nothing but the recipient, and says that there is none
//! because there is none. Once it has seen the mail, and where nobody tells what it had seen, "user unknown" may be the answer of a
//! filter in the recipient's name: the mail is refused, and whether there is a mailbox is not said.

use super::{Class, codes::Codes, stage::Stage};
use crate::refusal::{EnhancedStatus, Topic, Topics, plain};

/// What a server said of a recipient.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said<'a> {
    /// The codes: those of the server that refused before those that the reporting server made up.
    pub(crate) codes: Codes,
    /// In words.
    pub(crate) text: &'a str,
    /// To which command, if that is known.
    pub(crate) stage: Option<Stage>,
    /// The mail may still arrive: the report says so.
    pub(crate) passing: bool,
}

/// The class of what a server said, and whether it said enough: if not, whatever else the report says may tell more.
pub(crate) fn class(said: &Said<'_>) -> (Class, bool) {
    let words = plain(said.text);
    let topic = topic(said.codes.status, &words);
    let passing = said.passing || is_passing(said.codes);
    let told = match topic {
        Some(Topic::Sender) => Class::Ours,
        Some(Topic::Full | Topic::Passing) => Class::Delayed,
        _ if said.stage == Some(Stage::Before) && said.passing => Class::Delayed,
        _ if said.stage == Some(Stage::Before) => Class::Ours,
        // A null MX (RFC 7505) is the domain's own word, and for good, whatever code a relay gives it.
        Some(Topic::NoDomain) if words.contains("null mx") => Class::NoSuchMailbox,
        None if passing && !said.passing && said.codes.status.is_some_and(|status| status.subject == 7) => {
            Class::Ours
        }
        _ if passing => return (Class::Delayed, topic.is_some()),
        Some(Topic::NoMailbox | Topic::Denied) if is_filter(said, &words) => Class::Rejected,
        Some(Topic::NoMailbox | Topic::Denied | Topic::NoDomain) => Class::NoSuchMailbox,
        Some(Topic::Shut) => Class::Rejected,
        Some(_) | None => return by_codes(said, topic.is_some()),
    };
    (told, true)
}

/// What the words are about, but that a status that names an address outweighs words about time: the sender's always, the recipient's
/// where the words name it too.
fn topic(status: Option<EnhancedStatus>, words: &str) -> Option<Topic> {
    let topics = Topics::of(words);
    let of_address = status.filter(|status| status.subject == 1).and_then(EnhancedStatus::topic);
    match (of_address, topics.first()) {
        (Some(Topic::Sender), _) => Some(Topic::Sender),
        (Some(_), Some(Topic::Passing)) => {
            topics.first_of(&[Topic::NoMailbox, Topic::NoDomain]).or(Some(Topic::Passing))
        }
        (_, first) => first,
    }
}

/// Whether it may be a filter that speaks as if there were no recipient, without a status that is about addresses: once the mail itself
/// was seen; and where the command is not known, by no more than "user unknown". Mobile carriers do so where a subscriber takes mail
/// from some domains only; some leave out the address, so that a bare colon is left before the words.
fn is_filter(said: &Said<'_>, words: &str) -> bool {
    // Programs for local delivery, and tables of recipients: these know. Yahoo looks for the account once it has the mail.
    const KNOW: &[&str] = &[
        "unknown user:",
        "mail.local",
        "vdeliver",
        "maildrop",
        "automatically rejected",
        "in local recipient table",
        "in virtual",
        "in relay recipient table",
        "doesn't have a",
    ];
    const MAY_FILTER: &[&str] = &["user unknown", "unknown user", "user not exist"];
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
    let subject = said.codes.status.map(|status| status.subject);
    match (subject, said.stage) {
        (Some(1 | 4), _) => false,
        (_, Some(Stage::Recipient)) => says(&["550 : user unknown", "550: : user unknown"]),
        _ if says(KNOW) => false,
        (_, Some(_)) | (Some(2), None) => true,
        _ if says(&["access denied"]) => true,
        (_, None) => says(MAY_FILTER) && !says(&["<>: user unknown"]),
    }
}

/// Whether the codes are of the kind that may pass. The reply is the server's own word, so it goes first.
fn is_passing(codes: Codes) -> bool {
    match (codes.reply, codes.status) {
        (Some(reply), _) => reply < 500,
        (None, status) => status.is_some_and(|status| status.class == 4),
    }
}

/// What a permanent failure means whose words don't tell.
fn by_codes(said: &Said<'_>, unavailable: bool) -> (Class, bool) {
    let Codes { reply, status } = said.codes;
    let detail = status.map(|status| (status.subject, status.detail));
    if reply == Some(556) || reply == Some(521) && matches!(detail, Some((3, 2) | (1, 10))) {
        return (Class::NoSuchMailbox, true);
    }
    // A reply of class 5 with a status of class 4: the kinder one.
    if status.is_some_and(|status| status.class == 4) {
        return (Class::Delayed, true);
    }
    let class = match status.and_then(EnhancedStatus::topic) {
        Some(Topic::NoMailbox | Topic::NoDomain) => Class::NoSuchMailbox,
        Some(Topic::Shut) => Class::Rejected,
        Some(Topic::Full | Topic::Passing) => Class::Delayed,
        Some(_) => Class::Ours,
        None => match reply {
            Some(550..=553) if unavailable && said.stage != Some(Stage::Content) => Class::NoSuchMailbox,
            None if status.is_none() => return (Class::Unknown, false),
            _ if matches!(detail, Some((3 | 4, 0))) => return (Class::Delayed, false),
            _ => return (Class::Ours, false),
        },
    };
    (class, true)
}

#[cfg(test)]
#[path = "class_tests.rs"]
mod tests;
