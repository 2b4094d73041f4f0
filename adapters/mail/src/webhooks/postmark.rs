//! Postmark: nothing is signed, so the webhook's address bears credentials (HTTP Basic, RFC 7617).
//!
//! ```
//! use accountable_mail::{Class, webhooks::{WebhookError, postmark}};
//!
//! let credentials = postmark::Credentials::new("accountable", "a long secret");
//! let body = br#"{"RecordType": "Bounce", "Type": "HardBounce", "Email": "ada@example.com",
//!     "Details": "smtp;550 5.1.1 no such user", "Metadata": {}}"#;
//! // base64 of "accountable:a long secret"
//! let feedback = postmark::read(&credentials, "Basic YWNjb3VudGFibGU6YSBsb25nIHNlY3JldA==", body)?;
//! assert_eq!(feedback[0].class, Class::NoSuchMailbox);
//!
//! assert_eq!(postmark::read(&credentials, "Basic guess", body), Err(WebhookError::BadSignature));
//! # Ok::<(), WebhookError>(())
//! ```

use std::{collections::BTreeMap, fmt};

use data_encoding::BASE64;
use ring::digest;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{FEEDBACK_FIELD, Verdict, WebhookError, failed, json, tag};
use crate::{Class, Feedback};

/// The name and the password in the webhook's address. Kept as a digest only.
#[derive(Clone)]
pub struct Credentials(digest::Digest);

impl Credentials {
    /// The credentials as they stand in the webhook's address at Postmark.
    #[must_use]
    pub fn new(name: &str, password: &str) -> Self {
        Self(digest::digest(&digest::SHA256, format!("{name}:{password}").as_bytes()))
    }

    /// Compares what a request's `Authorization` brought; the time tells nothing of how much was right.
    fn check(&self, authorization: &str) -> Result<(), WebhookError> {
        let (scheme, value) = authorization.trim().split_once(' ').ok_or(WebhookError::BadSignature)?;
        let brought = BASE64.decode(value.trim().as_bytes()).map_err(|_| WebhookError::BadSignature)?;
        let brought = digest::digest(&digest::SHA256, &brought);
        let same = bool::from(brought.as_ref().ct_eq(self.0.as_ref()));
        (same && scheme.eq_ignore_ascii_case("basic")).then_some(()).ok_or(WebhookError::BadSignature)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Reads a webhook: a bounce or a spam complaint; anything else gives an empty list. `authorization` is the value of the request's
/// header of that name, empty if there was none.
///
/// # Errors
/// [`WebhookError::BadSignature`] if the credentials are not ours, [`WebhookError::Malformed`].
pub fn read(
    credentials: &Credentials,
    authorization: &str,
    body: &[u8],
) -> Result<Vec<Feedback>, WebhookError> {
    credentials.check(authorization)?;
    let record: Record = json(body)?;
    let kind = record.kind.as_str();
    let verdict = match record.record_type.as_str() {
        "SpamComplaint" => Verdict::Known(Class::Complaint),
        "Bounce" => match verdict(kind) {
            Some(verdict) => verdict,
            None => return Ok(Vec::new()),
        },
        _ => return Ok(Vec::new()),
    };
    let mut feedback = failed(verdict, &record.details, None);
    feedback.recipient = record.email;
    feedback.tag = tag(record.metadata.get(FEEDBACK_FIELD).map(String::as_str));
    Ok(vec![feedback])
}

/// What a bounce's type tells (Postmark's "Bounce types"); none where it is no failure.
fn verdict(kind: &str) -> Option<Verdict> {
    Some(match kind {
        "HardBounce" => Verdict::Final(Class::NoSuchMailbox),
        "BadEmailAddress" => Verdict::Known(Class::NoSuchMailbox),
        "SpamComplaint" => Verdict::Known(Class::Complaint),
        "ManuallyDeactivated" | "Unsubscribe" => Verdict::Known(Class::Rejected),
        "Transient" | "SoftBounce" | "DnsError" => Verdict::Passing,
        "SpamNotification"
        | "VirusNotification"
        | "Blocked"
        | "SMTPApiError"
        | "DMARCPolicy"
        | "TemplateRenderingFailed" => Verdict::Known(Class::Ours),
        "Subscribe"
        | "AutoResponder"
        | "AddressChange"
        | "OpenRelayTest"
        | "ChallengeVerification"
        | "InboundError"
        | "Unconfirmed" => return None,
        _ => Verdict::Known(Class::Unknown),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    record_type: String,
    #[serde(rename = "Type", default)]
    kind: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    details: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}
