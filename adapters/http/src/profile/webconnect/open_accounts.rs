//! The accounts that are not deleted: how many there are, and which stand at some places among them.
//!
//! Accounts stand in the order in which they came to be: a new one stands behind all others, and one that is deleted moves
//! those behind it forward by one.

use accountable_core::{AccountView, Admin, Fault, domain::StandingKind};

use crate::profile::standings;

/// Those that are not deleted.
const OPEN: [StandingKind; 2] = [StandingKind::Active, StandingKind::Suspended];

/// How many accounts there are, deleted ones left out.
pub(super) async fn count(admin: &Admin) -> Result<u64, Fault> {
    standings::count(admin, &OPEN).await
}

/// Whether there are at least so many accounts, deleted ones left out.
pub(super) async fn are_at_least(admin: &Admin, many: u64) -> Result<bool, Fault> {
    standings::are_at_least(admin, &OPEN, many).await
}

/// Whether it is not deleted.
pub(super) fn is_open(account: &AccountView) -> bool {
    OPEN.contains(&account.standing)
}

/// At most so many of the open accounts, from the one at this place on.
pub(super) async fn window(admin: &Admin, start: u64, most: usize) -> Result<Vec<AccountView>, Fault> {
    Ok(standings::window(admin, &OPEN, start, most).await?.accounts)
}
