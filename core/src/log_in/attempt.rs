//! An attempt to show a password: who brings it, for what, and what can come of it.

use super::{gate::LaneName, origins::Share, slot::Slot};
use crate::{
    domain::{
        AccountId, AddressTag, CoarseOrigin, Denial, DeviceToken, EmailAddress, Initiator, MustChangeReason,
        Origin, SessionStamp, Span, TypedPassword,
    },
    engine::{Core, Deadline},
    error::Fault,
    port::By,
};

/// A password that somebody brings, for an address or for an account of theirs.
pub(crate) struct Attempt<'a> {
    /// How the account is found.
    pub(crate) by: By,
    /// The address that is typed, or that the account has.
    pub(crate) email: EmailAddress,
    /// The name of its record.
    pub(crate) tag: AddressTag,
    /// What was typed.
    pub(crate) password: &'a TypedPassword,
    /// Whose failures it counts among, at first.
    pub(crate) claim: Claim<'a>,
    /// From where.
    pub(crate) origin: Origin,
    /// From where roughly, for whoever is told of it.
    pub(crate) seen_from: Option<&'a CoarseOrigin>,
    /// Who brings it.
    pub(crate) initiator: Initiator,
}

/// What sets an attempt apart from a stranger's, if anything does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claim<'a> {
    /// Anybody's.
    Stranger,
    /// It brings the token of a device that was let in before. Whether it is genuine is found out first.
    Device(&'a DeviceToken),
    /// The owner of this account, signed in.
    Owner(AccountId),
}

/// What came of a log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// In.
    Granted { stamp: SessionStamp, device: DeviceToken },
    /// In, to change the password and for nothing else.
    MustChange(MustChangeReason, SessionStamp),
    /// Not in; that is written down.
    Denied(Denial),
    /// This origin failed too often. Nothing was verified.
    TooMany { retry_after: Span },
}

/// An attempt that holds a place in its lane.
pub(super) struct Entered<'a> {
    pub(super) core: &'a Core,
    pub(super) attempt: &'a Attempt<'a>,
    pub(super) lane: LaneName,
    pub(super) slot: Slot<'a>,
    pub(super) share: Share<'a>,
}

impl<'a> Entered<'a> {
    /// Enters the lane that the attempt may claim. A token is told from a forged or an old one before anything is loaded.
    pub(super) async fn at_gate(
        core: &'a Core,
        attempt: &'a Attempt<'a>,
        deadline: &mut Deadline<'_>,
    ) -> Result<Self, Fault> {
        let lane = match attempt.claim {
            Claim::Device(token) if core.devices().is_genuine(token, core.clock.now()) => {
                LaneName::Device(core.devices().level(token))
            }
            Claim::Owner(account) => LaneName::Owner(core.owner_failures_level(account)),
            Claim::Device(_) | Claim::Stranger => LaneName::Address(attempt.tag),
        };
        Self::in_lane(core, attempt, lane, deadline).await
    }

    /// Leaves its lane, and starts over as anybody would.
    pub(super) async fn without_claim(self, deadline: &mut Deadline<'_>) -> Result<Self, Fault> {
        let (core, attempt) = (self.core, self.attempt);
        // Nothing is held any more when the other lane is entered.
        drop(self);
        Self::as_stranger(core, attempt, deadline).await
    }

    /// Enters the lane that anybody does, whatever the attempt claims.
    pub(super) async fn as_stranger(
        core: &'a Core,
        attempt: &'a Attempt<'a>,
        deadline: &mut Deadline<'_>,
    ) -> Result<Self, Fault> {
        Self::in_lane(core, attempt, LaneName::Address(attempt.tag), deadline).await
    }

    async fn in_lane(
        core: &'a Core,
        attempt: &'a Attempt<'a>,
        lane: LaneName,
        deadline: &mut Deadline<'_>,
    ) -> Result<Self, Fault> {
        let slot = deadline.within(core.gate.enter(lane)).await??;
        let origins = match lane {
            LaneName::Address(_) => core.origin_failure_levels(attempt.origin),
            LaneName::Device(_) | LaneName::Owner(_) => Vec::new(),
        };
        Ok(Self { core, attempt, lane, slot, share: core.gate.share(origins, core.clock.now()) })
    }
}
