//! Accounts by their standing, for the contracts that list and count them.

use accountable_core::{AccountList, Admin, Fault, domain::StandingKind, port::AccountFilter};

/// The accounts of one standing.
pub(super) fn of_standing(kind: StandingKind) -> AccountList {
    AccountList::All(AccountFilter { standing: Some(kind), ..AccountFilter::default() })
}

/// How many accounts are of any of these standings.
pub(super) async fn count(admin: &Admin, standings: &[StandingKind]) -> Result<u64, Fault> {
    let mut total = 0_u64;
    for kind in standings {
        total = total.saturating_add(admin.count(&of_standing(*kind)).await?);
    }
    Ok(total)
}
