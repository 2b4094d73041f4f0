//! `complete_password_reset`: a mailed code is redeemed, and the account has a new password.

use std::time::Duration;

use accountable_core::{
    PublicError,
    domain::{AccountId, Actor, InputError, MailedCode, Origin, Password, PasswordPolicy, Violation},
};
use serde::Serialize;

use super::{Desk, EventAccount, EventName};
use crate::{answer::payway::Failure, intake::Received, wire::FieldError};

const PASSWORD: &str = "new_password";

/// The longest that an event waits for the address of its account.
const LOOK_UP: Duration = Duration::from_secs(2);

#[derive(Serialize)]
pub(super) struct Completed {
    id: String,
}

pub(super) async fn complete(desk: &Desk, mut call: Received) -> Result<Completed, Failure> {
    let unread = |no: FieldError| Failure::from(&no);
    let id = call.fields.take_string("id").map_err(unread)?;
    let code = call.fields.take_string("confirmation_code").map_err(unread)?;
    let typed = call.fields.take_string(PASSWORD).map_err(unread)?;
    call.fields.finish().map_err(unread)?;

    let policy = desk.accounts.policy();
    let new = Password::parse(&typed).map_err(|no| unreadable(policy, &no))?;
    let redeemed =
        desk.accounts.public(Origin::Unknown).choose_password(&MailedCode::new(&id, &code), &new).await;
    let id = redeemed.map_err(|no| match no {
        // Used, expired, wrong, never mailed, of nobody: one answer for all.
        PublicError::DeadCode => Failure::not_found("The password reset could not be found"),
        PublicError::WeakPassword(violations) => weak(policy, &violations),
        PublicError::OriginRefused => {
            Failure::new(403, "origin_refused", "The account is used from elsewhere")
        }
        PublicError::Vetoed { .. } => super::vetoed(),
        PublicError::Failed(fault) => Failure::from(&fault),
        _ => Failure::internal(),
    })?;

    if desk.options.events.are_published() {
        publish(desk, call.caller.name().clone(), id);
    }
    Ok(Completed { id: id.to_string() })
}

/// Publishes that it is done, in a task of its own: the code is spent, so a call that is given up or takes too long from
/// here on must lose neither its answer nor the event.
fn publish(desk: &Desk, caller: Actor, id: AccountId) {
    let (admin, events) = (desk.accounts.admin(caller), desk.options.events.clone());
    tokio::spawn(async move {
        // Whoever listens knows people by their address. Without it, the event still names the account.
        let found = tokio::time::timeout(LOOK_UP, admin.account(id)).await;
        let view = found.ok().and_then(Result::ok).flatten();
        let account = EventAccount::new(id.to_string(), view.map(|view| view.email));
        events.publish(EventName::AccountPasswordResetComplete, account);
    });
}

fn refused(message: &str) -> Failure {
    Failure::invalid_parameter(PASSWORD, message)
}

fn size(policy: &PasswordPolicy) -> String {
    let length = policy.length();
    format!("Parameter must have {} to {} characters", length.start(), length.end())
}

fn unreadable(policy: &PasswordPolicy, no: &InputError) -> Failure {
    match no {
        InputError::EmptyPassword | InputError::PasswordTooLong => refused(&size(policy)),
        _ => refused("Parameter has a character that can't be typed again"),
    }
}

fn weak(policy: &PasswordPolicy, violations: &[Violation]) -> Failure {
    let said: Vec<_> = violations
        .iter()
        .map(|violation| match violation {
            Violation::TooShort { .. } | Violation::TooLong { .. } => size(policy),
            other => format!("Parameter is refused: {other}"),
        })
        .collect();
    refused(&said.join(". "))
}
