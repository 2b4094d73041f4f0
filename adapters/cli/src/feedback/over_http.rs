//! Hands a mail that came back to `accountable serve`.

use std::{fs, path::Path, time::Duration};

use accountable::{domain::LinkUrl, mail::TakenIn};
use reqwest::{
    Certificate, Client, StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use rustls::crypto::ring;
use serde::Deserialize;

use crate::error::{CommandError, failed, unusable, with_causes};

/// How long it may take in all, the answer included. A mail server waits longer for its pipe.
const PATIENCE: Duration = Duration::from_secs(60);

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
pub(super) async fn hand_over(
    url: &str,
    key: &BearerToken,
    authorities: Option<&Path>,
    mail: Vec<u8>,
) -> Result<TakenIn, CommandError> {
    // The one rule of which URLs a secret may be sent to.
    let url = LinkUrl::parse(url).map_err(|error| failed(format!("--to: {error}")))?;
    let call = client(authorities)?
        .post(url.as_str())
        .header(CONTENT_TYPE, "message/rfc822")
        .header("authorization", key.0.clone())
        .body(mail);
    let unanswered = |error: reqwest::Error| {
        failed(format!("{} does not answer: {}", url.as_str(), with_causes(&error.without_url())))
    };
    let answer = call.send().await.map_err(unanswered)?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(unanswered)?;
    if status == StatusCode::OK {
        return serde_json::from_slice(&body).map_err(|_| {
            failed(format!("{} is not the route for feedback of accountable serve", url.as_str()))
        });
    }
    let code = serde_json::from_slice::<Refused>(&body).map(|refused| format!(" ({})", refused.code));
    Err(failed(format!("{} answers {status}{}", url.as_str(), code.unwrap_or_default())))
}

/// A client that shows its key to nobody but whom it was told to.
fn client(authorities: Option<&Path>) -> Result<Client, CommandError> {
    // Fails only where there is one already, which is this one.
    let _ = ring::default_provider().install_default();
    let mut client = Client::builder().timeout(PATIENCE).redirect(Policy::none());
    if let Some(file) = authorities {
        let pem = fs::read(file).map_err(|error| unusable(file, error))?;
        let named = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(file, error))?;
        client = client.tls_certs_merge(named);
    }
    client.build().map_err(|error| failed(with_causes(&error)))
}
