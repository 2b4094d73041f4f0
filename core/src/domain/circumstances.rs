//! Circumstances: when that happened which a mail tells of, by whom, and roughly from where.
//!
//! Whoever reads "your password was changed" must be able to tell whether it was they. Where from is personal: it is
//! sealed to its mail in the outbox, and goes with it.

use std::fmt;

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};
use serde::{Deserialize, Serialize};

use super::{Keyring, MailId, Realm, SealedOrigin, Timestamp};

/// Who did something, in the words of the door that they came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InitiatorKind {
    /// Somebody at the public door, who showed nothing.
    Stranger,
    /// Somebody at the public door, who brought the code of a mail to an address of the account.
    CodeBearer,
    /// Somebody who was signed in to the account.
    Owner,
    /// Staff, or the host itself.
    Administrator,
    /// Nobody: its time had come.
    Courier,
}

impl InitiatorKind {
    /// The stable name of the kind, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::CodeBearer => "code_bearer",
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::Courier => "courier",
        }
    }
}

/// Roughly where a caller is and what they use, in the host's words for its owner to recognise: "Firefox on Linux, near
/// Seoul". Never an IP address unless the host writes one. It is personal, so `Debug` does not show it.
///
/// Much of it may be what a stranger's program said of itself, and it stands in mails that the owner trusts. So nothing
/// in it can be a link, an address or a line of its own: letters, digits, blanks and a few signs stay, a dot before a
/// letter and everything else becomes a blank, and it ends after [`MAX`](Self::MAX) characters.
///
/// ```
/// use accountable_core::domain::CoarseOrigin;
/// let from = CoarseOrigin::of("Firefox 140.0 on Linux (x64), near Seoul").unwrap();
/// assert_eq!(from.as_str(), "Firefox 140.0 on Linux (x64), near Seoul");
/// let phish = CoarseOrigin::of("https://evil.example/?a=b\r\nTo: eve@evil.example").unwrap();
/// assert_eq!(phish.as_str(), "https evil example a b To eve evil example");
/// assert_eq!(CoarseOrigin::of(" \u{202e}\n"), None);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CoarseOrigin(String);

impl CoarseOrigin {
    /// The most characters that it has.
    pub const MAX: usize = 64;

    /// What of the text can stand in a mail; none if nothing can.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        // Longer than any that is meant well: the rest is not looked at.
        let mut characters = text.chars().take(1_024).peekable();
        let mut harmless = String::new();
        while let Some(c) = characters.next() {
            let before_a_letter = characters.peek().is_some_and(|next| next.is_alphabetic());
            let stays = match c {
                '.' => !before_a_letter,
                ',' | '(' | ')' | '-' | '\'' | '+' => true,
                c => is_written(c),
            };
            harmless.push(if stays { c } else { ' ' });
        }
        let words: Vec<_> = harmless.split_whitespace().collect();
        let text: String = words.join(" ").chars().take(Self::MAX).collect();
        let text = text.trim_end().to_owned();
        text.chars().any(char::is_alphanumeric).then_some(Self(text))
    }

    /// The text, for the mail that carries it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CoarseOrigin {
    /// As long for any: four octets a character are the most.
    fn padded(&self) -> String {
        const LENGTH: usize = 4 * CoarseOrigin::MAX;
        let blanks = LENGTH.saturating_sub(self.0.len());
        format!("{}{}", self.0, " ".repeat(blanks))
    }
}

impl fmt::Debug for CoarseOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CoarseOrigin(..)")
    }
}

/// A letter, a digit, or a mark on one, that can be seen.
fn is_written(c: char) -> bool {
    let is_mark = || {
        let category = CodePointMapData::<GeneralCategory>::new().get(c);
        matches!(category, GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark)
    };
    let is_seen = || !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
    (c.is_alphanumeric() || is_mark()) && is_seen()
}

/// When that happened which a letter tells of, by whom, and roughly from where.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Circumstances {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub by: InitiatorKind,
    /// Roughly from where; none where the host does not say, or the letter's reader has no part in it.
    pub from: Option<CoarseOrigin>,
}

