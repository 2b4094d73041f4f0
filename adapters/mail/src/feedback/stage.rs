//! When in the exchange a server refused, as the relay that reports it tells.

use crate::refusal::beginning;

/// How many octets of a report are read.
const READ: usize = 4_096;

/// When in the exchange a server refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before a recipient was named: at the connection, the greeting, or `MAIL`.
    Before,
    /// At `RCPT`.
    Recipient,
    /// At `DATA` or its end, once the recipient had been taken.
    Content,
}

impl Stage {
    /// The first that a report names.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let text = beginning(text, READ).to_lowercase();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let first = |phrases: &[&str]| phrases.iter().filter_map(|phrase| text.find(phrase)).min();
        let found = [(Self::Before, BEFORE), (Self::Recipient, AT_RCPT), (Self::Content, AT_DATA)];
        found
            .into_iter()
            .filter_map(|(stage, phrases)| Some((first(phrases)?, stage)))
            .min_by_key(|(at, _)| *at)
            .map(|it| it.1)
    }
}

/// How relays name the commands before a recipient: Postfix, Exim, sendmail, qmail, DragonFly, and Gmail by its states.
const BEFORE: &[&str] = &[
    "in reply to mail from",
    "in reply to helo",
    "in reply to ehlo",
    "in reply to starttls",
    "in reply to auth",
    "after mail from",
    "after mail command",
    "after pipelined mail from",
    "after helo",
    "after ehlo",
    "after starttls",
    "after auth",
    "after initial connection",
    "did not like our mail from",
    "did not like our ehlo",
    "did not like our helo",
    ">>> mail from",
    ">>> helo",
    ">>> ehlo",
    "refused to talk to me",
    "progress was mail",
    "smtp command mail",
    "following mail command",
    "in mail from",
    "<<< mail from",
    "progress was helo",
    "progress was ehlo",
    "[mail_from]",
    "[helo]",
    "[connect]",
    "but my name was rejected",
    "but sender was rejected",
    "but greeting failed",
    "(state 6)",
    "(state 8)",
    "(state 9)",
    "(state 12)",
    "(state 13)",
];

/// How relays name `RCPT`.
const AT_RCPT: &[&str] = &[
    "in reply to rcpt to",
    "after rcpt to",
    "after rcpt command",
    "after pipelined rcpt to",
    "did not like our rcpt to",
    "does not like recipient",
    "smtp:rcpt",
    "progress was rcpt",
    "smtp command rcpt",
    "following rcpt command",
    "in rcpt to",
    "<<< rcpt to",
    "[rcpt_to]",
    ">>> rcpt to",
    "(state 14)",
];

/// How relays name `DATA` and its end.
const AT_DATA: &[&str] = &[
    "in reply to data",
    "in reply to end of data",
    "after data",
    "after end of data",
    "after pipelined end of data",
    "did not like our data",
    "did not like our final data",
    "failed on data command",
    "failed after i sent the message",
    ">>> data",
    "(data)",
    "progress was data",
    "smtp command data",
    "following data command",
    "in end of data",
    "<<< data",
    "[data]",
    "[dot]",
    "for text command",
    "(state 15)",
    "(state 17)",
    "(state 18)",
];
