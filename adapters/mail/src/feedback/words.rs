//! What servers say in words, by topic.

use super::{
    phrases::{
        AT_DATA, AT_RCPT, BEFORE, BLOCK_LISTS, FULL, MAILBOX, NO_MAILBOX, PASSING, REFUSES, SENDER,
        SENDER_WORDS, SHUT, SUPPRESSED, UNAVAILABLE,
    },
    status::beginning,
};

/// How many octets of a server's words are read.
const READ: usize = 4_096;

/// What a server's words are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// The sender: its address, network, rights, rate, or the mail's content and form.
    Sender,
    /// The mailbox is full.
    Full,
    /// Time, network, or a server in trouble.
    Passing,
    /// There is no such mailbox or domain.
    NoMailbox,
    /// The mailbox is shut, or its owner refuses us.
    Shut,
    /// The mailbox is "unavailable", whatever that means.
    Unavailable,
}

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

/// The topic of words, plain as [`plain`] makes them. Where several fit, the one that is kindest to the recipient.
pub(crate) fn topic(words: &str) -> Option<Topic> {
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
    let whole =
        |names: &[&str]| words.split(|c: char| !c.is_alphanumeric()).any(|word| names.contains(&word));
    // "may not exist" is no answer.
    let doubtful = words.contains("may not exist") || words.contains("might not exist");
    let shut = says(REFUSES) || says(SHUT) && whole(MAILBOX) && !words.contains("your account");
    let order: [(Topic, bool); 7] = [
        (Topic::Sender, says(SENDER) || whole(SENDER_WORDS)),
        (Topic::Full, says(FULL)),
        (Topic::Passing, says(PASSING)),
        (Topic::Shut, says(SUPPRESSED)),
        (Topic::NoMailbox, says(NO_MAILBOX) && !doubtful),
        (Topic::Shut, shut),
        // "Address rejected: .." is followed by why, which may be anything.
        (Topic::Unavailable, says(UNAVAILABLE) || words.trim_end_matches('.').ends_with("address rejected")),
    ];
    order.into_iter().find_map(|(topic, fits)| fits.then_some(topic))
}

/// When in the exchange a server refused, as the relay that reports it tells: the first command that it names.
pub(crate) fn stage(text: &str) -> Option<Stage> {
    let text = beginning(text, READ).to_lowercase();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = |phrases: &[&str]| phrases.iter().filter_map(|phrase| text.find(phrase)).min();
    let found = [(Stage::Before, BEFORE), (Stage::Recipient, AT_RCPT), (Stage::Content, AT_DATA)];
    found
        .into_iter()
        .filter_map(|(stage, phrases)| Some((first(phrases)?, stage)))
        .min_by_key(|(at, _)| *at)
        .map(|it| it.1)
}

/// Words as the phrases are matched against: lower-case, single spaces, and without addresses, links and names of hosts, since
/// `spam@example.com` says nothing of spam.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len().min(READ));
    for word in beginning(text, READ).split_whitespace() {
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
