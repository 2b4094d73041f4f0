//! Which pages mailed codes lead to, and where those send their reader.

use std::collections::BTreeMap;

use accountable_core::domain::{Contact, LinkUrl, Links, Purpose, ReturnUrl};
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// The section `links`: which pages mailed codes lead to, and where those may send their reader.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LinkSettings {
    /// The page that codes lead to. There is no default; [`build`](Self::build) needs one.
    pub page: Option<LinkUrl>,
    /// Other pages, for the codes of some purposes; none by default.
    pub pages: BTreeMap<Purpose, LinkUrl>,
    /// Further pages that a request may name instead; they must be equal to the letter. None by default.
    pub allowed_pages: Vec<LinkUrl>,
    /// The URLs at or below which pages may send their reader; none by default.
    pub return_urls: Vec<ReturnUrl>,
    /// Whom readers of mails turn to who did not do what they tell of, and readers of pages who get no further: an e-mail
    /// address, or the URL of a page. None by default.
    pub contact: Option<Contact>,
}

impl LinkSettings {
    /// Makes the links that the accounts are built with.
    ///
    /// # Errors
    /// [`SettingsError::NoPage`] where no page is set.
    pub fn build(&self) -> Result<Links, SettingsError> {
        let mut links = Links::to(self.page.clone().ok_or(SettingsError::NoPage)?);
        for (purpose, page) in &self.pages {
            links = links.with_page(*purpose, page.clone());
        }
        links = self.allowed_pages.iter().cloned().fold(links, Links::allow_page);
        links = self.contact.iter().cloned().fold(links, Links::with_contact);
        Ok(self.return_urls.iter().cloned().fold(links, Links::allow_return))
    }
}
