//! `getList`: the accounts, as many as there are.

use accountable_core::{
    AccountList, AccountView, AccountsPage,
    domain::{StandingKind, Status},
    port::AccountFilter,
};
use serde::Serialize;

use super::Desk;
use crate::{answer::data_forest::Failure, intake::Received, wire::iso_8601};

/// So many are read at a time.
const PAGE: u32 = 1_000;

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
    let all = AccountList::All(AccountFilter::default());
    let total = admin.count(&all).await.map_err(|fault| Failure::from(&fault))?;

    let mut contents = Vec::new();
    let mut next = Some(AccountsPage::first(all));
    while let Some(page) = next {
        let listed = u32::try_from(contents.len()).unwrap_or(u32::MAX);
        let room = desk.options.longest_list.saturating_sub(listed).min(PAGE);
        if room == 0 {
            break;
        }
        let page = admin.accounts(page, room).await.map_err(|fault| Failure::from(&fault))?;
        contents.extend(page.items.iter().map(|account| content(account, desk.options.name)));
        next = page.next;
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
