//! SendGrid: a signed body, and what of each event is told.

use accountable_core::domain::Timestamp;
use accountable_mail::{
    Class, Feedback,
    webhooks::{WebhookError, sendgrid},
};
use data_encoding::BASE64;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use crate::{NOW, SECONDS, TAG};

/// SendGrid, with a key made for the test.
pub(crate) struct Provider(EcdsaKeyPair);

impl Provider {
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let octets = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, octets.as_ref(), &random).unwrap())
    }

    /// The public key as the provider shows it.
    fn shown(&self) -> String {
        let head = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=";
        let mut octets = BASE64.decode(head.as_bytes()).unwrap();
        assert_eq!(octets.len(), 26);
        octets.extend_from_slice(self.0.public_key().as_ref());
        BASE64.encode(&octets)
    }

    pub(crate) fn key(&self) -> sendgrid::VerificationKey {
        sendgrid::VerificationKey::new(&self.shown()).unwrap()
    }

    pub(crate) fn sign(&self, stamp: &str, body: &str) -> String {
        let signature = self.0.sign(&SystemRandom::new(), format!("{stamp}{body}").as_bytes()).unwrap();
        BASE64.encode(signature.as_ref())
    }

    fn posts(&self, stamp: i64, now: Timestamp, events: &Value) -> Result<Vec<Feedback>, WebhookError> {
        let (stamp, body) = (stamp.to_string(), events.to_string());
        sendgrid::read(&self.key(), &self.sign(&stamp, &body), &stamp, now, body.as_bytes())
    }
}

pub(crate) fn event(event: &str, kind: &str, reason: &str, status: &str) -> Value {
    json!({
        "email": "ada@example.com", "timestamp": SECONDS, "smtp-id": "<07@orchard.example>", "event": event, "category": ["x"],
        "sg_event_id": "rbtnWrG1DVDGGGFHFyun0A==", "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001", "reason": reason,
        "status": status, "type": kind, "feedback_tag": TAG,
    })
}

#[test]
fn failures_and_complaints_are_read_with_their_tag() {
    let events = json!([
        event("processed", "", "", ""),
        event("bounce", "bounce", "550 5.1.1 The account does not exist", "5.1.1"),
        event("bounce", "bounce", "550 5.7.1 our policy forbids", "5.7.1"),
        event("bounce", "blocked", "550 user unknown", "5.0.0"),
        event("deferred", "", "450 4.2.1 too fast", ""),
        event("dropped", "", "Bounced Address", "5.0.0"),
        event("dropped", "", "Invalid SMTPAPI header", "5.0.0"),
        event("spamreport", "", "", ""),
        event("delivered", "", "", ""),
        {"event": 7},
        "what",
    ]);
    let read = Provider::new().posts(SECONDS, NOW, &events).unwrap();
    let classes: Vec<_> = read.iter().map(|feedback| feedback.class).collect();
    let expected = [
        Class::NoSuchMailbox,
        Class::Ours,
        Class::Delayed,
        Class::Delayed,
        Class::Rejected,
        Class::Ours,
        Class::Complaint,
    ];
    assert_eq!(classes, expected);
    for feedback in read {
        assert_eq!(feedback.tag.unwrap().as_str(), TAG);
        assert_eq!(feedback.message_id.as_deref(), Some("07@orchard.example"));
        assert_eq!(feedback.recipient.as_deref(), Some("ada@example.com"));
    }
}

#[test]
fn a_changed_body_time_signature_or_key_is_refused() {
    let provider = Provider::new();
    let (stamp, body) = (SECONDS.to_string(), json!([event("spamreport", "", "", "")]).to_string());
    let signature = provider.sign(&stamp, &body);
    let read = |key: &sendgrid::VerificationKey, signature: &str, stamp: &str, body: &str| {
        sendgrid::read(key, signature, stamp, NOW, body.as_bytes())
    };
    assert_eq!(read(&provider.key(), &signature, &stamp, &body).unwrap().len(), 1);
    let bad = Err(WebhookError::BadSignature);
    assert_eq!(read(&provider.key(), &signature, &stamp, &body.replace("ada", "bob")), bad);
    assert_eq!(read(&provider.key(), &signature, &(SECONDS + 1).to_string(), &body), bad);
    assert_eq!(read(&provider.key(), &provider.sign(&stamp, "[]"), &stamp, &body), bad);
    assert_eq!(read(&provider.key(), "", &stamp, &body), bad);
    assert_eq!(read(&provider.key(), "?", &stamp, &body), bad);
    assert_eq!(read(&Provider::new().key(), &signature, &stamp, &body), bad);
}

#[test]
fn more_than_15_minutes_old_or_ahead_is_stale() {
    let provider = Provider::new();
    let events = json!([]);
    for seconds in [-901, 901] {
        assert_eq!(provider.posts(SECONDS + seconds, NOW, &events), Err(WebhookError::Stale), "{seconds}");
    }
    assert_eq!(provider.posts(SECONDS - 900, NOW, &events), Ok(Vec::new()));
}

#[test]
fn what_is_no_key_or_no_list_is_told_apart() {
    let shown = Provider::new().shown();
    for key in
        ["", "?", shown.trim_start_matches("MFkw"), &shown.replace("MFkw", "MFkx"), &BASE64.encode(&[4; 65])]
    {
        assert_eq!(sendgrid::VerificationKey::new(key).err(), Some(WebhookError::BadKey), "{key}");
    }
    let provider = Provider::new();
    assert_eq!(provider.posts(SECONDS, NOW, &json!({})), Err(WebhookError::Malformed));
}
