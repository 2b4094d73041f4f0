//! `getList`: the accounts, as many as may be listed: active ones first, then suspended, then closed.
//!
//! Erased ones are no accounts any more. A store keeps what is left of them, ever more; so they are not even looked at.

use std::collections::BTreeSet;

use accountable_core::{
    AccountView, AccountsPage,
    domain::{StandingKind, Status},
};
use serde::Serialize;

use super::Desk;
use crate::{answer::data_forest::Failure, intake::Received, profile, wire::iso_8601};

/// So many are read at a time.
const PAGE: u32 = 1_000;
/// All but erased.
const LISTED: [StandingKind; 3] = [StandingKind::Active, StandingKind::Suspended, StandingKind::Closed];

#[derive(Serialize)]
pub(super) struct Listed {
    success: bool,
    total: u64,
    contents: Vec<Content>,
}

/// An account as this contract sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    id: String,
    name: String,
    principal: String,
    status: &'static str,
    created_at: String,
    disabled: bool,
}

pub(super) async fn list(desk: &Desk, call: Received) -> Result<Listed, Failure> {
    call.fields.finish().map_err(|no| Failure::from(&no))?;
    let admin = desk.accounts.admin(call.caller.name().clone());
    let total = admin.count(&profile::of_standings(&LISTED)).await.map_err(|fault| Failure::from(&fault))?;

    let mut contents = Vec::new();
    // In the contract's order, which is not that of the names. One whose standing changes between two looks would be listed twice.
    let mut seen = BTreeSet::new();
    let mut room = desk.options.longest_list;
    for kind in LISTED {
        let mut next = Some(AccountsPage::first(profile::of_standings(&[kind])));
        while let Some(page) = next.filter(|_| room > 0) {
            let page = admin.accounts(page, room.min(PAGE)).await.map_err(|fault| Failure::from(&fault))?;
            room = room.saturating_sub(u32::try_from(page.items.len()).unwrap_or(u32::MAX));
            let new = page.items.iter().filter(|account| seen.insert(account.id));
            contents.extend(new.map(|account| content(account, desk.options.name)));
            next = page.next;
        }
    }
    Ok(Listed { success: true, total, contents })
}

fn content(account: &AccountView, name: fn(&AccountView) -> String) -> Content {
    Content {
        id: account.id.to_base62(),
        name: name(account),
        principal: account.email.to_string(),
        status: match account.status {
            Status::New => "ACCEPTED",
            Status::InUse => "RUNNING",
            Status::ChangingPasswordManagement | Status::ChangingEmail => "CHANGING",
        },
        created_at: iso_8601(account.created_at),
        disabled: account.standing != StandingKind::Active,
    }
}
