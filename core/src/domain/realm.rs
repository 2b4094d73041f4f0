//! A tenant: accounts of different realms share a store and nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::InputError;

/// Names a tenant. It is part of every unique key and of every MAC.
///
/// ```
/// use accountable_core::domain::Realm;
/// assert_eq!(Realm::default().as_str(), "main");
/// assert!(Realm::parse("shop-7").is_ok());
/// assert!(Realm::parse("").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Realm(String);

impl Realm {
    /// The longest name of a realm, in octets.
    pub const MAX: usize = 64;

    /// Reads the name of a realm: 1 to 64 of `[a-z0-9.-]`.
    ///
    /// # Errors
    /// [`InputError::BadRealm`].
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'-');
        let fits = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(legal);
        fits.then(|| Self(text.to_owned())).ok_or(InputError::BadRealm)
    }

    /// The name of the realm.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Realm {
    fn default() -> Self {
        Self("main".to_owned())
    }
}

impl TryFrom<String> for Realm {
    type Error = InputError;
    fn try_from(text: String) -> Result<Self, InputError> {
        Self::parse(&text)
    }
}

impl From<Realm> for String {
    fn from(realm: Realm) -> Self {
        realm.0
    }
}

impl fmt::Debug for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Realm({})", self.0)
    }
}

impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
