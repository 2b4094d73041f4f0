//! The scopes that callers' keys may have: those that a route of ours asks for, and no others.
//!
//! A scope that no route asks for is a slip of the pen: its bearer would be refused where it should be let in. Scopes of routes
//! that a host adds are the host's to name.

use crate::{
    feed,
    profile::{payway, webconnect},
};

/// Every scope that a route asks for.
pub const SCOPES: &[&str] = &[
    webconnect::READ,
    webconnect::WRITE,
    payway::SCOPE,
    payway::CODES_SCOPE,
    payway::EVENTS_SCOPE,
    #[cfg(feature = "feedback")]
    crate::feedback::SCOPE,
    feed::SCOPE,
];
