//! Import: an account comes to be with what another system knew of it.

use super::{Account, Change, Credential, Management, Registration};
use crate::domain::{EventKind, MustChangeReason, Sealed, Span, Timestamp};

/// An account as another system knew it.
#[derive(Debug, Clone)]
pub struct Imported {
    /// What a registration says; its moment is when the account came to be there.
    pub registration: Registration,
    /// Its owner proved to receive mail there.
    pub proven: bool,
    /// The password that it had there, if it had one.
    pub password: Option<PriorPassword>,
    /// Who sets the passwords: the owner, or an administrator.
    pub management: Management,
    /// The time of the command.
    pub now: Timestamp,
    /// How long before a password expires its owner is warned, furthest first.
    pub warnings: [Span; 2],
}

/// A password as another system kept it: its hash was made of the octets as they were typed.
#[derive(Debug, Clone)]
pub struct PriorPassword {
    /// Its hash, sealed to the account.
    pub hash: Sealed,
    /// When it was set there.
    pub set_at: Timestamp,
    /// Whether it must be changed.
    pub must_change: bool,
}

impl Account {
    /// Makes a new account that has a past.
    #[must_use]
    pub fn import(imported: Imported) -> Change {
        let Imported { registration, proven, password, management, now, warnings } = imported;
        let mut change = Self::register(registration);
        if let Some(Self { life: super::Life::Live(facts), .. }) = &mut change.account {
            facts.proven = proven;
            facts.management = management;
            facts.ever_had_a_password = password.is_some();
            facts.password = password.map(|PriorPassword { hash, set_at, must_change }| Credential {
                hash,
                set_at,
                must_change: must_change.then_some(MustChangeReason::Required),
                temporary_until: None,
                raw_input: true,
                warn_at: None,
            });
            facts.schedule_warning(now, warnings);
        }
        change.events = vec![EventKind::Imported];
        change
    }
}
