//! What a caller may say of a mail. Each default is the safe one.

use serde::{Deserialize, Serialize};

use crate::domain::{InputError, LinkUrl, Links, Locale, ReturnUrl, Span};

/// Where a mailed code leads, and in which language whoever asks reads. The default is the standard page,
/// nowhere to return to, and no language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MailOptions {
    /// The page that the code leads to; by default the one that the [`Links`] name for its purpose. It must equal one
    /// that the [`Links`] allow, else the request is refused as `page_not_allowed`.
    pub page: Option<LinkUrl>,
    /// Where the page sends its reader at the end; nowhere by default. It must be at or below one that the [`Links`]
    /// allow, else the request is refused as `return_url_not_allowed`.
    pub return_url: Option<ReturnUrl>,
    /// The language (a BCP 47 tag) of whoever asks; none by default. The mails that come of the request are in it where the
    /// account has none of its own, and an account that the request makes has it from then on.
    pub locale: Option<Locale>,
}

impl MailOptions {
    /// Leads the code to this page instead of the standard one.
    #[must_use]
    pub fn with_page(mut self, page: LinkUrl) -> Self {
        self.page = Some(page);
        self
    }
    /// Sends the page's reader to this URL at the end.
    #[must_use]
    pub fn with_return_url(mut self, url: ReturnUrl) -> Self {
        self.return_url = Some(url);
        self
    }

    /// Says in which language whoever asks reads.
    #[must_use]
    pub fn with_locale(mut self, locale: Locale) -> Self {
        self.locale = Some(locale);
        self
    }

    /// Refuses what the links don't allow, before anything is looked up.
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

/// How a mail that an administrator asks for is delivered. By default it is handed over at once, and the caller waits
/// up to 5 s for the mail server's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryOptions {
    /// Where the mail's code leads.
    pub mail: MailOptions,
    /// How long to wait for the mail server's answer: 5 s by default. With zero the mail is left to the courier.
    pub wait: Span,
    /// Whether to mail although the throttle says that it is too soon; no by default. A bypass is journaled, and counts
    /// against what comes after it.
    pub bypass_throttle: bool,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self { mail: MailOptions::default(), wait: Span::seconds(5), bypass_throttle: false }
    }
}

impl DeliveryOptions {
    /// Sets where the mail's code leads.
    #[must_use]
    pub fn with_mail(mut self, mail: MailOptions) -> Self {
        self.mail = mail;
        self
    }
    /// Sets how long to wait for the mail server's answer.
    #[must_use]
    pub fn with_wait(mut self, wait: Span) -> Self {
        self.wait = wait;
        self
    }
    /// Mails although the throttle says that it is too soon; the journal says so.
    #[must_use]
    pub fn bypassing_the_throttle(mut self) -> Self {
        self.bypass_throttle = true;
        self
    }
}
