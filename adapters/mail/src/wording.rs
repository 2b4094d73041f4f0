//! The words of one mail, laid out.

use std::fmt;

/// The words of one mail: its subject, and its body as plain text and as HTML. `Debug` does not show the body, since it may hold
/// the letter's link.
#[derive(Clone, PartialEq, Eq)]
pub struct Wording {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Wording {
    /// The subject, as one line.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The body as plain text. No line is wrapped, so that links stay whole.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The body as an HTML document. Nothing is fetched when it is read.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            assert_eq!(one_line(given), line);
        }
    }
}
