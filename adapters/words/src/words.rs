//! All words in all languages: which one a reader gets, what is said in it, and what a host says in its own way.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, LazyLock},
};

use accountable_core::domain::{Locale, Timestamp};
use fluent_langneg::{NegotiationStrategy, negotiate_languages};

use crate::{
    Args, Language, WordsError, Zone,
    language::language_of,
    shipped::{ENGLISH, Part, SHIPPED, read},
    spoken::Spoken,
    zone::distance,
};

/// The words in all languages, the first of which is the default. Clones are cheap, and share them.
///
/// Each message that is not said in a reader's language is said in the default one, and there is none that English lacks.
#[derive(Clone)]
pub struct Words {
    languages: Vec<Arc<Spoken>>,
    zone: Zone,
}

static BUILTIN: LazyLock<Words> = LazyLock::new(|| {
    let spoken = SHIPPED.iter().map(|(tag, parts)| {
        let text = |(_, text): &(Part, &str)| Arc::new(read(text));
        let language = Language::new(tag.parse().unwrap_or_default());
        Arc::new(Spoken::new(language, parts.iter().map(text).collect()))
    });
    Words { languages: spoken.collect(), zone: Zone::default() }
});

impl Words {
    /// The words that come with the crate, in English by default, with times in UTC.
    #[must_use]
    pub fn builtin() -> Self {
        BUILTIN.clone()
    }

    /// Makes this language the one for readers whose own is not there.
    ///
    /// # Errors
    /// [`WordsError::NoSuchLanguage`].
    pub fn with_default(mut self, locale: &Locale) -> Result<Self, WordsError> {
        let at = self.position(locale)?;
        if let Some(head) = self.languages.get_mut(..=at) {
            head.rotate_right(1);
        }
        Ok(self)
    }

    /// Says some messages of a language anew, in the host's own way: a text in Fluent, of as many messages as the host likes.
    ///
    /// ```
    /// # use accountable_core::domain::Locale;
    /// # use accountable_words::{Fault, Words, WordsError};
    /// let english = Locale::parse("en")?;
    /// let misspelt = Words::builtin().with_override(&english, "\npasword-set-subject = Welcome");
    /// let fault = Fault::NoSuchMessage { message: "pasword-set-subject".into() };
    /// assert_eq!(misspelt.unwrap_err(), WordsError::Text { language: "en".into(), line: 2, fault });
    /// # Ok::<(), accountable_core::domain::InputError>(())
    /// ```
    ///
    /// # Errors
    /// [`WordsError::NoSuchLanguage`], and [`WordsError::Text`] where a message is not Fluent, is not one of ours, or uses a
    /// variable that it is not told.
    pub fn with_override(mut self, locale: &Locale, text: &str) -> Result<Self, WordsError> {
        let at = self.position(locale)?;
        let spoken = self.languages.get(at).map(|spoken| spoken.with_checked(text)).transpose()?;
        if let (Some(place), Some(spoken)) = (self.languages.get_mut(at), spoken) {
            *place = Arc::new(spoken);
        }
        Ok(self)
    }

    /// Adds a language, as a text in Fluent. What it does not say is said in the default language. One that is there is
    /// said anew, as by [`with_override`](Self::with_override).
    ///
    /// # Errors
    /// [`WordsError::Text`] as there, and [`WordsError::NoSuchLanguage`] where the locale is no language.
    pub fn with_language(mut self, locale: &Locale, text: &str) -> Result<Self, WordsError> {
        if self.position(locale).is_ok() {
            return self.with_override(locale, text);
        }
        let id = language_of(locale).ok_or_else(|| no_such_language(locale))?;
        let spoken = Spoken::new(Language::new(id), Vec::new()).with_checked(text)?;
        self.languages.push(Arc::new(spoken));
        Ok(self)
    }

    /// Tells times as the clocks of this zone show them.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// The languages that there are words in, the default first.
    pub fn languages(&self) -> impl Iterator<Item = &Language> {
        self.languages.iter().map(|spoken| &spoken.language)
    }

