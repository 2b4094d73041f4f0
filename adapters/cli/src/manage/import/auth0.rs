//! Auth0: the hashes that its support exports, and the users of a job of `POST /api/v2/jobs/users-exports`; one JSON object a
//! line, or an array as for its bulk import, or CSV.
//!
//! <https://auth0.com/docs/manage-users/user-migration/bulk-user-exports>. The users of a job have no hashes, and those of
//! support no blocks: `--passwords` names the latter beside the former, and both are taken together.

use std::collections::HashMap;

use super::{
    fields::Fields,
    reading::Shape,
    record::{Kept, Record, Refused},
};

pub(super) const SHAPE: Shape = Shape { within: &[], bare: true, columns: None };

/// The hashes of users, by their ids.
pub(super) type Hashes = HashMap<String, Record>;

/// The user of a record, with the password that is known of it from elsewhere.
///
/// # Errors
/// Where a field is not of its form.
pub(super) fn user(fields: &Fields, hashes: &mut Hashes) -> Result<Option<Record>, Refused> {
    let mut user = Record { id: id(fields)?, ..Record::default() };
    let (email, proven) = address(fields)?;
    (user.email, user.email_proven) = (email, proven);
    user.suspended = fields.is("blocked")?.then_some("blocked");
    user.created_at = fields.time("created_at")?.or(fields.time("Created At")?);
    user.last_log_in = fields.time("last_login")?.or(fields.time("Last Login")?);
    user.password_set_at = fields.time("password_set_date")?.or(fields.time("last_password_reset")?);
    user.password = password(fields)?;
    if user.password.is_none()
        && let Some(known) = user.id.as_ref().and_then(|id| hashes.remove(id))
    {
        user.password = known.password;
        user.password_set_at = known.password_set_at;
    }
    Ok(Some(user))
}

/// What Auth0 calls the user: by a number of its own, or a custom one, of its database; else by that of a provider.
fn id(fields: &Fields) -> Result<Option<String>, Refused> {
    // In CSV a quote stands before each text, against spreadsheets.
    let named =
        fields.text("user_id")?.or(fields.text("Id")?).map(|id| id.trim_start_matches('\'').to_owned());
    let custom = fields.text("alt_id")?;
    let number = fields.within("_id").or_else(|_| Ok::<_, Refused>(Fields::default()))?;
    let own = custom.or(number.text("$oid")?).map(|id| format!("auth0|{id}"));
    Ok(named.or(own))
}

/// The address, and whether it is proven: in the record itself, or, newer, among its identifiers.
fn address(fields: &Fields) -> Result<(Option<String>, bool), Refused> {
    if let Some(email) = fields.text("email")?.or(fields.text("Email")?) {
        let proven = fields.is("email_verified")? || fields.is("Email Verified")?;
        return Ok((Some(email.trim_start_matches('\'').to_owned()), proven));
    }
    for identifier in fields.list("identifiers")? {
        if identifier.text("type")? == Some("email") {
            return Ok((identifier.text("value")?.map(str::to_owned), identifier.is("verified")?));
        }
    }
    Ok((None, false))
}

/// Of support's export, or as the bulk import takes it: bcrypt, or a hash of another scheme as that scheme writes it.
fn password(fields: &Fields) -> Result<Option<Kept>, Refused> {
    if let Some(hash) = fields.text("passwordHash")?.or(fields.text("password_hash")?) {
        return Ok(Some(Kept::hash(hash)));
    }
    if !fields.has("custom_password_hash") {
        return Ok(None);
    }
    let hash = fields.within("custom_password_hash")?.within("hash")?;
    let plain = hash.text("encoding")?.is_none_or(|encoding| encoding == "utf8");
    let text = hash.text("value")?.filter(|text| plain && text.starts_with('$'));
    Ok(Some(text.map_or(Kept::Unverifiable, Kept::hash)))
}
