//! How much a caller may ask of the machine: octets, time, and calls at once.

use accountable_core::domain::Span;
use axum::body::{Body, Bytes, HttpBody as _};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::trouble::Trouble;

/// What a [`Guard`](crate::Guard) holds calls to.
///
/// ```
/// use accountable_core::domain::Span;
/// use accountable_http::Limits;
/// let limits = Limits::default().with_body_time(Span::seconds(5)).with_calls_at_once(64);
/// # let _ = limits;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    body: usize,
    body_time: Span,
    call_time: Span,
    calls_at_once: usize,
    calls_of_an_origin: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 65_536,
            body_time: Span::seconds(10),
            call_time: Span::seconds(30),
            calls_at_once: 256,
            calls_of_an_origin: None,
        }
    }
}

impl Limits {
    /// Most octets of a body; 64 KiB by default. Beyond that: 413.
    #[must_use]
    pub const fn with_body(mut self, octets: usize) -> Self {
        self.body = octets;
        self
    }

    /// How long a whole body may take to arrive, however it trickles; 10 s by default. Beyond that: 408.
    #[must_use]
    pub const fn with_body_time(mut self, span: Span) -> Self {
        self.body_time = span;
        self
    }

    /// How long a whole call may take, its body included; 30 s by default. Beyond that: 503, and the call is dropped,
    /// which loses nothing acknowledged.
    #[must_use]
    pub const fn with_call_time(mut self, span: Span) -> Self {
        self.call_time = span;
        self
    }

    /// How many calls may run at once; 256 by default. Beyond that: 503 at once, nobody waits in line.
    #[must_use]
    pub const fn with_calls_at_once(mut self, calls: usize) -> Self {
        self.calls_at_once = calls;
        self
    }

    /// How many of these calls one origin may have, an IPv4 address or a /64; by default a quarter, but at least 4.
    /// Beyond that: 503 at once. Raise it for callers who share an address, such as one machine that makes all calls.
    #[must_use]
    pub const fn with_calls_at_once_of_an_origin(mut self, calls: usize) -> Self {
        self.calls_of_an_origin = Some(calls);
        self
    }

    pub(crate) fn calls_at_once_of_an_origin(&self) -> usize {
        self.calls_of_an_origin.unwrap_or_else(|| self.calls_at_once.div_euclid(4).max(4))
    }

    pub(crate) const fn call_time(&self) -> Span {
        self.call_time
    }

    pub(crate) const fn calls_at_once(&self) -> usize {
        self.calls_at_once
    }

    /// Reads a whole body within these limits. A body that announces a length beyond them is not read at all.
    ///
    /// # Errors
    /// [`Trouble::BodyTooLarge`] (413), [`Trouble::BodyTooSlow`] (408), [`Trouble::BodyBroken`] (400).
    pub async fn read(&self, body: Body) -> Result<Bytes, Trouble> {
        let least = body.size_hint().lower();
        if usize::try_from(least).map_or(true, |least| least > self.body) {
            return Err(Trouble::BodyTooLarge);
        }
        let collected = timeout(self.body_time.to_std(), Limited::new(body, self.body).collect()).await;
        match collected.map_err(|_| Trouble::BodyTooSlow)? {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(Trouble::BodyTooLarge),
            Err(_) => Err(Trouble::BodyBroken),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use futures_util::stream::{self, StreamExt as _};
    use tokio::time::{Instant, sleep};

    use super::*;

    /// A body without a length, of this many parts, each after a while.
    fn trickle(parts: usize, part: &'static str, pause: Duration) -> Body {
        let parts = stream::iter(0..parts).then(move |_| async move {
            sleep(pause).await;
            Ok::<_, Infallible>(part)
        });
        Body::from_stream(parts)
    }

    #[tokio::test]
    async fn a_body_of_just_the_most_is_read_and_one_octet_more_is_not() {
        let limits = Limits::default();
        assert_eq!(limits.read(Body::from("x".repeat(65_536))).await.map(|body| body.len()), Ok(65_536));
        assert_eq!(limits.read(Body::from("x".repeat(65_537))).await, Err(Trouble::BodyTooLarge));
        assert_eq!(limits.read(Body::from("x".repeat(10 << 20))).await, Err(Trouble::BodyTooLarge));
        assert_eq!(limits.read(Body::empty()).await.map(|body| body.len()), Ok(0));
    }

    #[tokio::test]
    async fn an_endless_body_without_a_length_is_cut_off() {
        let endless = Body::from_stream(stream::repeat(Ok::<_, Infallible>("0123456789")));
        assert_eq!(Limits::default().read(endless).await, Err(Trouble::BodyTooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_cut_off_when_its_time_is_over() {
        let limits = Limits::default();
        let start = Instant::now();
        assert_eq!(limits.read(trickle(100, "x", Duration::from_secs(1))).await, Err(Trouble::BodyTooSlow));
        assert_eq!(start.elapsed(), Duration::from_secs(10));
        assert!(limits.read(trickle(9, "x", Duration::from_secs(1))).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_not_taken_for_a_whole_one() {
        let broken = stream::iter([Ok("{\"email\":\"a@example.com\"}"), Err("reset by peer")]);
        assert_eq!(Limits::default().read(Body::from_stream(broken)).await, Err(Trouble::BodyBroken));
    }
}
