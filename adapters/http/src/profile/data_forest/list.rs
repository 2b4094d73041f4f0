//! `getList`: the accounts, as many as may be listed: active ones first, then suspended, then closed.
//!
//! Whoever has more accounts than that asks on with an offset. An erased account is none any more: stores keep a remnant of
//! each, and gather ever more of them, so they are not even read.

use std::collections::BTreeSet;

use accountable_core::{
    AccountView,
    domain::{StandingKind, Status},
};
use serde::Serialize;

use super::{error::ErrorResponse, requests::GetAccountListRequest, service::Service};
use crate::{
    intake::Received,
    profile::standings::{self, Window},
    wire::iso_8601,
};

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
    let GetAccountListRequest { offset } = call.fields.try_into()?;
    let admin = service.accounts.admin(call.caller.name().clone());
    let total = standings::count(&admin, &LISTED).await?;

    let mut contents = Vec::new();
    // In the contract's order, which is not that of the names. One whose standing changes between two looks would be listed twice.
    let mut seen = BTreeSet::new();
    let mut room = usize::try_from(service.options.longest_list).unwrap_or(usize::MAX);
    let mut pass_over = offset;
    for kind in LISTED {
        let Window { accounts, beyond } = standings::window(&admin, &[kind], pass_over, room).await?;
        pass_over = beyond;
        room = room.saturating_sub(accounts.len());
        let new = accounts.iter().filter(|account| seen.insert(account.id));
        contents.extend(new.map(|account| content(account, service.options.name)));
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
