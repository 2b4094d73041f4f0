//! The forms in which programs write their bounces: where each puts the recipient, the command and the reply.

use accountable_mail::{Class, read_feedback};

/// What is read of a mail from this sender, of this subject, with this body or more header: each recipient and its class.
#[track_caller]
fn reads(from: &str, subject: &str, rest: &str, expected: &[(&str, Class)]) {
    let raw = format!("From: {from}\nTo: bounces@orchard.example\nSubject: {subject}\n{rest}");
    let read = read_feedback(raw.as_bytes());
    let read: Vec<_> =
        read.iter().map(|it| (it.recipient.as_deref().unwrap_or_default(), it.class)).collect();
    assert_eq!(read, expected, "{raw}");
}

const ADA: &str = "ada@example.com";
const DAEMON: &str = "MAILER-DAEMON@mx.example.net";

#[test]
fn a_command_beside_the_reply_tells_an_unknown_user_from_a_filter() {
    for (command, class) in [("RCPT", Class::NoSuchMailbox), ("DATA", Class::Rejected)] {
        let body = format!(
            "\n{ADA}\n\n-------server message\n550 unknown user <{ADA}>\n\n-------SMTP command\n{command}\n"
        );
        reads(DAEMON, "failure notice", &body, &[(ADA, class)]);
        let to = if command == "RCPT" { format!(" TO:<{ADA}>") } else { String::new() };
        let body = format!("\nSent <<< {command}{to}\nReceived >>> 550 <{ADA}>... unknown user\n");
        reads("postmaster@example.net", "Mail could not be delivered", &body, &[(ADA, class)]);
    }
    for (state, class) in [(14, Class::NoSuchMailbox), (18, Class::Rejected), (13, Class::Ours)] {
        let body = format!(
            "\nDelivery to the following recipient failed permanently:\n\n     {ADA}\n\nThe error that the other server \
             returned was: 550 550 Unknown user {ADA} (state {state}).\n\n----- Original message -----\n"
        );
        reads(
            "mailer-daemon@googlemail.com",
            "Delivery Status Notification (Failure)",
            &body,
            &[(ADA, class)],
        );
    }
}

#[test]
fn a_carrier_that_marks_a_bounce_as_its_filters_is_believed() {
    let body = format!("\n<{ADA}>: 550 user unknown (in reply to RCPT TO command)\n");
    reads(DAEMON, "Mail System Error", &body, &[(ADA, Class::NoSuchMailbox)]);
    reads(DAEMON, "Mail System Error", &format!("X-SPASIGN: NG\n{body}"), &[(ADA, Class::Rejected)]);
}

#[test]
fn in_a_transcript_each_exchange_belongs_to_the_recipient_below_it() {
    let body = format!(
        "\n   ----- Transcript of session follows -----\n\
         While talking to mx.example.com:\n>>> RCPT To:<{ADA}>\n<<< 550 No such mailbox\n550 <{ADA}>... User unknown\n\
         While talking to mx.example.net:\n>>> MAIL From:<a@orchard.example>\n<<< 553 You are not welcome\n\
         554 <bob@example.net>... Service unavailable\n\
         421 mx.example.org (smtp)... Deferred: Connection timed out during user open with mx.example.org\n"
    );
    let expected = [(ADA, Class::NoSuchMailbox), ("bob@example.net", Class::Ours)];
    reads(DAEMON, "Returned mail: User unknown", &body, &expected);
}

#[test]
fn a_session_noted_for_a_postmaster_is_read_up_to_its_refusal() {
    let body = format!(
        "\nTranscript of session follows.\n\n Out: 220 mx.example.net ESMTP\n In:  MAIL\n     FROM:<a@orchard.example>\n \
         Out: 250 2.1.0 Ok\n In:  RCPT TO:<{ADA}>\n Out: 250 2.1.5 Ok\n In:  DATA\n Out: 354 End data\n \
         Out: 451 4.3.0 Error: queue file write error\n In:  QUIT\n Out: 221 2.0.0 Bye\n"
    );
    reads(DAEMON, "Postfix SMTP server: errors from localhost[127.0.0.1]", &body, &[(ADA, Class::Delayed)]);
}

