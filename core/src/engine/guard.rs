//! A port that panics ends its own call and nothing else: the panic is caught where the port is called, told to the
//! operators by the port's name, and answered as an error of that call.
//!
//! What a port says in its panic is not repeated: it may name a person or hold a secret. A build that aborts on panic has
//! nothing of this.
//!
//! A port that *blocks* the thread that polls it can't be interrupted by anybody on that thread: it holds up whatever else
//! is polled there, which for the courier is all of its mails. Its contract forbids it; a host that must block hands the
//! work to a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt as _;

use super::watch;

/// A port panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {0} panicked")]
pub(crate) struct Panicked(&'static str);

/// Awaits a port's call, and catches its panic.
pub(crate) async fn caught<T>(
    port: &'static str,
    call: impl Future<Output = T> + Send,
) -> Result<T, Panicked> {
    // Sound: nothing of ours is changed within, and what the call holds is dropped with it. Whether a port is still in order
    // after its panic is for the port to say.
    AssertUnwindSafe(call).catch_unwind().await.map_err(|_| panicked(port))
}

/// Makes a port's call that does not wait, and catches its panic.
pub(crate) fn caught_now<T>(port: &'static str, call: impl FnOnce() -> T) -> Result<T, Panicked> {
    // Sound for the same reason.
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| panicked(port))
}

fn panicked(port: &'static str) -> Panicked {
    watch::panicked(port);
    Panicked(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_of_its_call() {
        assert_eq!(caught_now("screen", || 1), Ok(1));
        assert_eq!(caught_now("screen", || -> u8 { panic!("told to") }), Err(Panicked("screen")));
        let waits = async { panic!("told to") };
        assert_eq!(caught::<u8>("mailer", waits).now_or_never(), Some(Err(Panicked("mailer"))));
        assert_eq!(Panicked("mailer").to_string(), "the mailer panicked");
    }
}
