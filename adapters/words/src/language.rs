//! Languages: their names, and how they are written.

use accountable_core::domain::Locale;
use unic_langid::{CharacterDirection, LanguageIdentifier};

/// A language that there are words in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    id: LanguageIdentifier,
    tag: String,
}

/// In which direction a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    LeftToRight,
    /// From right to left, as Arabic and Hebrew are.
    RightToLeft,
}

impl Language {
    pub(crate) fn new(id: LanguageIdentifier) -> Self {
        Self { tag: id.to_string(), id }
    }

    /// The language's BCP 47 tag, such as `de` or `zh-Hant`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.tag
    }

    /// In which direction the language is written.
    #[must_use]
    pub fn direction(&self) -> Direction {
        match self.id.character_direction() {
            CharacterDirection::RTL => Direction::RightToLeft,
            _ => Direction::LeftToRight,
        }
    }
}

impl Direction {
    /// The direction as HTML's attribute `dir` names it: `ltr` or `rtl`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

impl AsRef<LanguageIdentifier> for Language {
    fn as_ref(&self) -> &LanguageIdentifier {
        &self.id
    }
}

/// The language of a locale, less what says nothing of the language (`-u-co-phonebk`, `-x-ours`); none if it names none.
pub(crate) fn language_of(locale: &Locale) -> Option<LanguageIdentifier> {
    let wider = std::iter::successors(Some(locale.as_str()), |tag| Some(tag.rsplit_once('-')?.0));
    wider.filter_map(|tag| tag.parse().ok()).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Option<Language> {
        language_of(&Locale::parse(tag).unwrap()).map(Language::new)
    }

    #[test]
    fn a_locale_is_its_language_whatever_else_it_says() {
        for (locale, tag) in [
            ("de", "de"),
            ("DE-ch", "de-CH"),
            ("de-u-co-phonebk", "de"),
            ("zh-hant-tw-x-ours", "zh-Hant-TW"),
            ("de-CH-1996", "de-CH-1996"),
        ] {
            assert_eq!(language(locale).unwrap().as_str(), tag);
        }
    }

    #[test]
    fn arabic_and_hebrew_are_written_from_right_to_left() {
        for (tag, direction) in
            [("ar", "rtl"), ("he-IL", "rtl"), ("az-Arab", "rtl"), ("ja", "ltr"), ("sv", "ltr")]
        {
            assert_eq!(language(tag).unwrap().direction().as_str(), direction, "{tag}");
        }
    }
}
