//! What a host may say of the pages.

use std::borrow::Cow;

use accountable_core::domain::LinkUrl;

use super::{
    page_url::PageUrl,
    texts::{Text, Texts},
};

/// Where the pages are, and how they look and speak. Each default is the safe one.
#[derive(Debug, Clone)]
pub struct PagesOptions {
    pub(super) page: LinkUrl,
    pub(super) service: Option<Text>,
    pub(super) texts: Texts,
    pub(super) style: Text,
    pub(super) offers_new_links: bool,
}

impl PagesOptions {
    /// At this URL: the one that codes are mailed with. Nothing that a request says, its `Host` above all, takes its place.
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

    /// The path that the router answers at.
    #[must_use]
    pub fn path(&self) -> String {
        PageUrl::of(&self.page).path().to_owned()
    }

    /// Names the service above each heading and in the title; it is unnamed by default.
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

    /// Speaks so; English by default.
    #[must_use]
    pub fn with_texts(mut self, texts: Texts) -> Self {
        self.texts = texts;
        self
    }

    /// Looks so: a style sheet in place of ours. It is served from the page's own host, and may name no other.
    #[must_use]
    pub fn with_style(mut self, css: impl Into<Text>) -> Self {
        self.style = css.into();
        self
    }
}
