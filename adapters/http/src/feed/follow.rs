//! A stream of events: what is there already, and what happens while somebody reads (Server-Sent Events).

use std::{convert::Infallible, sync::Arc, time::Duration};

use accountable_core::{
    Accounts, JournalError,
    port::{Cursor, Feed},
};
use axum::{
    body::Body,
    http::{HeaderName, StatusCode, header::CONTENT_TYPE, request::Parts},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};

use super::{
    place::Asked,
    streams::{Running, Streams},
};
use crate::{answer::Problem, event_form::EventForm, intake::Intake};

/// How often a comment is sent, and the caller's key looked at again.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long until the journal is read again where there was nothing new, or no answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Proxies that gather answers, as nginx does, pass this one on as it comes.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// Follows the journal for one caller. It reads as its reader takes: never more than one event ahead.
struct Follower {
    accounts: Accounts,
    form: EventForm,
    /// What was read and is not sent yet.
    read: Option<Feed>,
    after: Option<Cursor>,
    /// When the journal is read next.
    due: Instant,
    heartbeat: Interval,
    running: Running,
    intake: Arc<Intake>,
    /// The head of the call, which says whose it is.
    head: Parts,
}

/// Answers with a stream that goes on from where the caller asks for.
///
/// # Errors
/// 410 where the journal does not reach back so far; 503 where there is no place, or the store does not answer.
pub(super) async fn stream(
    accounts: Accounts,
    asked: Asked,
    streams: &Streams,
    intake: Arc<Intake>,
    head: Parts,
) -> Result<Response, Problem> {
    let running = streams.begin()?;
    // Read before anything is answered, so that a cursor that is gone has its status.
    let read = accounts.journal().feed(asked.after, asked.at_most).await?;
    let now = Instant::now();
    let mut heartbeat = interval_at(later(now, HEARTBEAT), HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (read, form) = (Some(read), asked.form);
    let follower = Follower { accounts, form, read, after: None, due: now, heartbeat, running, intake, head };
    let told = stream::unfold(follower, Follower::next);
    let headers = [(CONTENT_TYPE, "text/event-stream"), UNBUFFERED];
    Ok((StatusCode::OK, headers, Body::from_stream(told)).into_response())
}

impl Follower {
    /// What is sent next; none at the end.
    async fn next(mut self) -> Option<(Result<String, Infallible>, Self)> {
        loop {
            if let Some(read) = self.read.take() {
                let told = self.told(read).await?;
                if let Some(told) = told {
                    return Some((Ok(told), self));
                }
            }
            tokio::select! {
                biased;
                () = self.running.ended() => return None,
                _ = self.heartbeat.tick() => {
                    self.intake.admit(&self.head).await.ok()?;
                    return Some((Ok(":\n\n".to_owned()), self));
                }
                () = sleep_until(self.due) => {}
            }
            match self.accounts.journal().feed(self.after.clone(), 1).await {
                Ok(read) => self.read = Some(read),
                // Whoever comes again is told 410.
                Err(JournalError::Trimmed) => return None,
                Err(_) => self.due = later(Instant::now(), PAUSE),
            }
        }
    }

    /// The event that was read, as it is sent, if there was one for this reader; and when there may be another. None where it
    /// can't be told: its reader goes on from the one before.
    async fn told(&mut self, read: Feed) -> Option<Option<String>> {
        let now = Instant::now();
        self.due = if read.more { now } else { later(now, PAUSE) };
        let line = match read.events.first() {
            Some(event) => self.form.line(&self.accounts, event).await.ok()?,
            None => None,
        };
        let told = line.map(|line| format!("id: {}\ndata: {line}\n\n", read.cursor));
        self.after = Some(read.cursor);
        Some(told)
    }
}

/// A time so much later; now, where there is no such time.
fn later(now: Instant, by: Duration) -> Instant {
    now.checked_add(by).unwrap_or(now)
}
