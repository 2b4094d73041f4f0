//! `complete_password_reset`: a mailed code is redeemed, and the account has a new password.

use accountable_core::{
    PublicError,
    domain::{InputError, MailedCode, Origin, Password, PasswordPolicy, Violation},
};
use serde::Serialize;

use super::{Desk, EventAccount, EventName};
use crate::{answer::payway::Failure, intake::Received, wire::FieldError};

const PASSWORD: &str = "new_password";

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
        PublicError::Vetoed { .. } => Failure::new(409, "vetoed", "The password can't be changed now"),
        PublicError::Failed(fault) => Failure::from(&fault),
        _ => Failure::internal(),
    })?;

    if desk.options.events.are_published() {
        // Whoever listens knows people by their address. Without it, the event still names the account.
        let view = desk.accounts.admin(call.caller.name().clone()).account(id).await.ok().flatten();
        let account = EventAccount::new(id.to_string(), view.map(|view| view.email));
        desk.options.events.publish(EventName::AccountPasswordResetComplete, account);
    }
    Ok(Completed { id: id.to_string() })
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
