//! What the text of a refusal tells of a mailbox, in the phrases that mail servers have for it.

/// What a reply's text says of the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// That there is none.
    NoSuchMailbox,
    /// That it does not take our mail, or none at all.
    Refused,
    /// That it is full.
    Full,
    /// Nothing that is certain.
    Nothing,
}

/// No such mailbox.
const NO_SUCH_MAILBOX: [&str; 26] = [
    "address does not exist",
    "account does not exist",
    "account that you tried to reach does not exist",
    "address unknown",
    "domain does not exist",
    "invalid mailbox",
    "invalid recipient",
    "mailbox does not exist",
    "mailbox not found",
    "mailbox unknown",
    "no mailbox here",
    "no such account",
    "no such address",
    "no such domain",
    "no such mailbox",
    "no such person",
    "no such recipient",
    "no such user",
    "recipient does not exist",
    "recipient not found",
    "recipient unknown",
    "unknown mailbox",
    "unknown recipient",
    "unknown user",
    "user does not exist",
    "user unknown",
];

/// Further ones, in two halves with a name or an address between them.
const NO_SUCH_MAILBOX_APART: [(&str, &str); 5] = [
    ("mailbox", "not exist"),
    ("recipient", "not exist"),
    ("unknown", "user account"),
    ("user", "not exist"),
    ("user", "not found"),
];

/// The mailbox takes none of our mail.
const REFUSED: [&str; 9] = [
    "blocked by recipient",
    "blocked by the recipient",
    "recipient does not accept mail from you",
    "recipient has blocked",
    "recipient refuses",
    "refused by recipient",
    "refused by the recipient",
    "rejected by the recipient",
    "user has blocked",
];

/// The mailbox takes no mail at all.
const SHUT: [&str; 7] = [
    "account closed",
    "account disabled",
    "account inactive",
    "mailbox closed",
    "mailbox disabled",
    "mailbox inactive",
    "user disabled",
];

/// The same, with something between.
const SHUT_APART: [(&str, &str); 6] = [
    ("account", "is disabled"),
    ("account", "is inactive"),
    ("account", "has been disabled"),
    ("mailbox", "is disabled"),
    ("mailbox", "is inactive"),
    ("mailbox", "has been disabled"),
];

/// The mailbox is full: that passes.
const FULL: [&str; 8] = [
    "exceeded storage",
    "insufficient storage",
    "mailbox full",
    "mailbox is full",
    "out of storage",
    "over quota",
    "overquota",
    "quota exceeded",
];

/// Words of a refusal that speaks of us, of the mail, or of the moment: then nothing else in it is certain.
const OF_US: [&str; 26] = [
    "authenticate",
    "authentication",
    "blacklist",
    "blacklisted",
    "blocklist",
    "client",
    "dkim",
    "dmarc",
    "dnsbl",
    "filter",
    "helo",
    "ip",
    "later",
    "policy",
    "ptr",
    "rate",
    "rbl",
    "relay",
    "relaying",
    "reputation",
    "spam",
    "spamhaus",
    "spf",
    "temporarily",
    "temporary",
    "virus",
];

/// Words that name the sender, which a mailbox may well have blocked.
const OF_SENDER: [&str; 4] = ["from", "sender", "senders", "envelope"];

impl Told {
    /// What this text says, addresses left out: who chose them chose their words.
    pub(crate) fn by(text: &str) -> Self {
        let words = plain(text);
        let names = |of: &[&str]| words.split(' ').any(|word| of.contains(&word));
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
        if names(&OF_US) {
            Self::Nothing
        } else if says(&REFUSED) {
            Self::Refused
        } else if says(&FULL) {
            Self::Full
        } else if names(&OF_SENDER) {
            Self::Nothing
        } else if says(&NO_SUCH_MAILBOX) || says_apart(&words, &NO_SUCH_MAILBOX_APART) {
            Self::NoSuchMailbox
        } else if says(&SHUT) || says_apart(&words, &SHUT_APART) {
            Self::Refused
        } else {
            Self::Nothing
        }
    }

    /// Whether it is what Exchange Online says of a recipient that is in no directory.
    pub(crate) fn is_not_in_directory(text: &str) -> bool {
        plain(text).contains("recipient address rejected access denied")
    }
}

fn says_apart(words: &str, phrases: &[(&str, &str)]) -> bool {
    phrases
        .iter()
        .any(|(first, second)| words.split_once(first).is_some_and(|(_, after)| after.contains(second)))
}

/// The words of a text in lower case with one blank between, without what stands in angle brackets and without addresses.
fn plain(text: &str) -> String {
    let mut bracketed = 0_u32;
    let open: String = text
        .chars()
        .filter_map(|c| {
            match c {
                '<' => bracketed = bracketed.saturating_add(1),
                '>' => bracketed = bracketed.saturating_sub(1),
                _ if bracketed == 0 => return Some(c.to_ascii_lowercase()),
                _ => return None,
            }
            Some(' ')
        })
        .collect();
    let unnamed = open.split_whitespace().filter(|word| !word.contains('@')).collect::<Vec<_>>().join(" ");
    let unnamed = unnamed.replace("n't", " not").replace("can not", "not");
    let words = unnamed.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_of_common_servers_tell_that_there_is_no_such_mailbox() {
        for text in [
            "<ada@example.com>: Recipient address rejected: User unknown in local recipient table",
            "The email account that you tried to reach does not exist. Please try\ndouble-checking",
            "sorry, no mailbox here by that name (#5.1.1)",
            "No such user here",
            "Unknown user: ada@example.com",
            "User ada@example.com doesn't exist",
            "Mailbox <ada@example.com> does not exist",
            "Invalid Recipient",
        ] {
            assert_eq!(Told::by(text), Told::NoSuchMailbox, "{text}");
        }
    }

    #[test]
    fn a_mailbox_that_takes_none_of_our_mail_says_so() {
        for text in [
            "The recipient has blocked the sender",
            "Message rejected by the recipient",
            "The email account that you tried to reach is disabled.",
            "Mailbox disabled for this recipient",
        ] {
            assert_eq!(Told::by(text), Told::Refused, "{text}");
        }
        for text in ["Mailbox full", "<ada@example.com>: user is over quota"] {
            assert_eq!(Told::by(text), Told::Full, "{text}");
        }
    }

    #[test]
    fn a_text_that_speaks_of_us_of_the_sender_or_of_nobody_tells_nothing() {
        for text in [
            "",
            "Requested action not taken: mailbox unavailable",
            "Service unavailable; client host [192.0.2.1] blocked using zen.spamhaus.org",
            "Relay access denied: no such user",
            "Sender address rejected: Domain does not exist",
            "Mail from unknown user",
            "rejected by recipient policy",
            "message looks like spam; user unknown",
            "<\"no such user\"@example.com>: access denied",
            "no.such.user@example.com: access denied",
            "Try again later: user unknown",
            "<<<<<user unknown",
        ] {
            assert_eq!(Told::by(text), Told::Nothing, "{text}");
        }
    }
}
