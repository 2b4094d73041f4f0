//! Names: of 128 bits for accounts, mails, commits, confirmations and the store itself; of a few characters for keys.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{InputError, Timestamp};

/// Sixteen bytes with a meaning of their own, written as 32 hexadecimal digits.
macro_rules! name_of_16_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Takes the bytes as they are.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
            /// The bytes of the name.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&crate::domain::hex::Hex(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::domain::hex::deserialize(deserializer).map(Self)
            }
        }
    };
}

/// Also shown, by its hexadecimal digits.
macro_rules! shown_in_hex {
    ($($name:ident),+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&crate::domain::hex::Hex(&self.0), f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), crate::domain::hex::Hex(&self.0))
            }
        }
    )+};
}

name_of_16_bytes! {
    /// Names an account. Ordered by time of creation (the layout of a version 7 UUID).
    ///
    /// It has three text forms, told apart by their length: 32 letters `a`–`p`, one a nibble (what `Display`
    /// writes); 22 characters of base62; and the 36 characters of a UUID.
    ///
    /// ```
    /// use accountable_core::domain::AccountId;
    /// let id = AccountId::from_bytes([0x01; 16]);
    /// assert_eq!(id.to_string(), "abababababababababababababababab");
    /// assert_eq!(AccountId::parse(&id.to_base62()), Some(id));
    /// assert_eq!(AccountId::parse(&id.to_uuid()), Some(id));
    /// assert_eq!(AccountId::parse("01010101010101010101010101010101"), None); // never read as hexadecimal
    /// ```
    AccountId
}
name_of_16_bytes! {
    /// Names a mail in the outbox; its `Message-ID` is made from it.
    MailId
}
name_of_16_bytes! {
    /// Names one commit and stamps every record that it writes: 128 bits from `Entropy`, never used twice.
    CommitId
}
name_of_16_bytes! {
    /// Names a machine, so that a store that was copied to another is noticed. It is kept in the store: whoever makes it derives
    /// it from what the operating system keeps to itself, and can't be led back to that.
    MachineId
}
name_of_16_bytes! {
    /// Names one confirmation, and is the part of its code that the store keeps. Useless without the keyring.
    Nonce
}
name_of_16_bytes! {
    /// Names one life of a store: drawn when it is created, drawn anew when a backup is restored into it.
    ///
    /// It goes into every code, so that a backup does not revive codes that were used after it was taken.
    Incarnation
}
/// Names an event in the whole journal: its commit, and its place among that commit's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventRef {
    /// The commit that the event belongs to.
    pub commit: CommitId,
    /// The event's place in it, from 0.
    pub ordinal: u8,
}

shown_in_hex!(MailId, CommitId, Nonce, Incarnation, MachineId);

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE62_LENGTH: usize = 22;

impl AccountId {
    /// A new name: milliseconds of `now`, then random bits, in the layout of a version 7 UUID (RFC 9562).
    #[must_use]
    pub fn new(now: Timestamp, random: [u8; 16]) -> Self {
        let millis = now.since(Timestamp::EPOCH).as_micros() / 1_000;
        let random = u128::from_be_bytes(random);
        let low_80 = random & ((1 << 80) - 1);
        let stamped = (u128::from(millis & 0xffff_ffff_ffff) << 80) | low_80;
        let versioned = stamped & !(0xf << 76) & !(0b11 << 62) | (0x7 << 76) | (0b10 << 62);
        Self(versioned.to_be_bytes())
    }

    /// Reads any of the three text forms. `None`: no account can bear that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.len() {
            32 => Self::from_letters(text),
            BASE62_LENGTH => Self::from_base62(text),
            36 => Self::from_uuid(text),
            _ => None,
        }
    }

    /// The name as 22 characters of `0-9A-Za-z`, padded with zeros.
    #[must_use]
    pub fn to_base62(&self) -> String {
        let mut rest = u128::from_be_bytes(self.0);
        let mut digits: Vec<u8> = (0..BASE62_LENGTH)
            .map(|_| {
                let digit = rest % 62;
                rest /= 62;
                // In range: a remainder of 62 indexes a table of 62.
                usize::try_from(digit).ok().and_then(|i| BASE62.get(i).copied()).unwrap_or(b'0')
            })
            .collect();
        digits.reverse();
        String::from_utf8_lossy(&digits).into_owned()
    }

    /// The name as the 36 characters of a UUID (RFC 9562), hyphenated, in lower case.
    #[must_use]
    pub fn to_uuid(&self) -> String {
        let hex = super::hex::Hex(&self.0).to_string();
        let mut uuid = String::with_capacity(36);
        for (at, digit) in hex.chars().enumerate() {
            if matches!(at, 8 | 12 | 16 | 20) {
                uuid.push('-');
            }
            uuid.push(digit);
        }
        uuid
    }

    fn from_letters(text: &str) -> Option<Self> {
        let mut value = 0_u128;
        for letter in text.bytes() {
            let nibble = letter.checked_sub(b'a').filter(|nibble| *nibble < 16)?;
            value = (value << 4) | u128::from(nibble);
        }
        Some(Self(value.to_be_bytes()))
    }

    fn from_base62(text: &str) -> Option<Self> {
        let mut value = 0_u128;
        for character in text.bytes() {
            let digit = BASE62.iter().position(|known| *known == character)?;
            value = value.checked_mul(62)?.checked_add(u128::try_from(digit).ok()?)?;
        }
        Some(Self(value.to_be_bytes()))
    }

    fn from_uuid(text: &str) -> Option<Self> {
        let mut hex = String::with_capacity(32);
        for (at, character) in text.chars().enumerate() {
            match (at, character) {
                (8 | 13 | 18 | 23, '-') => {}
                (8 | 13 | 18 | 23, _) | (_, '-') => return None,
                (_, digit) => hex.push(digit),
            }
        }
        super::hex::parse(&hex).map(Self)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            for nibble in [byte >> 4, byte & 0xf] {
                write!(f, "{}", char::from(b'a'.saturating_add(nibble)))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

/// Names a key of the keyring, so that what was made under it can say so. 1..=32 of `[A-Za-z0-9._-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    /// Reads a key's name: 1 to 32 of `[A-Za-z0-9._-]`.
    ///
    /// # Errors
    /// [`InputError::BadKeyId`].
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let legal = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-');
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(legal);
        fits.then(|| Self(text.to_owned())).ok_or(InputError::BadKeyId)
    }
    /// The name as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for KeyId {
    type Error = InputError;
    fn try_from(text: String) -> Result<Self, InputError> {
        Self::parse(&text)
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_id_survives_its_three_text_forms(bytes: [u8; 16]) {
            let id = AccountId::from_bytes(bytes);
            for text in [id.to_string(), id.to_base62(), id.to_uuid()] {
                prop_assert_eq!(AccountId::parse(&text), Some(id));
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
            let _ = AccountId::parse(&text);
        }
    }

    #[test]
    fn a_later_id_sorts_after_an_earlier_one() {
        let early = AccountId::new(Timestamp::from_micros(1_000_000), [0xff; 16]);
        let late = AccountId::new(Timestamp::from_micros(1_001_000), [0; 16]);
        assert!(early < late);
        assert_eq!(late.to_uuid().as_bytes()[14], b'7');
    }

    #[test]
    fn base62_over_128_bits_names_nobody() {
        assert_eq!(
            AccountId::parse("20nAZnjbUNFdc7RsILlC3A").map(|id| id.to_base62()),
            Some("20nAZnjbUNFdc7RsILlC3A".into())
        );
        assert_eq!(AccountId::parse("zzzzzzzzzzzzzzzzzzzzzz"), None);
    }
}
