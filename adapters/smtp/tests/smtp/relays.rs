//! Several relays, in order.

use accountable_core::port::{MailError, Mailer as _};
use accountable_smtp::{Relay, SmtpError, SmtpSettings};

use crate::{
    letters::{cause, hasty, mailer, settings, to_ada},
    sink::{Answer, GREETING, Sink},
};

/// A port where nobody listens.
fn nobody() -> Relay {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    Relay::at(format!("smtp+plaintext://{}", listener.local_addr().unwrap()).parse().unwrap())
}

fn refusing(command: &'static str, answer: Answer) -> Sink {
    Sink::scripted(move |_, line| if line.starts_with(command) { answer.clone() } else { Answer::Usual })
}

#[tokio::test]
async fn the_second_is_asked_where_the_first_can_not_be_reached_or_refuses_us() {
    let second = Sink::usual();
    let relay = Relay::at(second.url().parse().unwrap());
    let unreached = SmtpSettings::default().with_relay(nobody()).with_relay(relay);
    mailer(&unreached).deliver(&to_ada()).await.unwrap();
    for first in [
        refusing(GREETING, Answer::Says("421 4.3.2 Closing")),
        refusing(GREETING, Answer::Closes),
        refusing("MAIL", Answer::Says("550 5.7.1 Not you")),
    ] {
        mailer(&settings(&[&first, &second])).deliver(&to_ada()).await.unwrap();
    }
    assert_eq!(second.received().len(), 4);
}

#[tokio::test]
async fn each_relay_is_tried_up_to_where_a_mail_would_follow_and_none_is_offered() {
    let (good, bad) = (Sink::usual(), refusing("EHLO", Answer::Says("550 5.7.1 Not you")));
    let urls = [&good, &bad].map(|sink| sink.url().parse().unwrap());
    let settings = settings(&[&good, &bad]).with_relay(nobody());
    let tried = mailer(&settings).try_relays().await;
    let outcome = |at: usize| tried.get(at).map(|(_, outcome)| outcome.as_ref().map_err(cause));
    assert_eq!(tried.iter().map(|(url, _)| url).take(2).collect::<Vec<_>>(), urls.iter().collect::<Vec<_>>());
    assert!(matches!(outcome(0), Some(Ok(()))));
    assert!(matches!(outcome(1), Some(Err(SmtpError::Refused { .. }))));
    assert!(matches!(outcome(2), Some(Err(SmtpError::NoConnection(_)))));
    assert!(good.received().is_empty() && !good.lines().iter().any(|line| line.starts_with("MAIL")));
}

#[tokio::test]
async fn a_silent_first_leaves_time_to_the_second() {
    let second = Sink::usual();
    for command in [GREETING, "MAIL"] {
        let first = refusing(command, Answer::Hangs);
        mailer(
            &hasty(settings(&[&first, &second])).with_deadline(accountable_core::domain::Span::seconds(3)),
        )
        .deliver(&to_ada())
        .await
        .unwrap();
    }
    assert_eq!(second.received().len(), 2);
}

#[tokio::test]
async fn what_the_first_says_of_the_letter_is_not_asked_again_elsewhere() {
    let second = Sink::usual();
    for reply in ["550 5.1.1 No such user", "450 4.2.0 Later", "550 5.7.1 Denied"] {
        let first = refusing("RCPT", Answer::Says(reply));
        assert!(mailer(&settings(&[&first, &second])).deliver(&to_ada()).await.is_err());
    }
    // Nor what may have been taken: it would be there twice.
    let first = refusing(".", Answer::Closes);
    assert!(mailer(&settings(&[&first, &second])).deliver(&to_ada()).await.is_err());
    assert_eq!(second.connections(), 0);
}

#[tokio::test]
async fn where_none_can_be_reached_the_last_says_why() {
    let closing = refusing(GREETING, Answer::Says("421 4.3.2 Closing"));
    let relays =
        SmtpSettings::default().with_relay(Relay::at(closing.url().parse().unwrap())).with_relay(nobody());
    let error = mailer(&relays).deliver(&to_ada()).await.unwrap_err();
    assert!(
        matches!((&error, cause(&error)), (MailError::Unreachable(_), SmtpError::NoConnection(_))),
        "{error:?}"
    );
}
