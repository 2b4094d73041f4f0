//! Templates by language: each letter in the language of its account, as far as there are words in it.

use std::{fmt, sync::Arc};

use accountable_core::domain::{Letter, Locale};

use crate::{Templates, Wording};

/// Templates by language. A letter's words come from the templates of its locale, else of a wider one (`de` for `de-CH`, as
/// RFC 4647 section 3.4 looks them up), else from those for all letters.
///
/// ```
/// use accountable_core::domain::Locale;
/// use accountable_mail::{ByLocale, English};
/// let british = English::of("Orchard Ltd");
/// let templates = ByLocale::or_else(English::of("Orchard")).with(&Locale::parse("en-GB")?, british);
/// # Ok::<(), accountable_core::domain::InputError>(())
/// ```
#[derive(Clone)]
pub struct ByLocale {
    of: Vec<(String, Arc<dyn Templates>)>,
    otherwise: Arc<dyn Templates>,
}

impl ByLocale {
    /// Templates for every letter that no others have words for: in a language without templates, or without a locale.
    #[must_use]
    pub fn or_else(otherwise: impl Templates) -> Self {
        Self { of: Vec::new(), otherwise: Arc::new(otherwise) }
    }

    /// Adds templates for letters of this locale, and of narrower ones that have no templates of their own.
    #[must_use]
    pub fn with(mut self, locale: &Locale, templates: impl Templates) -> Self {
        let name = locale.as_str().to_ascii_lowercase();
        self.of.retain(|(of, _)| *of != name);
        self.of.push((name, Arc::new(templates)));
        self
    }

    fn named(&self, name: &str) -> Option<&dyn Templates> {
        self.of.iter().find_map(|(of, templates)| (of == name).then_some(&**templates))
    }
}

impl Templates for ByLocale {
    fn wording(&self, letter: &Letter) -> Option<Wording> {
        let name = letter.locale.as_ref().map(|locale| locale.as_str().to_ascii_lowercase());
        let names = std::iter::successors(name.as_deref(), |name| Some(name.rsplit_once('-')?.0));
        let mut own = names.filter_map(|name| self.named(name)?.wording(letter));
        own.next().or_else(|| self.otherwise.wording(letter))
    }
}

impl fmt::Debug for ByLocale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.of.iter().map(|(of, _)| of)).finish()
    }
}

#[cfg(test)]
mod tests {
    use accountable_core::domain::{EmailAddress, MailId, Message, Notice, Realm, Timestamp};

    use super::*;
    use crate::Body;

    /// Has words for one notice only.
    struct Only(Notice, &'static str);

    impl Templates for Only {
        fn wording(&self, letter: &Letter) -> Option<Wording> {
            let known = matches!(&letter.message, Message::Notice(notice) if *notice == self.0);
            known.then(|| Wording::new(self.1, Body::new("en")))
        }
    }

    struct Everything;

    impl Templates for Everything {
        fn wording(&self, _: &Letter) -> Option<Wording> {
            Some(Wording::new("otherwise", Body::new("en")))
        }
    }

    const CHANGED: Notice = Notice::PasswordChanged { email_change_dropped: false };

    #[test]
    fn the_nearest_language_that_has_words_says_a_letter() {
        let locale = |text: &str| Locale::parse(text).unwrap();
        let templates = ByLocale::or_else(Everything)
            .with(&locale("de"), Only(Notice::Locked, "de"))
            .with(&locale("de-CH"), Only(CHANGED, "replaced"))
            .with(&locale("DE-ch"), Only(CHANGED, "de-CH"))
            .with(&locale("zh-Hant"), Only(Notice::Locked, "zh-Hant"));
        let subject = |notice: Notice, of: Option<&str>| {
            let to = EmailAddress::parse("ada@example.com").unwrap();
            let id = MailId::from_bytes([1; 16]);
            let letter = Letter::new(id, Realm::default(), to, Message::Notice(notice), Timestamp::EPOCH);
            templates.wording(&letter.in_locale(of.map(locale))).unwrap().subject().to_owned()
        };
        assert_eq!(subject(CHANGED, Some("de-CH")), "de-CH");
        assert_eq!(subject(Notice::Locked, Some("de-CH")), "de", "a wider language has words for it");
        assert_eq!(subject(Notice::Locked, Some("de-AT-1996")), "de");
        assert_eq!(subject(Notice::Locked, Some("zh-Hant-TW")), "zh-Hant");
        assert_eq!(subject(CHANGED, Some("de-AT")), "otherwise");
        assert_eq!(subject(Notice::Locked, Some("den")), "otherwise", "a prefix is no wider language");
        assert_eq!(subject(Notice::Locked, None), "otherwise");
    }
}
