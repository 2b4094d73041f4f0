//! What is told to the service manager that started the process: systemd, by `sd_notify(3)`. Where nobody listens, nothing is said.

use sd_notify::NotifyState;

/// It serves.
pub(super) fn ready() {
    say(&[NotifyState::Ready]);
}

/// It reads its settings again.
pub(super) fn reloading() {
    // With the time, as `Type=notify-reload` asks.
    match NotifyState::monotonic_usec_now() {
        Ok(now) => say(&[NotifyState::Reloading, now]),
        Err(_) => say(&[NotifyState::Reloading]),
    }
}

/// It finishes what has begun, and ends.
pub(super) fn stopping() {
    say(&[NotifyState::Stopping]);
}

fn say(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(error = %error, "the service manager can't be told");
    }
}
