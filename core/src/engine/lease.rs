//! How long what was claimed is whose claim it is: until then nobody else takes it up.

use std::{future::Future, pin::pin};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Either, Shared, select},
};

use super::deadline::Lapsed;
use crate::{domain::Span, port::Clock};

/// What is left of a claim, for each of the mails that it took. Counts by the clock's `sleep`, which never jumps.
#[derive(Clone)]
pub(crate) struct Lease<'a>(Shared<BoxFuture<'a, ()>>);

impl<'a> Lease<'a> {
    /// Begins now, which is to be before the store is asked.
    pub(crate) fn begin(clock: &'a dyn Clock, span: Span) -> Self {
        let lease = Self(clock.sleep(span).shared());
        // A sleep counts from when it is first looked at.
        let _ = lease.is_over();
        lease
    }

    /// Whether somebody else may have by now what was claimed.
    pub(crate) fn is_over(&self) -> bool {
        self.0.clone().now_or_never().is_some()
    }

    /// The future's output, unless the claim ends first; then the future is dropped.
    pub(crate) async fn within<F: Future>(&self, future: F) -> Result<F::Output, Lapsed> {
        match select(pin!(future), self.0.clone()).await {
            Either::Left((output, _)) => Ok(output),
            Either::Right(((), _)) => Err(Lapsed),
        }
    }
}
