//! Complaints, and mails that are neither a bounce nor a complaint.

use accountable_mail::{Class, read_feedback};

use crate::{MESSAGE_ID, TAG, only, sample};

#[test]
fn an_abuse_report_is_a_complaint_about_the_mail_in_it() {
    let complaint = only("complaint");
    assert_eq!(complaint.class, Class::Complaint);
    assert_eq!(complaint.recipient.as_deref(), Some("ada@example.com"));
    assert_eq!(complaint.tag.unwrap().as_str(), TAG);
    assert_eq!(complaint.message_id.as_deref(), Some(MESSAGE_ID));
}

#[test]
fn a_report_that_a_mail_is_no_spam_or_failed_a_check_is_no_complaint() {
    for name in ["complaint-not-spam", "complaint-dmarc"] {
        assert!(read_feedback(sample(name)).is_empty(), "{name}");
    }
}

#[test]
fn what_is_no_bounce_says_nothing() {
    for name in ["out-of-office", "reply-about-a-bounce", "read-receipt", "delivered"] {
        assert!(read_feedback(sample(name)).is_empty(), "{name}");
    }
}

#[test]
fn a_mail_of_ours_that_comes_back_as_it_left_says_nothing() {
    let raw = "From: accounts@orchard.example\r\nTo: ada@example.com\r\nSubject: Your mail could not be delivered\r\n\
        \r\n550 5.1.1 user unknown\r\n";
    assert!(read_feedback(raw.as_bytes()).is_empty());
}
