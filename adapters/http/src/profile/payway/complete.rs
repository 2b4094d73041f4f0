//! `complete_password_reset`: a mailed code is redeemed, and the account has a new password.

use std::time::Duration;

use accountable_core::{
    PublicError,
    domain::{AccountId, Actor, Chosen, Origin},
};
use serde::Serialize;

use super::{
    error::ErrorResponse,
    event::{EventAccount, EventName},
    password,
    requests::CompleteRequest,
    service::Service,
};
use crate::intake::Received;

/// The longest that an event waits for the address of its account.
const LOOK_UP: Duration = Duration::from_secs(2);

#[derive(Serialize)]
pub(super) struct CompleteResponse {
    id: String,
}

pub(super) async fn complete(service: &Service, call: Received) -> Result<CompleteResponse, ErrorResponse> {
    let CompleteRequest { code, new_password } = CompleteRequest::parse(call.fields, &service.accounts)?;
    let redeemed = service.accounts.public(Origin::Unknown).choose_password(&code, &new_password).await;
    let Chosen { account: id, .. } = redeemed.map_err(|error| match error {
        // Used, expired, wrong, never mailed, of nobody: one answer for all.
        PublicError::DeadCode => ErrorResponse::not_found("The password reset could not be found"),
        PublicError::WeakPassword(violations) => password::weak(service.accounts.policy(), &violations),
        PublicError::OriginRefused => ErrorResponse::origin_refused(),
        PublicError::Vetoed { .. } => ErrorResponse::vetoed(),
        PublicError::Failed(fault) => fault.into(),
        _ => ErrorResponse::internal(),
    })?;

    if service.options.events.are_published() {
        publish(service, call.caller.name().clone(), id);
    }
    Ok(CompleteResponse { id: id.to_string() })
}

/// Publishes that it is done, in a task of its own: the code is spent, so a call that is given up or takes too long from
/// here on must lose neither its answer nor the event.
fn publish(service: &Service, caller: Actor, id: AccountId) {
    let (admin, events) = (service.accounts.admin(caller), service.options.events.clone());
    tokio::spawn(async move {
        // Whoever listens knows people by their address. Without it, the event still names the account.
        let found = tokio::time::timeout(LOOK_UP, admin.account(id)).await;
        let view = found.ok().and_then(Result::ok).flatten();
        let account = EventAccount::new(id.to_string(), view.map(|view| view.email));
        events.publish(EventName::AccountPasswordResetComplete, account);
    });
}
