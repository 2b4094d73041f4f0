//! What a server refuses, and whose fault that is; the table of all replies is tested where it stands.

use accountable_core::port::{MailError, Mailer as _};
use accountable_smtp::Command;

use crate::{
    letters::{assert_refused, fate, mailer, settings, to_ada},
    sink::{Answer, END, Sink},
};

/// A server that answers one command so, by its first letters.
fn refusing(command: &'static str, reply: &'static str) -> Sink {
    Sink::scripted(move |_, line| if line.starts_with(command) { Answer::Says(reply) } else { Answer::Usual })
}

#[tokio::test]
async fn a_mailbox_that_is_not_there_is_told_with_the_codes_and_nothing_else() {
    for (reply, evidence) in [
        ("550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown", "550 5.1.1"),
        ("550-5.1.1 The account\r\n550 5.1.1 does not exist, ada@example.com", "550 5.1.1"),
        ("550 No such user here: ada@example.com", "550"),
    ] {
        let sink = refusing("RCPT", reply);
        match fate(&sink).await.unwrap_err() {
            MailError::NoSuchMailbox { evidence: told } => assert_eq!(told, evidence),
            other => panic!("{reply}: {other:?}"),
        }
        assert!(!sink.lines().iter().any(|line| line == "DATA"));
    }
}

#[tokio::test]
async fn a_refusal_that_speaks_of_us_or_of_nobody_is_ours() {
    for (reply, status) in [
        ("550 5.1.8 Sender address rejected: Domain not found", "550 5.1.8"),
        ("550 5.7.1 Access denied", "550 5.7.1"),
        ("550 Requested action not taken", "550"),
    ] {
        assert_refused(&fate(&refusing("RCPT", reply)).await.unwrap_err(), "Ours", Command::Rcpt, status);
    }
}

#[tokio::test]
async fn a_recipient_that_blocks_us_has_rejected_the_mail() {
    match fate(&refusing("RCPT", "550 5.7.1 The recipient has blocked the sender")).await.unwrap_err() {
        MailError::Rejected { evidence } => assert_eq!(evidence, "550 5.7.1"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_passes_is_transient() {
    for (command, at, reply, status) in [
        ("RCPT", Command::Rcpt, "452 4.2.2 Mailbox full", "452 4.2.2"),
        ("DATA", Command::Data, "451 4.3.0 Later", "451 4.3.0"),
        (END, Command::Content, "451 4.7.1 Later", "451 4.7.1"),
    ] {
        assert_refused(&fate(&refusing(command, reply)).await.unwrap_err(), "Transient", at, status);
    }
}

#[tokio::test]
async fn what_would_befall_any_letter_is_charged_to_none() {
    for (command, at, reply, status) in [
        (crate::sink::GREETING, Command::Greeting, "554 5.3.2 No service", "554 5.3.2"),
        ("EHLO", Command::Ehlo, "550 5.7.1 Not you", "550 5.7.1"),
        ("MAIL", Command::Mail, "530 5.7.0 Log in first", "530 5.7.0"),
    ] {
        assert_refused(&fate(&refusing(command, reply)).await.unwrap_err(), "Unreachable", at, status);
    }
}

#[tokio::test]
async fn what_a_server_does_not_like_in_a_mail_is_ours() {
    let error = fate(&refusing(END, "554 5.7.1 Looks like spam to ada@example.com")).await.unwrap_err();
    assert_refused(&error, "Ours", Command::Content, "554 5.7.1");
    assert!(!format!("{error:?} {error}").contains("ada"));
}

#[tokio::test]
async fn a_letter_that_was_greylisted_is_taken_at_the_next_attempt_under_the_same_message_id() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let seen = AtomicBool::new(false);
    let sink = Sink::scripted(move |_, line| {
        if line.starts_with("RCPT") && !seen.swap(true, Ordering::SeqCst) {
            return Answer::Says("450 4.7.1 Greylisted, come back later");
        }
        Answer::Usual
    });
    let mailer = mailer(&settings(&[&sink]));
    let error = mailer.deliver(&to_ada()).await.unwrap_err();
    assert_refused(&error, "Transient", Command::Rcpt, "450 4.7.1");
    mailer.deliver(&to_ada()).await.unwrap();
    let id = crate::letters::composer().compose(&to_ada()).unwrap().message_id().to_owned();
    let received = sink.received();
    assert_eq!(received.len(), 1);
    assert!(String::from_utf8_lossy(&received[0].octets).contains(&format!("Message-ID: <{id}>")));
    // A refusal is an answer: the connection serves the next attempt.
    assert_eq!(sink.connections(), 1);
}
