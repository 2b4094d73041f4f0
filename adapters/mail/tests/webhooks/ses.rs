//! Amazon SES over SNS.

use accountable_mail::{
    Class,
    webhooks::{WebhookError, ses},
};
use data_encoding::BASE64;
use ring::{rand::SystemRandom, rsa, signature::RSA_PKCS1_SHA256};
use serde_json::{Value, json};

use crate::TAG;

pub(crate) const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:mail";
const ADDRESS: &str = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
/// A certificate, and its key, made for these tests.
pub(crate) const CERTIFICATE: &[u8] = include_bytes!("keys/sns.pem");
const KEY: &[u8] = include_bytes!("keys/sns.pk8");
/// Of the notification that says "hello", by SHA-1, with which ring checks but does not sign.
const BY_SHA1: &str = "\
    UiH4R1o5noJ4axKr2bYyB7dkvp4ndNaoqqohOLOCx0d13IdxO0Nb/Q56x297iwTaOYhR8PoROhgLSSL24ZXyuUwWJPfVJjiDj4QD\
    HyR2bb8ODCMnvTm0STbqcXawvDYZj3gXTC5ff77edrCzt5NLuVuUfD6oSMyE7L+w+sCMGpxvr8SxSjIpKxDYj/nLoWp6cYVkf/Yx\
    nh07cXuTuRflgLSIb9izLREPEoNyLM67QbxUAWoNgSMnQkRFssy15/34MlFjqmc48DlhV3TF6sZaktFyu4hA/3wirLQpVDbktdNd\
    UG5w0Eq2LEd3rabafMfSyQxyAS6pgI61wTR1pNg+YA==";

/// What SNS posts, signed by the key of the certificate.
pub(crate) fn posted(kind: &str, message: &str, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut envelope = json!({
        "Type": kind,
        "MessageId": "1",
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": "2026-01-05T10:00:00.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": ADDRESS,
    });
    let signed_fields: &[&str] = if kind == "Notification" {
        envelope["Subject"] = "Amazon SES Email Event Notification".into();
        &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    } else {
        envelope["Token"] = "2336412f37".into();
        envelope["SubscribeURL"] =
            "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=2".into();
        &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    };
    change(&mut envelope);
    let signed: String =
        signed_fields.iter().map(|name| format!("{name}\n{}\n", envelope[name].as_str().unwrap())).collect();
    let key = rsa::KeyPair::from_pkcs8(KEY).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    envelope["Signature"] = BASE64.encode(&signature).into();
    envelope.to_string().into_bytes()
}

fn mail() -> Value {
    json!({
        "timestamp": "2026-01-05T09:59:58.000Z",
        "source": "accounts@orchard.example",
        "messageId": "0102018c-provider",
        "destination": ["ada@example.com"],
        "headersTruncated": false,
        "headers": [{"name": "Message-ID", "value": "<07@orchard.example>"}, {"name": "To", "value": "ada@example.com"}],
        "commonHeaders": {"subject": "Choose your password"},
        "tags": {"ses:configuration-set": ["accounts"], "feedback_tag": [TAG]},
    })
}

pub(crate) fn bounce(kind: &str, sub: &str, diagnostic: &str) -> String {
    json!({
        "eventType": "Bounce",
        "bounce": {
            "bounceType": kind,
            "bounceSubType": sub,
            "bouncedRecipients": [
                {"emailAddress": "ada@example.com", "action": "failed", "status": "5.1.1", "diagnosticCode": diagnostic}
            ],
            "timestamp": "2026-01-05T10:00:00.000Z",
            "feedbackId": "0102-000000",
            "reportingMTA": "dsn; mta.example.com",
        },
        "mail": mail(),
    })
    .to_string()
}

#[track_caller]
fn classes(message: &str) -> Vec<Class> {
    match ses::read(TOPIC, CERTIFICATE, &posted("Notification", message, |_| {})).unwrap() {
        ses::Webhook::Feedback(feedback) => feedback.into_iter().map(|it| it.class).collect(),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_bounce_is_read_with_its_tag() {
    let body =
        posted("Notification", &bounce("Permanent", "General", "smtp; 550 5.1.1 user unknown"), |_| {});
    assert_eq!(ses::certificate_url(&body).unwrap().as_str(), ADDRESS);
    let ses::Webhook::Feedback(read) = ses::read(TOPIC, CERTIFICATE, &body).unwrap() else { unreachable!() };
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].class, Class::NoSuchMailbox);
    assert_eq!(read[0].evidence(), "550 5.1.1");
    assert_eq!(read[0].recipient.as_deref(), Some("ada@example.com"));
    assert_eq!(read[0].tag.as_ref().unwrap().as_str(), TAG);
    assert_eq!(read[0].message_id.as_deref(), Some("07@orchard.example"));
}

#[test]
fn the_provider_knows_what_the_server_does_not_say() {
    assert_eq!(classes(&bounce("Permanent", "OnAccountSuppressionList", "")), [Class::Rejected]);
    assert_eq!(classes(&bounce("Permanent", "NoEmail", "smtp; 550 no")), [Class::NoSuchMailbox]);
    assert_eq!(classes(&bounce("Transient", "General", "smtp; 550 5.1.1 user unknown")), [Class::Delayed]);
    assert_eq!(classes(&bounce("Transient", "ContentRejected", "smtp; 550 5.6.0 no")), [Class::Ours]);
    assert_eq!(
        classes(&bounce("Permanent", "General", "smtp; 550 5.7.1 blocked using a blocklist")),
        [Class::Ours]
    );
}

