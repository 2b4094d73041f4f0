//! What providers post, changed by a seeded mutator behind a good signature, where nothing but the form protects the reader; and with
//! the signature changed too.
//!
//! ```text
//! FEEDBACK_CASES=100000 cargo test --release -p accountable-mail --features webhooks --test webhooks mutated
//! ```

use accountable_mail::{
    Feedback,
    webhooks::{
        mailgun as mailgun_webhook, postmark as postmark_webhook, sendgrid as sendgrid_webhook,
        ses as ses_webhook,
    },
};
use serde_json::{Value, json};

use crate::{
    NOW, SECONDS, mailgun,
    mutation::{Random, each_case, mutated},
    postmark, sendgrid, ses,
};

/// What is put in anywhere: what readers of JSON look for, and some that they may trip over.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "null",
    "-1",
    "1e999",
    "\\ud800",
    "\\u0000",
    "\"event\":\"bounce\",",
    "\"status\":\"5.1.1\",",
    "\"feedback_tag\":",
    "\"bouncedRecipients\":[",
    "\u{ff}",
    "[[[[[[[[[[[[[[[[",
    "550 5.1.1 user unknown",
    "\n",
];

/// Whether anything was read, within bounds.
fn within_bounds(read: &[Feedback], octets: usize) -> bool {
    assert!(read.len() <= octets);
    for feedback in read {
        assert!(feedback.diagnostic.as_ref().is_none_or(|said| said.len() <= 1_024));
        assert!(feedback.message_id.as_ref().is_none_or(|id| id.len() <= 998));
        assert!(feedback.evidence().len() <= 16);
    }
    !read.is_empty()
}

/// A text that was mutated: its octets, or the values of its JSON.
fn text(random: &mut Random, samples: &[String]) -> String {
    let sample = &samples[random.below(samples.len())];
    if let (true, Ok(mut value)) = (random.below(2) == 0, serde_json::from_str(sample)) {
        for _ in 0..=random.below(4) {
            change(random, &mut value);
        }
        return value.to_string();
    }
    let samples: Vec<&[u8]> = samples.iter().map(String::as_bytes).collect();
    String::from_utf8_lossy(&mutated(random, &samples, TOKENS)).into_owned()
}

/// Puts another value in the place of one.
fn change(random: &mut Random, value: &mut Value) {
    let inner = match value {
        Value::Object(fields) => fields.values_mut().collect(),
        Value::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    };
    if !inner.is_empty() && random.below(8) != 0 {
        let at = random.below(inner.len());
        return inner.into_iter().nth(at).into_iter().for_each(|value| change(random, value));
    }
    *value = match random.below(8) {
        0 => Value::Null,
        1 => json!(-1),
        2 => json!(1e300),
        3 => json!([value]),
        4 => Value::Array(vec![value.clone(); 100]),
        5 => json!({"emailAddress": value, "status": value, "event": value}),
        6 => json!("5.1.1 user unknown ".repeat(1_000)),
        _ => json!(TOKENS[random.below(TOKENS.len())]),
    };
}

#[test]
fn what_ses_signs_is_read_within_bounds() {
    let samples = [
        ses::bounce("Permanent", "General", "smtp; 550 5.1.1 user unknown"),
        ses::bounce("Transient", "MailboxFull", "smtp; 552 5.2.2 mailbox full"),
    ];
    let bodies = samples.each_ref().map(|sample| ses::posted("Notification", sample, |_| {}));
    let bodies = bodies.map(|body| String::from_utf8(body).unwrap());
    each_case(|random| {
        let body = text(random, &bodies);
        let _ = ses_webhook::certificate_url(body.as_bytes());
        let _ = ses_webhook::read(ses::TOPIC, ses::CERTIFICATE, body.as_bytes());
        let message = text(random, &samples);
        let body = ses::posted("Notification", &message, |_| {});
        let read = ses_webhook::read(ses::TOPIC, ses::CERTIFICATE, &body);
        matches!(read, Ok(ses_webhook::Webhook::Feedback(read)) if within_bounds(&read, body.len()))
    });
}

#[test]
fn what_sendgrid_signs_is_read_within_bounds() {
    let provider = sendgrid::Provider::new();
    let (key, stamp) = (provider.key(), SECONDS.to_string());
    let samples = [
        json!([sendgrid::event("bounce", "bounce", "550 5.1.1 The account does not exist", "5.1.1")])
            .to_string(),
        json!([
            sendgrid::event("spamreport", "", "", ""),
            sendgrid::event("deferred", "", "450 too fast", "")
        ])
        .to_string(),
    ];
    each_case(|random| {
        let body = text(random, &samples);
        let signature = provider.sign(&stamp, &body);
        let was_read = sendgrid_webhook::read(&key, &signature, &stamp, NOW, body.as_bytes())
            .is_ok_and(|read| within_bounds(&read, body.len()));
        let signature = text(random, &[signature]);
        let _ = sendgrid_webhook::read(&key, &signature, &stamp, NOW, body.as_bytes());
        let _ = sendgrid_webhook::VerificationKey::new(&signature);
        was_read
    });
}

#[test]
fn what_mailgun_signs_is_read_within_bounds() {
    let key = mailgun_webhook::SigningKey::new("key-of-ours");
    let signature = mailgun::signed("key-of-ours", &SECONDS.to_string());
    let samples = [
        mailgun::event("failed", "permanent", "bounce", 550, "5.1.1 The account does not exist").to_string(),
        mailgun::event("complained", "", "", 0, "").to_string(),
    ];
    each_case(|random| {
        let body = format!(r#"{{"signature": {signature}, "event-data": {}}}"#, text(random, &samples));
        let was_read = mailgun_webhook::read(&key, NOW, body.as_bytes())
            .is_ok_and(|read| within_bounds(&read, body.len()));
        let _ = mailgun_webhook::read(&key, NOW, text(random, &[body]).as_bytes());
        was_read
    });
}

#[test]
fn what_postmark_posts_is_read_within_bounds() {
    let credentials = postmark::credentials();
    let authorization = postmark::basic("accountable", "a secret: long");
    let samples = [
        postmark::bounce("Bounce", "HardBounce", "smtp;550 5.1.1 no such user"),
        postmark::bounce("SpamComplaint", "SpamComplaint", "Test"),
    ]
    .map(|body| String::from_utf8(body).unwrap());
    each_case(|random| {
        let body = text(random, &samples);
        let was_read = postmark_webhook::read(&credentials, &authorization, body.as_bytes())
            .is_ok_and(|read| within_bounds(&read, body.len()));
        let _ = postmark_webhook::read(
            &credentials,
            &text(random, std::slice::from_ref(&authorization)),
            body.as_bytes(),
        );
        was_read
    });
}
