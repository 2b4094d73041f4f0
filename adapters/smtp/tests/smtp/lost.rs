//! Connections that end or fall silent in the middle.

use accountable_core::port::{MailError, Mailer as _};
use accountable_smtp::{Command, SmtpError};

use crate::{
    letters::{cause, fate, hasty, mailer, settings, to_ada},
    sink::{Answer, END, GREETING, Sink},
};

fn doing(command: &'static str, answer: Answer) -> Sink {
    Sink::scripted(move |_, line| if line.starts_with(command) { answer.clone() } else { Answer::Usual })
}

#[tokio::test]
async fn a_connection_that_ends_before_the_mail_is_handed_over_is_told_by_where_it_ended() {
    for (command, at, is_of_relay) in [
        (GREETING, Command::Greeting, true),
        ("EHLO", Command::Ehlo, true),
        ("MAIL", Command::Mail, true),
        ("RCPT", Command::Rcpt, false),
        ("DATA", Command::Data, false),
    ] {
        let error = fate(&doing(command, Answer::Closes)).await.unwrap_err();
        assert!(
            matches!(cause(&error), SmtpError::Lost { at: lost, .. } if *lost == at),
            "{command}: {error:?}"
        );
        assert_eq!(matches!(error, MailError::Unreachable(_)), is_of_relay, "{command}: {error:?}");
        assert_eq!(matches!(error, MailError::Transient(_)), !is_of_relay, "{command}: {error:?}");
    }
}

#[tokio::test]
async fn a_connection_that_ends_after_the_dot_leaves_the_outcome_unknown_and_the_letter_to_be_tried_again() {
    let sink =
        Sink::scripted(|nth, line| if (nth, line) == (1, END) { Answer::Closes } else { Answer::Usual });
    let mailer = mailer(&settings(&[&sink]));
    let error = mailer.deliver(&to_ada()).await.unwrap_err();
    let is_unknown = matches!((&error, cause(&error)), (MailError::Transient(_), SmtpError::UnknownOutcome));
    assert!(is_unknown, "{error:?}");
    assert_eq!(sink.connections(), 1, "it was handed over a second time without being told to");
    mailer.deliver(&to_ada()).await.unwrap();
    assert_eq!(sink.received()[0].octets, crate::letters::composer().compose(&to_ada()).unwrap().as_bytes());
}

#[tokio::test]
async fn one_deadline_holds_over_each_step_and_over_all_together() {
    for (command, at) in [
        (GREETING, Command::Connect),
        ("EHLO", Command::Connect),
        ("MAIL", Command::Mail),
        ("RCPT", Command::Rcpt),
        ("DATA", Command::Data),
        (END, Command::Content),
    ] {
        for answer in [Answer::Hangs, Answer::Crawls("250 2.0.0 one octet after the other")] {
            let sink = doing(command, answer);
            let error = mailer(&hasty(settings(&[&sink]))).deliver(&to_ada()).await.unwrap_err();
            let told = match cause(&error) {
                SmtpError::TimedOut { at, .. } => *at,
                SmtpError::UnknownOutcome => Command::Content,
                other => panic!("{command}: {other:?}"),
            };
            assert_eq!(told, at, "{command}");
            let is_of_relay = matches!(at, Command::Connect | Command::Mail);
            assert_eq!(matches!(error, MailError::Unreachable(_)), is_of_relay, "{command}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_reply_without_end_is_not_read_without_end() {
    let endless: &'static str = format!("250-{}", "a".repeat(100_000)).leak();
    let error = fate(&doing("RCPT", Answer::Says(endless))).await.unwrap_err();
    assert!(matches!(cause(&error), SmtpError::Lost { at: Command::Rcpt, .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_no_reply_is_a_lost_connection() {
    for nonsense in ["hello", "25", "\u{fc}"] {
        let error = fate(&doing("MAIL", Answer::SaysAndCloses(nonsense))).await.unwrap_err();
        assert!(matches!(error, MailError::Unreachable(_)), "{nonsense}: {error:?}");
    }
}
