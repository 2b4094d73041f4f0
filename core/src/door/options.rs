//! What a caller may say of a mail. Each default is the safe one.

use serde::{Deserialize, Serialize};

use crate::domain::{InputError, LinkUrl, Links, Locale, ReturnUrl, Span};

/// Where a mailed code leads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MailOptions {
    /// The page; the standard one by default. It must equal one that the [`Links`] allow.
    pub page: Option<LinkUrl>,
    /// Where the page sends its reader at the end; nowhere by default. It must be under one that the [`Links`] allow.
    pub return_url: Option<ReturnUrl>,
    /// The language of an account that comes to be by the request; none by default. An account that is there keeps its own.
    pub locale: Option<Locale>,
}

impl MailOptions {
    /// To this page.
    #[must_use]
    pub fn with_page(mut self, page: LinkUrl) -> Self {
        self.page = Some(page);
        self
    }
    /// And from there back to this one.
    #[must_use]
    pub fn with_return_url(mut self, url: ReturnUrl) -> Self {
        self.return_url = Some(url);
        self
    }

    /// An account that comes to be by it has this language.
    #[must_use]
    pub fn with_locale(mut self, locale: Locale) -> Self {
        self.locale = Some(locale);
        self
    }

    /// Before anything is looked up.
    pub(crate) fn check(&self, links: &Links) -> Result<(), InputError> {
        if self.page.as_ref().is_some_and(|page| !links.allows_page(page)) {
            return Err(InputError::PageNotAllowed);
        }
        if self.return_url.as_ref().is_some_and(|url| !links.allows_return(url)) {
            return Err(InputError::ReturnUrlNotAllowed);
        }
        Ok(())
    }
}

/// How a mail that an administrator asks for is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryOptions {
    /// Where its code leads.
    pub mail: MailOptions,
    /// How long to wait for the mail server's answer: 5 s. Zero leaves the mail to the courier.
    pub wait: Span,
    /// Mails although the throttle says it is too soon. Journaled.
    pub bypass_throttle: bool,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self { mail: MailOptions::default(), wait: Span::seconds(5), bypass_throttle: false }
    }
}

impl DeliveryOptions {
    /// With this said of the mail.
    #[must_use]
    pub fn with_mail(mut self, mail: MailOptions) -> Self {
        self.mail = mail;
        self
    }
    /// Waits so long for the mail server's answer.
    #[must_use]
    pub fn with_wait(mut self, wait: Span) -> Self {
        self.wait = wait;
        self
    }
    /// Passes over the throttle. Journaled.
    #[must_use]
    pub fn bypassing_the_throttle(mut self) -> Self {
        self.bypass_throttle = true;
        self
    }
}
