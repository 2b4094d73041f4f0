//! Whom alone mails go to, where a store may hold the accounts of people who must not be mailed: a copy on a staging host.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{AddressError, EmailAddress, EmailKey};

/// The only recipients that mails are handed over to. A mail to anybody else is given up untried
/// ([`DeathCause::Withheld`](super::DeathCause::Withheld)).
///
/// In settings it is a list of e-mail addresses and of domains, as in `["tester@app.example", "lab.example"]`. A domain
/// stands for its own mailboxes, and not for those of domains below it. An empty list lets no mail out.
///
/// ```
/// use accountable_core::domain::{EmailAddress, OnlyTo};
///
/// let only = OnlyTo::parse(["lab.example", "ada@example.com"])?;
/// assert!(only.admits(&EmailAddress::parse("grace@lab.example")?));
/// assert!(only.admits(&EmailAddress::parse("ADA@example.com")?));
/// assert!(!only.admits(&EmailAddress::parse("grace@example.com")?));
/// # Ok::<(), accountable_core::domain::AddressError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OnlyTo {
    /// As they were named, for settings that are written out.
    named: Vec<String>,
    addresses: BTreeSet<EmailKey>,
    domains: BTreeSet<String>,
}

impl OnlyTo {
    /// These e-mail addresses, and all mailboxes of these domains.
    ///
    /// # Errors
    /// [`AddressError`]: one is neither an address nor a domain.
    pub fn parse<'a>(recipients: impl IntoIterator<Item = &'a str>) -> Result<Self, AddressError> {
        let mut only = Self::default();
        for named in recipients {
            if named.contains('@') {
                only.addresses.insert(EmailAddress::parse(named)?.key());
            } else {
                let anybody = EmailAddress::parse(&format!("anybody@{named}"))?;
                only.domains.insert(anybody.domain().to_owned());
            }
            only.named.push(named.to_owned());
        }
        Ok(only)
    }

    /// Whether a mail may go there.
    #[must_use]
    pub fn admits(&self, to: &EmailAddress) -> bool {
        self.domains.contains(to.domain()) || self.addresses.contains(&to.key())
    }
}

impl Serialize for OnlyTo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.named.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for OnlyTo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let named = Vec::<String>::deserialize(deserializer)?;
        Self::parse(named.iter().map(String::as_str)).map_err(D::Error::custom)
    }
}
