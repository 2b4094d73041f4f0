//! `create_password_reset`: a code for a back end that mails it itself. Nothing is mailed, and nothing published.

use accountable_core::{
    Error, MailOptions,
    domain::{Purpose, Refusal},
};
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::{Desk, address, request};
use crate::{answer::payway::Failure, intake::Received};

#[derive(Serialize)]
pub(super) struct Created {
    item: Item,
}

#[derive(Serialize)]
struct Item {
    account_id: String,
    #[serde(serialize_with = "exposed")]
    confirmation_code: Zeroizing<String>,
}

pub(super) async fn create(desk: &Desk, mut call: Received) -> Result<Created, Failure> {
    let email = address::take(&mut call.fields)?;
    call.fields.finish().map_err(|no| Failure::from(&no))?;
    let email = address::read(&email, desk.options.strict)?;

    let admin = desk.accounts.admin(call.caller.name().clone());
    let found = admin.account_by_email(&email).await.map_err(|fault| Failure::from(&fault))?;
    let account = found.ok_or_else(request::nobody)?;
    let purpose = match account.password {
        Some(_) => Purpose::PasswordReset,
        None => Purpose::PasswordSet,
    };
    let issued = admin.issue_code(account.id, purpose, &MailOptions::default()).await;
    let issued = issued.map_err(|no| match no {
        Error::Failed(fault) => Failure::from(&fault),
        Error::Refused(Refusal::Vetoed { .. }) => super::vetoed(),
        // Gone since, or not to be reset in this way: closed, suspended, its password an administrator's matter.
        Error::Refused(Refusal::NoSuchAccount) => request::nobody(),
        Error::Refused(_) => Failure::not_found("The account can't be reset").about(address::CONTACT_EMAIL),
        _ => Failure::internal(),
    })?;
    let item = Item { account_id: account.id.to_string(), confirmation_code: issued.code.expose() };
    Ok(Created { item })
}

fn exposed<S: Serializer>(code: &Zeroizing<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code)
}
