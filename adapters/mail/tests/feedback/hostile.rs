//! Hostile mails: whatever comes is read to its end, within bounds.

use accountable_mail::{Feedback, read_feedback};
use proptest::prelude::*;

use crate::SAMPLES;

const MIB: usize = 1024 * 1024;

pub(crate) fn within_bounds(read: &[Feedback]) {
    assert!(read.len() <= 64);
    for feedback in read {
        assert!(feedback.diagnostic.as_ref().is_none_or(|said| said.len() <= 1_024));
        assert!(feedback.recipient.as_ref().is_none_or(|address| address.len() <= 320));
        assert!(feedback.message_id.as_ref().is_none_or(|id| id.len() <= 998));
        assert!(feedback.evidence().len() <= 16);
    }
}

/// A part of a sample, cut anywhere.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let name = proptest::sample::select(SAMPLES);
    (name, any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|((_, raw), from, to)| {
        let (from, to) = (from.index(raw.len()), to.index(raw.len()));
        raw[from.min(to)..from.max(to)].to_vec()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn octets_at_random_are_read(raw in prop::collection::vec(any::<u8>(), 0..4_096)) {
        within_bounds(&read_feedback(&raw));
    }

    #[test]
    fn samples_with_octets_changed_are_read(
        (_, raw) in proptest::sample::select(SAMPLES),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..32),
    ) {
        let mut raw = raw.to_vec();
        for (at, octet) in changes {
            let at = at.index(raw.len());
            raw[at] = octet;
        }
        within_bounds(&read_feedback(&raw));
    }

    #[test]
    fn samples_shuffled_into_each_other_are_read(pieces in prop::collection::vec(piece(), 1..8)) {
        within_bounds(&read_feedback(&pieces.concat()));
    }

    #[test]
    fn text_in_the_tongue_of_servers_is_read(
        words in prop::collection::vec(prop::sample::select(&[
            "<a@b.example>:", "550", "5.1.1", "4.2.2", "\r\n", "\r\n\r\n", "To:", "Final-Recipient: rfc822;", "Action: failed",
            "user unknown", "spam", "--b", "--b--", "Status:", "@", "Received:", "ü", "=", "\t", "Content-Type: multipart/x; boundary=b",
        ][..]), 0..256),
    ) {
        let raw = format!("From: mailer-daemon@x.example\r\nSubject: failure notice\r\n{}", words.join(" "));
        within_bounds(&read_feedback(raw.as_bytes()));
    }
}

#[test]
fn multiparts_within_multiparts_are_read_to_a_depth() {
    let mut raw = String::from("From: mailer-daemon@x.example\r\n");
    while raw.len() < MIB {
        let depth = raw.len();
        raw.push_str(&format!("Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n"));
    }
    within_bounds(&read_feedback(raw.as_bytes()));
}

#[test]
fn mails_within_mails_are_not_opened() {
    for kind in ["Content-Type: message/rfc822\r\n\r\n", "Content-Type: message/delivery-status\r\n\r\n"] {
        within_bounds(&read_feedback(kind.repeat(MIB / kind.len()).as_bytes()));
    }
}

#[test]
fn a_mail_of_any_length_in_any_one_thing_is_read() {
    let start = "From: mailer-daemon@x.example\r\nSubject: failure notice\r\n";
    let multipart = format!("{start}Content-Type: multipart/report; boundary=b\r\n\r\n");
    let status = format!("{start}Content-Type: message/delivery-status\r\n\r\n");
    let report = format!("{start}Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n");
    let text = format!("{start}\r\n");
    let html = format!("{start}Content-Type: text/html\r\n\r\n");
    let encoded = format!("{start}Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    for (before, repeated) in [
        (start, "X-Field: value\r\n"),
        (start, " folded\r\n"),
        (start, "Subject: =?utf-8?q?=?="),
        (start, "To: <"),
        ("Subject: ", "=?utf-8?b?"),
        ("Content-Type: multipart/x; boundary=\"", "\\\""),
        ("Content-Type: text/plain; a*0=", "; a*1="),
        (&multipart, "--b\r\n"),
        (&multipart, "--b"),
        (&status, "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n"),
        (&status, "Final-Recipient: rfc822; a@b.example\r\n"),
        (&status, "\r\n"),
        (&report, "Original-Rcpt-To: <a@b.example>\r\n"),
        (&text, "<a@b.example>: 550 5.1.1 user unknown\r\n"),
        (&text, "<"),
        (&text, "@"),
        (&text, "a@"),
        (&text, "5.1."),
        (&text, "550-"),
        (&text, "--- original message "),
        (&html, "<"),
        (&html, "<!--"),
        (&html, "&amp"),
        (&encoded, "="),
        (&encoded, " \r\n"),
    ] {
        let raw = format!("{before}{}", repeated.repeat(MIB / repeated.len()));
        within_bounds(&read_feedback(raw.as_bytes()));
    }
}

#[test]
fn more_recipients_than_64_are_left_out() {
    let groups: String = (0..200)
        .map(|number| {
            format!("Final-Recipient: rfc822; u{number}@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n")
        })
        .collect();
    let raw =
        format!("Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\n{groups}");
    let read = read_feedback(raw.as_bytes());
    assert_eq!(read.len(), 64);
    assert_eq!(read[63].recipient.as_deref(), Some("u63@b.example"));
}
