//! Bounces: whose fault it was, by what was said, and of which mail.

use accountable_core::domain::{Report, Undeliverable};
use accountable_mail::{Class, read_feedback};

use crate::{MESSAGE_ID, SAMPLES, TAG, only, sample};

/// The class and the evidence of the sample's only recipient, which is Ada, of the mail that bears our tag.
#[track_caller]
fn says(name: &str, class: Class, evidence: &str) {
    let feedback = only(name);
    assert_eq!((feedback.class, feedback.evidence().as_str()), (class, evidence), "{name}");
    assert_eq!(feedback.recipient.as_deref(), Some("ada@example.com"), "{name}");
    assert_eq!(feedback.tag.as_ref().map(|tag| tag.as_str()), Some(TAG), "{name}");
    assert_eq!(feedback.message_id.as_deref(), Some(MESSAGE_ID), "{name}");
}

#[test]
fn no_such_user_of_postfix() {
    says("postfix-user-unknown", Class::NoSuchMailbox, "550 5.1.1");
    let said = only("postfix-user-unknown").diagnostic.unwrap();
    assert!(said.contains("User unknown in virtual mailbox table"), "{said}");
}

#[test]
fn no_such_user_of_exchange_and_of_its_edge() {
    says("exchange-not-found", Class::NoSuchMailbox, "550 5.1.1");
    says("directory-edge-block", Class::NoSuchMailbox, "550 5.4.1");
}

#[test]
fn a_recipient_to_whom_access_is_denied_at_rcpt_does_not_exist() {
    says("postfix-recipient-access-denied", Class::NoSuchMailbox, "554 5.7.1");
}

#[test]
fn no_such_user_of_large_providers() {
    says("provider-no-such-user", Class::NoSuchMailbox, "550 5.1.1");
    says("provider-no-account-554", Class::NoSuchMailbox, "554 5.0.0");
}

#[test]
fn no_such_user_in_prose() {
    says("exim-unrouteable", Class::NoSuchMailbox, "no_such_mailbox");
    says("qmail-no-mailbox", Class::NoSuchMailbox, "550 5.1.1");
    let domino = only("domino-not-listed");
    assert_eq!((domino.class, domino.recipient.as_deref()), (Class::NoSuchMailbox, Some("ada@example.com")));
}

#[test]
fn no_such_domain_and_one_that_takes_no_mail() {
    says("sendmail-host-unknown", Class::NoSuchMailbox, "550 5.1.2");
    says("postfix-null-mx", Class::NoSuchMailbox, "5.1.0");
}

#[test]
fn a_mailbox_that_is_shut_or_refuses_us_rejects() {
    says("provider-account-disabled", Class::Rejected, "550 5.2.1");
    says("exchange-not-authorized", Class::Rejected, "550 5.7.1");
    says("provider-suppressed", Class::Rejected, "550 5.1.0");
}

#[test]
fn a_full_mailbox_delays_even_where_the_reply_is_permanent() {
    says("provider-over-quota", Class::Delayed, "552 5.2.2");
    says("exim-quota", Class::Delayed, "552 5.2.2");
}

#[test]
fn what_may_pass_delays_even_once_it_was_given_up() {
    says("postfix-greylisted-until-given-up", Class::Delayed, "450 4.2.0");
    says("postfix-delayed", Class::Delayed, "4.4.1");
}

#[test]
fn a_fault_of_the_sender_is_ours() {
    says("postfix-sender-refused", Class::Ours, "550 5.1.8");
    says("postfix-on-a-block-list", Class::Ours, "554 5.7.1");
    says("unauthenticated-sender", Class::Ours, "550 5.7.26");
    says("postfix-too-big", Class::Ours, "552 5.3.4");
}

#[test]
fn a_permanent_reply_that_does_not_tell_why_is_ours() {
    says("postfix-bare-550", Class::Ours, "550 5.0.0");
}

#[test]
fn what_the_server_said_outweighs_the_status_that_a_relay_made_up() {
    says("sendmail-made-up-status", Class::Ours, "550 5.1.1");
}

#[test]
fn each_recipient_has_a_class_of_its_own() {
    let read = read_feedback(sample("postfix-two-recipients"));
    let read: Vec<_> = read.iter().map(|it| (it.recipient.as_deref().unwrap(), it.class, it.reply)).collect();
    let expected = [
        ("ada@example.com", Class::NoSuchMailbox, Some(550)),
        ("bob@example.net", Class::Delayed, Some(452)),
    ];
    assert_eq!(read, expected);
}

#[test]
fn encodings_and_charsets_are_read() {
    says("everything-in-base64", Class::NoSuchMailbox, "550 5.0.0");
}

#[test]
fn the_tag_is_found_where_the_report_was_sent_to() {
    let feedback = only("qmail-verp-only");
    assert_eq!(feedback.class, Class::Rejected);
    assert_eq!(feedback.tag.unwrap().as_str(), TAG);
    assert_eq!(feedback.message_id, None);
}

#[test]
fn only_what_is_held_against_a_recipient_or_late_is_reported() {
    let report = |name: &str| only(name).report();
    assert_eq!(report("postfix-user-unknown"), Some(Report::Bounced(Undeliverable::NoSuchMailbox)));
    assert_eq!(report("provider-account-disabled"), Some(Report::Bounced(Undeliverable::Rejected)));
    assert_eq!(report("complaint"), Some(Report::Complained));
    assert_eq!(report("exim-quota"), Some(Report::Delayed));
    assert_eq!(report("postfix-on-a-block-list"), None);
}

#[test]
fn evidence_and_debug_hold_nothing_personal() {
    for (name, raw) in SAMPLES {
        for feedback in read_feedback(raw) {
            let shown = format!("{feedback:?} {}", feedback.evidence());
            assert!(!shown.contains('@') && !shown.contains(TAG), "{name}: {shown}");
        }
    }
}