#[test]
fn a_bounce_within_a_letter_or_a_mail_is_unwrapped_once() {
    let inner = format!(
        "Return-Path: <>\nFrom: {DAEMON}\nSubject: Undelivered\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=c\n\n\
         --c\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\n\
         Final-Recipient: rfc822; {ADA}\nAction: failed\nStatus: 5.1.1\n\n--c--\n"
    );
    let letter = "\nYour mail could not be delivered to one or more destinations.\n\n";
    reads(DAEMON, "Undelivered", &format!("{letter}{inner}"), &[(ADA, Class::NoSuchMailbox)]);
    let mail = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n{letter}--b\nContent-Type: message/rfc822\n\n{inner}--b--\n"
    );
    reads(DAEMON, "Undelivered", &mail, &[(ADA, Class::NoSuchMailbox)]);
    let twice = format!("{letter}Return-Path: <>\nFrom: {DAEMON}\nSubject: Undelivered\n{letter}{inner}");
    let raw = format!("From: {DAEMON}\nSubject: Undelivered\n{twice}");
    assert!(read_feedback(raw.as_bytes()).iter().all(|it| it.class == Class::Unknown), "{raw}");
}

#[test]
fn programs_of_many_makers_are_read() {
    for (from, subject, body, class) in [
        (
            "postmaster@example.net",
            "Undeliverable Mail: \"hello\"",
            "Your message:\n   From:    a@orchard.example\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\n\
             The following recipients were affected:\n    ada@example.com\n",
            Class::NoSuchMailbox,
        ),
        (
            "postmaster@example.net",
            "Undeliverable",
            "Your message could not be sent.\nA transcript of the attempts to send the message follows.\n\
             Addressed To: ada@example.com\n\nada@example.com: [192.0.2.5], 552 5.2.2 Mailbox full\n",
            Class::Delayed,
        ),
        (
            "\"MAILER-DAEMON\" <x@example.net>",
            "FAILURE NOTICE :hello",
            "  ----- The following addresses had permanent fatal errors -----\n\n>>> ada@example.com <ada@example.com>\n\n\
             550 sorry, no mailbox here by that name (#5.1.1)\n",
            Class::NoSuchMailbox,
        ),
        (
            "no-reply@example.jp",
            "Mail System Error",
            "Your mail sent on: Thu, 29 Apr 2010 11:04:47 +0900\n    Could not be delivered to: <ada@example.com>\n    \
             Due to the following SMTP relay error.\n",
            Class::Ours,
        ),
        (
            "\"Courier mail server at example.net\" <@example.net>",
            "NOTICE: mail delivery status.",
            "Your message to the following recipients cannot be delivered:\n\n<ada@example.com>:\n    <<< No such domain.\n",
            Class::NoSuchMailbox,
        ),
        (
            "Mail Delivery System <Mailer-Daemon@example.net>",
            "Warning: message 1AbCdE-000000-00 delayed 24 hours",
            "A message that you sent has not yet been delivered to one or more of its\nrecipients.\n\n  ada@example.com\n    \
             Delay reason: user unknown\n",
            Class::Delayed,
        ),
        (
            "\"=?iso-2022-jp?B?TWFpbCBEZWxpdmVyeSBTdWJzeXN0ZW0=?=\" <x@example.net>",
            "=?utf-8?B?UmV0dXJuZWQgbWFpbA==?=",
            "<ada@example.com>: mailbox is full\n",
            Class::Delayed,
        ),
    ] {
        reads(from, subject, &format!("\n{body}"), &[(ADA, class)]);
    }
}

#[test]
fn complaints_without_a_report_are_complaints() {
    let returned = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n\
         X-HmXmrOriginalRecipient: {ADA}\nTo: {ADA}\n\nhi\n--b--\n"
    );
    reads(
        "staff@example.net",
        "complaint about message from 192.0.2.1",
        &returned,
        &[(ADA, Class::Complaint)],
    );
    reads(ADA, "unsubscribe", "X-Apple-Unsubscribe: true\n\nunsubscribe\n", &[(ADA, Class::Complaint)]);
    reads(ADA, "unsubscribe", "\nunsubscribe\n", &[]);
}
