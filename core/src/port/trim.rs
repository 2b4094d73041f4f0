//! What a store lets go: events, spent levels, idle records and dead mails that nobody needs any more.

use super::Limit;
use crate::domain::{Realm, Timestamp};

/// What one bounded step of trimming removes: what nobody needs any more.
///
/// Events and dead mails are the realm's own, by its own retention. Levels and records of addresses say themselves when
/// nobody needs them, whatever realm they are of: no realm's settings touch another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trim {
    /// The realm whose events, purged sign-ups and dead mails are removed.
    pub realm: Realm,
    /// The present. Levels at or before it are spent and removed; a level beyond it and its own horizon is impossible
    /// (the clock jumped back) and comes down to there. Records of addresses are removed once it has reached their
    /// [`idle_from`](crate::domain::Address::idle_from).
    pub now: Timestamp,
    /// Events of the realm from before this are removed, from the oldest place on, up to the first that must stay; none
    /// keeps all.
    pub events_before: Option<Timestamp>,
    /// Events of the realm from before this are removed wherever they stand, if they name no account, or one without a
    /// row, or a purged sign-up; and so are the rows of sign-ups purged before this.
    pub strays_before: Timestamp,
    /// Mails of the realm that were given up before this are removed; none keeps all.
    pub dead_mails_before: Option<Timestamp>,
    /// The most that one step removes of each kind.
    pub limit: Limit,
}
