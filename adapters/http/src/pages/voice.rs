//! The voice of a page: it speaks its reader's language, and lets what follows know which that is.

use accountable_core::domain::Locale;
use accountable_words::{Args, Language, Words, accepted_languages};
use axum::http::{HeaderMap, Uri, header::ACCEPT_LANGUAGE};

use super::{form::among, site::Site};

/// Speaks to the reader of one page.
pub(super) struct Voice<'a> {
    pub(super) site: &'a Site,
    language: &'a Language,
    /// The language of the mail that led here, as its link has it. All that this page leads to keeps it.
    lang: Option<Locale>,
}

impl<'a> Voice<'a> {
    /// The language of the link's mail, where there are words in it; else of what the browser says, the one that its reader
    /// understands best; else the default. Whatever can't be read counts as not said.
    pub(super) fn of(site: &'a Site, uri: &Uri, headers: &HeaderMap) -> Self {
        let lang = lang(uri.query().unwrap_or_default());
        match site.words.find(lang.as_slice()) {
            Some(language) => Self { site, language, lang },
            None => Self { site, language: site.words.negotiate(&accepted(headers)), lang: None },
        }
    }

    pub(super) const fn words(&self) -> &'a Words {
        &self.site.words
    }

    pub(super) const fn language(&self) -> &'a Language {
        self.language
    }

    /// The language, for whoever writes to its reader.
    pub(super) fn locale(&self) -> Option<Locale> {
        Locale::parse(self.language.as_str()).ok()
    }

    /// Whether the language is the one that the browser asks for, as far as there are words in it: another browser may get
    /// another page.
    pub(super) const fn is_the_browsers(&self) -> bool {
        self.lang.is_none()
    }

    /// Says a message.
    pub(super) fn say(&self, message: &str) -> String {
        self.say_with(message, Args::new())
    }

    /// Says a message that is told more than the service's name.
    pub(super) fn say_with(&self, message: &str, args: Args<'_>) -> String {
        let service = self.site.service.as_deref().unwrap_or_default();
        self.words().say(self.language, message, &args.with_text("service", service)).into_owned()
    }

    /// The title of a page with this heading, on which something is wrong.
    pub(super) fn wrong(&self, heading: &str) -> String {
        self.say_with("page-wrong", Args::new().with_text("heading", heading))
    }

    /// How the page is referred to.
    pub(super) fn page(&self) -> String {
        self.keeping(self.site.page.target())
    }

    /// How the page is referred to that asks for a new link.
    pub(super) fn ask(&self) -> String {
        self.keeping(&self.site.ask())
    }

    fn keeping(&self, target: &str) -> String {
        match &self.lang {
            Some(lang) => {
                let joint = if target.contains('?') { '&' } else { '?' };
                format!("{target}{joint}{LANG}={}", lang.as_str())
            }
            None => target.to_owned(),
        }
    }
}

/// The name of the language in a link's query.
const LANG: &str = "lang";

/// The language that a query says.
fn lang(query: &str) -> Option<Locale> {
    let [lang] = among(query.as_bytes(), [LANG])?.ok()?;
    Locale::parse(&lang?).ok()
}

/// The languages that a browser says that its reader understands, the dearest first.
fn accepted(headers: &HeaderMap) -> Vec<Locale> {
    let lines: Vec<_> =
        headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok()).collect();
    accepted_languages(&lines.join(","))
}
