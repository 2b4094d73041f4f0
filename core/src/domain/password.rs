//! A password as a person typed it, made comparable and kept out of sight.

mod opaque;

use std::{borrow::Cow, fmt, ops::Deref};

use zeroize::Zeroizing;

use super::InputError;

/// A password as somebody types it who claims to know it: at log-in, or as the current one. Wiped on drop, never shown.
///
/// Nothing is asked of it but that it is not empty and has 4,096 octets at most: which characters a password may be chosen
/// of is no matter here, since another system may have let its owner choose others. It is verified octet by octet against
/// a hash that was imported, and in its normal form against one that was made here. What has no normal form matches none of
/// those.
///
/// Each [`Password`] is one too, so a reference to a password is taken wherever a reference to this is.
///
/// ```
/// use accountable_core::domain::{InputError, Password, TypedPassword};
/// let imported = "tab\there";
/// assert!(TypedPassword::parse(imported).is_ok());
/// assert_eq!(Password::parse(imported).unwrap_err(), InputError::BadPasswordCharacter);
/// ```
#[derive(Clone)]
pub struct TypedPassword {
    typed: Zeroizing<String>,
    normal: Normal,
}

/// The normal form of what was typed.
#[derive(Clone)]
enum Normal {
    AsTyped,
    Other(Zeroizing<String>),
    /// It has none.
    Missing,
}

impl TypedPassword {
    /// Takes a text as it was typed.
    ///
    /// # Errors
    /// [`InputError::EmptyPassword`], [`InputError::PasswordTooLong`] over 4 KiB, before any work is done.
    pub fn parse(typed: &str) -> Result<Self, InputError> {
        match typed.len() {
            0 => Err(InputError::EmptyPassword),
            1..=Password::MAX => {
                let normal = match opaque::prepared(typed) {
                    None => Normal::Missing,
                    Some(normal) if *normal == typed => Normal::AsTyped,
                    Some(normal) => Normal::Other(normal),
                };
                Ok(Self { typed: Zeroizing::new(typed.to_owned()), normal })
            }
            _ => Err(InputError::PasswordTooLong),
        }
    }

    /// The password in the form that is hashed, for whoever judges it; none if it could not be chosen as it was typed.
    #[must_use]
    pub fn prepared(&self) -> Option<Password> {
        match self.normal {
            Normal::Missing => None,
            Normal::AsTyped | Normal::Other(_) => Some(Password(self.clone())),
        }
    }

    /// The octets as they were typed, in place of the normal form: for a hash that another system made of them.
    #[must_use]
    pub fn as_typed(&self) -> Password {
        Password(Self { typed: self.typed.clone(), normal: Normal::AsTyped })
    }

    /// The form that a hash was made of: as it was typed, or normal. What has no normal form stays as typed, so that
    /// verifying it takes as long as verifying any other; no hash of a normal form is made of it.
    pub(crate) fn as_taken(&self, raw_input: bool) -> Cow<'_, Password> {
        Cow::Owned(match self.prepared() {
            Some(password) if !raw_input => password,
            _ => self.as_typed(),
        })
    }
}

/// A password in the form that is hashed: RFC 8265 OpaqueString, wiped on drop, never shown.
///
/// Spaces of any script become the ASCII one, the text is in NFC; controls, unassigned and invisible code points
/// are refused. Joiners stay where RFC 5892 (A.1 and A.2) has them: after a virama, and a non-joiner between letters that
/// would join, as in Persian. One deviation from RFC 8264: joiners and variation selectors stay within emoji sequences
/// too (UTS #51), since keyboards put them there and nobody sees them. Nothing else is changed: no trimming, no case
/// mapping, no truncation.
///
/// ```
/// use accountable_core::domain::{InputError, Password};
/// let one = Password::parse("cafe\u{301} au lait").unwrap();
/// assert_eq!(one.length(), 12); // code points, after normalisation
/// assert_eq!(format!("{one:?}"), "Password(..)");
/// assert_eq!(Password::parse("").unwrap_err(), InputError::EmptyPassword);
/// ```
#[derive(Clone)]
pub struct Password(TypedPassword);

impl Password {
    /// Most octets that are looked at, before any work is done on them.
    pub const MAX: usize = 4096;

