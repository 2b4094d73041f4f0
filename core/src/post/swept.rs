//! What a sweep did, and what each of its works came to.

use super::delivery::Attempted;
use crate::domain::Timestamp;

/// What one piece of work came to.
pub(super) enum Done {
    Mail(Attempted),
    Intent,
    Fault,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Swept {
    /// Mails that a server took.
    pub delivered: u32,
    /// Mails that a server refused for good; their addresses get no mail any more.
    pub refused: u32,
    /// Mails that failed for now, and those that wait since the mailer does not work.
    pub delayed: u32,
    /// Mails that were given up.
    pub dead: u32,
    /// Mails dropped since what they were for no longer stands.
    pub cancelled: u32,
    /// Strangers' requests that were decided.
    pub decided: u32,
    /// Accounts that time alone had changed.
    pub accounts: u32,
    /// Accounts whose hashes were sealed anew, under the active key.
    pub resealed: u32,
    /// Works that failed by a fault of the world; they are taken up again.
    pub faults: u32,
    /// When there will be more; none if nothing is in sight.
    pub next_due: Option<Timestamp>,
}

impl Swept {
    pub(super) fn count(&mut self, done: &Done) {
        let counter = match done {
            Done::Mail(Attempted::Delivered) => &mut self.delivered,
            Done::Mail(Attempted::Refused(_)) => &mut self.refused,
            Done::Mail(Attempted::Delayed | Attempted::Unsent | Attempted::Open) => &mut self.delayed,
            Done::Mail(Attempted::Dead) => &mut self.dead,
            Done::Mail(Attempted::Cancelled) => &mut self.cancelled,
            Done::Intent => &mut self.decided,
            Done::Fault => &mut self.faults,
        };
        *counter = counter.saturating_add(1);
    }
}
