//! What a host may choose of WebConnect.

use std::{fmt, sync::Arc};

use accountable_core::{MailOptions, domain::LinkUrl, port::ErasureVeto};
use serde::{Deserialize, Serialize};

/// How WebConnect answers, where a host has the choice. Each default is the safe one; [`Options::strict`] answers to the
/// letter of the document.
///
/// ```
/// use accountable_http::profile::webconnect::Options;
/// let options = Options::default().with_base("/tenants/a/api/v2")?.with_limit(500);
/// assert_eq!(options.base(), "/tenants/a/api/v2");
/// # Ok::<(), accountable_http::profile::webconnect::NotABasePath>(())
/// ```
///
/// This is the section `http.webconnect` of the settings file, but for the veto, which is code, and for the base path,
/// which there is `http.base_path` for all contracts.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    #[serde(skip)]
    base: String,
    limit: u64,
    mail: MailOptions,
    #[serde(skip)]
    veto: Option<Arc<dyn ErasureVeto>>,
    #[serde(rename = "show_every_address_as_verified")]
    pub(super) shows_every_address_as_verified: bool,
    #[serde(rename = "refuse_digits_in_group_names")]
    pub(super) refuses_digits_in_group_names: bool,
    #[serde(rename = "erase_at_once")]
    pub(super) erases_at_once: bool,
}

/// Shows whether there is a veto, and all else.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("base", &self.base)
            .field("limit", &self.limit)
            .field("mail", &self.mail)
            .field("veto", &self.veto.is_some())
            .field("shows_every_address_as_verified", &self.shows_every_address_as_verified)
            .field("refuses_digits_in_group_names", &self.refuses_digits_in_group_names)
            .field("erases_at_once", &self.erases_at_once)
            .finish()
    }
}

/// The text is not a path that the routes could begin with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no base path: write nothing, or a slash before each segment and none at the end, as in /api/v2, of letters, digits, '-', '.', '_' and '~'"
)]
pub struct NotABasePath(String);

impl Default for Options {
    fn default() -> Self {
        Self {
            base: "/api/v2".to_owned(),
            limit: 10_000,
            mail: MailOptions::default(),
            veto: None,
            shows_every_address_as_verified: false,
            refuses_digits_in_group_names: false,
            erases_at_once: false,
        }
    }
}

impl Options {
    /// Answers to the letter of the document: shows every address as verified, refuses digits in group names, and erases
    /// deleted accounts at once.
    #[must_use]
    pub fn strict() -> Self {
        Self::default().showing_every_address_as_verified().refusing_digits_in_group_names().erasing_at_once()
    }

    /// The path that all routes begin with; `/api/v2` by default. An empty one puts `/accounts/definition` at the root.
    ///
    /// # Errors
    /// [`NotABasePath`] unless the path is empty, or segments of letters, digits, `-`, `.`, `_` and `~`, each after a slash.
    pub fn with_base(mut self, path: &str) -> Result<Self, NotABasePath> {
        let plain = |c: u8| c.is_ascii_alphanumeric() || b"-._~".contains(&c);
        let segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(plain);
        let mut segments = path.split('/');
        if segments.next() != Some("") || !segments.all(segment) {
            return Err(NotABasePath(path.to_owned()));
        }
        path.clone_into(&mut self.base);
        Ok(self)
    }

    /// How many accounts may be registered; 10,000 by default, as documented. Beyond that a registration is refused with
    /// `account_limit_reached` (409). Accounts are counted before the commit: registrations that race for the last place may
    /// all succeed.
    #[must_use]
    pub const fn with_limit(mut self, accounts: u64) -> Self {
        self.limit = accounts;
        self
    }

    /// The options of the mails with which a password is set; by default their links lead to the standard page.
    #[must_use]
    pub fn with_mail(mut self, mail: MailOptions) -> Self {
        self.mail = mail;
        self
    }

    /// Asks this veto before an account is deleted, whether that closes or erases it; a code that it answers is the reason that
    /// keeps the account. Where accounts are erased, the veto that the accounts were built with is asked as well.
    #[must_use]
    pub fn with_deletion_veto(mut self, veto: impl ErasureVeto) -> Self {
        self.veto = Some(Arc::new(veto));
        self
    }

    /// Answers `isVerifiedMailAddress: true` whatever is known, as in the document's example, which shows it right after
    /// registration. Otherwise it is false until the owner has proven to receive mail there.
    #[must_use]
    pub const fn showing_every_address_as_verified(mut self) -> Self {
        self.shows_every_address_as_verified = true;
        self
    }

    /// Refuses digits in `ipFilterGroupName`, as the document's table of parameters does. By default they are accepted, as
    /// another page of the service shows them.
    #[must_use]
    pub const fn refusing_digits_in_group_names(mut self) -> Self {
        self.refuses_digits_in_group_names = true;
        self
    }

    /// Erases a deleted account at once, so that its address is free. By default it is closed: it can be reopened, and its
    /// address stays taken, until its grace is over.
    #[must_use]
    pub const fn erasing_at_once(mut self) -> Self {
        self.erases_at_once = true;
        self
    }

    /// The path that all routes begin with.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The page that the mails lead to, where it is not the standard one.
    #[must_use]
    pub const fn page(&self) -> Option<&LinkUrl> {
        self.mail.page.as_ref()
    }

    pub(super) const fn limit(&self) -> u64 {
        self.limit
    }

    pub(super) fn mail(&self) -> MailOptions {
        self.mail.clone()
    }

    pub(super) fn veto(&self) -> Option<&dyn ErasureVeto> {
        self.veto.as_deref()
    }

    /// A route of the document under the base.
    pub(super) fn path(&self, route: &str) -> String {
        format!("{}{route}", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_path_is_plain_segments_or_nothing() {
        for good in ["", "/api/v2", "/v2", "/a-b.c_d~e"] {
            assert_eq!(Options::default().with_base(good).map(|options| options.base), Ok(good.to_owned()));
        }
        for bad in
            ["/", "api", "/api/", "//a", "/a//b", "/{id}", "/*rest", "/a b", "/a?b", "/%41", "/..", "/é"]
        {
            assert_eq!(Options::default().with_base(bad).err(), Some(NotABasePath(bad.to_owned())));
        }
    }
}