    /// Brings a typed text into the form that is hashed.
    ///
    /// # Errors
    /// [`InputError::EmptyPassword`], [`InputError::PasswordTooLong`] over 4 KiB,
    /// [`InputError::BadPasswordCharacter`].
    pub fn parse(typed: &str) -> Result<Self, InputError> {
        let typed = TypedPassword::parse(typed)?;
        match typed.normal {
            Normal::Missing => Err(InputError::BadPasswordCharacter),
            Normal::AsTyped | Normal::Other(_) => Ok(Self(typed)),
        }
    }

    /// The octets that are hashed. Handle with care: this is the secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        match &self.0.normal {
            Normal::Other(normal) => normal,
            Normal::AsTyped | Normal::Missing => &self.0.typed,
        }
    }

    /// Length in code points, as policies count.
    #[must_use]
    pub fn length(&self) -> usize {
        self.expose().chars().count()
    }
}

impl Deref for Password {
    type Target = TypedPassword;

    fn deref(&self) -> &TypedPassword {
        &self.0
    }
}

impl fmt::Debug for TypedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedPassword(..)")
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
    fn a_non_joiner_stays_between_letters_that_would_join_and_nowhere_else() {
        for (typed, is_allowed) in [
            ("\u{645}\u{6cc}\u{200c}\u{62e}", true),
            ("\u{645}\u{64e}\u{200c}\u{64e}\u{62e}", true),
            ("\u{915}\u{94d}\u{200c}\u{937}", true),
            // Dal joins nothing after it, and Latin letters never join.
            ("\u{62f}\u{200c}\u{62e}", false),
            ("\u{645}\u{200c}", false),
            ("\u{200c}\u{62e}", false),
            ("\u{645}\u{200c}a", false),
            ("a\u{200c}b", false),
            ("\u{645}\u{200d}\u{62e}", false),
        ] {
            assert_eq!(parsed(typed).is_ok(), is_allowed, "{typed:?}");
        }
    }

    #[test]
    fn joiners_and_variation_selectors_stay_within_emoji() {
        for fine in [
            "\u{1f469}\u{200d}\u{1f467}",
            "\u{1f469}\u{1f3fd}\u{200d}\u{1f680}",
            "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
            "\u{2764}\u{fe0f}",
            "\u{2764}\u{fe0e}",
            "1\u{fe0f}\u{20e3}",
        ] {
            assert_eq!(parsed(fine), Ok(fine.into()), "{fine:?}");
        }
        for bad in [
            "\u{1f469}\u{200d}",
            "\u{200d}\u{1f467}",
            "\u{1f469}\u{200d}\u{200d}\u{1f467}",
            "\u{1f469}\u{200d}a",
            "a\u{fe0f}",
            "1\u{fe0f}",
            "\u{fe0f}",
            "\u{2764}\u{fe0f}\u{fe0f}",
            "\u{6f22}\u{e0100}",
            "\u{2764}\u{fe01}",
        ] {
            assert_eq!(parsed(bad), Err(InputError::BadPasswordCharacter), "{bad:?}");
        }
    }

    #[test]
    fn what_is_typed_at_log_in_is_taken_as_it_is() {
        for typed in ["tab\there", "\u{0}", "a\u{200d}b", "\u{e000}", "\u{378}", " ", "\r\n", "\u{feff}"] {
            let known = TypedPassword::parse(typed).unwrap();
            assert_eq!(known.as_taken(true).expose(), typed);
            assert_eq!(known.prepared().is_some(), Password::parse(typed).is_ok(), "{typed:?}");
        }
        assert_eq!(TypedPassword::parse("").unwrap_err(), InputError::EmptyPassword);
        let most = "\t".repeat(Password::MAX);
        assert!(TypedPassword::parse(&most).is_ok());
        assert_eq!(TypedPassword::parse(&(most + "\t")).unwrap_err(), InputError::PasswordTooLong);
        assert_eq!(format!("{:?}", TypedPassword::parse("hunter2").unwrap()), "TypedPassword(..)");
    }

    #[test]
    fn the_normal_form_is_verified_against_our_hashes_and_the_octets_against_others() {
        let known = TypedPassword::parse("cafe\u{301}").unwrap();
        assert_eq!(known.as_taken(false).expose(), "caf\u{e9}");
        assert_eq!(known.as_taken(true).expose(), "cafe\u{301}");
        // No normal form is equal to it.
        assert_eq!(TypedPassword::parse("cafe\u{301}\t").unwrap().as_taken(false).expose(), "cafe\u{301}\t");
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
