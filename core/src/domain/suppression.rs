//! Suppressions: which mails to an address are held back, and why.
//!
//! Each is kept by its scope, so that whoever complained of what strangers cause still gets what they asked for
//! themselves, and a bounce beside it is not forgotten.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Purpose, Realm, Span, Timestamp};

/// What a stranger can have mailed to somebody, without signing in. Whoever complains of one kind still gets the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// What signing up an address leads to: a link to choose the first password, or word that there is an account already.
    SignUp,
    /// What asking for a new password leads to: a link to choose one.
    Reset,
    /// What naming an address as the new one of an account leads to: a link to confirm it, or word that it is taken.
    EmailChange,
    /// What failed log-ins lead to: word that they are held up.
    LogIn,
}

impl MailKind {
    /// Every kind, in the order of their declaration.
    pub const ALL: [Self; 4] = [Self::SignUp, Self::Reset, Self::EmailChange, Self::LogIn];

    /// The stable name of the kind, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Reset => "reset",
            Self::EmailChange => "email_change",
            Self::LogIn => "log_in",
        }
    }
}

impl Purpose {
    /// Whether its code takes back what somebody else may have done to the account. Such a mail is tried even at an
    /// address that gets no other: whom it protects must not lose it to a report.
    #[must_use]
    pub const fn is_remedy(self) -> bool {
        match self {
            Self::EmailCancel | Self::EmailRevert | Self::Reopen => true,
            Self::PasswordSet
            | Self::PasswordReset
            | Self::PasswordManagement
            | Self::EmailConfirm
            | Self::EmailProof => false,
        }
    }
}

/// Which mails a suppression holds back. Its text is `all`, or the [name of the kind](MailKind::as_str).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionScope {
    /// All mails are held back but remedies: links that cancel a change, take it back or reopen an account.
    All,
    /// Mails of this kind are held back that a stranger caused: the complaint was about such a one.
    Only(MailKind),
}

impl SuppressionScope {
    /// The stable name of the scope, for machines: `all`, or the name of the kind.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Only(kind) => kind.as_str(),
        }
    }

    /// The scope of that name; none if no scope has it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut every = MailKind::ALL.into_iter().map(Self::Only).chain([Self::All]);
        every.find(|scope| scope.as_str() == name)
    }

    /// Whether it holds back a mail of the kind that a stranger caused; none: the owner or staff asked for it.
    #[must_use]
    pub fn holds_back(self, stranger_caused: Option<MailKind>) -> bool {
        match self {
            Self::All => true,
            Self::Only(kind) => stranger_caused == Some(kind),
        }
    }
}

impl fmt::Display for SuppressionScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// As its name, so that it can be the key of a map in JSON.
impl Serialize for SuppressionScope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SuppressionScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| serde::de::Error::custom("not the scope of a suppression"))
    }
}

/// Why mail of one scope is held back from an address. Sticky: until staff clears it, a code that was mailed to the
/// address is redeemed, or its own end comes, if it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The tenant whose mail it was: the record's own name does not tell.
    pub realm: Realm,
    /// What the mail server said, by and large.
    pub cause: Undeliverable,
    /// What it rests on, in a few words without personal data: a reply code, an enhanced status.
    pub evidence: String,
    /// When it was learned.
    pub at: Timestamp,
    /// When it ends by itself; none: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapses_at: Option<Timestamp>,
}

impl Suppression {
    /// A complaint about a mail with a link to a new password counts this long (fixed): it is the natural answer of
    /// somebody whom a stranger floods with them, who forgets a password later like anybody else.
    pub const RESET_COMPLAINT: Span = Span::days(30);

    /// Whether its end has come.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.lapses_at.is_some_and(|end| end <= now)
    }
}

/// Why an address gets no mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undeliverable {
    /// There is no such mailbox, or its host can't be found.
    NoSuchMailbox,
    /// The recipient, or its server in its name, rejected our mail; complaints included.
    Rejected,
}

impl Undeliverable {
    /// The stable name of the cause, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchMailbox => "no_such_mailbox",
            Self::Rejected => "rejected",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_back_from_its_name() {
        for scope in [SuppressionScope::All].into_iter().chain(MailKind::ALL.map(SuppressionScope::Only)) {
            assert_eq!(SuppressionScope::parse(scope.as_str()), Some(scope));
            let json = serde_json::to_string(&scope).unwrap();
            assert_eq!(serde_json::from_str::<SuppressionScope>(&json).unwrap(), scope);
        }
        assert_eq!(SuppressionScope::parse("stranger_caused"), None);
    }
}
