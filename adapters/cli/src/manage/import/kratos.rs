//! Ory Kratos: identities of `GET /admin/identities?include_credential=password`, or of `ory list identities --format json`;
//! as an array, in an object, or one a line.
//!
//! <https://www.ory.sh/docs/kratos/manage-identities/import-user-accounts-identities>. The id is kept. The address is the first
//! verifiable one that is an e-mail address, else the trait `email`.

use super::{
    fields::Fields,
    reading::Shape,
    record::{Kept, Record, Refused},
};

pub(super) const SHAPE: Shape = Shape { within: &["identities"], bare: true, columns: None };

/// The identity of a record.
///
/// # Errors
/// Where a field is not of its form.
pub(super) fn user(fields: &Fields) -> Result<Option<Record>, Refused> {
    let mut user = Record::named(fields, "id")?;
    user.email = fields.within("traits")?.text("email")?.map(str::to_owned);
    for address in fields.list("verifiable_addresses")? {
        let value = address.text("value")?;
        let is_email = address.text("via")?.is_none_or(|via| via == "email");
        if is_email && (user.email.is_none() || user.email.as_deref() == value) {
            user.email = value.map(str::to_owned);
            user.email_proven = address.is("verified")?;
            break;
        }
    }
    user.suspended = (fields.text("state")? == Some("inactive")).then_some("inactive");
    user.created_at = fields.time("created_at")?;
    let credential = fields.within("credentials")?.within("password")?;
    user.password_set_at = credential.time("updated_at")?;
    user.password = credential.within("config")?.text("hashed_password")?.map(Kept::hash);
    Ok(Some(user))
}
