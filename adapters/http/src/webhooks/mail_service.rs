//! A host's own e-mail service, which takes mails with reset links as webhooks.

use std::{fmt, sync::Arc};

use accountable_core::port::{Clock, MailError, Receipt};
use async_trait::async_trait;
use axum::http::StatusCode;
use zeroize::Zeroizing;

use super::{
    call::{Answered, Caller},
    endpoint::Endpoint,
    watch,
};
use crate::{
    client::NoClient,
    profile::payway::{MailChannel, ResetMail},
};

/// Posts each [`ResetMail`] to an endpoint, signed as webhooks are: link and code go there and nowhere else.
///
/// | the endpoint | the mail |
/// |---|---|
/// | answers with 2xx | is taken: the service answers for it from now on |
/// | answers with 401, 403, 408, 425, 429 or 5xx, or can't be reached, or does not answer within 15 s | is tried again ([`MailError::Unreachable`]) |
/// | answers with anything else | is tried again, and logged as a fault of ours ([`MailError::Ours`]) |
///
/// So no answer is held against the recipient: the service knows of a bounce only later. Each attempt is put off further, and after
/// its last the mail is given up and listed, as any is. Attempts of one mail have one `webhook-id`.
///
/// Give it to [`HostMail`](crate::profile::payway::HostMail). It needs a Tokio runtime.
pub struct MailService(Caller);

impl MailService {
    /// Posts to this endpoint, and waits by this clock.
    ///
    /// # Errors
    /// [`NoClient`] where the machine can't call its URL.
    pub fn new(endpoint: Endpoint, clock: impl Clock) -> Result<Self, NoClient> {
        Caller::new(endpoint, Arc::new(clock)).map(Self)
    }
}

impl fmt::Debug for MailService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailService").field("endpoint", self.0.endpoint()).finish()
    }
}

#[async_trait]
impl MailChannel for MailService {
    async fn post(&self, mail: &ResetMail) -> Result<Receipt, MailError> {
        let body = serde_json::to_string(mail).map(Zeroizing::new);
        let body = body.map_err(|_| MailError::Ours("a mail has no form in JSON".into()))?;
        let answered = self.0.call(&mail.id().to_string(), &body).await;
        let name = self.0.endpoint().name();
        if matches!(answered, Answered::With(taken) if taken.is_success()) {
            watch::count(name, "told");
            return Ok(Receipt::default());
        }
        watch::count(name, "failed");
        let why = answered.to_string().into();
        Err(match answered {
            Answered::With(status) if !would_befall_any(status) => MailError::Ours(why),
            _ => MailError::Unreachable(why),
        })
    }
}

/// Whether a service that answers so would answer any mail so.
fn would_befall_any(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 401 | 403 | 408 | 425 | 429)
}
