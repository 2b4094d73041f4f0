//! What a host keeps in its own session to know whether it still holds.

use serde::{Deserialize, Serialize};

use super::{AccountId, Epoch};

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
