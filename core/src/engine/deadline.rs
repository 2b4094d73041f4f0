//! A deadline that the injected clock keeps: whatever waits, waits no longer.

use std::{future::Future, pin::Pin};

use futures_util::future::{Either, select};

use crate::{domain::Span, error::Fault, port::Clock};

/// Ends a call that takes too long. Counts by the clock's `sleep`, which never jumps.
pub(crate) struct Deadline<'a> {
    sleep: Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>>,
}

/// The deadline passed before the call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it took too long")]
pub(crate) struct Lapsed;

impl<'a> Deadline<'a> {
    /// A deadline that begins now and ends after this span.
    pub(crate) fn after(clock: &'a dyn Clock, span: Span) -> Self {
        Self { sleep: Some(clock.sleep(span)) }
    }

    /// The future's output, unless the time is over first; then the future is dropped.
    pub(crate) async fn within<F: Future>(&mut self, future: F) -> Result<F::Output, Lapsed> {
        let sleep = self.sleep.as_mut().ok_or(Lapsed)?;
        match select(std::pin::pin!(future), sleep).await {
            Either::Left((output, _)) => Ok(output),
            Either::Right(((), _)) => {
                self.sleep = None;
                Err(Lapsed)
            }
        }
    }
}

impl From<Lapsed> for Fault {
    fn from(_: Lapsed) -> Self {
        Self::TimedOut
    }
}
