//! Sign-ups: accounts that only a stranger asked for. Each stands in nobody's way, and is there for a while only.
//!
//! Whoever has more right to its address takes it; staff that does anything with it makes it staff's own.

use super::{Account, Change, Facts, Life, MailRequest};
use crate::domain::{Carried, Confirmations, EventKind, Purpose, Refusal, Standing, Timestamp, Unknown};

impl Account {
    /// Whether only a stranger asked for it, and nobody has proven it, or put a hand to it, since: it is purged some day.
    #[must_use]
    pub fn is_sign_up(&self) -> bool {
        self.facts().is_ok_and(|facts| facts.purge_at.is_some())
    }

    /// Gives its address up to somebody who has more right to it; none unless it is a sign-up. Nothing personal is left,
    /// and its links are good for nothing. What is known of the address itself stays: it is another's from now on.
    #[must_use]
    pub fn yields(&self, now: Timestamp) -> Option<Change> {
        self.is_sign_up().then(|| Change {
            account: Some(self.erased(now)),
            events: vec![EventKind::SignUpYielded, EventKind::Erased],
            ..Change::none()
        })
    }

    /// A stranger signs up again what nobody has used yet: the link is mailed again, with what this sign-up carries.
    ///
    /// # Errors
    /// As [`request_password_set`](Self::request_password_set). A stranger learns of none of them.
    pub fn sign_up_again(&self, request: &MailRequest<'_>) -> Result<Change, Refusal> {
        let mut change = self.request_password_set(request)?;
        change.events.push(EventKind::SignUpRepeated);
        Ok(change.carrying(request.carried))
    }

    /// What is left of it once it is erased: its name, its numbers, and when that was.
    pub(super) fn erased(&self, now: Timestamp) -> Self {
        Self {
            life: Life::Erased { at: now, purged: self.is_sign_up() },
            epoch: self.epoch.next(),
            // Whatever a newer build knew of it may be personal.
            unknown: Unknown::default(),
            ..self.clone()
        }
    }
}

impl Change {
    /// Staff did this to an account: was it a sign-up, it is staff's own from now on, and no longer purged. Also where
    /// the command itself found nothing to change.
    #[must_use]
    pub fn adopting(mut self, account: &Account) -> Self {
        if !account.is_sign_up() {
            return self;
        }
        let mut next = self.account.as_ref().unwrap_or(account).clone();
        if let Life::Live(facts) = &mut next.life
            && facts.purge_at.take().is_some()
        {
            self.account = Some(next);
            self.events.push(EventKind::SignUpAdopted);
        }
        self
    }

    /// The host's companion is handed this with the events; nobody else is, and no journal keeps it.
    #[must_use]
    pub fn carrying(mut self, carried: Option<&Carried>) -> Self {
        self.carried = carried.cloned();
        self
    }
}

impl Facts {
    /// When the account is erased of itself: a closed one after its grace, but never while an old address can be taken back;
    /// a sign-up that nobody proved after a while, but not while a link works that was mailed to it.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        let (end, last) = match self.standing {
            Standing::Closed { until, .. } => {
                (until, self.issued(Purpose::EmailRevert).map(|it| it.expires_at))
            }
            Standing::Active | Standing::Suspended { .. } => {
                let codes = self.confirmations.values().flat_map(Confirmations::mailed);
                (self.purge_at?, codes.map(|mailed| mailed.expires_at).max())
            }
        };
        Some(last.map_or(end, |last| end.max(last)))
    }
}
