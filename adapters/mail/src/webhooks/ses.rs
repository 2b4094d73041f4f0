//! Amazon SES, which publishes to a topic of SNS, which posts to us, signed with the key of a certificate at an address in the message.
//! That address is [pinned](certificate_url): who could choose it could sign. So is the topic: SNS signs everybody's.
//!
//! ```no_run
//! # fn fetch(_: &url::Url) -> Vec<u8> { Vec::new() }
//! # let body: &[u8] = b"";
//! use accountable_mail::webhooks::ses;
//!
//! // Once for each address; certificates may be kept.
//! let certificate = fetch(&ses::certificate_url(body)?);
//! match ses::read("arn:aws:sns:eu-central-1:111122223333:mail", &certificate, body)? {
//!     ses::Webhook::Feedback(feedback) => drop(feedback),
//!     // Once, at the beginning: whoever runs this gets it by this address.
//!     ses::Webhook::ConfirmSubscription(address) => drop(fetch(&address)),
//!     _ => {}
//! }
//! # Ok::<(), accountable_mail::webhooks::WebhookError>(())
//! ```

use std::collections::BTreeMap;

use data_encoding::BASE64;
use ring::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
    pem::PemObject as _,
};
use serde::Deserialize;
use url::Url;
use webpki::EndEntityCert;

use super::{FEEDBACK_FIELD, Verdict, WebhookError, failed, json, message_id, tag};
use crate::{Class, FEEDBACK_HEADER, Feedback};

/// What SNS posts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Webhook {
    /// Failures and complaints; empty for what is neither.
    Feedback(Vec<Feedback>),
    /// The topic asks whether it may post here: a `GET` of this address, which is of SNS, says so.
    ConfirmSubscription(Url),
    /// The topic will post here no longer.
    Unsubscribed,
}

/// Where the certificate is by whose key a webhook is signed; to be fetched over HTTPS, without following redirects. Nothing of the
/// webhook has been checked yet but this: the address is one of `https://sns.<region>.amazonaws.com` (or `.com.cn`) with a path that
/// ends in `.pem`.
///
/// # Errors
/// [`WebhookError::BadSignature`] if the certificate is said to be anywhere else, [`WebhookError::Malformed`].
pub fn certificate_url(body: &[u8]) -> Result<Url, WebhookError> {
    json::<Envelope>(body)?.certificate_url()
}

/// Reads a webhook of this topic, by its name (ARN). `certificate`: in PEM, as it was fetched from its
/// [address](certificate_url).
///
/// # Errors
/// [`WebhookError::BadSignature`], [`WebhookError::OtherTopic`], [`WebhookError::BadKey`] if that is no certificate,
/// [`WebhookError::Malformed`].
pub fn read(topic: &str, certificate: &[u8], body: &[u8]) -> Result<Webhook, WebhookError> {
    let envelope: Envelope = json(body)?;
    // Where the certificate came from is part of why it is trusted.
    envelope.certificate_url()?;
    envelope.check_signature(certificate)?;
    if envelope.topic_arn != topic {
        return Err(WebhookError::OtherTopic);
    }
    match envelope.kind.as_str() {
        "Notification" => Ok(Webhook::Feedback(feedback(&envelope.message)?)),
        "SubscriptionConfirmation" => {
            let address = envelope.subscribe_url.as_deref().and_then(of_sns);
            Ok(Webhook::ConfirmSubscription(address.ok_or(WebhookError::Malformed)?))
        }
        "UnsubscribeConfirmation" => Ok(Webhook::Unsubscribed),
        _ => Err(WebhookError::Malformed),
    }
}

/// An address of SNS itself.
fn of_sns(address: &str) -> Option<Url> {
    let address = Url::parse(address).ok()?;
    let plain = address.scheme() == "https"
        && address.port().is_none()
        && address.username().is_empty()
        && address.password().is_none();
    let region = address.host_str()?.strip_prefix("sns.")?;
    let region =
        region.strip_suffix(".amazonaws.com").or_else(|| region.strip_suffix(".amazonaws.com.cn"))?;
    let named = !region.is_empty() && region.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    (plain && named).then_some(address)
}

/// What SNS puts round a message.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    #[serde(rename = "Type")]
    kind: String,
    message_id: String,
    #[serde(default)]
    token: Option<String>,
    topic_arn: String,
    #[serde(default)]
    subject: Option<String>,
    message: String,
    timestamp: String,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
    #[serde(rename = "SubscribeURL", default)]
    subscribe_url: Option<String>,
}

impl Envelope {
    /// What SNS signs: some fields by name and value, a line each, in the order of their names.
    fn signed(&self) -> String {
        let of_subscription = self.kind != "Notification";
        let fields = [
            ("Message", Some(&self.message)),
            ("MessageId", Some(&self.message_id)),
            ("Subject", self.subject.as_ref().filter(|_| !of_subscription)),
            ("SubscribeURL", self.subscribe_url.as_ref().filter(|_| of_subscription)),
            ("Timestamp", Some(&self.timestamp)),
            ("Token", self.token.as_ref().filter(|_| of_subscription)),
            ("TopicArn", Some(&self.topic_arn)),
            ("Type", Some(&self.kind)),
        ];
        fields.iter().filter_map(|(name, value)| Some(format!("{name}\n{}\n", (*value)?))).collect()
    }

