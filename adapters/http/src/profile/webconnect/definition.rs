//! An account's definition, and the calls that register, read, change and delete one.

use accountable_core::{AccountChanges, AccountView, Fault, domain::Refusal};
use axum::{
    extract::{OriginalUri, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{IF_MATCH, IF_NONE_MATCH, LOCATION},
    },
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use super::{
    open_accounts::{self, is_open},
    options::Options,
    precondition::{Precondition, with_tag},
    requests::{ChangeRequest, RegisterRequest},
    service::{IdInPath, Service},
};
use crate::answer::{Problem, json};

/// An account as it is answered: these members, in this order, and no others.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Definition {
    pub(super) id: String,
    mail_address: String,
    pub(super) status_code: u8,
    pub(super) is_verified_mail_address: bool,
    password_validity_period: u16,
    pub(super) ip_filter_group_name: Option<String>,
    memo: String,
}

impl Definition {
    pub(super) fn of(account: &AccountView, options: &Options) -> Self {
        Self {
            id: account.id.to_string(),
            mail_address: account.email.as_str().to_owned(),
            status_code: account.status.code(),
            is_verified_mail_address: account.email_proven || options.shows_every_address_as_verified,
            password_validity_period: account.attributes.validity.as_days(),
            ip_filter_group_name: account
                .attributes
                .ip_filter_group
                .as_ref()
                .map(|group| group.as_str().to_owned()),
            memo: account.attributes.memo.as_str().to_owned(),
        }
    }
}

/// `POST /accounts/definition`.
pub(super) async fn register(
    State(service): State<Service>,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Result<Response, Problem> {
    let (admin, fields) = service.command(request).await?;
    let new = RegisterRequest::parse(fields, &service.options)?;
    if open_accounts::are_at_least(&admin, service.options.limit()).await? {
        return Err(Problem::new(409, "account_limit_reached")
            .with_detail("as many accounts as may be registered are")
            .with("limit", service.options.limit()));
    }
    let account = admin.register(new.into()).await?;
    let mut response = service.shows(StatusCode::CREATED, &account);
    // The path as the caller knows it, wherever the host has mounted us.
    if let Ok(location) = HeaderValue::from_str(&format!("{}/{}", uri.path(), account.id)) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// `GET /accounts/definition/{id}`. What is closed is deleted as far as this contract knows.
pub(super) async fn read(
    State(service): State<Service>,
    path: IdInPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let admin = service.reader(&parts).await?;
    let precondition = Precondition::of(&parts.headers);
    let found = admin.account(path.id()?).await?;
    let account = found.filter(is_open).ok_or(Refusal::NoSuchAccount)?;
    if precondition?.knows(&account) {
        return Ok(with_tag(StatusCode::NOT_MODIFIED.into_response(), &account));
    }
    Ok(service.shows(StatusCode::OK, &account))
}

/// `PUT /accounts/definition/{id}`.
pub(super) async fn update(
    State(service): State<Service>,
    path: IdInPath,
    request: Request,
) -> Result<Response, Problem> {
    let precondition = Precondition::of(request.headers());
    let (admin, fields) = service.command(request).await?;
    let id = path.id()?;
    let request = ChangeRequest::parse(fields, &service.options)?;
    let precondition = precondition?;
    let sent_back = &request.sent_back;
    let mut if_version = None;
    if !(precondition.is_empty() && sent_back.is_empty()) {
        let account = admin.account(id).await?.ok_or(Refusal::NoSuchAccount)?;
        precondition.check(&account)?;
        sent_back.check(&Definition::of(&account, &service.options))?;
        // The account that was looked at is the one that is changed, or none.
        if_version = Some(account.version);
    }
    let mut changes = AccountChanges::from(request);
    changes.if_version = if_version;
    let account = admin.update(id, &changes).await?;
    Ok(service.shows(StatusCode::OK, &account))
}

/// `DELETE /accounts/definition/{id}`.
pub(super) async fn delete(
    State(service): State<Service>,
    path: IdInPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let admin = service.writer(&parts).await?;
    let id = path.id()?;
    for (header, code) in
        [(IF_MATCH, "if_match_not_supported"), (IF_NONE_MATCH, "if_none_match_not_supported")]
    {
        if parts.headers.contains_key(&header) {
            let detail = format!("an account is deleted whatever its version: leave {header} out");
            return Err(Problem::new(400, code).with_detail(detail));
        }
    }
    if let Some(veto) = service.options.veto() {
        let vetoed = veto.veto(id).await.map_err(Fault::Unavailable)?;
        if let Some(code) = vetoed {
            return Err(Refusal::Vetoed { code }.into());
        }
    }
    if service.options.erases_at_once {
        admin.erase(id).await?;
    } else {
        admin.close(id).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

impl Service {
    fn shows(&self, status: StatusCode, account: &AccountView) -> Response {
        with_tag(json(status, &Definition::of(account, &self.options)), account)
    }
}
