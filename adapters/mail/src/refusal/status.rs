//! The enhanced status (RFC 3463), and what each says by its registry (RFC 5248).

use std::fmt;

use super::Topic;

/// An enhanced status code (RFC 3463 section 2), such as `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedStatus {
    /// 2 success, 4 a failure that may pass, 5 a permanent failure.
    pub class: u8,
    /// What it is about: 1 address, 2 mailbox, 3 mail system, 4 network, 5 protocol, 6 content, 7 security and policy.
    pub subject: u16,
    /// Which of the registered conditions of the subject; 0 is any other.
    pub detail: u16,
}

impl EnhancedStatus {
    /// Reads a status that stands alone: three numbers, the first 2, 4 or 5, the others up to 999.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.');
        let class = match numbers.next()? {
            "2" => 2,
            "4" => 4,
            "5" => 5,
            _ => return None,
        };
        let (subject, detail) = (number(numbers.next()?)?, number(numbers.next()?)?);
        numbers.next().is_none().then_some(Self { class, subject, detail })
    }

    /// What it is about, whatever its class. None where it tells no more than that something failed: what is not registered, and
    /// x.0.*, x.2.0, x.3.0, x.4.0 and x.5.0, which servers give for anything at all.
    ///
    /// | status | registered for | topic |
    /// |---|---|---|
    /// | x.1.0, x.1.1, x.1.3 to x.1.6, x.1.9 | the recipient's address | [`NoMailbox`](Topic::NoMailbox) |
    /// | x.1.2, x.1.10 | its domain, which takes no mail | [`NoDomain`](Topic::NoDomain) |
    /// | x.1.7, x.1.8 | the sender's address | [`Sender`](Topic::Sender) |
    /// | x.2.1 | mailbox disabled | [`Shut`](Topic::Shut) |
    /// | x.2.2 | mailbox full | [`Full`](Topic::Full) |
    /// | x.2.3, x.3.3, x.3.4 | too long; a feature that is lacking | [`Sender`](Topic::Sender) |
    /// | x.2.4, x.3.* | a list can't be expanded; the system is full, shut, or misconfigured | [`Passing`](Topic::Passing) |
    /// | x.4.4, x.4.310 | no route: the domain has no server | [`NoDomain`](Topic::NoDomain) |
    /// | x.4.* | network, routing, congestion, expiry | [`Passing`](Topic::Passing) |
    /// | x.5.*, x.6.*, x.7.* | protocol, content, security and policy | [`Sender`](Topic::Sender) |
    /// | x.7.17, x.7.18 | mailbox or domain has another owner (RFC 7293) | [`NoMailbox`](Topic::NoMailbox) |
    #[must_use]
    pub const fn topic(self) -> Option<Topic> {
        Some(match (self.subject, self.detail) {
            (1, 0 | 1 | 3..=6 | 9) | (7, 17 | 18) => Topic::NoMailbox,
            (1, 2 | 10) | (4, 4 | 310) => Topic::NoDomain,
            (1, 7 | 8) | (2, 3) | (3, 3 | 4) => Topic::Sender,
            (2, 1) => Topic::Shut,
            (2, 2) => Topic::Full,
            (2, 4) => Topic::Passing,
            (3 | 4, 1..) => Topic::Passing,
            (5, 1..) | (6 | 7, _) => Topic::Sender,
            _ => return None,
        })
    }

    /// Whether it says more than that something failed.
    pub(crate) const fn is_specific(self) -> bool {
        self.subject != 0
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// A number of one to three digits.
pub(crate) fn number(text: &str) -> Option<u16> {
    let short = (1..=3).contains(&text.len());
    (short && text.bytes().all(|c| c.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_three_numbers_and_a_known_class() {
        assert_eq!(
            EnhancedStatus::parse("5.7.26"),
            Some(EnhancedStatus { class: 5, subject: 7, detail: 26 })
        );
        for text in ["5.7", "5.7.1.1", "3.0.0", "5..1", "5.1.1000", "5.+1.1", "５.1.1", ""] {
            assert_eq!(EnhancedStatus::parse(text), None, "{text}");
        }
    }
}
