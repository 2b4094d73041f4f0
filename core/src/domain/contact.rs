//! The host's contact: where the reader of a mail turns to who did not do what it tells of, and who gets no further on a page.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{EmailAddress, InputError, LinkUrl};

/// Where the reader of a mail turns to: an e-mail address, or a page.
///
/// ```
/// use accountable_core::domain::Contact;
/// assert!(matches!("help@orchard.example".parse()?, Contact::Email(_)));
/// assert!(matches!("https://orchard.example/help".parse()?, Contact::Page(_)));
/// assert!("http://orchard.example/help".parse::<Contact>().is_err());
/// # Ok::<(), accountable_core::domain::InputError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Contact {
    /// An address that is read by somebody who can help.
    Email(EmailAddress),
    /// A page that says what to do.
    Page(LinkUrl),
}

impl Contact {
    /// Reads a page's URL, or else an e-mail address.
    ///
    /// # Errors
    /// [`InputError::BadLinkUrl`] for what looks like a URL and is none that mails may lead to, [`InputError::BadAddress`]
    /// for anything else that is no address.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        if text.contains("://") {
            return LinkUrl::parse(text).map(Self::Page);
        }
        Ok(Self::Email(EmailAddress::parse(text)?))
    }

    /// The address or the URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(address) => address.as_str(),
            Self::Page(page) => page.as_str(),
        }
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Contact {
    type Err = InputError;
    fn from_str(text: &str) -> Result<Self, InputError> {
        Self::parse(text)
    }
}

impl Serialize for Contact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Contact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
