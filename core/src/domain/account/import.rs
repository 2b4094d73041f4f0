//! Import: an account comes to be with what another system, or another store of ours, knew of it.

use super::{Account, Change, Credential, FormerPassword, Management, Registration};
use crate::domain::{
    ClosedBy, Day, EventKind, MustChangeReason, OpenStanding, Sealed, Span, Standing, Timestamp,
};

/// An account as another system knew it.
#[derive(Debug, Clone)]
pub struct Imported {
    /// What a registration says; its moment is when the account came to be there.
    pub registration: Registration,
    /// Its owner proved to receive mail there.
    pub proven: bool,
    /// The password that it had there, if it had one.
    pub password: Option<PriorPassword>,
    /// The passwords before that one, latest first: as many as the policy remembers.
    pub previous: Vec<FormerPassword>,
    /// Who sets the passwords: the owner, or an administrator.
    pub management: Management,
    /// Where it stood there.
    pub standing: Standing,
    /// The day of its last log-in there, where the host has log-ins noted.
    pub last_log_in: Option<Day>,
    /// The time of the command.
    pub now: Timestamp,
    /// How long before a password expires its owner is warned, furthest first.
    pub warnings: [Span; 2],
}

/// A password as another system kept it.
#[derive(Debug, Clone)]
pub struct PriorPassword {
    /// Its hash, sealed to the account.
    pub hash: Sealed,
    /// When it was set there.
    pub set_at: Timestamp,
    /// Why it must be changed, if it must.
    pub must_change: Option<MustChangeReason>,
    /// When it lapses, if it was given for a while only.
    pub temporary_until: Option<Timestamp>,
    /// Whether its hash was made of the octets as they were typed, not of our normal form.
    pub raw_input: bool,
}

impl Account {
    /// Makes a new account that has a past. No stamp of it lies ahead.
    ///
    /// What nobody proved and nobody can log in to keeps the end that a sign-up has; anything else has none.
    #[must_use]
    pub fn import(imported: Imported) -> Change {
        let Imported { mut registration, proven, password, previous, now, .. } = imported;
        let signed_up_only = !proven && password.is_none() && imported.standing == Standing::Active;
        registration.purge_at = registration.purge_at.filter(|_| signed_up_only);
        let mut change = Self::register(registration);
        if let Some(Self { life: super::Life::Live(facts), .. }) = &mut change.account {
            facts.proven = proven;
            facts.management = imported.management;
            facts.standing = brought(imported.standing, now);
            facts.last_log_in = imported.last_log_in.map(|day| day.min(Day::of(now)));
            facts.ever_had_a_password = password.is_some();
            if password.is_some() {
                facts.previous = previous;
            }
            facts.password = password.map(|password| credential(password, now));
            facts.schedule_warning(now, imported.warnings);
        }
        change.events = vec![EventKind::Imported];
        change
    }
}

fn credential(prior: PriorPassword, now: Timestamp) -> Credential {
    let PriorPassword { hash, set_at, must_change, temporary_until, raw_input } = prior;
    // That it expired is computed, never kept; and what lapses was assigned.
    let must_change = must_change.filter(|reason| *reason != MustChangeReason::Expired);
    let must_change = must_change.or_else(|| temporary_until.map(|_| MustChangeReason::Assigned));
    Credential { hash, set_at: set_at.min(now), must_change, temporary_until, raw_input, warn_at: None }
}

/// The standing as it is kept here. Who was suspended can't have closed the account: that was staff.
fn brought(standing: Standing, now: Timestamp) -> Standing {
    match standing {
        Standing::Active => Standing::Active,
        Standing::Suspended { reason, at } => Standing::Suspended { reason, at: at.min(now) },
        Standing::Closed { at, until, by, before } => match before {
            OpenStanding::Active => Standing::Closed { at: at.min(now), until, by, before },
            OpenStanding::Suspended { reason, at: since } => Standing::Closed {
                at: at.min(now),
                until,
                by: ClosedBy::Administrator,
                before: OpenStanding::Suspended { reason, at: since.min(now) },
            },
        },
    }
}
