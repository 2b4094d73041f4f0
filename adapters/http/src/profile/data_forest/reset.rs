//! `resetPassword`: an administrator picks a password for an account.

use accountable_core::{
    Error,
    domain::{Password, Refusal},
};
use serde::Serialize;

use super::{advice, error::ErrorResponse, requests::ResetAccountPasswordRequest, service::Service};
use crate::intake::Received;

#[derive(Serialize)]
pub(super) struct ResetAccountPasswordResponse {
    id: String,
    success: bool,
}

pub(super) async fn reset(
    service: &Service,
    call: Received,
) -> Result<ResetAccountPasswordResponse, ErrorResponse> {
    let ResetAccountPasswordRequest { account, password } = call.fields.try_into()?;
    let refused = |advice: &str| refusal(service, &password, advice);
    let policy = service.accounts.policy();
    let new = Password::parse(&password).map_err(|error| refused(&advice::unreadable(policy, &error)))?;
    let account = account.ok_or_else(ErrorResponse::no_such_element)?;

    let admin = service.accounts.admin(call.caller.name().clone());
    match admin.assign_password(account, &new).await {
        Ok(()) => Ok(ResetAccountPasswordResponse { id: account.to_base62(), success: true }),
        Err(Error::Refused(Refusal::WeakPassword(violations))) => {
            Err(refused(&advice::weak(policy, &violations)))
        }
        Err(error) => Err(error.into()),
    }
}

/// What is said of a refused password.
fn refusal(service: &Service, typed: &str, advice: &str) -> ErrorResponse {
    if service.options.echoes {
        ErrorResponse::new(400, format!("invalid request parameter (password, '{typed}'). {advice}"))
    } else {
        ErrorResponse::invalid_parameter("password", advice)
    }
}
