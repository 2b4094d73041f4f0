//! The codes that servers give, found in what they said: the reply of SMTP (RFC 5321 section 4.2) and the enhanced status (RFC 3463).

use crate::refusal::{EnhancedStatus, beginning, number};

/// How many characters of a server's words are searched for codes.
const SEARCHED: usize = 4_096;

/// The codes that stand in a server's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Codes {
    /// The reply of SMTP, 400 to 559.
    pub(crate) reply: Option<u16>,
    /// The enhanced status, of class 4 or 5.
    pub(crate) status: Option<EnhancedStatus>,
}

impl Codes {
    /// Finds them. A reply counts where a line begins with it, or where the words before say that one follows, so that `452
    /// messages` is none; a status counts wherever it stands, unless it is part of a longer row of numbers.
    pub(crate) fn find(text: &str) -> Self {
        let text = beginning(text, SEARCHED);
        let mut found = Self::default();
        let mut generic = None;
        for line in text.lines() {
            let mut announced = true;
            for word in line.split(|c: char| c.is_whitespace() || "();,<>[]\"'".contains(c)) {
                if word.is_empty() {
                    continue;
                }
                let (reply, after) = reply_of(word);
                if found.reply.is_none() && announced {
                    found.reply = reply;
                }
                let bare = after.trim_matches(|c: char| !c.is_ascii_digit());
                if let Some(status) =
                    EnhancedStatus::parse(bare).filter(|it| it.class != 2 && it.subject <= 7)
                {
                    if status.is_specific() {
                        found.status = found.status.or(Some(status));
                    } else {
                        generic = generic.or(Some(status));
                    }
                }
                announced = word.ends_with(':') || word.ends_with('=') || announces(word);
            }
        }
        found.status = found.status.or(generic);
        found
    }
}

/// The reply with which a word begins, and what is left of the word: `550`, `550:`, `550-5.1.1`, `#550`.
fn reply_of(word: &str) -> (Option<u16>, &str) {
    let word = word.trim_start_matches(['#', '=']);
    let Some((digits, after)) = word.split_at_checked(3) else { return (None, word) };
    let ends = after.is_empty() || after.starts_with(['-', ':', '.', '#', '=']);
    let reply =
        number(digits).filter(|reply| ends && (400..=559).contains(reply) && !after.starts_with(".."));
    match reply {
        // 5.10.1 is not a reply, nor is 450.12.
        Some(_) if after.get(1..).is_some_and(|rest| after.starts_with('.') && !rest.is_empty()) => {
            (None, word)
        }
        Some(reply) => (Some(reply), after),
        None => (None, word),
    }
}

/// Whether a reply may follow this word.
fn announces(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "said", "smtp", "error", "code", "reply", "response", "status", "with", "returned", "dsn", "answer",
    ];
    word.len() <= 8 && WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (Option<u16>, Option<String>) {
        let codes = Codes::find(text);
        (codes.reply, codes.status.map(|status| status.to_string()))
    }

    #[test]
    fn codes_are_found_where_servers_put_them() {
        let both = (Some(550), Some("5.1.1".to_owned()));
        assert_eq!(found("550 5.1.1 <ada@example.com>: no such user"), both);
        assert_eq!(found("550-5.1.1 The account that you tried to reach does not exist"), both);
        assert_eq!(
            found("host mx.example.com[192.0.2.5] said: 550 5.1.1 unknown (in reply to RCPT TO)"),
            both
        );
        assert_eq!(found("<<< 550 5.1.1 unknown"), both);
        assert_eq!(found("<ada@example.com>: 550 #5.1.1 unknown"), both);
        assert_eq!(found("550-5.0.0 sorry\n550 5.1.1 unknown"), both, "the one that says more");
        assert_eq!(found("Sorry, no mailbox here by that name. (#5.1.1)"), (None, Some("5.1.1".to_owned())));
        assert_eq!(found("Remote host said: 553 sorry"), (Some(553), None));
    }

    #[test]
    fn other_numbers_are_no_codes() {
        for text in [
            "there are 452 messages in the queue",
            "client [5.1.1.2] at port 587",
            "version 4.92.3 of 2.3.4",
            "551x 55",
            "450.12",
            "",
        ] {
            assert_eq!(found(text), (None, None), "{text}");
        }
    }
}
