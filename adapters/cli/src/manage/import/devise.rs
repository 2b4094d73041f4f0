//! Devise (Ruby on Rails): the rows of its table `users`, as CSV with the names of the columns, as an array of JSON
//! (`User.all.to_json` leaves `encrypted_password` out: name it), or one a line.
//!
//! <https://github.com/heartcombo/devise>. Whoever is locked there is suspended here, until staff takes that back. Where the
//! hashes were made with a pepper, the settings name it in `hashing.devise_pepper_file`, and they are read as such.

use super::{
    fields::Fields,
    reading::Shape,
    record::{Kept, Record, Refused},
};

pub(super) const SHAPE: Shape = Shape { within: &["users"], bare: true, columns: None };

/// The user of a row, whose hash was made with a pepper or not.
///
/// # Errors
/// Where a column is not of its form, or the row is of somebody who was deleted.
pub(super) fn user(fields: &Fields, peppered: bool) -> Result<Option<Record>, Refused> {
    for column in ["deleted_at", "discarded_at"] {
        if fields.time(column)?.is_some() {
            return Err(Refused::new("deleted_there", "it was deleted in the other system"));
        }
    }
    let mut user = Record::named(fields, "id")?;
    user.email = fields.text("email")?.map(str::to_owned);
    user.email_proven = fields.time("confirmed_at")?.is_some();
    user.suspended = fields.time("locked_at")?.map(|_| "locked");
    let mark = if peppered { "$devise" } else { "" };
    user.password = fields.text("encrypted_password")?.map(|hash| Kept::hash(format!("{mark}{hash}")));
    user.created_at = fields.time("created_at")?;
    user.last_log_in = fields.time("current_sign_in_at")?.or(fields.time("last_sign_in_at")?);
    Ok(Some(user))
}
