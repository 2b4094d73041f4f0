//! SendGrid: the time and the body are signed by ECDSA over P-256 and SHA-256, with a key that SendGrid keeps.

use accountable_core::domain::Timestamp;
use data_encoding::BASE64;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::Value;

use super::{FEEDBACK_FIELD, Verdict, WebhookError, failed, fresh, json, message_id, tag};
use crate::{Class, Feedback};

/// The header with the signature.
pub const SIGNATURE_HEADER: &str = "X-Twilio-Email-Event-Webhook-Signature";
/// The header with the time that is signed before the body.
pub const TIMESTAMP_HEADER: &str = "X-Twilio-Email-Event-Webhook-Timestamp";

/// What stands before the point of a public key on P-256 (`SubjectPublicKeyInfo`, RFC 5480): always the same octets.
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The key by which SendGrid's signatures are checked.
#[derive(Debug, Clone)]
pub struct VerificationKey(UnparsedPublicKey<Vec<u8>>);

impl VerificationKey {
    /// Takes the key as SendGrid shows it, in base64.
    ///
    /// # Errors
    /// [`WebhookError::BadKey`] if it is no public key on P-256.
    pub fn new(key: &str) -> Result<Self, WebhookError> {
        let octets = BASE64.decode(key.trim().as_bytes()).map_err(|_| WebhookError::BadKey)?;
        let point = octets.strip_prefix(&P256).filter(|point| point.len() == 65 && point.starts_with(&[4]));
        let point = point.ok_or(WebhookError::BadKey)?;
        Ok(Self(UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point.to_vec())))
    }
}

/// Reads a webhook, which tells of many events: of each failure and complaint among them, one [`Feedback`]. `signature` and
/// `timestamp` are the values of the request's [`SIGNATURE_HEADER`] and [`TIMESTAMP_HEADER`].
///
/// # Errors
/// [`WebhookError::BadSignature`], [`WebhookError::Stale`] if it was signed more than [`FRESH`](super::FRESH) before or after `now`,
/// [`WebhookError::Malformed`].
pub fn read(
    key: &VerificationKey,
    signature: &str,
    timestamp: &str,
    now: Timestamp,
    body: &[u8],
) -> Result<Vec<Feedback>, WebhookError> {
    let signature = BASE64.decode(signature.trim().as_bytes()).map_err(|_| WebhookError::BadSignature)?;
    let mut signed = timestamp.as_bytes().to_vec();
    signed.extend_from_slice(body);
    key.0.verify(&signed, &signature).map_err(|_| WebhookError::BadSignature)?;
    fresh(timestamp, now)?;
    let events: Vec<Value> = json(body)?;
    Ok(events.into_iter().filter_map(feedback).collect())
}

/// What an event tells; none where it is no failure, or of a form that is not known.
fn feedback(event: Value) -> Option<Feedback> {
    let brought = event.get(FEEDBACK_FIELD).or_else(|| event.get("unique_args")?.get(FEEDBACK_FIELD));
    let tag = tag(brought.and_then(Value::as_str));
    let event: Event = serde_json::from_value(event).ok()?;
    let verdict = match (event.event.as_str(), event.kind.as_str()) {
        // The server put us off or blocks us; what it says of a mailbox is not for good.
        ("bounce", "blocked") | ("deferred", _) => Verdict::Passing,
        ("bounce", _) => Verdict::Final(Class::Unknown),
        ("spamreport", _) => Verdict::Known(Class::Complaint),
        ("dropped", _) => Verdict::Known(dropped(&event.reason)),
        _ => return None,
    };
    let said = if event.reason.is_empty() { &event.response } else { &event.reason };
    let mut feedback = failed(verdict, said, event.status.as_deref());
    feedback.recipient = event.email;
    feedback.tag = tag;
    feedback.message_id = event.message_id.as_deref().and_then(message_id);
    Some(feedback)
}

/// Why SendGrid did not send a mail (its "Dropped" event): it keeps lists of addresses, or did not like the mail.
fn dropped(reason: &str) -> Class {
    match reason {
        "Bounced Address" | "Spam Reporting Address" | "Unsubscribed Address" => Class::Rejected,
        "Invalid" => Class::NoSuchMailbox,
        _ => Class::Ours,
    }
}

#[derive(Deserialize)]
struct Event {
    event: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    response: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(rename = "smtp-id", default)]
    message_id: Option<String>,
}
