//! The list of accounts, by offset: `startIndex` and `maxResults`.
//!
//! Accounts stand in the order in which they came to be. What is kept below knows no offsets, so those before the first
//! one wanted are passed over by their names, a thousand at a time; a new account stands behind all others, and one
//! that is deleted meanwhile moves those behind it forward by one.

use accountable_core::{
    AccountView, AccountsPage, Admin, Fault,
    domain::{AccountId, StandingKind},
};
use axum::{
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::Response,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use super::{
    Service,
    definition::{Definition, fault},
};
use crate::{
    answer::{Problem, json},
    profile,
    wire::query,
};

/// The document's own sample asks for so many.
const RESULTS: i64 = 30;
/// Most that one call is answered with.
const MOST_RESULTS: i64 = 1_000;
/// Those that are not deleted.
const OPEN: [StandingKind; 2] = [StandingKind::Active, StandingKind::Suspended];

/// A page of the list as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    limit: u64,
    total_size: u64,
    fetch_size: usize,
    start_index: u64,
    max_results: usize,
    accounts: Vec<Definition>,
}

/// `GET /accounts/definition`.
pub(super) async fn list(State(service): State<Service>, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let admin = service.reader(&parts).await?;
    let (start_index, max_results) = asked(&parts)?;
    let total_size = open_accounts(&admin).await?;
    let names = match start_index < total_size {
        true => names(&admin, start_index, max_results).await.map_err(fault)?,
        false => Vec::new(),
    };
    let found = stream::iter(names).map(|id| admin.account(id)).buffered(16).try_collect::<Vec<_>>().await;
    let accounts: Vec<_> = found
        .map_err(fault)?
        .into_iter()
        .flatten()
        .filter(is_open)
        .map(|account| Definition::of(&account, &service.options))
        .collect();
    let limit = service.options.limit();
    let fetch_size = accounts.len();
    let listed = Listed { limit, total_size, fetch_size, start_index, max_results, accounts };
    Ok(json(StatusCode::OK, &listed))
}

/// `startIndex` from 0, 0 by default; `maxResults` 1..=1,000, 30 by default.
fn asked(parts: &Parts) -> Result<(u64, usize), Problem> {
    let field = |error| Problem::from(&error);
    let mut fields = query::read(parts.uri.query()).map_err(field)?;
    let start_index = fields.take_optional_integer("startIndex").map_err(field)?.unwrap_or(0);
    let max_results = fields.take_optional_integer("maxResults").map_err(field)?.unwrap_or(RESULTS);
    fields.finish().map_err(field)?;
    let start_index = u64::try_from(start_index).map_err(|_| {
        Problem::new(400, "bad_start_index")
            .with_detail("startIndex is 0 or more")
            .with("field", "startIndex")
    })?;
    let bounded = Some(max_results).filter(|most| (1..=MOST_RESULTS).contains(most));
    let max_results = bounded.and_then(|most| usize::try_from(most).ok()).ok_or_else(|| {
        Problem::new(400, "bad_max_results")
            .with_detail(format!("maxResults is 1 to {MOST_RESULTS}"))
            .with("field", "maxResults")
    })?;
    Ok((start_index, max_results))
}

/// How many accounts there are, deleted ones left out.
pub(super) async fn open_accounts(admin: &Admin) -> Result<u64, Problem> {
    admin.count(&profile::of_standings(&OPEN)).await.map_err(fault)
}

/// Whether it is not deleted.
pub(super) fn is_open(account: &AccountView) -> bool {
    OPEN.contains(&account.standing)
}

/// The names at these places among all open accounts, a page of names at a time.
async fn names(admin: &Admin, mut pass_over: u64, most: usize) -> Result<Vec<AccountId>, Fault> {
    let mut names = Vec::new();
    let mut next = Some(AccountsPage::first(profile::of_standings(&OPEN)));
    while let Some(page) = next.filter(|_| names.len() < most) {
        let page = admin.account_names(page, u32::MAX).await?;
        let before = usize::try_from(pass_over).unwrap_or(usize::MAX).min(page.items.len());
        pass_over = pass_over.saturating_sub(u64::try_from(before).unwrap_or(u64::MAX));
        let room = most.saturating_sub(names.len());
        names.extend(page.items.into_iter().skip(before).take(room));
        next = page.next;
    }
    Ok(names)
}
