//! What all pages of one router share.

use std::{borrow::Cow, sync::Arc};

use accountable_core::{Accounts, domain::ReturnUrl};
use accountable_words::Words;

use super::{options::PagesOptions, page_url::PageUrl, style::Style, templates::Templates};

/// The accounts, and how the host wants their pages.
pub(super) struct Site {
    pub(super) accounts: Accounts,
    pub(super) page: PageUrl,
    pub(super) service: Option<Cow<'static, str>>,
    pub(super) words: Words,
    pub(super) templates: Templates,
    pub(super) style: Style,
    pub(super) offers_new_links: bool,
}

/// What every handler is given of it.
pub(super) type Shared = Arc<Site>;

impl Site {
    pub(super) fn new(accounts: Accounts, options: PagesOptions) -> Self {
        let PagesOptions { page, service, words, templates, style, offers_new_links } = options;
        let page = PageUrl::of(&page);
        let style = Style::new(style, &page);
        Self { accounts, page, service, words, templates, style, offers_new_links }
    }

    /// How the page is referred to that asks for a new link.
    pub(super) fn ask(&self) -> String {
        self.page.reference(self.page.ask())
    }

    /// Where a code leads its reader at the end: as it was issued, if the links still allow that.
    pub(super) fn back(&self, issued: Option<ReturnUrl>) -> Option<ReturnUrl> {
        issued.filter(|back| self.accounts.links().allows_return(back))
    }
}
