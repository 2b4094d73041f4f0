//! A password as a person typed it, made comparable and kept out of sight.

use std::{borrow::Cow, fmt};

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{CanonicalCombiningClass, DefaultIgnorableCodePoint, GeneralCategory},
};
use zeroize::Zeroizing;

use super::InputError;

/// A password in the form that is hashed: RFC 8265 OpaqueString, wiped on drop, never shown.
///
/// Spaces of any script become the ASCII one, the text is in NFC; controls, unassigned and invisible code points
/// are refused (a zero-width joiner after a virama stays, as RFC 5892 has it). Nothing else is changed: no
/// trimming, no case mapping, no truncation.
///
/// ```
/// use accountable_core::domain::{InputError, Password};
/// let one = Password::parse("cafe\u{301} au lait").unwrap();
/// assert_eq!(one.length(), 12); // code points, after normalisation
/// assert_eq!(format!("{one:?}"), "Password(..)");
/// assert_eq!(Password::parse("").unwrap_err(), InputError::EmptyPassword);
/// ```
#[derive(Clone)]
pub struct Password {
    normal: Zeroizing<String>,
    /// As it was typed, where that is not the same.
    typed: Option<Zeroizing<String>>,
}

impl Password {
    /// Most octets that are looked at, before any work is done on them.
    pub const MAX: usize = 4096;

    /// Brings a typed text into the form that is hashed.
    ///
    /// # Errors
    /// [`InputError::EmptyPassword`], [`InputError::PasswordTooLong`] over 4 KiB,
    /// [`InputError::BadPasswordCharacter`].
    pub fn parse(typed: &str) -> Result<Self, InputError> {
        if typed.len() > Self::MAX {
            return Err(InputError::PasswordTooLong);
        }
        if typed.is_empty() {
            return Err(InputError::EmptyPassword);
        }
        let mut mapped = Zeroizing::new(String::with_capacity(typed.len()));
        let mut before = None;
        for character in typed.chars() {
            mapped.push(acceptable(character, before)?);
            before = Some(character);
        }
        let normal = Zeroizing::new(ComposingNormalizerBorrowed::new_nfc().normalize(&mapped).into_owned());
        let typed = (*normal != typed).then(|| Zeroizing::new(typed.to_owned()));
        Ok(Self { normal, typed })
    }

    /// The octets as they were typed, in place of the normal form: for a hash that another system made of them.
    #[must_use]
    pub fn as_typed(&self) -> Self {
        match &self.typed {
            Some(typed) => Self { normal: typed.clone(), typed: None },
            None => self.clone(),
        }
    }

    /// The form that a hash was made of: as it was typed, or normal.
    pub(crate) fn as_taken(&self, raw_input: bool) -> Cow<'_, Self> {
        if raw_input { Cow::Owned(self.as_typed()) } else { Cow::Borrowed(self) }
    }

    /// The octets that are hashed. Handle with care: this is the secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.normal
    }

    /// Length in code points, as policies count.
    #[must_use]
    pub fn length(&self) -> usize {
        self.normal.chars().count()
    }
}

fn acceptable(character: char, before: Option<char>) -> Result<char, InputError> {
    let joiner = matches!(character, '\u{200c}' | '\u{200d}');
    let after_virama = before.is_some_and(|before| {
        CodePointMapData::<CanonicalCombiningClass>::new().get(before) == CanonicalCombiningClass::Virama
    });
    match CodePointMapData::<GeneralCategory>::new().get(character) {
        _ if joiner && after_virama => Ok(character),
        GeneralCategory::SpaceSeparator => Ok(' '),
        GeneralCategory::Control
        | GeneralCategory::Unassigned
        | GeneralCategory::Surrogate
        | GeneralCategory::PrivateUse
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator => Err(InputError::BadPasswordCharacter),
        _ if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character) => {
            Err(InputError::BadPasswordCharacter)
        }
        _ => Ok(character),
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(typed: &str) -> Result<String, InputError> {
        Password::parse(typed).map(|password| password.expose().to_owned())
    }

    #[test]
    fn the_same_password_typed_on_two_keyboards_is_the_same() {
        assert_eq!(parsed("cafe\u{301}"), parsed("caf\u{e9}"));
        assert_eq!(parsed("a\u{a0}b"), Ok("a b".into()));
    }

    #[test]
    fn nothing_is_trimmed_folded_or_cut() {
        assert_eq!(parsed("  Pass  "), Ok("  Pass  ".into()));
        let long = "x".repeat(Password::MAX);
        assert_eq!(parsed(&long), Ok(long));
    }

    #[test]
    fn what_can_not_be_typed_again_is_refused() {
        for bad in ["a\u{0}b", "tab\t", "line\n", "soft\u{ad}hyphen", "\u{378}", "a\u{200d}b", "\u{e000}"] {
            assert_eq!(parsed(bad), Err(InputError::BadPasswordCharacter), "{bad:?}");
        }
        assert!(parsed("\u{915}\u{94d}\u{200d}").is_ok(), "a joiner after a virama");
        assert!(parsed("\u{1f9a6}\u{1f9a6}").is_ok(), "new symbols are as good as old ones");
    }

    #[test]
    fn what_was_typed_is_kept_for_hashes_that_were_made_of_it() {
        let password = Password::parse("cafe\u{301}").unwrap();
        assert_eq!(password.expose(), "caf\u{e9}");
        assert_eq!(password.as_typed().expose(), "cafe\u{301}");
        assert_eq!(Password::parse("cafe").unwrap().as_typed().expose(), "cafe");
    }

    #[test]
    fn the_cap_comes_before_any_work() {
        assert_eq!(parsed(&"x".repeat(Password::MAX + 1)), Err(InputError::PasswordTooLong));
        assert_eq!(parsed(&"\u{0}".repeat(1 << 20)), Err(InputError::PasswordTooLong));
    }
}
