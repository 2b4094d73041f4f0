//! Django: `manage.py dumpdata auth.user`, as JSON or with `--format jsonl`; also a dump of more than users.
//!
//! <https://docs.djangoproject.com/en/5.2/topics/serialization/>. A custom user model is known by its fields. Django itself
//! keeps no mark of a proven address. A password that begins with `!` is one that was never set.

use super::{
    fields::Fields,
    reading::Shape,
    record::{Kept, Record, Refused},
};

pub(super) const SHAPE: Shape = Shape { within: &[], bare: true, columns: None };

/// The user of a record; none of those of other models.
///
/// # Errors
/// Where it is none of a fixture, or a field is not of its form.
pub(super) fn user(record: &Fields) -> Result<Option<Record>, Refused> {
    if record.text("model")?.is_none() {
        return Err(Refused::field("model"));
    }
    let fields = record.within("fields")?;
    if !fields.has("password") || !(fields.has("email") || fields.has("username")) {
        return Ok(None);
    }
    let mut user = Record::named(record, "pk")?;
    // Many sites have people log in with their address as the user name.
    let username = fields.text("username")?.filter(|name| name.contains('@'));
    user.email = fields.text("email")?.or(username).map(str::to_owned);
    user.password = fields.text("password")?.filter(|hash| !hash.starts_with('!')).map(Kept::hash);
    user.suspended = (fields.flag("is_active")? == Some(false)).then_some("inactive");
    user.created_at = fields.time("date_joined")?;
    user.last_log_in = fields.time("last_login")?;
    Ok(Some(user))
}
