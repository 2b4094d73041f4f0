//! How a pure rule gets at hashes: it asks, stops, and is run again when the answer is there.

use super::{Password, Refusal, Sealed};

/// Why a rule stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The rule refuses.
    Refused(Refusal),
    /// It needs to know whether the candidate is the password that this was made of.
    Unverified(Sealed),
    /// It needs the candidate's own hash.
    Unhashed,
    /// It needs to know whether the candidate is known from a breach.
    Unscreened,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What is known so far of a candidate password's hashes.
#[derive(Debug, Clone, Default)]
pub struct Hashed {
    verified: Vec<(Sealed, bool)>,
    sealed: Option<Sealed>,
    breached: Option<bool>,
}

impl Hashed {
    /// Whether the candidate is the password that `sealed` was made of.
    ///
    /// # Errors
    /// [`Stop::Unverified`] while that is not known.
    pub fn is(&self, sealed: &Sealed) -> Result<bool, Stop> {
        let known = self.verified.iter().find(|(known, _)| known == sealed);
        known.map(|(_, is)| *is).ok_or_else(|| Stop::Unverified(sealed.clone()))
    }

    /// The candidate's own hash, sealed to its account.
    ///
    /// # Errors
    /// [`Stop::Unhashed`] while there is none.
    pub fn sealed(&self) -> Result<Sealed, Stop> {
        self.sealed.clone().ok_or(Stop::Unhashed)
    }

    /// Whether the candidate is known from a breach.
    ///
    /// # Errors
    /// [`Stop::Unscreened`] while that is not known.
    pub fn is_breached(&self) -> Result<bool, Stop> {
        self.breached.ok_or(Stop::Unscreened)
    }

    /// Learns whether the candidate is known from a breach.
    #[must_use]
    pub fn with_screening(mut self, breached: bool) -> Self {
        self.breached = Some(breached);
        self
    }

    /// Learns an answer.
    #[must_use]
    pub fn with_verified(mut self, sealed: Sealed, is: bool) -> Self {
        self.verified.push((sealed, is));
        self
    }

    /// Learns the candidate's own hash.
    #[must_use]
    pub fn with_sealed(mut self, sealed: Sealed) -> Self {
        self.sealed = Some(sealed);
        self
    }
}

/// A candidate password and what is known of its hashes.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// What somebody wants as a password.
    pub password: &'a Password,
    /// What is known of its hashes.
    pub hashed: &'a Hashed,
}
