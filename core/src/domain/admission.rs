//! Log-in: what an attempt may be verified against, and whether its result still counts when it is there.
//!
//! Both are pure. Between them lies a slow hash, during which anything may happen to the account: a result
//! counts only if what it rests on is still so.

use super::{
    Account, Address, Credential, Epoch, IpFilterGroup, LockOut, LockState, LogIns, MustChangeReason, Origin,
    Sealed, SessionStamp, StandingKind, Timestamp,
};

/// What is known when an attempt begins, or ends. All of one instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogInSnapshot<'a> {
    /// The account that has the address.
    pub account: Option<&'a Account>,
    /// The record of the address that was typed.
    pub address: Option<&'a Address>,
    /// The group of networks that guards the account.
    pub filter: Option<&'a IpFilterGroup>,
    /// Where the attempt comes from.
    pub origin: Origin,
    /// The time of the decision.
    pub now: Timestamp,
    /// When failures lock.
    pub lock_out: &'a LockOut,
    /// Whether locks hold it back: not a known device, nor an owner who is signed in.
    pub bound_by_locks: bool,
}

/// What an attempt is verified against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum VerificationTarget {
    /// The account's password; a right one lets in.
    Real(VerifiedCredential),
    /// Something no password opens: the answer is no, whatever is typed.
    Decoy {
        /// Why no password opens it.
        denial: Denial,
        /// Whether it counts as a failure.
        counts: bool,
    },
}

/// What a verification rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VerifiedCredential {
    /// The sealed hash that the guess was verified against.
    pub sealed: Sealed,
    /// It was made of the octets as another system took them.
    pub raw_input: bool,
    /// The sessions' epoch.
    pub epoch: Epoch,
    /// How many locks the address had seen.
    pub locks: u64,
    /// How many guesses may be under way at once before the next failure locks.
    pub room: u32,
}

/// Why nobody was let in. For the host's own eyes: a stranger gets one answer for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Denial {
    /// No account has the address.
    UnknownAddress,
    /// The account has no password.
    NoPassword,
    /// The password is another one.
    WrongPassword,
    /// A temporary password whose time is over.
    Lapsed,
    /// Too many failures, for now.
    Locked,
    /// Too many failures, until the password is replaced or the address unlocked.
    Disabled,
    /// The account is suspended.
    Suspended,
    /// The account is closed.
    Closed,
    /// The account may not be used from this origin.
    OriginRefused,
    /// The password was right, but something changed while it was verified.
    Overtaken,
}

impl Denial {
    /// The stable name of the reason, in `snake_case`, for logs and journals.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownAddress => "unknown_address",
            Self::NoPassword => "no_password",
            Self::WrongPassword => "wrong_password",
            Self::Lapsed => "lapsed",
            Self::Locked => "locked",
            Self::Disabled => "disabled",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
            Self::OriginRefused => "origin_refused",
            Self::Overtaken => "overtaken",
        }
    }
}

/// What a right password leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Let in.
    Granted(SessionStamp),
    /// Let in, to change the password and for nothing else.
    MustChange(MustChangeReason, SessionStamp),
    /// Not let in.
    Denied(Denial),
    /// The hash was sealed anew while it was verified: verify the new one, once.
    StartOver,
}

impl<'a> LogInSnapshot<'a> {
    /// What the attempt is verified against.
    #[must_use]
    pub(crate) fn target(&self) -> VerificationTarget {
        let decoy = |denial, counts| VerificationTarget::Decoy { denial, counts };
        let room = match self.lock_state() {
            LockState::Locked { .. } => return decoy(Denial::Locked, false),
            LockState::Disabled => return decoy(Denial::Disabled, false),
            LockState::Open { room } => room,
        };
        let Some(account) = self.account else {
            return decoy(Denial::UnknownAddress, true);
        };
        match account.standing() {
            StandingKind::Suspended => return decoy(Denial::Suspended, false),
            StandingKind::Closed => return decoy(Denial::Closed, false),
            StandingKind::Erased => return decoy(Denial::UnknownAddress, true),
            StandingKind::Active => {}
        }
        if !account.admits(self.origin, self.filter) {
            return decoy(Denial::OriginRefused, false);
        }
        match self.credential() {
            None => decoy(Denial::NoPassword, true),
            Some(credential) if credential.has_lapsed(self.now) => decoy(Denial::Lapsed, true),
            Some(credential) => VerificationTarget::Real(VerifiedCredential {
                sealed: credential.hash.clone(),
                raw_input: credential.raw_input,
                epoch: account.epoch,
                locks: self.locks(),
                room,
            }),
        }
    }

    /// How many more failures lock the address; at least one.
    #[must_use]
    pub(crate) fn room(&self) -> u32 {
        match self.lock_state() {
            LockState::Open { room } => room.max(1),
            LockState::Locked { .. } | LockState::Disabled => 1,
        }
    }

    /// Whether a right password, verified against the verified, still lets in: the account is as it was.
    #[must_use]
    pub(crate) fn admission(&self, verified: &VerifiedCredential) -> Admission {
        let (VerificationTarget::Real(now), Some(account), Some(credential)) =
            (self.target(), self.account, self.credential())
        else {
            return Admission::Denied(Denial::Overtaken);
        };
        if now.epoch != verified.epoch || now.locks != verified.locks {
            return Admission::Denied(Denial::Overtaken);
        }
        if now.sealed != verified.sealed {
            return Admission::StartOver;
        }
        let stamp = SessionStamp { account: account.id, epoch: verified.epoch };
        let expired =
            account.facts().is_ok_and(|facts| credential.has_expired(facts.attributes.validity, self.now));
        match credential.must_change {
            Some(reason) => Admission::MustChange(reason, stamp),
            None if expired => Admission::MustChange(MustChangeReason::Expired, stamp),
            None => Admission::Granted(stamp),
        }
    }

    /// Whether the account is that of the stamp, in the same epoch.
    #[must_use]
    pub(crate) fn is_of(&self, stamp: SessionStamp) -> bool {
        self.account.is_some_and(|account| account.id == stamp.account && account.epoch == stamp.epoch)
    }

    fn lock_state(&self) -> LockState {
        if !self.bound_by_locks {
            return LockState::Open { room: self.lock_out.room.max(1) };
        }
        let unknown = LogIns::default();
        let log_ins = self.address.map_or(&unknown, |address| &address.log_ins);
        log_ins.as_of(self.now, self.lock_out).lock_state(self.lock_out)
    }

    fn credential(&self) -> Option<&'a Credential> {
        self.account?.facts().ok()?.password.as_ref()
    }

    fn locks(&self) -> u64 {
        // What strangers did meanwhile makes no other's result void.
        self.address.filter(|_| self.bound_by_locks).map_or(0, |address| address.log_ins.locks)
    }
}
