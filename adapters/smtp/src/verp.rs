//! Envelope senders of their own for each mail, by which a bounce says which mail it is about.

use std::{fmt, str::FromStr};

use accountable_core::domain::{AddressError, EmailAddress, FeedbackTag};
use serde::{Deserialize, Serialize};

/// Where bounces go, with a place for a mail's [`FeedbackTag`] (variable envelope return path, VERP): written `b+@bounces.example`,
/// the tag of each mail stands before the `@`. The prefix has at most three characters of `[A-Za-z0-9+=_-]`, for which a tag
/// leaves room; it may be empty.
///
/// Mail to all such addresses must reach whatever reads bounces: by a domain of their own, or by what stands after a `+`.
///
/// ```
/// use accountable_core::domain::FeedbackTag;
/// use accountable_smtp::Verp;
/// let verp: Verp = "b+@bounces.orchard.example".parse()?;
/// let sender = verp.sender(&FeedbackTag::new(&"a".repeat(61))).unwrap();
/// assert_eq!(sender.as_str(), format!("b+{}@bounces.orchard.example", "a".repeat(61)));
/// # Ok::<(), accountable_smtp::VerpError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Verp {
    prefix: String,
    domain: String,
}

/// Why a text makes no envelope senders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerpError {
    /// The prefix is too long, or has other characters.
    #[error("before the @ stand at most three characters of [A-Za-z0-9+=_-]")]
    Prefix,
    /// With a tag it is no address.
    #[error("with a tag before the @ it is no address: {0}")]
    Address(#[from] AddressError),
}

impl Verp {
    /// The envelope's sender for a mail with this tag.
    ///
    /// # Errors
    /// [`AddressError`], if the tag is none of ours: a genuine one always fits.
    pub fn sender(&self, tag: &FeedbackTag) -> Result<EmailAddress, AddressError> {
        // No quotes, no `@`: what the tag holds stays in the local part.
        if !tag.as_str().bytes().all(|c| c.is_ascii_alphanumeric()) {
            return Err(AddressError::LocalPart);
        }
        EmailAddress::parse(&format!("{}{}@{}", self.prefix, tag.as_str(), self.domain))
    }
}

impl FromStr for Verp {
    type Err = VerpError;

    fn from_str(text: &str) -> Result<Self, VerpError> {
        let (prefix, domain) = text.rsplit_once('@').ok_or(AddressError::NoAt)?;
        let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'=' | b'_' | b'-');
        if prefix.len() > 3 || !prefix.bytes().all(is_plain) {
            return Err(VerpError::Prefix);
        }
        let verp = Self { prefix: prefix.to_owned(), domain: domain.to_owned() };
        let sample = verp.sender(&FeedbackTag::new(&"a".repeat(61)))?;
        Ok(Self { domain: sample.domain().to_owned(), ..verp })
    }
}

impl TryFrom<String> for Verp {
    type Error = VerpError;
    fn try_from(text: String) -> Result<Self, VerpError> {
        text.parse()
    }
}

impl From<Verp> for String {
    fn from(verp: Verp) -> Self {
        verp.to_string()
    }
}

impl fmt::Display for Verp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.prefix, self.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_accepted_carries_a_genuine_tag_and_brings_it_back() {
        let tag = FeedbackTag::new("abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwxyz234");
        for text in ["b+@bounces.example.com", "@bounces.example.com", "a-b@b\u{fc}cher.example"] {
            let verp: Verp = text.parse().unwrap();
            let sender = verp.sender(&tag).unwrap();
            assert_eq!(FeedbackTag::find(sender.as_str()), Some(tag.clone()), "{text}");
            assert_eq!(verp.to_string().parse(), Ok(verp));
        }
    }

    #[test]
    fn what_would_not_be_an_address_is_refused() {
        for text in
            ["", "b+", "long@b.example", "b @b.example", "\"@b.example", "b+@localhost", "b>@b.example"]
        {
            assert!(text.parse::<Verp>().is_err(), "{text}");
        }
        let verp: Verp = "b+@bounces.example.com".parse().unwrap();
        for forged in
            ["", "a.b", "a@b.example> SIZE=1", "a\r\nRCPT TO:<eve@example.com>", "\"", &"a".repeat(63)]
        {
            let sender = verp.sender(&FeedbackTag::new(forged));
            assert!(sender.is_err() || forged.is_empty(), "{forged}");
        }
    }
}
