//! What can go wrong with a call as such, whatever it is about.

use accountable_core::domain::Span;

/// Why a call was cut short. Nothing was done, or what was done was whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// As many calls as may run at once do.
    #[error("too many calls at once")]
    Busy,
    /// The call took longer than it may.
    #[error("the call took too long")]
    OutOfTime,
    /// The server did not say whose connection it came over; see [`Guard`](crate::Guard).
    #[error("the server does not tell where its connections come from")]
    PeerUnknown,
    /// A defect stopped it.
    #[error("something unexpected happened")]
    Panicked,
    /// The body has more octets than it may.
    #[error("the body is too large")]
    BodyTooLarge,
    /// The body did not arrive in time.
    #[error("the body came too slowly")]
    BodyTooSlow,
    /// The connection ended before the body did.
    #[error("the body is incomplete")]
    BodyBroken,
}

impl Trouble {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.table().0
    }

    /// The status of the answer.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        self.table().1
    }

    /// How long to wait before it makes sense to try again.
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
