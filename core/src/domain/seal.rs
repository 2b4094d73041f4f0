//! Sealed values: what a store may keep and can't read.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{KeyCheck, KeyId};

/// A cipher text (XChaCha20-Poly1305), with the name of its key, and what tells that key from another of the same name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Seal {
    pub(crate) key: KeyId,
    pub(crate) check: KeyCheck,
    pub(crate) nonce: [u8; 24],
    pub(crate) cipher_text: Vec<u8>,
}

/// Text form: key, check value, nonce and cipher text, separated by colons, which no key's name contains.
impl Serialize for Seal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nonce = STANDARD_NO_PAD.encode(self.nonce);
        let text = STANDARD_NO_PAD.encode(&self.cipher_text);
        serializer.collect_str(&format_args!("{}:{}:{nonce}:{text}", self.key, self.check))
    }
}

impl<'de> Deserialize<'de> for Seal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let read = |text: &str| {
            let mut parts = text.split(':');
            let key = KeyId::parse(parts.next()?).ok()?;
            let check = KeyCheck::parse(parts.next()?)?;
            let nonce = STANDARD_NO_PAD.decode(parts.next()?).ok()?.try_into().ok()?;
            let cipher_text = STANDARD_NO_PAD.decode(parts.next()?).ok()?;
            parts.next().is_none().then_some(Self { key, check, nonce, cipher_text })
        };
        read(&text).ok_or_else(|| serde::de::Error::custom("not a sealed value"))
    }
}

macro_rules! sealed_value {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<Seal>);

        impl $name {
            pub(crate) fn new(seal: Seal) -> Self {
                Self(Box::new(seal))
            }
            pub(crate) fn seal(&self) -> &Seal {
                &self.0
            }
            /// The key that it rests on.
            #[must_use]
            pub fn key(&self) -> &KeyId {
                &self.0.key
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "(under {})"), self.0.key)
            }
        }
    };
}

sealed_value! {
    /// A password hash (a PHC string), sealed to its account: a database alone can't be attacked off-line, and
    /// a hash pasted into another row does not open.
    Sealed
}
sealed_value! {
    /// What a stranger asked for, sealed to its mail: the store can't see for whom it is.
    SealedIntent
}
sealed_value! {
    /// What a sign-up carried, sealed to its account: the store can't read it.
    SealedCarried
}

sealed_value! {
    /// Roughly where somebody was who caused a mail, sealed to that mail: the outbox holds nothing personal in clear.
    SealedOrigin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_survives_its_text_form() {
        let key = KeyId::parse("2026.11-a_b").unwrap();
        let check = KeyCheck::new([0, 1, 254, 255]);
        let seal = Seal { key, check, nonce: [9; 24], cipher_text: vec![0, 255, 3] };
        let sealed = Sealed::new(seal);
        let text = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<Sealed>(&text).unwrap(), sealed);
        assert!(serde_json::from_str::<Sealed>("\"a:b\"").is_err());
    }
}
