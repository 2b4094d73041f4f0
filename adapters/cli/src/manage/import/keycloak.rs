//! Keycloak: `kc.sh export`, in one file (`--file`, `--users same_file`) or in files of users (`--users different_files`).
//!
//! <https://www.keycloak.org/server/importExport>. The users are walked where they are; of the realm nothing else is read.
//! The id is kept. A credential is handed on whole: what reads it is the scheme of that name. Service accounts are passed over.

use super::{
    fields::Fields,
    reading::Shape,
    record::{Kept, Record, Refused},
};

pub(super) const SHAPE: Shape = Shape { within: &["users"], bare: false, columns: None };

/// The user of a record; none of a service account.
///
/// # Errors
/// Where a field is not of its form.
pub(super) fn user(fields: &Fields) -> Result<Option<Record>, Refused> {
    if fields.text("serviceAccountClientId")?.is_some() {
        return Ok(None);
    }
    let mut user = Record::named(fields, "id")?;
    let username = fields.text("username")?.filter(|name| name.contains('@'));
    user.email = fields.text("email")?.or(username).map(str::to_owned);
    user.email_proven = fields.is("emailVerified")?;
    user.suspended = (fields.flag("enabled")? == Some(false)).then_some("disabled");
    user.created_at = fields.time("createdTimestamp")?;
    user.must_change = fields.texts("requiredActions")?.contains(&"UPDATE_PASSWORD");
    let locales = fields.within("attributes")?;
    user.locale = locales.texts("locale")?.first().map(|locale| (*locale).to_owned());
    for credential in fields.list("credentials")? {
        if credential.text("type")? == Some("password") {
            user.must_change |= credential.is("temporary")?;
            user.password_set_at = credential.time("createdDate")?;
            user.password = Some(Kept::hash(credential.into_value().to_string()));
        }
    }
    Ok(Some(user))
}
