//! Which pages mailed codes lead to, and where those send their reader.

use std::collections::BTreeMap;

use accountable_core::domain::{LinkUrl, Links, Purpose, ReturnUrl};
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// The section `links`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LinkSettings {
    /// The page that codes lead to. There is no default.
    pub page: Option<LinkUrl>,
    /// Other pages for codes of some purposes.
    pub pages: BTreeMap<Purpose, LinkUrl>,
    /// Further pages that a request may name instead.
    pub allowed_pages: Vec<LinkUrl>,
    /// Where pages may send their reader: at or below one of these.
    pub return_urls: Vec<ReturnUrl>,
}

impl LinkSettings {
    /// The links.
    ///
    /// # Errors
    /// [`SettingsError::NoPage`].
    pub fn build(&self) -> Result<Links, SettingsError> {
        let mut links = Links::to(self.page.clone().ok_or(SettingsError::NoPage)?);
        for (purpose, page) in &self.pages {
            links = links.with_page(*purpose, page.clone());
        }
        links = self.allowed_pages.iter().cloned().fold(links, Links::allow_page);
        Ok(self.return_urls.iter().cloned().fold(links, Links::allow_return))
    }
}
