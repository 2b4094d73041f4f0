//! The list of accounts, by offset: `startIndex` and `maxResults`.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde::Serialize;

use super::{definition::Definition, open_accounts, requests::ListRequest, service::Service};
use crate::{
    answer::{Problem, json},
    wire::query,
};

/// A page of the list as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListResponse {
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
    let ListRequest { start_index, max_results } = query::read(parts.uri.query())?.try_into()?;
    let total_size = open_accounts::count(&admin).await?;
    let found = match start_index < total_size {
        true => open_accounts::window(&admin, start_index, max_results).await?,
        false => Vec::new(),
    };
    let accounts: Vec<_> = found.iter().map(|account| Definition::of(account, &service.options)).collect();
    let limit = service.options.limit();
    let fetch_size = accounts.len();
    let listed = ListResponse { limit, total_size, fetch_size, start_index, max_results, accounts };
    Ok(json(StatusCode::OK, &listed))
}
