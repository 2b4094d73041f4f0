//! What a right password or a genuine code leaves its bearer with: what the device is known by, and where a session goes on,
//! its stamp.

use super::{AccountId, DeviceToken, SessionStamp};

/// What a command of the owner's leaves the caller's own session with, which goes on while all others end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewed {
    /// The stamp to put in the session in place of the one that it had.
    pub stamp: SessionStamp,
    /// What the device is known by from now on: the token that it had is worth nothing any more.
    pub device: DeviceToken,
}

/// A password was chosen by a mailed code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The account whose password it is.
    pub account: AccountId,
    /// What the device is known by from now on, when somebody logs in there. It begins no session.
    pub device: DeviceToken,
}
