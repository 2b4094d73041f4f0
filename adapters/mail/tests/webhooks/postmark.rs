//! Postmark: credentials, and what of each record is told.

use accountable_mail::{
    Class,
    webhooks::{WebhookError, postmark},
};
use data_encoding::BASE64;
use serde_json::json;

use crate::TAG;

pub(crate) fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", BASE64.encode(format!("{name}:{password}").as_bytes()))
}

pub(crate) fn bounce(record: &str, kind: &str, details: &str) -> Vec<u8> {
    json!({
        "RecordType": record, "MessageStream": "outbound", "ID": 42, "Type": kind, "TypeCode": 1, "Name": kind,
        "Tag": "", "MessageID": "00000000-0000-0000-0000-000000000000", "Metadata": {"feedback_tag": TAG},
        "ServerID": 1234, "Description": "The server was unable to deliver your message.", "Details": details,
        "Email": "ada@example.com", "From": "accounts@orchard.example", "BouncedAt": "2026-01-05T10:00:00Z",
        "DumpAvailable": true, "Inactive": true, "CanActivate": true, "Subject": "Choose your password",
    })
    .to_string()
    .into_bytes()
}

pub(crate) fn credentials() -> postmark::Credentials {
    postmark::Credentials::new("accountable", "a secret: long")
}

#[track_caller]
fn class(record: &str, kind: &str, details: &str) -> Option<Class> {
    let authorization = basic("accountable", "a secret: long");
    let read = postmark::read(&credentials(), &authorization, &bounce(record, kind, details)).unwrap();
    for feedback in &read {
        assert_eq!(feedback.tag.as_ref().unwrap().as_str(), TAG);
        assert_eq!(feedback.recipient.as_deref(), Some("ada@example.com"));
    }
    read.first().map(|feedback| feedback.class)
}

#[test]
fn bounces_and_complaints_are_read_with_their_tag() {
    assert_eq!(class("Bounce", "HardBounce", "smtp;550 5.1.1 no such user"), Some(Class::NoSuchMailbox));
    assert_eq!(class("Bounce", "HardBounce", "smtp;550 5.2.1 account disabled"), Some(Class::Rejected));
    assert_eq!(class("Bounce", "HardBounce", "smtp;550 5.7.1 blocked using a blocklist"), Some(Class::Ours));
    assert_eq!(class("Bounce", "SoftBounce", "smtp;550 5.1.1 no such user"), Some(Class::Delayed));
    assert_eq!(class("Bounce", "SpamNotification", ""), Some(Class::Ours));
    assert_eq!(class("Bounce", "ManuallyDeactivated", ""), Some(Class::Rejected));
    assert_eq!(class("SpamComplaint", "SpamComplaint", "Test"), Some(Class::Complaint));
    assert_eq!(class("Bounce", "AutoResponder", "I am away"), None);
    assert_eq!(class("Delivery", "", ""), None);
}

#[test]
fn other_credentials_are_refused_before_anything_is_read() {
    for authorization in [
        String::new(),
        "Basic".to_owned(),
        "Basic ?".to_owned(),
        basic("accountable", "a secret: lonG"),
        basic("accountable", ""),
        basic("", "a secret: long"),
        basic("accountable", "a secret: long").replace("Basic", "Bearer"),
    ] {
        let read = postmark::read(&credentials(), &authorization, b"not even JSON");
        assert_eq!(read, Err(WebhookError::BadSignature), "{authorization}");
    }
}

#[test]
fn what_is_no_webhook_is_malformed_and_credentials_are_not_shown() {
    let authorization = basic("accountable", "a secret: long");
    assert_eq!(postmark::read(&credentials(), &authorization, b"[]"), Err(WebhookError::Malformed));
    assert_eq!(format!("{:?}", credentials()), "Credentials(..)");
}
