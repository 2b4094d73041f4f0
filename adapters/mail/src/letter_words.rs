//! The words of all letters: who writes, what happened and when, by whom, until when, and what to do about it; each in its
//! reader's language.
//!
//! A letter tells nothing of anybody but its reader. Somebody who gets a letter by mistake learns no more than that their
//! address was typed.

mod body;
mod voice;

use accountable_core::domain::Letter;
use accountable_words::Words;

use self::voice::Voice;
use crate::{TemplateError, Templates, Wording, page::Page, wording::one_line};

/// The words of all letters of a service, in every language that there are words in. Clones share them.
///
/// A letter is in the language of its account, as far as there are words in it, else in the default one.
///
/// ```
/// use accountable_core::domain::*;
/// use accountable_mail::{LetterWords, words::Words};
///
/// let swedish = Locale::parse("sv")?;
/// let words = Words::builtin()
///     .with_override(&swedish, "password-changed-subject = Nytt lösenord hos { $service }")
///     .expect("a message of ours");
/// let words = LetterWords::of("Orchard").with_words(words);
///
/// let ada = EmailAddress::parse("ada@example.com").expect("an address");
/// let notice = Message::Notice(Notice::PasswordChanged { email_change_dropped: false });
/// let letter = Letter::new(MailId::from_bytes([7; 16]), Realm::default(), ada, notice, Timestamp::EPOCH);
/// let wording = words.wording(&letter.in_locale(Some(swedish))).expect("there are words for everything");
/// assert_eq!(wording.subject(), "Nytt lösenord hos Orchard");
/// assert!(wording.text().starts_with("Lösenordet till ditt konto hos Orchard har ändrats."));
/// # Ok::<(), InputError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LetterWords {
    service: String,
    words: Words,
    templates: Templates,
}

/// Why a letter has no wording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordingError {
    /// There are no words for such a letter: it comes from a later version.
    #[error("there are no words for such a letter")]
    NoWords,
    /// A template can't lay it out.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

impl LetterWords {
    /// The words that come with the crate, for the service with this name, as in "your account at Orchard".
    #[must_use]
    pub fn of(service: impl Into<String>) -> Self {
        Self { service: service.into(), words: Words::builtin(), templates: Templates::builtin() }
    }

    /// Takes these words: with messages of the host's own, another default language, or another zone.
    #[must_use]
    pub fn with_words(mut self, words: Words) -> Self {
        self.words = words;
        self
    }

    /// Lays mails out by these templates.
    #[must_use]
    pub fn with_templates(mut self, templates: Templates) -> Self {
        self.templates = templates;
        self
    }

    /// The words of this letter.
    ///
    /// # Errors
    /// [`WordingError`].
    pub fn wording(&self, letter: &Letter) -> Result<Wording, WordingError> {
        let language = self.words.negotiate(letter.locale.as_slice());
        let voice = Voice { words: &self.words, language, service: &self.service, letter };
        let (subject, parts) = voice.letter().ok_or(WordingError::NoWords)?;
        let subject = one_line(&subject);
        let dir = language.direction().as_str();
        let page = Page {
            lang: language.as_str(),
            dir,
            start: if dir == "rtl" { "right" } else { "left" },
            subject: &subject,
            service: &self.service,
            parts: &parts,
        };
        let (text, html) = (self.templates.text(&page)?, self.templates.html(&page)?);
        Ok(Wording { subject, text, html })
    }
}
