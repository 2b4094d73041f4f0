//! What a host may choose of the pages.

use std::borrow::Cow;

use accountable_core::domain::LinkUrl;
use accountable_words::Words;

use super::{page_url::PageUrl, templates::Templates};

/// Where the pages are, how they look, and what they say. Each default is the safe one.
#[derive(Debug, Clone)]
pub struct PagesOptions {
    pub(super) page: LinkUrl,
    pub(super) service: Option<Cow<'static, str>>,
    pub(super) words: Words,
    pub(super) templates: Templates,
    pub(super) style: Cow<'static, str>,
    pub(super) offers_new_links: bool,
}

impl PagesOptions {
    /// Pages at this URL, the one that codes are mailed with. Nothing in a request, such as its `Host`, can change it.
    #[must_use]
    pub fn new(page: LinkUrl) -> Self {
        Self {
            page,
            service: None,
            words: Words::builtin(),
            templates: Templates::builtin(),
            style: Cow::Borrowed(include_str!("style.css")),
            offers_new_links: false,
        }
    }

    /// The path of the page's URL, at which the router answers.
    #[must_use]
    pub fn path(&self) -> String {
        PageUrl::of(&self.page).path().to_owned()
    }

    /// Names the service, above each heading and in the title; by default it is not named.
    #[must_use]
    pub fn of(mut self, service: impl Into<Cow<'static, str>>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Lets readers of a used or expired link ask for a new one, at `/new-link` below the page. Off by default.
    #[must_use]
    pub const fn offering_new_links(mut self) -> Self {
        self.offers_new_links = true;
        self
    }

    /// The words of the pages: those that mails are made of. By default those that come with the crate, in English for readers
    /// whose language is not there.
    #[must_use]
    pub fn with_words(mut self, words: Words) -> Self {
        self.words = words;
        self
    }

    /// Lays the pages out by these templates.
    #[must_use]
    pub fn with_templates(mut self, templates: Templates) -> Self {
        self.templates = templates;
        self
    }

    /// A style sheet (CSS) in place of the one that comes with the pages. It is served from the page's own host, and can load
    /// nothing from elsewhere.
    #[must_use]
    pub fn with_style(mut self, css: impl Into<Cow<'static, str>>) -> Self {
        self.style = css.into();
        self
    }
}
