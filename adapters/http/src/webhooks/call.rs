//! A signed call of an endpoint, and what came of it.

use std::{fmt, pin::pin, sync::Arc};

use accountable_core::{
    domain::{Span, Timestamp},
    port::Clock,
};
use axum::http::{
    Request, StatusCode,
    header::{CONTENT_TYPE, USER_AGENT},
};
use futures_util::future::{Either, select};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Body as _;

use super::endpoint::Endpoint;
use crate::client::{HttpClient, NoClient};

/// How long an endpoint may take to answer.
const PATIENCE: Span = Span::seconds(15);

/// How long the rest of an answer is waited for, so that its connection can serve again.
const REST: Span = Span::seconds(2);

/// The longest rest of an answer that is waited for, in octets.
const LONGEST_REST: u64 = 65_536;

/// Calls an endpoint.
pub(super) struct Caller {
    endpoint: Endpoint,
    client: HttpClient,
    clock: Arc<dyn Clock>,
}

/// What came of a call. Its `Display` is fit for logs: nothing of what was sent or answered is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    /// It was answered with this status.
    With(StatusCode),
    /// There was no connection.
    Unreached,
    /// It was not answered in time, or broke off.
    Not,
}

impl Answered {
    /// Whether it may be this one message that is not taken, and not all: it was answered, and not with that the endpoint is
    /// overloaded or away.
    pub(super) const fn is_about_the_event(self) -> bool {
        match self {
            Self::With(status) => !matches!(status.as_u16(), 429 | 502..=504),
            Self::Unreached | Self::Not => false,
        }
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::With(status) => write!(f, "status {}", status.as_u16()),
            Self::Unreached => f.write_str("no connection"),
            Self::Not => f.write_str("no answer"),
        }
    }
}

impl Caller {
    /// Calls this endpoint, and waits by this clock.
    ///
    /// # Errors
    /// [`NoClient`] where the machine can't call its URL.
    pub(super) fn new(endpoint: Endpoint, clock: Arc<dyn Clock>) -> Result<Self, NoClient> {
        let client = HttpClient::new(endpoint.url(), None)?;
        Ok(Self { endpoint, client, clock })
    }

    pub(super) const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Posts a message of this name once, signed.
    pub(super) async fn call(&self, id: &str, body: &str) -> Answered {
        let seconds = self.clock.now().since(Timestamp::EPOCH).to_std().as_secs().to_string();
        let signature = self.endpoint.sign(id, &seconds, body);
        let request = Request::post(self.endpoint.url())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "accountable")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature)
            .body(Full::from(body.to_owned()));
        let Ok(request) = request else { return Answered::Unreached };
        let answer = match select(pin!(self.client.call(request)), self.clock.sleep(PATIENCE)).await {
            Either::Left((Ok(answer), _)) => answer,
            Either::Left((Err(error), _)) if error.is_unreached() => return Answered::Unreached,
            Either::Left((Err(_), _)) | Either::Right(_) => return Answered::Not,
        };
        let status = answer.status();
        let body = answer.into_body();
        if body.size_hint().upper().is_some_and(|rest| rest <= LONGEST_REST) {
            select(pin!(body.collect()), self.clock.sleep(REST)).await;
        }
        Answered::With(status)
    }
}
