//! What a relay answers with: which command, and by which code.

use std::fmt;

use accountable_mail::EnhancedStatus;
use smtp_proto::Response;

/// A step of the exchange with a relay, as far as an answer can be put down to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Command {
    /// The connection itself: names looked up, TCP, and TLS where it comes first.
    Connect,
    /// The relay's greeting.
    Greeting,
    /// `EHLO`.
    Ehlo,
    /// `STARTTLS`, and the handshake after it.
    StartTls,
    /// `AUTH`, with all that belongs to it.
    Auth,
    /// `MAIL FROM`: the envelope's sender.
    Mail,
    /// `RCPT TO`: the envelope's recipient.
    Rcpt,
    /// `DATA`, before the mail itself.
    Data,
    /// The mail itself, with the dot that ends it.
    Content,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "the connection",
            Self::Greeting => "the greeting",
            Self::Ehlo => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL FROM",
            Self::Rcpt => "RCPT TO",
            Self::Data => "DATA",
            Self::Content => "the mail itself",
        })
    }
}

/// A reply's code (RFC 5321 section 4.2), and its enhanced status (RFC 3463) where it has one. Written as `550 5.1.1`: nothing
/// of a reply's text, which may hold anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Status {
    /// Three digits.
    pub code: u16,
    /// What it says more exactly. A subject or detail of 255 stands for all that is more.
    pub enhanced: Option<EnhancedStatus>,
}

impl Status {
    /// The status of a reply, as it was read.
    pub(crate) fn of(reply: &Response<String>) -> Self {
        let [class, subject, detail] = reply.esc;
        let enhanced = EnhancedStatus { class, subject: subject.into(), detail: detail.into() };
        Self { code: reply.code, enhanced: (class != 0).then_some(enhanced) }
    }

    /// Whether the reply says yes (2xx).
    pub(crate) fn is_positive(self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Whether the relay says that it closes the connection.
    pub(crate) fn is_closing(self) -> bool {
        self.code == 421
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.code)?;
        match self.enhanced {
            None => Ok(()),
            // What reads replies keeps octets.
            Some(EnhancedStatus { class, subject, detail: 255 }) => write!(f, " {class}.{subject}.x"),
            Some(enhanced) => write!(f, " {enhanced}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use smtp_proto::response::parser::ResponseReceiver;

    use super::*;

    fn status(line: &str) -> Status {
        let line = format!("{line}\r\n");
        Status::of(&ResponseReceiver::default().parse(&mut line.as_bytes().iter()).unwrap())
    }

    #[test]
    fn a_status_is_written_as_it_was_read() {
        for (line, written) in [
            ("550 5.1.1 <ada@example.com> unknown", "550 5.1.1"),
            ("550-5.1.10 gone\r\n550 5.1.10 for good", "550 5.1.10"),
            ("550 no such user", "550"),
            ("554 5.7.509 DMARC", "554 5.7.x"),
            ("250 2.0.0 Ok", "250 2.0.0"),
            ("550 5.1 is no status", "550"),
            ("550", "550"),
        ] {
            assert_eq!(status(line).to_string(), written);
        }
    }
}
