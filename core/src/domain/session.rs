//! What a host keeps in its own session to know whether it still holds.

use serde::{Deserialize, Serialize};

use super::{AccountId, DeviceToken, Epoch};

/// Names an account and the epoch in which a session began. The host keeps it in its session and shows it again.
///
/// It proves nothing by itself: who can forge the host's sessions can forge this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionStamp {
    /// The account whose session it is.
    pub account: AccountId,
    /// The account's epoch when the session began.
    pub epoch: Epoch,
}

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
