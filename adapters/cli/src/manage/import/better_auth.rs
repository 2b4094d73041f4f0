//! better-auth: its tables `user` and `account`, as one JSON object of two arrays; or rows of users that have the column
//! `password` of their credential beside their own, as an array, one a line, or CSV.
//!
//! <https://www.better-auth.com/docs/concepts/database>. In the first form the hashes are gathered before the users are read,
//! which takes some hundred octets of memory for each; the second takes none.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::{
    fields::Fields,
    reading::Shape,
    record::{Kept, Record, Refused},
};

pub(super) const SHAPE: Shape =
    Shape { within: &["user", "users", "account", "accounts"], bare: true, columns: None };

/// The hashes of users, by their ids.
pub(super) type Hashes = HashMap<String, Zeroizing<String>>;

/// Whether the array of that name has credentials.
pub(super) fn has_credentials(table: Option<&str>) -> bool {
    matches!(table, Some("account" | "accounts"))
}

/// The user and the hash of a credential; none of an account at a provider.
///
/// # Errors
/// Where a field is not of its form.
pub(super) fn credential(fields: &Fields) -> Result<Option<(String, Zeroizing<String>)>, Refused> {
    let of_password = either(fields, "providerId", "provider_id", Fields::text)? == Some("credential");
    let user = either(fields, "userId", "user_id", Fields::id)?;
    let hash = fields.text("password")?.filter(|_| of_password);
    Ok(user.zip(hash.map(|hash| Zeroizing::new(hash.to_owned()))))
}

/// The user of a record.
///
/// # Errors
/// Where a field is not of its form.
pub(super) fn user(fields: &Fields, hashes: &mut Hashes) -> Result<Option<Record>, Refused> {
    let mut user = Record::named(fields, "id")?;
    user.email = fields.text("email")?.map(str::to_owned);
    user.email_proven = either(fields, "emailVerified", "email_verified", Fields::flag)?.unwrap_or(false);
    user.suspended = fields.is("banned")?.then_some("banned");
    user.created_at = either(fields, "createdAt", "created_at", Fields::time)?;
    let known = user.id.as_ref().and_then(|id| hashes.remove(id)).map(Kept::Hash);
    user.password = fields.text("password")?.map(Kept::hash).or(known);
    Ok(Some(user))
}

/// A field by its name in the code, or by that of its column.
fn either<'f, T>(
    fields: &'f Fields,
    name: &str,
    column: &str,
    read: impl Fn(&'f Fields, &str) -> Result<Option<T>, Refused>,
) -> Result<Option<T>, Refused> {
    Ok(match read(fields, name)? {
        Some(value) => Some(value),
        None => read(fields, column)?,
    })
}
