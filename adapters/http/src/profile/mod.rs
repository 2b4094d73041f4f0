//! Profiles: the published contracts, each a router that speaks one service's paths, field names, status codes and error
//! bodies, over the same [`Accounts`](accountable_core::Accounts).
//!
//! The default of a profile answers safely; its `strict` answers as documented. Strict never loosens what is stored.

pub mod data_forest;
pub mod payway;
pub mod webconnect;

use accountable_core::{AccountList, domain::StandingKind, port::AccountFilter};

/// The accounts of any of these standings.
fn of_standings(standings: &[StandingKind]) -> AccountList {
    AccountList::All(AccountFilter {
        standings: standings.iter().copied().collect(),
        ..AccountFilter::default()
    })
}