    fn certificate_url(&self) -> Result<Url, WebhookError> {
        let address = of_sns(&self.signing_cert_url).ok_or(WebhookError::BadSignature)?;
        let plain = address.path().ends_with(".pem") && address.query().is_none();
        plain.then_some(address).ok_or(WebhookError::BadSignature)
    }

    fn check_signature(&self, certificate: &[u8]) -> Result<(), WebhookError> {
        let by: &dyn SignatureVerificationAlgorithm = match self.signature_version.as_str() {
            "1" => &Rsa::Sha1,
            "2" => &Rsa::Sha256,
            _ => return Err(WebhookError::BadSignature),
        };
        let signature = BASE64.decode(self.signature.as_bytes()).map_err(|_| WebhookError::BadSignature)?;
        let certificate = CertificateDer::from_pem_slice(certificate).map_err(|_| WebhookError::BadKey)?;
        let certificate = EndEntityCert::try_from(&certificate).map_err(|_| WebhookError::BadKey)?;
        certificate
            .verify_signature(by, self.signed().as_bytes(), &signature)
            .map_err(|_| WebhookError::BadSignature)
    }
}

/// How SNS signs: RSA (PKCS #1 v1.5), by SHA-1 in its version 1, which is the default of topics, by SHA-256 in version 2.
#[derive(Debug)]
enum Rsa {
    Sha1,
    Sha256,
}

impl SignatureVerificationAlgorithm for Rsa {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let algorithm = match self {
            Self::Sha1 => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(algorithm, public_key).verify(message, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    /// Asked for only where certificates are checked against each other.
    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_PKCS1_SHA256
    }
}

/// Reads what SES published: an event of a configuration set, or a notification of an identity.
fn feedback(message: &str) -> Result<Vec<Feedback>, WebhookError> {
    // SNS also carries plain words, such as SES' note that all is set up.
    let Ok(event) = serde_json::from_str::<Event>(message) else {
        let is_json = serde_json::from_str::<serde_json::Value>(message).is_ok_and(|it| it.is_object());
        return if is_json { Err(WebhookError::Malformed) } else { Ok(Vec::new()) };
    };
    let said = |verdict, recipient: &Recipient| {
        let words = recipient.diagnostic_code.as_deref().unwrap_or_default();
        let mut feedback = failed(verdict, words, recipient.status.as_deref());
        feedback.recipient = Some(recipient.email_address.clone());
        feedback
    };
    let mut found: Vec<Feedback> = Vec::new();
    match event.kind.as_str() {
        "Bounce" => {
            let bounce = event.bounce.ok_or(WebhookError::Malformed)?;
            let verdict = verdict(&bounce.bounce_type, &bounce.bounce_sub_type);
            found.extend(bounce.bounced_recipients.iter().map(|recipient| said(verdict, recipient)));
        }
        "DeliveryDelay" => {
            let delay = event.delivery_delay.ok_or(WebhookError::Malformed)?;
            found.extend(delay.delayed_recipients.iter().map(|recipient| said(Verdict::Passing, recipient)));
        }
        "Complaint" => {
            let complaint = event.complaint.ok_or(WebhookError::Malformed)?;
            let verdict = match complaint.complaint_feedback_type.as_deref() {
                Some("not-spam") => return Ok(Vec::new()),
                Some("auth-failure" | "virus") => Verdict::Known(Class::Ours),
                _ => Verdict::Known(Class::Complaint),
            };
            found.extend(complaint.complained_recipients.iter().map(|recipient| said(verdict, recipient)));
        }
        "Reject" | "Rendering Failure" => found.push(Feedback::new(Class::Ours)),
        _ => {}
    }
    let mail = event.mail;
    let header = |name: &str| {
        let named = mail.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        named.map(|header| header.value.as_str())
    };
    let brought = mail.tags.get(FEEDBACK_FIELD).and_then(|values| values.first()).map(String::as_str);
    let tag = tag(brought).or_else(|| tag(header(FEEDBACK_HEADER)));
    // SES replaces the Message-ID by its own; where headers are reported, the one that we gave is among them.
    let message_id = header("Message-ID").and_then(message_id);
    for feedback in &mut found {
        feedback.tag.clone_from(&tag);
        feedback.message_id.clone_from(&message_id);
    }
    Ok(found)
}

/// What SES makes of a bounce (its "Bounce types").
fn verdict(kind: &str, sub: &str) -> Verdict {
    match (kind, sub) {
        (_, "Suppressed" | "OnAccountSuppressionList" | "UnsubscribedRecipient") => {
            Verdict::Known(Class::Rejected)
        }
        (_, "MailboxFull") => Verdict::Known(Class::Delayed),
        (_, "MessageTooLarge" | "ContentRejected" | "AttachmentRejected") => Verdict::Known(Class::Ours),
        ("Permanent", "NoEmail") => Verdict::Known(Class::NoSuchMailbox),
        ("Permanent", _) => Verdict::Final(Class::Unknown),
        ("Transient", _) => Verdict::Passing,
        _ => Verdict::Final(Class::Unknown),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "eventType", alias = "notificationType")]
    kind: String,
    #[serde(default)]
    bounce: Option<Bounce>,
    #[serde(default)]
    complaint: Option<Complaint>,
    #[serde(default)]
    delivery_delay: Option<DeliveryDelay>,
    mail: Mail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
    #[serde(default)]
    bounce_sub_type: String,
    bounced_recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    #[serde(default)]
    complaint_feedback_type: Option<String>,
    complained_recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryDelay {
    delayed_recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    diagnostic_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}
