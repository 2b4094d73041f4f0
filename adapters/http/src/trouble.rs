//! What can go wrong with any call, whatever it is about: its place, its time, its body.

use accountable_core::domain::Span;

/// Why a call was cut short. No change is ever left half done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// As many calls run at once as may, of all callers or of this origin: `overloaded`, 503.
    #[error("too many calls at once")]
    Busy,
    /// The call took longer than it may: `timed_out`, 503. What it was to change may have been changed.
    #[error("the call took too long")]
    OutOfTime,
    /// The server does not tell who is at the other end of its connections: `peer_unknown`, 500. See
    /// [`Guard`](crate::Guard#peers).
    #[error("the server does not tell where its connections come from")]
    PeerUnknown,
    /// The code that answers the call panicked: `defect`, 500.
    #[error("something unexpected happened")]
    Panicked,
    /// The body has more octets than it may: `body_too_large`, 413.
    #[error("the body is too large")]
    BodyTooLarge,
    /// The body did not arrive in time: `body_too_slow`, 408.
    #[error("the body came too slowly")]
    BodyTooSlow,
    /// The connection ended before the body did: `body_incomplete`, 400.
    #[error("the body is incomplete")]
    BodyBroken,
}

impl Trouble {
    /// The stable code for machines, such as `overloaded`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.table().0
    }

    /// The HTTP status of the answer.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        self.table().1
    }

    /// How long to wait before another try makes sense; `None` where waiting does not help.
    #[must_use]
    pub const fn retry_after(self) -> Option<Span> {
        match self {
            Self::Busy | Self::OutOfTime => Some(Span::seconds(1)),
            Self::PeerUnknown
            | Self::Panicked
            | Self::BodyTooLarge
            | Self::BodyTooSlow
            | Self::BodyBroken => None,
        }
    }

    const fn table(self) -> (&'static str, u16) {
        match self {
            Self::Busy => ("overloaded", 503),
            Self::OutOfTime => ("timed_out", 503),
            Self::PeerUnknown => ("peer_unknown", 500),
            Self::Panicked => ("defect", 500),
            Self::BodyTooLarge => ("body_too_large", 413),
            Self::BodyTooSlow => ("body_too_slow", 408),
            Self::BodyBroken => ("body_incomplete", 400),
        }
    }
}
