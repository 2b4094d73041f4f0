//! Hands a mail that came back to `accountable serve`.

use std::{fs, path::Path, time::Duration};

use accountable::{domain::LinkUrl, http::client::HttpClient, mail::TakenIn};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{
        HeaderValue, Request, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};
use http_body_util::Full;
use serde::Deserialize;
use tokio::time::timeout;

use crate::error::{CommandError, failed, unusable, with_causes};

/// How long it may take in all, the answer included. A mail server waits longer for its pipe.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most octets of an answer that are read.
const ANSWER: usize = 64 * 1024;

/// What an answer that is none of success says of itself, by RFC 9457.
#[derive(Deserialize)]
struct Refused {
    code: String,
}

/// A bearer key, as the header `Authorization` has it. `Debug` does not show it.
#[derive(Debug)]
pub(super) struct BearerToken(HeaderValue);

impl BearerToken {
    /// The key of this text; none where it can stand in no header.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let spelt = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~+/=".contains(&octet);
        if text.is_empty() || !text.bytes().all(spelt) {
            return None;
        }
        let mut value = HeaderValue::try_from(format!("Bearer {text}")).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }
}

/// Hands the mail over, and tells what was answered.
///
/// # Errors
/// [`CommandError::Failed`] where the URL is neither HTTPS nor this machine's, nobody answers there, or the answer is no success.
/// A redirect is none: the key is for whom it was said to be for.
pub(super) async fn hand_over(
    url: &str,
    key: &BearerToken,
    authorities: Option<&Path>,
    mail: Vec<u8>,
) -> Result<TakenIn, CommandError> {
    // The one rule of which URLs a secret may be sent to.
    let url = LinkUrl::parse(url).map_err(|error| failed(format!("--to: {error}")))?;
    let url = url.as_str();
    let request = Request::post(url)
        .header(CONTENT_TYPE, "message/rfc822")
        .header(AUTHORIZATION, key.0.clone())
        .body(Full::from(mail))
        .map_err(failed)?;
    let pem = authorities.map(|file| fs::read(file).map_err(|error| unusable(file, error))).transpose()?;
    let client = HttpClient::new(url, pem.as_deref()).map_err(failed)?;
    let (status, body) = timeout(PATIENCE, answer(request, client))
        .await
        .map_err(|_| failed(format!("{url} does not answer in time")))?
        .map_err(|error| failed(format!("{url} does not answer: {error}")))?;
    if status == StatusCode::OK {
        return serde_json::from_slice(&body)
            .map_err(|_| failed(format!("{url} is not the route for feedback of accountable serve")));
    }
    let code = serde_json::from_slice::<Refused>(&body).map(|refused| format!(" ({})", refused.code));
    Err(failed(format!("{url} answers {status}{}", code.unwrap_or_default())))
}

/// Asks, and reads what is answered; an error in one line.
async fn answer(request: Request<Full<Bytes>>, client: HttpClient) -> Result<(StatusCode, Bytes), String> {
    let answer = client.call(request).await.map_err(|error| with_causes(&error))?;
    let status = answer.status();
    let body = to_bytes(Body::new(answer.into_body()), ANSWER).await.map_err(|error| with_causes(&error))?;
    Ok((status, body))
}
