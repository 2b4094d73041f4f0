//! Mailgun: a signed time and token, and what of each event is told.

use accountable_core::domain::Timestamp;
use accountable_mail::{
    Class, Feedback,
    webhooks::{WebhookError, mailgun},
};
use data_encoding::HEXLOWER;
use ring::hmac;
use serde_json::{Value, json};

use crate::{NOW, SECONDS, TAG};

const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef01";

pub(crate) fn signed(key: &str, timestamp: &str) -> Value {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let signature = hmac::sign(&key, format!("{timestamp}{TOKEN}").as_bytes());
    json!({"timestamp": timestamp, "token": TOKEN, "signature": HEXLOWER.encode(signature.as_ref())})
}

pub(crate) fn event(event: &str, severity: &str, reason: &str, code: u16, message: &str) -> Value {
    json!({
        "event": event, "severity": severity, "reason": reason, "id": "G9Bn5sl1TC6nu79C8C0bwg", "timestamp": 1_767_607_200.5,
        "log-level": "error", "recipient": "ada@example.com", "recipient-domain": "example.com", "tags": [], "campaigns": [],
        "delivery-status": {"attempt-no": 1, "code": code, "message": message, "description": "", "session-seconds": 0.4},
        "message": {"headers": {"to": "ada@example.com", "message-id": "07@orchard.example"}, "attachments": [], "size": 111},
        "user-variables": {"feedback_tag": TAG, "other": 1},
    })
}

fn read(signature: Value, event: Value, now: Timestamp) -> Result<Vec<Feedback>, WebhookError> {
    let body = json!({"signature": signature, "event-data": event}).to_string();
    mailgun::read(&mailgun::SigningKey::new("key-of-ours"), now, body.as_bytes())
}

#[track_caller]
fn class(event: Value) -> Option<Class> {
    let read = read(signed("key-of-ours", &SECONDS.to_string()), event, NOW).unwrap();
    for feedback in &read {
        assert_eq!(feedback.tag.as_ref().unwrap().as_str(), TAG);
        assert_eq!(feedback.message_id.as_deref(), Some("07@orchard.example"));
    }
    read.first().map(|feedback| feedback.class)
}

#[test]
fn failures_and_complaints_are_read_with_their_tag() {
    let failed = |severity, reason, code, message| class(event("failed", severity, reason, code, message));
    assert_eq!(
        failed("permanent", "bounce", 550, "5.1.1 The account does not exist"),
        Some(Class::NoSuchMailbox)
    );
    assert_eq!(failed("permanent", "bounce", 550, "5.7.1 rejected as spam"), Some(Class::Ours));
    assert_eq!(
        failed("permanent", "suppress-bounce", 605, "Not delivering to previously bounced address"),
        Some(Class::Rejected)
    );
    assert_eq!(failed("temporary", "generic", 550, "5.1.1 The account does not exist"), Some(Class::Delayed));
    assert_eq!(failed("permanent", "old", 602, "Too old"), Some(Class::Delayed));
    assert_eq!(class(event("complained", "", "", 0, "")), Some(Class::Complaint));
    assert_eq!(class(event("delivered", "", "", 250, "OK")), None);
}

#[test]
fn another_key_token_or_time_is_a_bad_signature() {
    let stamp = SECONDS.to_string();
    let event = || event("complained", "", "", 0, "");
    let bad = Err(WebhookError::BadSignature);
    assert_eq!(read(signed("key-of-others", &stamp), event(), NOW), bad);
    for (field, value) in [
        ("token", "0"),
        ("timestamp", "1767607201"),
        ("signature", "00"),
        ("signature", "?"),
        ("signature", ""),
    ] {
        let mut signature = signed("key-of-ours", &stamp);
        signature[field] = value.into();
        assert_eq!(read(signature, event(), NOW), bad, "{field} {value}");
    }
}

#[test]
fn more_than_15_minutes_old_or_ahead_is_stale() {
    let event = || event("complained", "", "", 0, "");
    let at = |seconds: i64| read(signed("key-of-ours", &(SECONDS + seconds).to_string()), event(), NOW);
    for seconds in [-901, 901, -1_000_000_000] {
        assert_eq!(at(seconds), Err(WebhookError::Stale), "{seconds}");
    }
    for seconds in [-900, 0, 900] {
        assert!(at(seconds).is_ok(), "{seconds}");
    }
    assert_eq!(read(signed("key-of-ours", "soon"), event(), NOW), Err(WebhookError::Malformed));
}

#[test]
fn what_is_no_webhook_is_malformed() {
    assert_eq!(
        read(signed("key-of-ours", &SECONDS.to_string()), json!([]), NOW),
        Err(WebhookError::Malformed)
    );
    let key = mailgun::SigningKey::new("key-of-ours");
    for body in ["", "{}", "[", r#"{"signature": {}, "event-data": {}}"#] {
        assert_eq!(mailgun::read(&key, NOW, body.as_bytes()), Err(WebhookError::Malformed), "{body}");
    }
    assert_eq!(mailgun::read(&key, NOW, "[".repeat(1_000_000).as_bytes()), Err(WebhookError::Malformed));
}
