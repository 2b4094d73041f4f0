//! What a host may choose of the pages.

use std::{borrow::Cow, sync::Arc};

use accountable_core::domain::LinkUrl;
use accountable_words::Words;

use super::{
    page_url::PageUrl,
    sessions::{SessionKeeper, Sessions},
    templates::Templates,
};

/// Where the pages are, how they look, and what they say. Each default is the safe one.
#[derive(Debug, Clone)]
pub struct PagesOptions {
    pub(super) page: LinkUrl,
    pub(super) service: Option<Cow<'static, str>>,
    pub(super) words: Words,
    pub(super) templates: Templates,
    pub(super) style: Cow<'static, str>,
    pub(super) offers_new_links: bool,
    pub(super) sign_in: Option<LinkUrl>,
    pub(super) change_password: Option<LinkUrl>,
    pub(super) names_accounts_in_full: bool,
    pub(super) sessions: Sessions,
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
            offers_new_links: true,
            sign_in: None,
            change_password: None,
            names_accounts_in_full: false,
            sessions: Sessions::default(),
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

    /// Leaves readers of a used or expired link without a way to a new one. By default they may ask for one, at `/new-link`
    /// below the page.
    #[must_use]
    pub const fn without_new_links(mut self) -> Self {
        self.offers_new_links = false;
        self
    }

    /// The host's page to sign in at: pages lead there wherever they end, but for those that lead back to a return URL. By
    /// default there is none, and pages name none.
    ///
    /// Whom a reader turns to who gets no further is the accounts' own
    /// ([`Links::with_contact`](accountable_core::domain::Links::with_contact)), which mails name, too.
    #[must_use]
    pub fn with_sign_in(mut self, page: LinkUrl) -> Self {
        self.sign_in = Some(page);
        self
    }

    /// The host's page to change a password at, for [`well_known`](super::well_known).
    #[must_use]
    pub fn with_change_password(mut self, page: LinkUrl) -> Self {
        self.change_password = Some(page);
        self
    }

    /// Shows the whole address that a link was mailed to, to whoever brings its code: also to whom the mail was passed on.
    /// The page to choose a password then has a field for the user name, so that a password manager keeps both. By default
    /// the address is [`masked`](accountable_core::domain::EmailAddress::masked), and there is no such field: a manager would
    /// keep the mask for the name.
    #[must_use]
    pub const fn naming_accounts_in_full(mut self) -> Self {
        self.names_accounts_in_full = true;
        self
    }

    /// Hands this keeper the new stamp of who has confirmed an address here, so that the host's session goes on. By default
    /// it ends with all others.
    #[must_use]
    pub fn keeping_sessions(mut self, keeper: impl SessionKeeper) -> Self {
        self.sessions = Sessions::kept_by(Arc::new(keeper));
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
