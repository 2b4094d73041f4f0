//! `getList`: the accounts, as many as may be listed: active ones first, then suspended, then closed.
//!
//! An erased account is none any more. Stores keep a remnant of each, and gather ever more of them: they are not even read.

use std::collections::BTreeSet;

use accountable_core::{
    AccountView, AccountsPage,
    domain::{StandingKind, Status},
};
use serde::Serialize;

use super::{error::ErrorResponse, requests::GetAccountListRequest, service::Service};
use crate::{intake::Received, profile::standings, wire::iso_8601};

/// How many accounts are read at a time.
const PAGE: u32 = 1_000;
/// Every standing but erased.
const LISTED: [StandingKind; 3] = [StandingKind::Active, StandingKind::Suspended, StandingKind::Closed];

#[derive(Serialize)]
pub(super) struct GetAccountListResponse {
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

pub(super) async fn list(service: &Service, call: Received) -> Result<GetAccountListResponse, ErrorResponse> {
    let GetAccountListRequest = call.fields.try_into()?;
    let admin = service.accounts.admin(call.caller.name().clone());
    let total = standings::count(&admin, &LISTED).await?;

    let mut contents = Vec::new();
    // In the contract's order, which is not that of the names. One whose standing changes between two looks would be listed twice.
    let mut seen = BTreeSet::new();
    let mut room = service.options.longest_list;
    for kind in LISTED {
        let mut next = Some(AccountsPage::first(standings::of_any(&[kind])));
        while let Some(page) = next.filter(|_| room > 0) {
            let page = admin.accounts(page, room.min(PAGE)).await?;
            room = room.saturating_sub(u32::try_from(page.items.len()).unwrap_or(u32::MAX));
            let new = page.items.iter().filter(|account| seen.insert(account.id));
            contents.extend(new.map(|account| content(account, service.options.name)));
            next = page.next;
        }
    }
    Ok(GetAccountListResponse { success: true, total, contents })
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
