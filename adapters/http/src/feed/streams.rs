//! The streams of a server: how many there may be, and their end.

use std::{fmt, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::trouble::Trouble;

/// The streams of one or more routers. All clones share their places, and end together.
#[derive(Clone)]
pub struct Streams {
    places: Arc<Semaphore>,
    ended: watch::Sender<bool>,
}

/// That a stream may run, until this is dropped.
pub(super) struct Running {
    ended: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

impl Streams {
    /// How many streams there may be at once by default. Each holds a connection.
    pub const USUAL: usize = 64;

    /// Makes place for this many streams at once; one more is refused with 503.
    #[must_use]
    pub fn at_most(streams: usize) -> Self {
        let places = streams.min(Semaphore::MAX_PERMITS);
        Self { places: Arc::new(Semaphore::new(places)), ended: watch::Sender::new(false) }
    }

    /// Ends all streams, those that begin later at once. To be called where the server ends, or it waits for them for as long as
    /// it [drains](crate::Connections::with_drain); and where another router takes the place of theirs.
    pub fn end(&self) {
        self.ended.send_replace(true);
    }

    /// A place for a stream.
    ///
    /// # Errors
    /// [`Trouble::Busy`] where there is none.
    pub(super) fn begin(&self) -> Result<Running, Trouble> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Trouble::Busy)?;
        Ok(Running { ended: self.ended.subscribe(), _place: place })
    }
}

impl Running {
    /// Until the streams are ended.
    pub(super) async fn ended(&mut self) {
        // An error says that nobody is left to end it, as its router is gone: then its connection ends it.
        if self.ended.wait_for(|ended| *ended).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Default for Streams {
    fn default() -> Self {
        Self::at_most(Self::USUAL)
    }
}

impl fmt::Debug for Streams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (free, ended) = (self.places.available_permits(), *self.ended.borrow());
        f.debug_struct("Streams").field("free", &free).field("ended", &ended).finish()
    }
}
