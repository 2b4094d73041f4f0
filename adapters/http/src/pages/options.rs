//! What a host may choose of the pages.

use std::borrow::Cow;

use accountable_core::domain::LinkUrl;

use super::{
    page_url::PageUrl,
    texts::{Text, Texts},
};

/// Where the pages are, how they look, and what they say. Each default is the safe one.
#[derive(Debug, Clone)]
pub struct PagesOptions {
    pub(super) page: LinkUrl,
    pub(super) service: Option<Text>,
    pub(super) texts: Texts,
    pub(super) style: Text,
    pub(super) offers_new_links: bool,
}

impl PagesOptions {
    /// Pages at this URL, the one that codes are mailed with. Nothing in a request, such as its `Host`, can change it.
    #[must_use]
    pub fn new(page: LinkUrl) -> Self {
        Self {
            page,
            service: None,
            texts: Texts::english(),
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
    pub fn of(mut self, service: impl Into<Text>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Lets readers of a used or expired link ask for a new one, at `/new-link` below the page. Off by default.
    #[must_use]
    pub const fn offering_new_links(mut self) -> Self {
        self.offers_new_links = true;
        self
    }

    /// The texts of the pages; English by default.
    #[must_use]
    pub fn with_texts(mut self, texts: Texts) -> Self {
        self.texts = texts;
        self
    }

    /// A style sheet (CSS) in place of the one that comes with the pages. It is served from the page's own host, and can load
    /// nothing from elsewhere.
    #[must_use]
    pub fn with_style(mut self, css: impl Into<Text>) -> Self {
        self.style = css.into();
        self
    }
}
