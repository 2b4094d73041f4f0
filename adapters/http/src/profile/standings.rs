//! Accounts by their standing, for the contracts that list and count them.

use accountable_core::{AccountList, Admin, Fault, domain::StandingKind, port::AccountFilter};

/// The accounts of any of these standings.
pub(super) fn of_any(standings: &[StandingKind]) -> AccountList {
    AccountList::All(AccountFilter {
        standings: standings.iter().copied().collect(),
        ..AccountFilter::default()
    })
}

/// How many accounts are of any of these standings.
pub(super) async fn count(admin: &Admin, standings: &[StandingKind]) -> Result<u64, Fault> {
    admin.count(&of_any(standings)).await
}