    /// The language for a reader who understands these, the dearest first: the first of theirs that is here, or is here in a
    /// wider or another regional form (`de` for `de-CH`); else the default.
    ///
    /// What a browser says of its reader is read by [`accepted_languages`](crate::accepted_languages).
    #[must_use]
    pub fn negotiate(&self, wanted: &[Locale]) -> &Language {
        self.find(wanted).unwrap_or_else(|| self.default_language())
    }

    /// As [`negotiate`](Self::negotiate), but none where there are no words in any of these languages.
    #[must_use]
    pub fn find(&self, wanted: &[Locale]) -> Option<&Language> {
        let wanted: Vec<_> = wanted.iter().filter_map(language_of).collect();
        let here: Vec<_> = self.languages().collect();
        let found = negotiate_languages(&wanted, &here, None, NegotiationStrategy::Lookup);
        found.first().map(|found| **found)
    }

    /// Says a message in this language; else in the default one, else in English. A message that nobody knows is its name.
    #[must_use]
    pub fn say<'w>(&'w self, language: &Language, message: &'w str, args: &Args<'_>) -> Cow<'w, str> {
        self.say_if_known(language, message, args).unwrap_or(Cow::Borrowed(message))
    }

    /// Says a message as [`say`](Self::say) does, if anybody knows it.
    pub(crate) fn say_if_known(
        &self,
        language: &Language,
        message: &str,
        args: &Args<'_>,
    ) -> Option<Cow<'_, str>> {
        let own = self.languages.iter().find(|spoken| spoken.language == *language);
        let order = own.into_iter().chain(self.languages.first()).chain(self.english());
        order.filter_map(|spoken| spoken.say(message, args)).next()
    }

    /// Writes a point in time as readers of this language do, in the zone of these words, which it names. It is rounded down to
    /// the minute, so that nobody comes too late.
    ///
    /// ```
    /// # use accountable_core::domain::Locale;
    /// # use accountable_words::Words;
    /// let words = Words::builtin();
    /// let at = "2026-01-31T16:30:59.999999Z".parse()?;
    /// assert_eq!(words.moment(words.negotiate(&[]), at), "31 January 2026, 16:30 UTC");
    /// let korean = words.negotiate(&[Locale::parse("ko-KR")?]);
    /// assert_eq!(words.moment(korean, at), "2026년 1월 31일 16:30(UTC)");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn moment(&self, language: &Language, at: Timestamp) -> String {
        let Some(there) = self.zone.at(at) else {
            return at.to_string(); // out of reach: the range of ours lies within jiff's
        };
        let args = Args::new()
            .with_text("year", there.year().to_string())
            .with_number("month", there.month().unsigned_abs().into())
            .with_number("day", there.day().unsigned_abs().into())
            .with_text("time", there.strftime("%H:%M").to_string())
            .with_text("zone", distance(&there));
        self.say(language, "moment", &args).into_owned()
    }

    fn default_language(&self) -> &Language {
        static NONE: LazyLock<Language> =
            LazyLock::new(|| Language::new(unic_langid::LanguageIdentifier::default()));
        self.languages().next().unwrap_or(&NONE)
    }

    fn english(&self) -> Option<&Arc<Spoken>> {
        self.languages.iter().find(|spoken| spoken.language.as_str() == ENGLISH)
    }

    fn position(&self, locale: &Locale) -> Result<usize, WordsError> {
        let id = language_of(locale).ok_or_else(|| no_such_language(locale))?;
        let at = self.languages().position(|language| *language.as_ref() == id);
        at.ok_or_else(|| no_such_language(locale))
    }
}

fn no_such_language(locale: &Locale) -> WordsError {
    WordsError::NoSuchLanguage(locale.as_str().to_owned())
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let languages: Vec<_> = self.languages().map(Language::as_str).collect();
        f.debug_struct("Words").field("languages", &languages).field("zone", &self.zone).finish()
    }
}
