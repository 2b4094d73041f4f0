//! What the process is asked by signals: to end, by SIGINT or by SIGTERM from whatever supervises it; to read its settings again,
//! by SIGHUP.

use std::io;

use tokio::sync::watch;

/// Whether the process was asked to end. All clones learn of it.
#[derive(Debug, Clone)]
pub(super) struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Listens from now on.
    ///
    /// # Errors
    /// Where the signals can't be listened to.
    pub(super) fn listen() -> io::Result<Self> {
        let (asked, shutdown) = watch::channel(false);
        let mut signals = Signals::listen()?;
        tokio::spawn(async move {
            signals.next().await;
            asked.send_replace(true);
        });
        Ok(Self(shutdown))
    }

    /// Completes when the process was asked to end.
    pub(super) async fn asked(mut self) {
        // Where nobody can ask any more, it has been asked.
        let _ = self.0.wait_for(|asked| *asked).await;
    }
}

#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Requests to read the settings again.
pub(super) struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    /// Listens from now on, where there are settings to read; without any, SIGHUP ends the process as it does others.
    ///
    /// # Errors
    /// Where the signal can't be listened to.
    pub(super) fn listen(reads_again: bool) -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let signal = if reads_again { Some(signal(SignalKind::hangup())?) } else { None };
            Ok(Self { signal })
        }
        #[cfg(not(unix))]
        {
            let _ = reads_again;
            Ok(Self {})
        }
    }

    /// The next one; never, where there is none.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
