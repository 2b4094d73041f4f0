//! An attempt to show a password: who brings it, for what, and what can come of it.

use super::slot::Slot;
use crate::{
    domain::{
        AddressTag, Denial, DeviceToken, EmailAddress, Initiator, MustChangeReason, Origin, Password,
        SessionStamp, Span,
    },
    engine::{Core, Deadline},
    error::Fault,
    port::By,
};

/// A password that somebody brings, for an address or for an account of theirs.
pub(crate) struct Attempt<'a> {
    /// How the account is found.
    pub(crate) by: By,
    /// The address whose failures count.
    pub(crate) email: EmailAddress,
    /// The name of its record.
    pub(crate) tag: AddressTag,
    /// What was typed.
    pub(crate) password: &'a Password,
    /// What it brings of an earlier log-in.
    pub(crate) device: Option<&'a DeviceToken>,
    /// From where.
    pub(crate) origin: Origin,
    /// Who brings it.
    pub(crate) initiator: Initiator,
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
    pub(super) slot: Slot<'a>,
}

impl<'a> Entered<'a> {
    pub(super) async fn at_gate(
        core: &'a Core,
        attempt: &'a Attempt<'a>,
        deadline: &mut Deadline<'_>,
    ) -> Result<Self, Fault> {
        let slot = deadline.within(core.gate.enter(attempt.tag)).await??;
        Ok(Self { core, attempt, slot })
    }
}
