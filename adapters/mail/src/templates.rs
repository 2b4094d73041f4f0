//! Templates: where the words of letters come from.

use accountable_core::domain::Letter;

use crate::Body;

/// The words of letters, which a host may have of its own.
///
/// ```
/// use accountable_core::domain::*;
/// use accountable_mail::{Body, Templates, Wording, moment};
///
/// /// German, for one kind of letter: the others are left to the templates that are asked next.
/// struct German;
///
/// impl Templates for German {
///     fn wording(&self, letter: &Letter) -> Option<Wording> {
///         let Message::Code { purpose: Purpose::PasswordReset, link, expires_at } = &letter.message else {
///             return None;
///         };
///         let body = Body::new("de")
///             .says("Sie können ein neues Passwort wählen:")
///             .link("Passwort wählen", link)
///             .says(format!("Der Link gilt einmal, bis {}.", moment(*expires_at)));
///         Some(Wording::new("Neues Passwort", body))
///     }
/// }
/// ```
pub trait Templates: Send + Sync + 'static {
    /// The words of this letter; none where these templates have no words for it.
    fn wording(&self, letter: &Letter) -> Option<Wording>;
}

/// The words of one mail: its subject and its body. `Debug` does not show the body, since it may hold the letter's link.
#[derive(Clone, PartialEq, Eq)]
pub struct Wording {
    pub(crate) subject: String,
    pub(crate) body: Body,
}

impl Wording {
    /// The words of a mail. Line breaks and control characters in the subject become spaces, so that it is one line.
    #[must_use]
    pub fn new(subject: impl AsRef<str>, body: Body) -> Self {
        Self { subject: one_line(subject.as_ref()), body }
    }

    /// The subject, as one line.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The body below the subject.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }
}

impl std::fmt::Debug for Wording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wording").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// What may stand in a header: no break, and no control that one could be made of.
pub(crate) fn one_line(text: &str) -> String {
    let blank = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.split(|c: char| blank(c) || c == ' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line_whatever_it_is_made_of() {
        for (given, line) in [
            ("Choose your password", "Choose your password"),
            ("a\r\nBcc: eve@example.com", "a Bcc: eve@example.com"),
            ("\n a \u{85}\u{2028}\0b\t", "a b"),
            ("", ""),
        ] {
            assert_eq!(Wording::new(given, Body::new("en")).subject(), line);
        }
    }
}
