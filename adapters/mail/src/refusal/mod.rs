//! What servers say when they refuse a mail, in codes and in words: one table for the replies that are met while sending, and for those
//! that bounces report.
//!
//! A [`Topic`] is what a refusal is about. [`EnhancedStatus::topic`] tells it by the registry of status codes, [`Topic::of`] by the
//! phrases that servers have for it. Whose fault that makes it, and which of the two is believed, depends on who is asked: one's own
//! relay, at a known command, or a report by a stranger.
//!
//! ```
//! use accountable_mail::refusal::{EnhancedStatus, Topic};
//!
//! assert_eq!(Topic::of("<ada@example.com>: Recipient address rejected: User unknown in virtual mailbox table"), Some(Topic::NoMailbox));
//! assert_eq!(Topic::of("Client host [192.0.2.1] blocked using zen.spamhaus.org"), Some(Topic::Sender));
//! assert_eq!(Topic::of("Not here, not today"), None);
//!
//! let status = EnhancedStatus::parse("5.2.2");
//! assert_eq!(status.and_then(EnhancedStatus::topic), Some(Topic::Full));
//! ```

mod phrases;
mod status;
mod words;

#[cfg(test)]
pub(crate) use self::words::work;
pub use self::{status::EnhancedStatus, words::Topic};
pub(crate) use self::{
    status::number,
    words::{Topics, beginning, plain},
};
