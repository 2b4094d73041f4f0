//! Mailgun: a time and a random token are signed by HMAC-SHA256 with the account's webhook signing key. The events are not: whoever
//! sees one webhook can put others beside its signature for 15 minutes. So only our own tag in an event counts, as anywhere.

use accountable_core::domain::Timestamp;
use ring::hmac;
use serde::Deserialize;
use serde_json::Value;

use super::{FEEDBACK_FIELD, Verdict, WebhookError, failed, fresh, json, message_id, tag};
use crate::{Class, Feedback};

/// The account's key for signing webhooks, which is not the key of its interface.
#[derive(Debug, Clone)]
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// The key as Mailgun shows it.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()))
    }
}

/// Reads a webhook: a failure or a complaint; anything else gives an empty list.
///
/// # Errors
/// [`WebhookError::BadSignature`], [`WebhookError::Stale`] if it was signed more than [`FRESH`](super::FRESH) before or after `now`,
/// [`WebhookError::Malformed`].
pub fn read(key: &SigningKey, now: Timestamp, body: &[u8]) -> Result<Vec<Feedback>, WebhookError> {
    let webhook: Webhook = json(body)?;
    let Signature { timestamp, token, signature } = webhook.signature;
    let signature = data_encoding::HEXLOWER_PERMISSIVE
        .decode(signature.as_bytes())
        .map_err(|_| WebhookError::BadSignature)?;
    let signed = format!("{timestamp}{token}");
    hmac::verify(&key.0, signed.as_bytes(), &signature).map_err(|_| WebhookError::BadSignature)?;
    fresh(&timestamp, now)?;

    let event: Event = serde_json::from_value(webhook.event).map_err(|_| WebhookError::Malformed)?;
    let permanent = event.severity != "temporary";
    let verdict = match (event.event.as_str(), event.reason.as_str()) {
        ("complained", _) => Verdict::Known(Class::Complaint),
        ("failed" | "rejected", "suppress-bounce" | "suppress-complaint" | "suppress-unsubscribe") => {
            Verdict::Known(Class::Rejected)
        }
        // Mailgun itself gave up, or would not begin.
        ("rejected", _) => Verdict::Known(Class::Ours),
        ("failed", "old") => Verdict::Known(Class::Delayed),
        ("failed", _) if permanent => Verdict::Final(Class::Unknown),
        ("failed", _) => Verdict::Passing,
        _ => return Ok(Vec::new()),
    };
    let status = event.delivery_status;
    let said = match &status.code {
        // Codes beyond 559 are Mailgun's own.
        Some(code) if !status.message.starts_with(&code.to_string()) => format!("{code} {}", status.message),
        _ => status.message,
    };
    let mut feedback = failed(verdict, &said, status.enhanced_code.as_deref());
    feedback.recipient = event.recipient;
    feedback.tag = tag(event.user_variables.get(FEEDBACK_FIELD).and_then(Value::as_str));
    feedback.message_id = event.message.headers.message_id.as_deref().and_then(message_id);
    Ok(vec![feedback])
}

#[derive(Deserialize)]
struct Webhook {
    signature: Signature,
    #[serde(rename = "event-data")]
    event: Value,
}

#[derive(Deserialize)]
struct Signature {
    timestamp: String,
    token: String,
    signature: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Event {
    event: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    recipient: Option<String>,
    #[serde(default)]
    delivery_status: DeliveryStatus,
    #[serde(default)]
    user_variables: Value,
    #[serde(default)]
    message: Message,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct DeliveryStatus {
    #[serde(default)]
    code: Option<u16>,
    #[serde(default)]
    enhanced_code: Option<String>,
    #[serde(default)]
    message: String,
}

#[derive(Default, Deserialize)]
struct Message {
    #[serde(default)]
    headers: Headers,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Headers {
    #[serde(default)]
    message_id: Option<String>,
}
