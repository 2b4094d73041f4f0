//! What a host lets a sign-up carry until its code is redeemed: a name, the terms that were accepted and when.
//!
//! It is a stranger's word, as unproven as the address. It is bound to the code of the mail that it led to, so that nobody
//! can put theirs in the place of another's.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::{InputError, input::MOST_CARRIED};

/// A host's own octets, of any form, that a sign-up carries. Never journaled, and not shown by `Debug`.
///
/// ```
/// use accountable_core::domain::Carried;
/// let form = Carried::new(r#"{"name":"Ada","terms":"2026-11"}"#).unwrap();
/// assert_eq!(form.as_bytes().len(), 32);
/// assert_eq!(format!("{form:?}"), "Carried(32 octets)");
/// assert!(Carried::new([0; Carried::MAX + 1]).is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Carried(Zeroizing<Vec<u8>>);

impl Carried {
    /// The most octets that one sign-up carries.
    pub const MAX: usize = MOST_CARRIED;

    /// Takes octets of whatever form the host gives them.
    ///
    /// # Errors
    /// [`InputError::CarriedTooLong`] over 1 KiB.
    pub fn new(octets: impl AsRef<[u8]>) -> Result<Self, InputError> {
        let octets = octets.as_ref();
        if octets.len() > Self::MAX {
            return Err(InputError::CarriedTooLong);
        }
        Ok(Self(Zeroizing::new(octets.to_vec())))
    }

    /// The octets as the host gave them. They are what a stranger typed: show them as such, and no other way.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Carried({} octets)", self.0.len())
    }
}

/// Text form, inside a seal only: base64.
impl Serialize for Carried {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(STANDARD_NO_PAD.encode(&*self.0)))
    }
}

impl<'de> Deserialize<'de> for Carried {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let octets = STANDARD_NO_PAD.decode(text.as_bytes()).map(Zeroizing::new);
        let carried = octets.ok().and_then(|octets| Self::new(&*octets).ok());
        carried.ok_or_else(|| serde::de::Error::custom("not the octets of a sign-up"))
    }
}