#[test]
fn complaints_and_delays_are_read_and_other_events_are_not() {
    let complaint = |kind: &str| {
        json!({
            "eventType": "Complaint",
            "complaint": {"complainedRecipients": [{"emailAddress": "ada@example.com"}], "complaintFeedbackType": kind},
            "mail": mail(),
        })
        .to_string()
    };
    assert_eq!(classes(&complaint("abuse")), [Class::Complaint]);
    assert_eq!(classes(&complaint("not-spam")), []);
    let delay = json!({
        "eventType": "DeliveryDelay",
        "deliveryDelay": {"delayType": "MailboxFull", "delayedRecipients": [{"emailAddress": "ada@example.com", "status": "4.2.2"}]},
        "mail": mail(),
    });
    assert_eq!(classes(&delay.to_string()), [Class::Delayed]);
    let delivery = json!({"notificationType": "Delivery", "delivery": {}, "mail": mail()});
    assert_eq!(classes(&delivery.to_string()), []);
    assert_eq!(classes("Successfully validated SNS topic for Amazon SES event publishing."), []);
}

#[test]
fn a_topic_may_ask_whether_it_may_post() {
    let read = ses::read(TOPIC, CERTIFICATE, &posted("SubscriptionConfirmation", "You have chosen", |_| {}));
    let Ok(ses::Webhook::ConfirmSubscription(address)) = read else { unreachable!("{read:?}") };
    assert_eq!(address.host_str(), Some("sns.eu-central-1.amazonaws.com"));
    let elsewhere = posted("SubscriptionConfirmation", "You have chosen", |envelope| {
        envelope["SubscribeURL"] = "https://169.254.169.254/latest/".into();
    });
    assert_eq!(ses::read(TOPIC, CERTIFICATE, &elsewhere), Err(WebhookError::Malformed));
}

#[test]
fn whatever_was_signed_can_not_be_changed() {
    let body = posted("Notification", &bounce("Permanent", "General", ""), |_| {});
    for field in ["Message", "MessageId", "Subject", "Timestamp", "TopicArn"] {
        let mut envelope: Value = serde_json::from_slice(&body).unwrap();
        envelope[field] = "something else".into();
        let read = ses::read(TOPIC, CERTIFICATE, envelope.to_string().as_bytes());
        assert_eq!(read, Err(WebhookError::BadSignature), "{field}");
    }
    let mut envelope: Value = serde_json::from_slice(&body).unwrap();
    for (field, value) in
        [("SignatureVersion", "1"), ("SignatureVersion", "3"), ("Signature", ""), ("Signature", "?")]
    {
        envelope[field] = value.into();
        let read = ses::read(TOPIC, CERTIFICATE, envelope.to_string().as_bytes());
        assert_eq!(read, Err(WebhookError::BadSignature), "{field} {value}");
    }
}

#[test]
fn another_topic_of_sns_is_refused() {
    let body = posted("Notification", "hello", |envelope| {
        envelope["TopicArn"] = "arn:aws:sns:eu-central-1:9:mail".into()
    });
    assert_eq!(ses::read(TOPIC, CERTIFICATE, &body), Err(WebhookError::OtherTopic));
}

#[test]
fn a_certificate_comes_from_sns_alone() {
    for address in [
        "http://sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com.attacker.example/a.pem",
        "https://attacker.example/sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.attacker.example/a.pem",
        "https://sns.eu.attacker.amazonaws.com/a.pem",
        "https://sns..amazonaws.com/a.pem",
        "https://bucket.s3.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com@attacker.example/a.pem",
        "https://user@sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/a.pem",
        "https://sns.eu-central-1.amazonaws.com/?Action=Publish&a=.pem",
        "sns.eu-central-1.amazonaws.com/a.pem",
        "",
    ] {
        let body = posted("Notification", "hello", |envelope| envelope["SigningCertURL"] = address.into());
        assert_eq!(ses::certificate_url(&body), Err(WebhookError::BadSignature), "{address}");
        assert_eq!(ses::read(TOPIC, CERTIFICATE, &body), Err(WebhookError::BadSignature), "{address}");
    }
}

#[test]
fn version_1_of_the_signature_is_taken_too() {
    let envelope = |message: &str| {
        json!({
            "Type": "Notification", "MessageId": "1", "TopicArn": TOPIC, "Message": message,
            "Timestamp": "2026-01-05T10:00:00.000Z", "SignatureVersion": "1", "Signature": BY_SHA1,
            "SigningCertURL": ADDRESS,
        })
        .to_string()
    };
    let read = ses::read(TOPIC, CERTIFICATE, envelope("hello").as_bytes());
    assert_eq!(read, Ok(ses::Webhook::Feedback(Vec::new())));
    let changed = ses::read(TOPIC, CERTIFICATE, envelope("hullo").as_bytes());
    assert_eq!(changed, Err(WebhookError::BadSignature));
}

#[test]
fn what_is_no_certificate_or_no_webhook_is_told_apart() {
    let body = posted("Notification", "hello", |_| {});
    assert_eq!(ses::read(TOPIC, b"-----BEGIN CERTIFICATE-----", &body), Err(WebhookError::BadKey));
    assert_eq!(ses::read(TOPIC, CERTIFICATE, b"{}"), Err(WebhookError::Malformed));
    assert_eq!(
        ses::read(TOPIC, CERTIFICATE, &posted("Notification", "{}", |_| {})),
        Err(WebhookError::Malformed)
    );
    assert_eq!(ses::certificate_url(&vec![b' '; 1024 * 1024 + 1]), Err(WebhookError::Malformed));
}
