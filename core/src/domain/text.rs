//! Short texts and numbers that callers give, each with its bound: notes, languages, names, periods.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{InputError, Span};

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $error:ident, |$text:ident| $legal:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads a text of the form that this type's documentation gives.
            ///
            /// # Errors
            #[doc = concat!("[`InputError::", stringify!($error), "`].")]
            pub fn parse($text: &str) -> Result<Self, InputError> {
                if $legal { Ok(Self($text.to_owned())) } else { Err(InputError::$error) }
            }
            /// The text as it was accepted.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InputError;
            fn try_from(text: String) -> Result<Self, InputError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

bounded_text! {
    /// A note on an account: at most 256 Unicode scalar values, no controls but line feed and tab.
    ///
    /// ```
    /// use accountable_core::domain::Memo;
    /// assert!(Memo::parse(&"é".repeat(256)).is_ok());
    /// assert!(Memo::parse("bell \u{7}").is_err());
    /// ```
    #[derive(Default)]
    Memo, BadMemo, |text| text.chars().count() <= Memo::MAX && text.chars().all(|c| !c.is_control() || c == '\n' || c == '\t')
}
bounded_text! {
    /// Names an IP filter group: 1..=32 of `[A-Za-z0-9.-]`.
    #[derive(Debug)]
    IpFilterGroupName, BadIpFilterGroupName, |text| (1..=IpFilterGroupName::MAX).contains(&text.len())
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-'))
}
bounded_text! {
    /// The language of an account's mails: a BCP 47 tag such as `de-CH`, at most 35 octets.
    #[derive(Debug)]
    Locale, BadLocale, |text| text.len() <= 35
        && text.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric()))
        && text.split('-').next().is_some_and(|language| (2..=8).contains(&language.len()) && language.bytes().all(|c| c.is_ascii_alphabetic()))
}
bounded_text! {
    /// The host's own, opaque name for who acts through the administrator's door: 1..=64 visible ASCII characters.
    ///
    /// It stands in every event that the action leaves, so give a name that identifies no stranger to it.
    #[derive(Debug)]
    Actor, BadActor, |text| (1..=64).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_graphic())
}

impl Memo {
    /// The most Unicode scalar values that a note has: 256.
    pub const MAX: usize = 256;
}

impl IpFilterGroupName {
    /// The most characters that a group's name has: 32.
    pub const MAX: usize = 32;
}

/// A note may say anything of a person, so `Debug` does not show it.
impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo(..)")
    }
}

/// How long a password is valid: 0 days for ever, or 30..=365.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct PasswordValidity(u16);

impl PasswordValidity {
    /// Passwords never expire.
    pub const FOREVER: Self = Self(0);
    /// The validity of a password that expires soonest: 30 days.
    pub const MIN: Self = Self(30);
    /// The validity of a password that expires latest: 365 days.
    pub const MAX: Self = Self(365);

    /// A validity of this many days: 0 for ever, or 30 to 365.
    ///
    /// # Errors
    /// [`InputError::BadPasswordValidity`] unless 0 or 30..=365.
    pub fn days(days: u16) -> Result<Self, InputError> {
        if days == 0 || (Self::MIN.0..=Self::MAX.0).contains(&days) {
            Ok(Self(days))
        } else {
            Err(InputError::BadPasswordValidity)
        }
    }
    /// The validity in days; 0 for ever.
    #[must_use]
    pub const fn as_days(self) -> u16 {
        self.0
    }
    /// The time that a password lives; none if it never expires.
    #[must_use]
    pub fn span(self) -> Option<Span> {
        (self.0 != 0).then(|| Span::days(u64::from(self.0)))
    }
}

impl TryFrom<u16> for PasswordValidity {
    type Error = InputError;
    fn try_from(days: u16) -> Result<Self, InputError> {
        Self::days(days)
    }
}

impl From<PasswordValidity> for u16 {
    fn from(validity: PasswordValidity) -> Self {
        validity.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_its_bound() {
        assert!(Memo::parse("line\n\ttab").is_ok());
        assert!(Memo::parse(&"a".repeat(257)).is_err());
        assert!(IpFilterGroupName::parse("office.eu-1").is_ok());
        for bad in ["", "a b", "ä", &"a".repeat(33)] {
            assert!(IpFilterGroupName::parse(bad).is_err(), "{bad}");
        }
        for good in ["de", "de-CH", "zh-Hant-TW"] {
            assert!(Locale::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "d", "de_CH", "de-", "de\r\n", "123"] {
            assert!(Locale::parse(bad).is_err(), "{bad}");
        }
        assert!(Actor::parse("staff:4711").is_ok());
        assert!(Actor::parse("").is_err());
        assert!(Actor::parse("a b").is_err());
    }

    #[test]
    fn a_validity_is_0_or_30_to_365_days() {
        for good in [0, 30, 365] {
            assert!(PasswordValidity::days(good).is_ok(), "{good}");
        }
        for bad in [1, 29, 366, u16::MAX] {
            assert_eq!(PasswordValidity::days(bad), Err(InputError::BadPasswordValidity), "{bad}");
        }
    }
}
