//! What servers say in words, by topic.

use super::phrases::{
    BLOCK_LISTS, DENIED, FULL, MAILBOX, NO_DOMAIN, NO_MAILBOX, NO_MAILBOX_APART, PASSING, REFUSES, SENDER,
    SENDER_WORDS, SHUT, SHUT_FOR_NOW, SUPPRESSED, UNAVAILABLE,
};

/// How many octets of a server's words are read.
const READ: usize = 4_096;
/// How many octets the halves of a phrase stand apart at most.
const APART: usize = 80;

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Topic {
    /// The sender: its address, network, rights, rate, or the mail's content and form.
    Sender,
    /// The mailbox is full.
    Full,
    /// Time, network, or a server in trouble.
    Passing,
    /// There is no such mailbox.
    NoMailbox,
    /// There is no such domain, or it takes no mail.
    NoDomain,
    /// The mailbox is shut, or its owner refuses us.
    Shut,
    /// Access to this recipient is denied, which a directory says of one that it lacks, and a relay to one who has not logged in.
    Denied,
    /// The mailbox is "unavailable", whatever that means.
    Unavailable,
}

impl Topic {
    /// The topic of a reply's words, of which 4 KiB are read. Where several fit, the one that is kindest to the recipient. Addresses,
    /// links and names of hosts are passed over: who chose them chose their words.
    #[must_use]
    pub fn of(words: &str) -> Option<Self> {
        Topics::of(&plain(words)).first()
    }
}

/// All that a refusal is about, what is kindest to the recipient first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Topics(Vec<Topic>);

impl Topics {
    /// The topics of words that are [`plain`].
    pub(crate) fn of(words: &str) -> Self {
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
        let whole =
            |names: &[&str]| words.split(|c: char| !c.is_alphanumeric()).any(|word| names.contains(&word));
        let apart = |(first, second): &(&str, &str)| {
            let after = |(at, _): (usize, &str)| words.get(at..).map(|rest| beginning(rest, APART));
            words.match_indices(first).take(8).filter_map(after).any(|near| near.contains(second))
        };
        // "may not exist" is no answer.
        let doubtful = words.contains("may not exist") || words.contains("might not exist");
        let of_mailbox = whole(MAILBOX) && !words.contains("your account");
        let order: [(Topic, bool); 10] = [
            (Topic::Sender, says(SENDER) || whole(SENDER_WORDS)),
            (Topic::Full, says(FULL)),
            (Topic::Shut, says(SHUT_FOR_NOW) && of_mailbox),
            (Topic::Passing, says(PASSING)),
            (Topic::Shut, says(SUPPRESSED)),
            (Topic::NoMailbox, (says(NO_MAILBOX) || NO_MAILBOX_APART.iter().any(apart)) && !doubtful),
            (Topic::NoDomain, says(NO_DOMAIN)),
            (Topic::Shut, says(REFUSES) || says(SHUT) && of_mailbox),
            (Topic::Denied, says(DENIED)),
            // "Address rejected: .." is followed by why, which may be anything.
            (
                Topic::Unavailable,
                says(UNAVAILABLE) || words.trim_end_matches('.').ends_with("address rejected"),
            ),
        ];
        Self(order.into_iter().filter_map(|(topic, fits)| fits.then_some(topic)).collect())
    }

    /// The one that counts unless more is known.
    pub(crate) fn first(&self) -> Option<Topic> {
        self.0.first().copied()
    }

    /// The first of those that are asked for.
    pub(crate) fn first_of(&self, asked: &[Topic]) -> Option<Topic> {
        self.0.iter().copied().find(|topic| asked.contains(topic))
    }
}

/// Words as the phrases are matched against: lower-case, single spaces, and without addresses, links and names of hosts, since
/// `spam@example.com` says nothing of spam.
pub(crate) fn plain(text: &str) -> String {
    let text = without_bracketed_addresses(beginning(text, READ));
    let mut plain = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let word = word.to_lowercase().replace('\u{2019}', "'");
        if is_name(&word) && !BLOCK_LISTS.iter().any(|list| word.contains(list)) {
            continue;
        }
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(&word);
    }
    plain
}

/// Leaves `<>` of an address in angle brackets, whose quoted part may hold spaces (RFC 5321 section 4.1.2), and phrases.
fn without_bracketed_addresses(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        left.push_str(before);
        left.push('<');
        let inner = after.split(['<', '>']).next().unwrap_or_default();
        rest = if inner.contains('@') { after.get(inner.len()..).unwrap_or_default() } else { after };
    }
    left.push_str(rest);
    left
}

/// Whether a word is an address, a link or the name of a host.
fn is_name(word: &str) -> bool {
    const DOMAINS: &[&str] =
        &["com", "net", "org", "edu", "jp", "de", "uk", "fr", "ru", "cn", "example", "test"];
    // What Exchange calls its own errors.
    const ERRORS: &[&str] = &["resolver.", "storedrv.", "smtpsend.", "routing.", "queue."];
    if word.contains('@') || word.contains("://") {
        return true;
    }
    let host = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let mut labels = host.rsplit('.');
    let last = labels.next().unwrap_or_default();
    let named = last.bytes().all(|c| c.is_ascii_alphabetic()) && last.len() >= 2;
    let more = labels.count();
    named
        && (more >= 2 || more == 1 && DOMAINS.contains(&last))
        && !ERRORS.iter().any(|it| host.starts_with(it))
}

/// The first characters of a text, at most so many octets.
pub(crate) fn beginning(text: &str, octets: usize) -> &str {
    let mut end = octets.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    #[cfg(test)]
    work::read(end);
    text.get(..end).unwrap_or_default()
}

/// How much is read: what tests hold against a bound, so that no clock has to.
#[cfg(test)]
pub(crate) mod work {
    use std::cell::Cell;

    thread_local! {
        static OCTETS: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn read(octets: usize) {
        OCTETS.set(OCTETS.get().saturating_add(octets));
    }

    /// The octets that were read in this thread since this was asked last.
    pub(crate) fn done() -> usize {
        OCTETS.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_links_and_hosts_say_nothing() {
        for text in [
            "<\"no such user\"@example.com>: rejected",
            "<<<\"mailbox full\"@example.com>: rejected",
            "no-such-user@example.com: rejected, see https://example.com/spam",
            "mailbox-full.spam.example.net rejected it",
        ] {
            assert_eq!(Topic::of(text), None, "{text}");
        }
    }

    #[test]
    fn of_a_long_text_4_kib_are_read() {
        let late = |before: usize| format!("{} user unknown", "x".repeat(before));
        assert_eq!(Topic::of(&late(READ - 20)), Some(Topic::NoMailbox));
        assert_eq!(Topic::of(&late(READ)), None);
        work::done();
        let _ = Topic::of(&"user <".repeat(1_000_000));
        assert!(work::done() < 4 * READ);
    }

    #[test]
    fn of_several_topics_the_kindest_counts() {
        for (text, topic) in [
            ("message looks like spam; user unknown", Topic::Sender),
            ("user unknown, mailbox full", Topic::Full),
            ("try again later: user unknown", Topic::Passing),
        ] {
            assert_eq!(Topic::of(text), Some(topic), "{text}");
        }
        assert_eq!(Topic::of("the user may not exist: no such user"), None);
    }
}
