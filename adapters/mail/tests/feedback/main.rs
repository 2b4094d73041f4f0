//! Mails that come back, in the forms in which servers send them. All names in the samples are made up.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod bounces;
mod forms;
mod hostile;
mod mutated;
#[path = "../mutation/mod.rs"]
mod mutation;
mod others;

use accountable_mail::{Feedback, read_feedback};

/// The tag of the mail that comes back in the samples.
const TAG: &str = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwxyz234";
/// Its `Message-ID`.
const MESSAGE_ID: &str = "07070707070707070707070707070707@orchard.example";

/// All samples, by name.
const SAMPLES: &[(&str, &[u8])] = &[
    ("complaint", include_bytes!("samples/complaint.eml")),
    ("complaint-dmarc", include_bytes!("samples/complaint-dmarc.eml")),
    ("complaint-not-spam", include_bytes!("samples/complaint-not-spam.eml")),
    ("delivered", include_bytes!("samples/delivered.eml")),
    ("directory-edge-block", include_bytes!("samples/directory-edge-block.eml")),
    ("domino-not-listed", include_bytes!("samples/domino-not-listed.eml")),
    ("everything-in-base64", include_bytes!("samples/everything-in-base64.eml")),
    ("exchange-not-authorized", include_bytes!("samples/exchange-not-authorized.eml")),
    ("exchange-not-found", include_bytes!("samples/exchange-not-found.eml")),
    ("exim-quota", include_bytes!("samples/exim-quota.eml")),
    ("exim-unrouteable", include_bytes!("samples/exim-unrouteable.eml")),
    ("out-of-office", include_bytes!("samples/out-of-office.eml")),
    ("postfix-bare-550", include_bytes!("samples/postfix-bare-550.eml")),
    ("postfix-delayed", include_bytes!("samples/postfix-delayed.eml")),
    ("postfix-greylisted-until-given-up", include_bytes!("samples/postfix-greylisted-until-given-up.eml")),
    ("postfix-null-mx", include_bytes!("samples/postfix-null-mx.eml")),
    ("postfix-on-a-block-list", include_bytes!("samples/postfix-on-a-block-list.eml")),
    ("postfix-recipient-access-denied", include_bytes!("samples/postfix-recipient-access-denied.eml")),
    ("postfix-sender-refused", include_bytes!("samples/postfix-sender-refused.eml")),
    ("postfix-too-big", include_bytes!("samples/postfix-too-big.eml")),
    ("postfix-two-recipients", include_bytes!("samples/postfix-two-recipients.eml")),
    ("postfix-user-unknown", include_bytes!("samples/postfix-user-unknown.eml")),
    ("provider-account-disabled", include_bytes!("samples/provider-account-disabled.eml")),
    ("provider-no-account-554", include_bytes!("samples/provider-no-account-554.eml")),
    ("provider-no-such-user", include_bytes!("samples/provider-no-such-user.eml")),
    ("provider-over-quota", include_bytes!("samples/provider-over-quota.eml")),
    ("provider-suppressed", include_bytes!("samples/provider-suppressed.eml")),
    ("qmail-no-mailbox", include_bytes!("samples/qmail-no-mailbox.eml")),
    ("qmail-verp-only", include_bytes!("samples/qmail-verp-only.eml")),
    ("read-receipt", include_bytes!("samples/read-receipt.eml")),
    ("reply-about-a-bounce", include_bytes!("samples/reply-about-a-bounce.eml")),
    ("sendmail-host-unknown", include_bytes!("samples/sendmail-host-unknown.eml")),
    ("sendmail-made-up-status", include_bytes!("samples/sendmail-made-up-status.eml")),
    ("unauthenticated-sender", include_bytes!("samples/unauthenticated-sender.eml")),
];

/// The sample of that name.
fn sample(name: &str) -> &'static [u8] {
    SAMPLES.iter().find(|(known, _)| *known == name).unwrap().1
}

/// What the sample of that name says of its only recipient.
#[track_caller]
fn only(name: &str) -> Feedback {
    let mut read = read_feedback(sample(name));
    assert_eq!(read.len(), 1, "{name}");
    read.pop().unwrap()
}
