//! What all pages of one router share.

use std::{ops::RangeInclusive, sync::Arc};

use super::{
    options::PagesOptions,
    place::Place,
    style::Style,
    texts::{Text, Texts},
    ticket::Ticket,
};
use accountable_core::{
    Accounts,
    domain::{Links, ReturnUrl},
};

/// The accounts, and how the host wants their pages.
pub(super) struct Site {
    pub(super) accounts: Accounts,
    pub(super) place: Place,
    pub(super) service: Option<Text>,
    pub(super) texts: Texts,
    pub(super) style: Style,
    pub(super) length: Option<RangeInclusive<usize>>,
    pub(super) links: Option<Links>,
    pub(super) offers_new_links: bool,
}

/// What every handler is given of it.
pub(super) type Shared = Arc<Site>;

impl Site {
    pub(super) fn new(accounts: Accounts, options: PagesOptions) -> Self {
        let PagesOptions { page, service, texts, style, length, links, offers_new_links } = options;
        let place = Place::of(&page);
        let style = Style::new(style, &place);
        Self { accounts, place, service, texts, style, length, links, offers_new_links }
    }

    /// Where the reader goes at the end, if anywhere.
    pub(super) fn back<'a>(&self, ticket: &'a Ticket) -> Option<&'a str> {
        ticket.back(self.links.as_ref()).map(ReturnUrl::as_str)
    }
}
