//! Hosts with a Tokio runtime, with several, and with none.

use accountable_core::port::{MailError, Mailer as _};
use accountable_smtp::SmtpError;
use futures_util::FutureExt as _;
use tokio::runtime::Builder;

use crate::{
    letters::{cause, hasty, letter, mailer, settings, to_ada},
    sink::{Answer, Sink},
};

#[test]
fn a_host_without_a_runtime_is_served_by_one_of_ours() {
    let sink = Sink::usual();
    let mailer = mailer(&settings(&[&sink]));
    for nth in 0..3 {
        pollster::block_on(mailer.deliver(&letter("ada@example.com", nth))).unwrap();
    }
    assert_eq!((sink.received().len(), sink.connections()), (3, 1));
}

#[test]
fn the_deadline_holds_there_too() {
    let sink = Sink::scripted(|_, line| if line.starts_with("RCPT") { Answer::Hangs } else { Answer::Usual });
    let mailer = mailer(&hasty(settings(&[&sink])));
    let error = pollster::block_on(mailer.deliver(&to_ada())).unwrap_err();
    assert!(
        matches!((&error, cause(&error)), (MailError::Transient(_), SmtpError::TimedOut { .. })),
        "{error:?}"
    );
}

/// The connections belong to the runtime that opened them, which may be gone.
#[test]
fn a_host_may_come_from_one_runtime_after_the_other() {
    let sink = Sink::usual();
    let mailer = mailer(&settings(&[&sink]));
    for nth in 0..3 {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(mailer.deliver(&letter("ada@example.com", nth))).unwrap();
        pollster::block_on(mailer.deliver(&letter("ada@example.com", 100 + nth))).unwrap();
    }
    assert_eq!(sink.received().len(), 6);
}

/// Nothing moves on a runtime of one thread that nobody runs just now: what was opened there is not waited for.
#[test]
fn a_connection_of_a_runtime_that_rests_holds_up_no_letter() {
    let sink = Sink::usual();
    let mailer = mailer(&hasty(settings(&[&sink])));
    let runtimes = [0, 1].map(|_| Builder::new_current_thread().enable_all().build().unwrap());
    for (nth, runtime) in (0..).zip(runtimes.iter().cycle()).take(4) {
        runtime.block_on(mailer.deliver(&letter("ada@example.com", nth))).unwrap();
    }
    assert_eq!(sink.connections(), 4);
}

#[test]
fn a_dropped_delivery_stops_there_and_a_dropped_mailer_stops_all() {
    let sink = Sink::scripted(|_, line| if line.contains("slow") { Answer::Hangs } else { Answer::Usual });
    let mailer = mailer(&settings(&[&sink]).with_connections(1));
    let slow = letter("slow@example.com", 1);
    let mut hangs = mailer.deliver(&slow);
    assert!((&mut hangs).now_or_never().is_none());
    drop(hangs);
    // The one place is free again.
    pollster::block_on(mailer.deliver(&to_ada())).unwrap();
    drop(mailer);
    assert_eq!(sink.received().len(), 1);
}
