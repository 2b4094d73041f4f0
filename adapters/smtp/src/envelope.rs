//! A mail made ready for the exchange: its envelope, and what a relay must be able to do to take it.

use accountable_core::domain::{EmailAddress, Letter};
use accountable_mail::Mail;

use crate::{SmtpError, Verp, fault::Fault};

/// Most octets of a line, CR LF included (RFC 5321 section 4.5.3.1.6).
const LINE: usize = 1_000;

/// A mail in its envelope. It holds a live link, so it is not shown.
pub(crate) struct Posting {
    /// The envelope's sender, as a command takes it.
    pub(crate) sender: String,
    /// The envelope's one recipient, as a command takes it.
    pub(crate) recipient: String,
    /// The mail, without the CR LF at its end: the dot that ends it brings one.
    pub(crate) octets: Vec<u8>,
    /// An address in it is not ASCII (RFC 6531).
    pub(crate) needs_utf8: bool,
    /// There are octets beyond ASCII in it (RFC 6152).
    pub(crate) needs_8bit: bool,
}

impl Posting {
    /// Puts a mail into its envelope.
    ///
    /// # Errors
    /// [`SmtpError::NoVerp`], [`SmtpError::Malformed`].
    pub(crate) fn of(
        letter: &Letter,
        mail: &Mail,
        verp: Option<&Verp>,
        bounces_to: &EmailAddress,
    ) -> Result<Self, Fault> {
        let of_its_own = letter.feedback.as_ref().zip(verp).map(|(tag, verp)| verp.sender(tag));
        let of_its_own = of_its_own.transpose().map_err(|_| Fault::ours(SmtpError::NoVerp))?;
        let sender = of_its_own.as_ref().unwrap_or(bounces_to).as_smtp().into_owned();
        let recipient = letter.to.as_smtp().into_owned();
        let octets = mail.as_bytes();
        if !is_well_formed(octets) {
            return Err(Fault::ours(SmtpError::Malformed));
        }
        let needs_utf8 = !sender.is_ascii() || !recipient.is_ascii() || !header(octets).is_ascii();
        let needs_8bit = !octets.is_ascii();
        let octets = octets.strip_suffix(b"\r\n").unwrap_or(octets).to_vec();
        Ok(Self { sender, recipient, octets, needs_utf8, needs_8bit })
    }
}

/// Lines that every server reads alike: ended by CR LF, which stand nowhere by themselves, not too long, and without NUL.
fn is_well_formed(octets: &[u8]) -> bool {
    octets.ends_with(b"\r\n")
        && octets.split_inclusive(|octet| *octet == b'\n').all(|line| {
            let text = line.strip_suffix(b"\r\n");
            line.len() <= LINE
                && text.is_some_and(|text| !text.iter().any(|octet| matches!(octet, b'\r' | 0)))
        })
}

/// What stands before the first empty line.
fn header(octets: &[u8]) -> &[u8] {
    let end = octets.windows(4).position(|window| window == b"\r\n\r\n");
    end.and_then(|end| octets.get(..end)).unwrap_or(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_servers_read_differently_are_found() {
        for good in ["a\r\n", "a\r\n\r\n.\r\n..\r\n", "\u{fc}\r\n"] {
            assert!(is_well_formed(good.as_bytes()), "{good:?}");
        }
        let (longest, longer) = (format!("{}\r\n", "a".repeat(998)), format!("{}\r\n", "a".repeat(999)));
        assert!(is_well_formed(longest.as_bytes()) && !is_well_formed(longer.as_bytes()));
        for bad in ["", "a", "a\n", "a\r\nb\n.\r\n", "a\r.\r\n", "a\r\r\n", "\0\r\n", "a\r\nb"] {
            assert!(!is_well_formed(bad.as_bytes()), "{bad:?}");
        }
    }

    #[test]
    fn the_header_ends_at_the_first_empty_line() {
        assert_eq!(header(b"a: b\r\nc: d\r\n\r\nbody\r\n\r\n"), b"a: b\r\nc: d");
        assert_eq!(header(b"a: b\r\n"), b"a: b\r\n");
    }
}
