//! Connections that serve several letters, and how few there are.

use std::collections::BTreeSet;

use accountable_core::{domain::Span, port::Mailer as _};
use accountable_smtp::SmtpError;
use futures_util::{FutureExt as _, future::join_all};

use crate::{
    letters::{letter, mailer, settings, to_ada},
    sink::{Answer, END, Sink},
};

#[tokio::test]
async fn two_letters_share_a_connection() {
    let sink = Sink::usual();
    let mailer = mailer(&settings(&[&sink]));
    for nth in 0..2 {
        mailer.deliver(&letter("ada@example.com", nth)).await.unwrap();
    }
    assert_eq!((sink.received().len(), sink.connections()), (2, 1));
    assert_eq!(sink.lines().iter().filter(|line| *line == "RSET").count(), 1);
}

#[tokio::test]
async fn a_connection_that_may_not_be_kept_serves_one_letter() {
    let sink = Sink::usual();
    let mailer = mailer(&settings(&[&sink]).with_idle(Span::ZERO));
    for nth in 0..2 {
        mailer.deliver(&letter("ada@example.com", nth)).await.unwrap();
    }
    assert_eq!((sink.received().len(), sink.connections()), (2, 2));
}

/// However a relay ends a connection between two mails, the second letter does not notice.
#[tokio::test]
async fn a_connection_that_has_gone_stale_is_replaced_and_no_letter_fails_by_it() {
    for (command, answer) in [
        ("RSET", Answer::Closes),
        ("RSET", Answer::SaysAndCloses("421 4.4.2 Timeout")),
        ("MAIL", Answer::Closes),
        ("MAIL", Answer::SaysAndCloses("421 4.7.0 Too many mails")),
        ("MAIL", Answer::Says("452 4.5.3 Too many mails")),
        ("RCPT", Answer::Closes),
        ("DATA", Answer::SaysAndCloses("421 4.3.2 Closing")),
    ] {
        let reply = answer.clone();
        let sent = std::sync::atomic::AtomicBool::new(false);
        let sink = Sink::scripted(move |nth, line| {
            use std::sync::atomic::Ordering;
            if nth == 1 && sent.load(Ordering::SeqCst) && line.starts_with(command) {
                return reply.clone();
            }
            sent.fetch_or(line == END, Ordering::SeqCst);
            Answer::Usual
        });
        let mailer = mailer(&settings(&[&sink]));
        for nth in 0..3 {
            let delivered = mailer.deliver(&letter("ada@example.com", nth)).await;
            delivered.unwrap_or_else(|error| panic!("{command} {answer:?}: {error:?}"));
        }
        assert_eq!((sink.received().len(), sink.connections()), (3, 2), "{command} {answer:?}");
    }
}

/// After the dot nobody knows whether it was taken: over a used connection too, only the courier may try again.
#[tokio::test]
async fn a_mail_that_may_have_been_taken_is_not_handed_over_again() {
    let ends = std::sync::atomic::AtomicUsize::new(0);
    let sink = Sink::scripted(move |_, line| {
        use std::sync::atomic::Ordering;
        if line == END && ends.fetch_add(1, Ordering::SeqCst) == 1 { Answer::Closes } else { Answer::Usual }
    });
    let mailer = mailer(&settings(&[&sink]));
    mailer.deliver(&letter("ada@example.com", 1)).await.unwrap();
    let error = mailer.deliver(&letter("ada@example.com", 2)).await.unwrap_err();
    assert!(matches!(crate::letters::cause(&error), SmtpError::UnknownOutcome), "{error:?}");
    assert_eq!((sink.received().len(), sink.connections()), (1, 1));
}

#[tokio::test]
async fn thirty_letters_at_once_go_out_over_four_connections() {
    let sink = Sink::usual();
    let mailer = mailer(&settings(&[&sink]).with_connections(4));
    let letters: Vec<_> = (0..30).map(|nth| letter(&format!("u{nth}@example.com"), nth)).collect();
    for delivered in join_all(letters.iter().map(|letter| mailer.deliver(letter))).await {
        delivered.unwrap();
    }
    let to: BTreeSet<_> = sink.received().into_iter().map(|mail| mail.to).collect();
    assert_eq!((to.len(), sink.received().len()), (30, 30));
    assert!(sink.connections() <= 4, "{} connections", sink.connections());
}

/// One place in the pool, and futures that are dropped at each step they can be dropped at: none keeps the place or leaves half
/// a mail on the connection.
#[tokio::test]
async fn a_future_that_is_dropped_leaves_nothing_behind() {
    let sink = Sink::usual();
    let mailer = mailer(&settings(&[&sink]).with_connections(1));
    let mut whole = 0;
    for polls in 0..40 {
        let letter = letter("ada@example.com", polls);
        let mut delivery = mailer.deliver(&letter);
        for _ in 0..polls {
            if (&mut delivery).now_or_never().is_some() {
                whole += 1;
                break;
            }
            // Gives the server the time to answer.
            tokio::task::yield_now().await;
        }
    }
    mailer.deliver(&to_ada()).await.unwrap();
    let received = sink.received();
    let last = received.last().unwrap();
    assert_eq!(last.octets, crate::letters::composer().compose(&to_ada()).unwrap().as_bytes());
    assert!(received.len() > whole, "{whole} of {}", received.len());
}

/// It would be read as the answer to the next command, and every later one would be off by one.
#[tokio::test]
async fn an_answer_that_nobody_heard_is_not_taken_for_that_to_another_command() {
    for command in ["MAIL", "RCPT", "DATA"] {
        let sink = Sink::usual();
        let mailer = mailer(&settings(&[&sink]).with_connections(1));
        let unheard = letter("bob@example.com", 1);
        let mut delivery = mailer.deliver(&unheard);
        while !sink.lines().iter().any(|line| line.starts_with(command)) {
            assert!((&mut delivery).now_or_never().is_none(), "it was heard: mend the test");
            tokio::task::yield_now().await;
        }
        drop(delivery);
        mailer.deliver(&to_ada()).await.unwrap();
        let to: Vec<_> = sink.received().into_iter().map(|mail| mail.to).collect();
        assert_eq!(to, [["ada@example.com"]], "{command}");
    }
}
