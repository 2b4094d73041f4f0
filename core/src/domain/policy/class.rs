//! Kinds of characters, as composition rules count them.

use icu_properties::{CodePointMapData, props::GeneralCategory};
use serde::{Deserialize, Serialize};

/// A kind of character. Letters and digits of every script count, by their Unicode properties; signs are ASCII's.
///
/// ```
/// use accountable_core::domain::CharacterClass;
/// assert!(CharacterClass::Upper.has('É') && CharacterClass::Digit.has('٣'));
/// assert!(CharacterClass::Letter.has('漢') && !CharacterClass::Lower.has('漢'));
/// assert!(CharacterClass::Special.has('!') && !CharacterClass::Special.has(' ') && !CharacterClass::Special.has('€'));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CharacterClass {
    /// Upper-case letters: the property `Uppercase`.
    Upper,
    /// Lower-case letters: the property `Lowercase`.
    Lower,
    /// Letters, of whatever case or none: the general categories `L*`.
    Letter,
    /// Decimal digits: the general category `Nd`.
    Digit,
    /// ASCII punctuation. A space is none.
    Special,
}

impl CharacterClass {
    /// Upper, lower, digit, special: what most composition rules count.
    pub const FOUR: [Self; 4] = [Self::Upper, Self::Lower, Self::Digit, Self::Special];

    /// Whether the character is of this kind. A character can be of two: every upper-case letter is a letter.
    #[must_use]
    pub fn has(self, character: char) -> bool {
        let category = || CodePointMapData::<GeneralCategory>::new().get(character);
        match self {
            Self::Upper => character.is_uppercase(),
            Self::Lower => character.is_lowercase(),
            Self::Letter => matches!(
                category(),
                GeneralCategory::UppercaseLetter
                    | GeneralCategory::LowercaseLetter
                    | GeneralCategory::TitlecaseLetter
                    | GeneralCategory::ModifierLetter
                    | GeneralCategory::OtherLetter
            ),
            Self::Digit => category() == GeneralCategory::DecimalNumber,
            Self::Special => character.is_ascii_punctuation(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_counts_by_its_properties() {
        use CharacterClass::*;
        for (character, kinds) in [
            ('A', &[Upper, Letter] as &[_]),
            ('É', &[Upper, Letter]),
            ('ß', &[Lower, Letter]),
            ('漢', &[Letter]),
            ('7', &[Digit]),
            ('٣', &[Digit]),
            ('½', &[]),
            ('~', &[Special]),
            (' ', &[]),
            ('₩', &[]),
        ] {
            let all = [Upper, Lower, Letter, Digit, Special];
            let actual: Vec<_> = all.into_iter().filter(|class| class.has(character)).collect();
            assert_eq!(actual, kinds, "{character}");
        }
    }
}
