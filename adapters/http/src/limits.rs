//! How much a caller may ask of the machine: octets, time, and calls at once.

use accountable_core::domain::{OutOfBounds, Span};
use axum::body::{Body, Bytes, HttpBody as _};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::time::timeout;

use crate::trouble::Trouble;

/// What a [`Guard`](crate::Guard) holds calls to.
///
/// This is the section `http.limits` of the settings file, key by key; there and here alike a number out of bounds is
/// refused, so that there are no limits that limit nothing or everything.
///
/// ```
/// use accountable_core::domain::Span;
/// use accountable_http::Limits;
/// let limits = Limits::default().with_body_time(Span::seconds(5))?.with_calls_at_once(64)?;
/// # let _ = limits;
/// # Ok::<(), accountable_core::domain::OutOfBounds>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, remote = "Self")]
pub struct Limits {
    body: usize,
    body_time: Span,
    call_time: Span,
    calls_at_once: usize,
    calls_at_once_of_an_origin: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 65_536,
            body_time: Span::seconds(10),
            call_time: Span::seconds(30),
            calls_at_once: 256,
            calls_at_once_of_an_origin: None,
        }
    }
}

impl Serialize for Limits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Refuses what the methods refuse.
impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)?.checked().map_err(serde::de::Error::custom)
    }
}

impl Limits {
    /// Most octets of a body; 64 KiB by default, 1 octet to 16 MiB. Beyond that: 413.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_body(self, octets: usize) -> Result<Self, OutOfBounds> {
        Self { body: octets, ..self }.checked()
    }

    /// How long a whole body may take to arrive, however it trickles; 10 s by default, 100 ms to 10 min. Beyond that: 408.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_body_time(self, span: Span) -> Result<Self, OutOfBounds> {
        Self { body_time: span, ..self }.checked()
    }

    /// How long a whole call may take, its body included; 30 s by default, 100 ms to 10 min. Beyond that: 503, and the call
    /// is dropped, which loses nothing acknowledged.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_call_time(self, span: Span) -> Result<Self, OutOfBounds> {
        Self { call_time: span, ..self }.checked()
    }

    /// How many calls may run at once; 256 by default, 1 to 100,000. Beyond that: 503 at once, nobody waits in line.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_calls_at_once(self, calls: usize) -> Result<Self, OutOfBounds> {
        Self { calls_at_once: calls, ..self }.checked()
    }

    /// How many of these calls one origin may have, an IPv4 address or a /64; by default a quarter, but at least 4;
    /// 1 to 100,000. Beyond that: 503 at once. Raise it for callers who share an address, such as one machine that makes
    /// all calls.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn with_calls_at_once_of_an_origin(self, calls: usize) -> Result<Self, OutOfBounds> {
        Self { calls_at_once_of_an_origin: Some(calls), ..self }.checked()
    }

    /// The one check of all these numbers.
    fn checked(self) -> Result<Self, OutOfBounds> {
        let times = Span::millis(100)..=Span::minutes(10);
        OutOfBounds::check("body", self.body, 1..=1 << 24)?;
        OutOfBounds::check("body_time", self.body_time, times.clone())?;
        OutOfBounds::check("call_time", self.call_time, times)?;
        OutOfBounds::check("calls_at_once", self.calls_at_once, 1..=100_000)?;
        if let Some(calls) = self.calls_at_once_of_an_origin {
            OutOfBounds::check("calls_at_once_of_an_origin", calls, 1..=100_000)?;
        }
        Ok(self)
    }

    /// These limits for a page's form, which is smaller than other bodies.
    pub(crate) const fn for_a_form(mut self, octets: usize) -> Self {
        self.body = octets;
        self
    }

    /// These limits for a mail, which may be larger than other bodies.
    #[cfg(feature = "feedback")]
    pub(crate) fn for_a_mail(mut self, octets: usize) -> Self {
        self.body = self.body.max(octets);
        self
    }

    pub(crate) fn calls_at_once_of_an_origin(&self) -> usize {
        self.calls_at_once_of_an_origin.unwrap_or_else(|| self.calls_at_once.div_euclid(4).max(4))
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

    #[test]
    fn limits_that_limit_nothing_or_everything_can_not_be_had() {
        let limits = Limits::default();
        for nonsense in [0, usize::MAX] {
            for refused in [
                limits.with_body(nonsense),
                limits.with_calls_at_once(nonsense),
                limits.with_calls_at_once_of_an_origin(nonsense),
            ] {
                assert_eq!(refused.unwrap_err().given, nonsense.into());
            }
        }
        for nonsense in [Span::ZERO, Span::MAX] {
            for refused in [limits.with_body_time(nonsense), limits.with_call_time(nonsense)] {
                assert_eq!(refused.unwrap_err().given, nonsense.into());
            }
        }
        let read = |text: &str| serde_json::from_str::<Limits>(text);
        assert_eq!(read("{}").unwrap(), limits);
        assert_eq!(read(&serde_json::to_string(&limits).unwrap()).unwrap(), limits);
        for text in [r#"{"body": 0}"#, r#"{"calls_at_once_of_an_origin": 0}"#, r#"{"call_time": "1 h"}"#] {
            assert!(read(text).unwrap_err().to_string().contains("out of bounds"), "{text}");
        }
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
