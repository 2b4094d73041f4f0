//! What is taken of a user of another system, whichever that is; and why a user is not taken.

use std::fmt;

use accountable::{
    Import, ImportedPassword, NewAccount,
    domain::{AccountId, Day, EmailAddress, InputError, Locale, Standing, SuspensionReason, Timestamp},
};
use zeroize::Zeroizing;

use super::fields::Fields;

/// A user, as far as an account can hold what is known of it.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// What the other system calls the user.
    pub(super) id: Option<String>,
    /// The address, as it is written there.
    pub(super) email: Option<String>,
    /// Whether the other system made sure that the owner receives mail there.
    pub(super) email_proven: bool,
    /// The password, if there is one.
    pub(super) password: Option<Kept>,
    /// Since when it is the password.
    pub(super) password_set_at: Option<Timestamp>,
    /// Whether it must be changed at the next log-in.
    pub(super) must_change: bool,
    /// What keeps the owner out there, in one word.
    pub(super) suspended: Option<&'static str>,
    /// The language that the owner is written to in.
    pub(super) locale: Option<String>,
    /// When the user came to be there.
    pub(super) created_at: Option<Timestamp>,
    /// When the owner last logged in there.
    pub(super) last_log_in: Option<Timestamp>,
}

/// How another system keeps a password.
pub(super) enum Kept {
    /// As a hash in a form that may be one of those that are read here.
    Hash(Zeroizing<String>),
    /// In a way that nothing here can verify.
    Unverifiable,
}

impl Kept {
    /// A hash as it is written.
    pub(super) fn hash(text: impl Into<String>) -> Self {
        Self::Hash(Zeroizing::new(text.into()))
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept(..)")
    }
}

/// Why a record is not imported. Holds nothing of what the record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) code: &'static str,
    pub(super) text: String,
    /// What the other system calls the user, where that was read.
    pub(super) source_id: Option<String>,
}

impl Refused {
    pub(super) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), source_id: None }
    }

    /// A field is not of its form.
    pub(super) fn field(name: &str) -> Self {
        Self::new("bad_record", format!("{name} is not of its form"))
    }
}

impl From<InputError> for Refused {
    fn from(error: InputError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl Record {
    /// The user that this field names.
    ///
    /// # Errors
    /// Where it is no name.
    pub(super) fn named(fields: &Fields, field: &str) -> Result<Self, Refused> {
        Ok(Self { id: fields.id(field)?, ..Self::default() })
    }

    /// What is imported, and whether its password was left out since nothing here can verify it. The system's own name goes in
    /// front of a name that is no id of ours.
    ///
    /// # Errors
    /// Where it can be no account: without an address above all.
    pub(super) fn into_import(self, system: &str, now: Timestamp) -> Result<(Import, bool), Refused> {
        let email = self.email.filter(|email| !email.trim().is_empty());
        let email = email.ok_or_else(|| Refused::new("no_address", "it has no address"))?;
        let email = EmailAddress::parse(email.trim()).map_err(InputError::from)?;
        let name = self.id.unwrap_or_else(|| format!("address:{}", email.key().as_str()));
        // A language that is not understood is the mailer's choice.
        let locale = self.locale.and_then(|locale| Locale::parse(&locale).ok());
        let mut import = Import::new(NewAccount::new(email).with_locale(locale));
        import = match AccountId::parse(&name) {
            Some(id) => import.with_id(id),
            None => import.named(format!("{system}:{name}")),
        };
        import.email_proven = self.email_proven;
        import.created_at = self.created_at;
        import.last_log_in = self.last_log_in.map(Day::of);
        if let Some(word) = self.suspended {
            let reason = SuspensionReason::parse(&format!("{system}:{word}"))?;
            import = import.standing(Standing::Suspended { reason, at: now });
        }
        let unverifiable = matches!(self.password, Some(Kept::Unverifiable));
        if let Some(Kept::Hash(hash)) = &self.password {
            let mut password = ImportedPassword::new(hash);
            password.set_at = self.password_set_at.or(self.created_at);
            import = import.with_password(if self.must_change { password.must_change() } else { password });
        }
        Ok((import, unverifiable))
    }
}
