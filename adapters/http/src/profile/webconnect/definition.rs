//! An account's definition: registered, read, changed, deleted.

use accountable_core::{AccountChanges, AccountView, Error, Fault, NewAccount, domain::Refusal};
use axum::{
    extract::{OriginalUri, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{IF_MATCH, LOCATION},
    },
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use super::{
    IdInPath, Options, Service,
    list::{is_open, open_accounts},
    precondition::{Precondition, with_tag},
    values::{
        IP_FILTER_GROUP_NAME, MAIL_ADDRESS, MEMO, PASSWORD_VALIDITY_PERIOD, changed, email, group, memo,
        validity,
    },
};
use crate::{
    answer::{Problem, json},
    wire::Fields,
};

/// An account as it is answered: these members, in this order, and no others.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Definition {
    id: String,
    mail_address: String,
    status_code: u8,
    is_verified_mail_address: bool,
    password_validity_period: u16,
    ip_filter_group_name: Option<String>,
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
    let new = registration(fields, &service.options)?;
    if open_accounts(&admin).await? >= service.options.limit() {
        return Err(Problem::new(409, "account_limit_reached")
            .with_detail("as many accounts as may be registered are")
            .with("limit", service.options.limit()));
    }
    let account = admin.register(new).await.map_err(|error| Problem::from(&error))?;
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
    let found = admin.account(path.id()?).await.map_err(fault)?;
    let account = found.filter(is_open).ok_or(Refusal::NoSuchAccount);
    let account = account.map_err(|refusal| Problem::from(&Error::from(refusal)))?;
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
    let mut changes = update_of(fields, &service.options)?;
    changes.if_version = precondition?.version(&admin, id).await.map_err(|error| Problem::from(&error))?;
    let account = admin.update(id, &changes).await.map_err(|error| Problem::from(&error))?;
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
    if parts.headers.contains_key(IF_MATCH) {
        return Err(Problem::new(400, "if_match_not_supported")
            .with_detail("an account is deleted whatever its version: leave If-Match out"));
    }
    if let Some(veto) = service.options.veto() {
        let vetoed = veto.veto(id).await.map_err(Fault::Unavailable).map_err(fault)?;
        if let Some(code) = vetoed {
            return Err(Problem::from(&Error::from(Refusal::Vetoed { code })));
        }
    }
    let deleted =
        if service.options.erases_at_once { admin.erase(id).await } else { admin.close(id).await.map(drop) };
    deleted.map_err(|error| Problem::from(&error))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What is absent or null is 0, null and empty.
fn registration(mut fields: Fields, options: &Options) -> Result<NewAccount, Problem> {
    let field = |error| Problem::from(&error);
    let mail_address = fields.take_string(MAIL_ADDRESS).map_err(field)?;
    let days = fields.take_optional_integer(PASSWORD_VALIDITY_PERIOD).map_err(field)?;
    let group_name = fields.take_optional_string(IP_FILTER_GROUP_NAME).map_err(field)?;
    let note = fields.take_optional_string(MEMO).map_err(field)?;
    fields.finish().map_err(field)?;

    let mut new = NewAccount::new(email(&mail_address)?);
    if let Some(days) = days {
        new = new.with_validity(validity(days)?);
    }
    if let Some(name) = group_name {
        new = new.with_ip_filter_group(group(&name, options)?);
    }
    if let Some(note) = note {
        new = new.with_memo(memo(&note)?);
    }
    Ok(new)
}

/// What is absent stays as it is; an empty group clears it.
fn update_of(mut fields: Fields, options: &Options) -> Result<AccountChanges, Problem> {
    let mail_address = changed(&mut fields, MAIL_ADDRESS, Fields::take_optional_string)?;
    let days = changed(&mut fields, PASSWORD_VALIDITY_PERIOD, Fields::take_optional_integer_or_digits)?;
    let group_name = changed(&mut fields, IP_FILTER_GROUP_NAME, Fields::take_optional_string)?;
    let note = changed(&mut fields, MEMO, Fields::take_optional_string)?;
    fields.finish().map_err(|error| Problem::from(&error))?;

    let mut changes = AccountChanges::default();
    if let Some(text) = mail_address {
        changes = changes.with_email(email(&text)?);
    }
    if let Some(days) = days {
        changes = changes.with_validity(validity(days)?);
    }
    if let Some(name) = group_name {
        let named = if name.is_empty() { None } else { Some(group(&name, options)?) };
        changes = changes.with_ip_filter_group(named);
    }
    if let Some(note) = note {
        changes = changes.with_memo(memo(&note)?);
    }
    Ok(changes)
}

impl Service {
    fn shows(&self, status: StatusCode, account: &AccountView) -> Response {
        with_tag(json(status, &Definition::of(account, &self.options)), account)
    }
}

pub(super) fn fault(fault: Fault) -> Problem {
    Problem::from(&Error::from(fault))
}
