//! Firebase Authentication: `firebase auth:export`, as JSON or CSV, whose columns have fixed places and no names.
//!
//! <https://firebase.google.com/docs/cli/auth>. Its hashes are of a scrypt of its own, which ends in a cipher under a key of the
//! project. Nothing here verifies it: whoever has a password is imported without, and chooses another by a reset.

use super::{
    fields::Fields,
    reading::Shape,
    record::{Kept, Record, Refused},
};

const UNUSED: &str = "";
const COLUMNS: [&str; 28] = [
    "localId",
    "email",
    "emailVerified",
    "passwordHash",
    "salt",
    "displayName",
    "photoUrl",
    // Four of each: Google, Facebook, Twitter, GitHub.
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    UNUSED,
    "createdAt",
    "lastSignedInAt",
    "phoneNumber",
    "disabled",
    "customAttributes",
];
pub(super) const SHAPE: Shape = Shape { within: &["users"], bare: true, columns: Some(&COLUMNS) };

/// The user of a record.
///
/// # Errors
/// Where a field is not of its form.
pub(super) fn user(fields: &Fields) -> Result<Option<Record>, Refused> {
    let mut user = Record::named(fields, "localId")?;
    user.email = fields.text("email")?.map(str::to_owned);
    user.email_proven = fields.is("emailVerified")?;
    user.password = fields.text("passwordHash")?.map(|_| Kept::Unverifiable);
    user.suspended = fields.is("disabled")?.then_some("disabled");
    user.created_at = fields.time("createdAt")?;
    user.last_log_in = fields.time("lastSignedInAt")?;
    Ok(Some(user))
}
