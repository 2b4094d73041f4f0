//! What servers say, and whose fault that makes it.

use super::*;

/// What a server says whose codes stand in its words.
fn says(text: &str) -> Class {
    let stage = Stage::find(text);
    class(&Said { codes: Codes::find(text), text, stage, passing: false }).0
}

#[track_caller]
fn all(expected: Class, texts: &[&str]) {
    for text in texts {
        assert_eq!(says(text), expected, "{text}");
    }
}

#[test]
fn no_such_mailbox_or_domain() {
    all(
        Class::NoSuchMailbox,
        &[
            "550 5.1.1 <spam@example.com>: Recipient address rejected: User unknown in local recipient table",
            "550 no such user here",
            "550 5.7.1 unknown user account (in reply to RCPT TO command)",
            "550 5.1.1 gone",
            "550 5.4.1 Recipient address rejected: Access denied",
            "550 5.5.0 Requested action not taken: mailbox unavailable",
            "550 Recipient address rejected",
            "556 5.1.10 no mail here",
            "521 5.3.2 no mail here",
            "550 5.1.1 User unknown (in reply to end of DATA command)",
            "554 5.4.4 Host or domain name not found",
            "554 5.7.1 <ada@example.com>: Recipient address rejected: Access denied (in reply to RCPT TO command)",
            "550 5.2.1 User unknown (in reply to RCPT TO command)",
            "550 5.1.1 User unknown. Giving up: it has been in the queue too long",
            "550 <ada@example.com>: User unknown",
            "User ada not listed in Domino Directory",
            "mail.local: unknown user: ada 554 Service unavailable (in reply to end of DATA command)",
            "554 delivery error: dd This user doesn't have an account (in reply to end of DATA command)",
            "4.0.0 the domain returned Null MX",
        ],
    );
}

#[test]
fn the_mailbox_is_shut_or_refuses_us() {
    all(
        Class::Rejected,
        &[
            "550 5.2.1 The email account that you tried to reach is disabled",
            "550 5.2.1 no",
            "554 5.7.1 <ada@example.com>: Recipient address rejected: Access denied",
            "550 5.2.1 User unknown",
            "550 User unknown",
            "550 Unknown user (state 18)",
            "550 no such user here (in reply to end of DATA command)",
            "550 user temporarily suspended",
            "554 5.7.505 access denied, banned recipient",
            "550 5.1.1 refused due to recipient preferences",
            "550 User unknown (in reply to end of DATA command)",
            "550 : User unknown",
        ],
    );
}

#[test]
fn what_may_pass() {
    all(
        Class::Delayed,
        &[
            "452 4.2.2 mailbox full",
            "552 5.2.2 over quota",
            "550 user is over quota",
            "450 4.1.1 user unknown",
            "550 4.2.1 no",
            "554 5.4.7 no",
            "554 5.3.0 no",
            "554 5.4.0 no",
            "550 5.0.0 try again later",
            "450 4.7.1 greylisted, try again later",
            "421 too many connections (in reply to MAIL FROM command)",
            "550 5.4.5 daily limit",
            "554 Transaction failed",
            "connect to mx.example.com[192.0.2.1]:25: Connection timed out",
        ],
    );
}

#[test]
fn our_own_fault() {
    all(
        Class::Ours,
        &[
            "550 5.1.8 <a@orchard.example>: Domain not found",
            "550 5.1.7 no such user",
            "550 5.1.1 blocked using zen.spamhaus.org",
            "451 4.7.1 sorry (in reply to MAIL FROM command)",
            "451 4.7.1 sorry",
            "421 sorry (in reply to MAIL FROM command)",
            "Connected to 192.0.2.1 but my name was rejected. Remote host said: 501 no. It was queued too long.",
            "450 4.7.1 Client host rejected: cannot find your reverse hostname",
            "550 5.7.26 This mail is unauthenticated",
            "550 5.7.1 no",
            "550 no",
            "553 sorry, that domain isn't in my list of allowed rcpthosts",
            "550 unknown user (in reply to MAIL FROM command)",
            "554 5.6.0 no",
            "552 5.3.4 Message too big",
            "550 Recipient address rejected: on a whim",
            "550 mailbox unavailable (in reply to end of DATA command)",
        ],
    );
}

#[test]
fn nothing_is_told() {
    all(Class::Unknown, &["", "it may not exist", "your mail did not arrive", "your account is suspended"]);
}

#[test]
fn a_report_that_a_mail_is_late_silences_nobody() {
    let text = "550 5.1.1 user unknown";
    let said = Said { codes: Codes::find(text), text, stage: None, passing: true };
    assert_eq!(class(&said).0, Class::Delayed);
}
