//! What a store lets go: events, spent levels, idle records and dead mails that nobody needs any more.

use super::Limit;
use crate::domain::{Realm, Timestamp};

/// Removes what nobody needs any more: one bounded step.
///
/// Events and dead mails are the realm's own, by its own retention. Levels and records of addresses say themselves when
/// nobody needs them, whatever realm they are of: no realm's settings touch another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trim {
    /// The tenant.
    pub realm: Realm,
    /// Levels at or before now are spent and go; a level beyond now and its own horizon is impossible (the clock jumped
    /// back) and comes down to there. Records of addresses go once now has reached their
    /// [`idle_from`](crate::domain::Address::idle_from).
    pub now: Timestamp,
    /// The realm's events before this go, from the oldest place on, up to the first that must stay; none keeps all.
    pub events_before: Option<Timestamp>,
    /// The realm's events before this that name no account, or one without a row, or a purged sign-up, go wherever they
    /// stand, and so do the rows of sign-ups purged before this.
    pub strays_before: Timestamp,
    /// The realm's mails that were given up before this go; none keeps all.
    pub dead_mails_before: Option<Timestamp>,
    /// At most so many of each.
    pub limit: Limit,
}