impl Circumstances {
    /// That time and that kind of person, from nowhere in particular.
    #[must_use]
    pub fn new(at: Timestamp, by: InitiatorKind) -> Self {
        Self { at, by, from: None }
    }

    /// Roughly from there.
    #[must_use]
    pub fn from(mut self, from: Option<CoarseOrigin>) -> Self {
        self.from = from;
        self
    }

    /// As the outbox keeps them: where from is sealed to the mail.
    #[must_use]
    pub fn seal(&self, keys: &Keyring, realm: &Realm, mail: MailId) -> SealedCircumstances {
        let from = self.from.as_ref().map(|from| keys.seal_origin(realm, mail, &from.padded()));
        SealedCircumstances { at: self.at, by: self.by, from }
    }
}

/// Circumstances as a mail in the outbox has them, without anything personal in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedCircumstances {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub by: InitiatorKind,
    /// Roughly from where, sealed to the mail; none where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<SealedOrigin>,
}

impl SealedCircumstances {
    /// As the letter tells them. What no longer opens, since its key is gone, is left out: no mail waits for it.
    #[must_use]
    pub fn open(&self, keys: &Keyring, realm: &Realm, mail: MailId) -> Circumstances {
        let opened = self.from.as_ref().and_then(|sealed| keys.open_origin(realm, mail, sealed).ok());
        Circumstances { at: self.at, by: self.by, from: opened.and_then(|text| CoarseOrigin::of(&text)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{NOW, World};

    #[test]
    fn nothing_in_it_can_be_a_link_an_address_or_a_line_of_its_own() {
        for (given, said) in [
            ("Firefox 140.0 on Linux, near Seoul", Some("Firefox 140.0 on Linux, near Seoul")),
            ("St. Gallen (CH)", Some("St. Gallen (CH)")),
            ("서울, Windows 11", Some("서울, Windows 11")),
            ("log in at evil.example", Some("log in at evil example")),
            ("https://evil.example", Some("https evil example")),
            ("eve@evil.example", Some("eve evil example")),
            ("a\r\n\r\nYour account is closed", Some("a Your account is closed")),
            ("a\u{2028}b\u{202e}c\u{3164}d<b>", Some("a b c d b")),
            ("", None),
            (" . - ", None),
        ] {
            assert_eq!(CoarseOrigin::of(given).as_ref().map(CoarseOrigin::as_str), said, "{given:?}");
        }
        let long = CoarseOrigin::of(&"x".repeat(100_000)).unwrap();
        assert_eq!(long.as_str().chars().count(), CoarseOrigin::MAX);
        assert_eq!(CoarseOrigin::of(long.as_str()), Some(long), "once more changes nothing");
    }

    #[test]
    fn where_from_opens_in_its_own_mail_and_realm_only_and_shows_nowhere_else() {
        let world = World::new();
        let (mail, other) = (MailId::from_bytes([1; 16]), MailId::from_bytes([2; 16]));
        let from = CoarseOrigin::of("near Seoul");
        let told = Circumstances::new(NOW, InitiatorKind::Owner).from(from);
        let sealed = told.seal(&world.keys, &world.realm, mail);
        assert_eq!(sealed.open(&world.keys, &world.realm, mail), told);
        let unsaid = Circumstances::new(NOW, InitiatorKind::Owner);
        assert_eq!(sealed.open(&world.keys, &world.realm, other), unsaid);
        assert_eq!(sealed.open(&world.keys, &Realm::parse("elsewhere").unwrap(), mail), unsaid);
        let kept = serde_json::to_string(&sealed).unwrap();
        assert!(!kept.contains("Seoul") && !format!("{sealed:?} {told:?}").contains("Seoul"), "{kept}");
    }

    #[test]
    fn a_sealed_origin_is_as_long_for_any() {
        let world = World::new();
        let mail = MailId::from_bytes([1; 16]);
        let length = |text: &str| {
            let told = Circumstances::new(NOW, InitiatorKind::Stranger).from(CoarseOrigin::of(text));
            told.seal(&world.keys, &world.realm, mail).from.unwrap().seal().cipher_text.len()
        };
        assert_eq!(length("x"), length(&"서".repeat(CoarseOrigin::MAX)));
    }
}
