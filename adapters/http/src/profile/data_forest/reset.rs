//! `resetPassword`: an administrator picks a password for an account.

use accountable_core::{
    Error,
    domain::{AccountId, Password, Refusal},
};
use serde::Serialize;

use super::{Desk, advice};
use crate::{answer::data_forest::Failure, intake::Received, wire::FieldError};

/// Most characters of an `id`, and all that ours have.
const ID: usize = 22;

#[derive(Serialize)]
pub(super) struct Reset {
    id: String,
    success: bool,
}

pub(super) async fn reset(desk: &Desk, mut call: Received) -> Result<Reset, Failure> {
    let unread = |no: FieldError| Failure::from(&no);
    let id = call.fields.take_string("id").map_err(unread)?;
    let typed = call.fields.take_string("password").map_err(unread)?;
    call.fields.finish().map_err(unread)?;

    if !is_well_formed(&id) {
        return Err(Failure::invalid_parameter("id", ""));
    }
    let refused = |advice: &str| refusal(desk, &typed, advice);
    let policy = desk.accounts.policy();
    let new = Password::parse(&typed).map_err(|no| refused(&advice::unreadable(policy, &no)))?;
    let account = AccountId::parse(&id).ok_or_else(Failure::no_such_element)?;

    let admin = desk.accounts.admin(call.caller.name().clone());
    match admin.assign_password(account, &new).await {
        Ok(()) => Ok(Reset { id: account.to_base62(), success: true }),
        Err(Error::Refused(Refusal::WeakPassword(violations))) => {
            Err(refused(&advice::weak(policy, &violations)))
        }
        Err(no) => Err((&no).into()),
    }
}

/// Whether a text can be an id at all.
fn is_well_formed(id: &str) -> bool {
    (1..=ID).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_alphanumeric())
}

/// What is said of a refused password.
fn refusal(desk: &Desk, typed: &str, advice: &str) -> Failure {
    if desk.options.echoes {
        Failure::new(400, format!("invalid request parameter (password, '{typed}'). {advice}"))
    } else {
        Failure::invalid_parameter("password", advice)
    }
}
