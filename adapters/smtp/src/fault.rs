//! What can go wrong on the way to a relay and at it, and whose fault it is.

use std::io;

use accountable_core::port::MailError;

use crate::{Command, Status, classify::Class};

/// Why a mail was not taken, in detail: the source of a [`MailError`], for logs. Nothing of it names a recipient, or shows a
/// link, a password or a reply's text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpError {
    /// The relay's name was not found, or nobody listens there.
    #[error("no connection to the relay")]
    NoConnection(#[source] io::Error),
    /// TLS came to nothing: above all, a certificate that nobody we trust has given to this relay.
    #[error("no TLS with the relay")]
    Tls(#[source] Box<rustls::Error>),
    /// The relay does not offer `STARTTLS`, or somebody on the way has taken the offer out.
    #[error("the relay offers no STARTTLS")]
    NoStartTls,
    /// The relay offers no way to log in that we know (`PLAIN` and `LOGIN`).
    #[error("the relay offers neither AUTH PLAIN nor AUTH LOGIN")]
    NoLogin,
    /// The relay refused.
    #[error("the relay answered {command} with {status}")]
    Refused {
        /// What it answered.
        command: Command,
        /// With what.
        status: Status,
    },
    /// The connection ended, or what came was no reply. Whether the mail left is known: it did not.
    #[error("the connection was lost at {at}")]
    Lost {
        /// The step that had no answer.
        at: Command,
    },
    /// No answer came within the time limit, and the mail did not leave.
    #[error("no answer to {at} within the time limit")]
    TimedOut {
        /// The step that had no answer.
        at: Command,
    },
    /// The mail was handed over, and no answer came: whether it was taken, nobody knows.
    #[error("no answer after the mail itself: the outcome is unknown")]
    UnknownOutcome,
    /// An address in the mail or in its envelope is not ASCII, and the relay does not take such (`SMTPUTF8`, RFC 6531).
    #[error("an address is not ASCII, and the relay has no SMTPUTF8")]
    NoSmtpUtf8,
    /// The mail has octets beyond ASCII, and the relay does not take such (`8BITMIME`, RFC 6152).
    #[error("the mail is not ASCII, and the relay has no 8BITMIME")]
    No8BitMime,
    /// The mail is larger than the relay takes (`SIZE`, RFC 1870).
    #[error("the mail has {octets} octets, and the relay takes {limit}")]
    TooLarge {
        /// Of the mail.
        octets: usize,
        /// What the relay says that it takes.
        limit: usize,
    },
    /// The mail has a line of over 998 octets, one that CR LF does not end, or a NUL: relays would read it differently.
    #[error("the mail has a line that no relay may be given")]
    Malformed,
    /// The letter's feedback tag makes no address of an envelope's sender.
    #[error("the feedback tag makes no envelope sender")]
    NoVerp,
    /// No thread for the exchange could be started.
    #[error("no thread for the exchange")]
    NoThread(#[source] io::Error),
    /// The exchange ended before its answer: its runtime has stopped, or it panicked.
    #[error("the exchange was stopped")]
    Stopped,
}

/// An error, and whose fault it is.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) class: Class,
    pub(crate) error: SmtpError,
}

impl Fault {
    pub(crate) fn unreachable(error: SmtpError) -> Self {
        Self { class: Class::Unreachable, error }
    }

    pub(crate) fn transient(error: SmtpError) -> Self {
        Self { class: Class::Transient, error }
    }

    pub(crate) fn ours(error: SmtpError) -> Self {
        Self { class: Class::Ours, error }
    }

    /// No answer to this step, since the connection is lost.
    pub(crate) fn lost(at: Command) -> Self {
        Self::silent(at, SmtpError::Lost { at })
    }

    /// No answer to this step in time.
    pub(crate) fn timed_out(at: Command) -> Self {
        Self::silent(at, SmtpError::TimedOut { at })
    }

    fn silent(at: Command, error: SmtpError) -> Self {
        match at {
            Command::Rcpt | Command::Data => Self::transient(error),
            Command::Content => Self::transient(SmtpError::UnknownOutcome),
            _ => Self::unreachable(error),
        }
    }

    /// Whether the relay can't be reached or refuses us, so that another may be asked.
    pub(crate) fn is_of_relay(&self) -> bool {
        self.class == Class::Unreachable
    }

    /// Whether a connection that was used before may just have come to its end (many relays take so many mails by each), with
    /// nothing said of this mail.
    pub(crate) fn may_be_stale(&self) -> bool {
        match &self.error {
            SmtpError::Lost { .. } => true,
            SmtpError::Refused { command: Command::Mail, status } => status.code < 500,
            SmtpError::Refused { command: Command::Rcpt | Command::Data, status } => status.is_closing(),
            _ => false,
        }
    }
}

impl From<Fault> for MailError {
    fn from(Fault { class, error }: Fault) -> Self {
        let evidence = |error: &SmtpError| match error {
            SmtpError::Refused { status, .. } => status.to_string(),
            other => other.to_string(),
        };
        match class {
            Class::NoSuchMailbox => Self::NoSuchMailbox { evidence: evidence(&error) },
            Class::Rejected => Self::Rejected { evidence: evidence(&error) },
            Class::Transient => Self::Transient(Box::new(error)),
            Class::Unreachable => Self::Unreachable(Box::new(error)),
            Class::Ours => Self::Ours(Box::new(error)),
        }
    }
}
