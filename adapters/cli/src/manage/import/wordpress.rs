//! WordPress: `wp user list --fields=ID,user_login,user_email,user_registered,user_pass,user_status --format=csv` (or `json`),
//! or the table `wp_users`, as CSV or as `mysql --batch` writes it.
//!
//! <https://developer.wordpress.org/cli/commands/user/list/>. Hashes before WordPress 6.8 (`$P$`) are weak: they are read where
//! the settings accept weak ones. In a network of sites, who was marked as spam is suspended.

use super::{
    fields::Fields,
    reading::Shape,
    record::{Kept, Record, Refused},
};

pub(super) const SHAPE: Shape = Shape { within: &[], bare: true, columns: None };

/// The user of a row.
///
/// # Errors
/// Where a column is not of its form, or the row is of somebody who was deleted.
pub(super) fn user(fields: &Fields) -> Result<Option<Record>, Refused> {
    if fields.is("deleted")? {
        return Err(Refused::new("deleted_there", "it was deleted in the other system"));
    }
    let mut user = Record::named(fields, "ID")?;
    user.email = fields.text("user_email")?.map(str::to_owned);
    user.password = fields.text("user_pass")?.map(Kept::hash);
    user.suspended = fields.is("spam")?.then_some("spam");
    user.created_at = fields.time("user_registered")?;
    Ok(Some(user))
}
