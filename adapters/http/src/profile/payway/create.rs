//! `create_password_reset`: a code for a back end that mails it itself. Nothing is mailed, and nothing published.

use accountable_core::{
    Error, MailOptions,
    domain::{Purpose, Refusal},
};
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::{address, error::ErrorResponse, requests::CreateRequest, service::Service};
use crate::intake::Received;

#[derive(Serialize)]
pub(super) struct CreateResponse {
    item: Item,
}

#[derive(Serialize)]
struct Item {
    account_id: String,
    #[serde(serialize_with = "exposed")]
    confirmation_code: Zeroizing<String>,
}

pub(super) async fn create(service: &Service, call: Received) -> Result<CreateResponse, ErrorResponse> {
    let CreateRequest { email } = CreateRequest::parse(call.fields, &service.options)?;
    let admin = service.accounts.admin(call.caller.name().clone());
    let found = admin.account_by_email(&email).await?;
    let account = found.ok_or_else(address::unknown)?;
    let purpose = match account.password {
        Some(_) => Purpose::PasswordReset,
        None => Purpose::PasswordSet,
    };
    let issued = admin.issue_code(account.id, purpose, &MailOptions::default()).await;
    let issued = issued.map_err(|error| match error {
        Error::Failed(fault) => fault.into(),
        Error::Refused(Refusal::Vetoed { .. }) => ErrorResponse::vetoed(),
        // Gone since, or not to be reset in this way: closed, suspended, its password an administrator's matter.
        Error::Refused(Refusal::NoSuchAccount) => address::unknown(),
        Error::Refused(_) => {
            ErrorResponse::not_found("The account can't be reset").about(address::CONTACT_EMAIL)
        }
        _ => ErrorResponse::internal(),
    })?;
    let item = Item { account_id: account.id.to_string(), confirmation_code: issued.code.expose() };
    Ok(CreateResponse { item })
}

fn exposed<S: Serializer>(code: &Zeroizing<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code)
}
