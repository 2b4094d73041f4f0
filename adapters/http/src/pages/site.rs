//! What all pages of one router share.

use std::{borrow::Cow, sync::Arc};

use accountable_core::{
    Accounts,
    domain::{EmailAddress, LinkUrl, ReturnUrl},
};
use accountable_words::Words;

use super::{
    options::PagesOptions, page_url::PageUrl, sessions::Sessions, style::Style, templates::Templates,
};

/// The accounts, and how the host wants their pages.
pub(super) struct Site {
    pub(super) accounts: Accounts,
    pub(super) page: PageUrl,
    pub(super) service: Option<Cow<'static, str>>,
    pub(super) words: Words,
    pub(super) templates: Templates,
    pub(super) style: Style,
    pub(super) offers_new_links: bool,
    /// The host's page to sign in at.
    pub(super) sign_in: Option<LinkUrl>,
    pub(super) names_accounts_in_full: bool,
    pub(super) sessions: Sessions,
}

/// What every handler is given of it.
pub(super) type Shared = Arc<Site>;

impl Site {
    pub(super) fn new(accounts: Accounts, options: PagesOptions) -> Self {
        let page = PageUrl::of(&options.page);
        Self {
            accounts,
            style: Style::new(options.style, &page),
            page,
            service: options.service,
            words: options.words,
            templates: options.templates,
            offers_new_links: options.offers_new_links,
            sign_in: options.sign_in,
            names_accounts_in_full: options.names_accounts_in_full,
            sessions: options.sessions,
        }
    }

    /// How the page is referred to that asks for a new link.
    pub(super) fn ask(&self) -> String {
        self.page.reference(self.page.ask())
    }

    /// How the bearer of a code is told the address that it was mailed to.
    pub(super) fn name(&self, mailed_to: &EmailAddress) -> String {
        if self.names_accounts_in_full { mailed_to.as_str().to_owned() } else { mailed_to.masked() }
    }

    /// Where a code leads its reader at the end: as it was issued, if the links still allow that.
    pub(super) fn back(&self, issued: Option<ReturnUrl>) -> Option<ReturnUrl> {
        issued.filter(|back| self.accounts.links().allows_return(back))
    }
}
