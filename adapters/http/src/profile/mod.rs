//! Profiles: the published contracts, each a router that speaks one service's paths, field names, status codes and error
//! bodies, over the same [`Accounts`](accountable_core::Accounts).
//!
//! The default of a profile answers safely; its `strict` answers as documented. Strict never loosens what is stored.

pub mod data_forest;
pub mod payway;
pub mod webconnect;

use accountable_core::{AccountList, Admin, Fault, domain::StandingKind, port::AccountFilter};

/// The accounts of one standing.
fn standing(kind: StandingKind) -> AccountList {
    AccountList::All(AccountFilter { standing: Some(kind), ..AccountFilter::default() })
}

/// How many accounts are of any of these standings.
async fn count(admin: &Admin, standings: &[StandingKind]) -> Result<u64, Fault> {
    let mut total = 0_u64;
    for kind in standings {
        total = total.saturating_add(admin.count(&standing(*kind)).await?);
    }
    Ok(total)
}
