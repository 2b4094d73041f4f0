//! Time, as the library is told it.

use async_trait::async_trait;

use crate::domain::{Span, Timestamp};

/// Tells the time, and waits.
///
/// # Contract
/// 1. `now` is the host's idea of the time of day. It may jump, forth or back; the rules cope with that.
/// 2. `sleep` counts by a clock that never jumps: what the time of day does meanwhile neither shortens nor
///    lengthens it.
/// 3. `sleep` ends no earlier than asked, and not much later.
/// 4. A dropped `sleep` leaves nothing behind, and other sleepers sleep on.
/// 5. Any number of sleepers may wait at once, each for its own time.
/// 6. A `sleep` of zero ends without waiting for anything else to happen.
/// 7. A clock that is moved by hand wakes each sleeper whose time has come by the move.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// The time of day, in microseconds since 1970 (UTC).
    fn now(&self) -> Timestamp;
    /// Waits for the length of the span.
    async fn sleep(&self, span: Span);
}
