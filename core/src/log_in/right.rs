//! A right password: what it was verified against must still be so, then its bearer is in.

use super::{
    attempt::{Entered, Outcome},
    gate::LaneName,
};
use crate::{
    domain::{Admission, Change, Timestamp, VerifiedCredential},
    engine::{Call, DecideError, Verdict, address_or_new},
    error::Fault,
    port::{Dossier, Who},
};

/// A right password, while it still holds its place in the lane.
pub(crate) struct Right<'a> {
    entered: Entered<'a>,
    state: HashState,
    pub(crate) credential: VerifiedCredential,
}

/// What is to be done about the hash that a right password was verified against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HashState {
    /// Nothing: it is as a fresh one would be.
    Fresh,
    /// It is of an older cost or a foreign scheme, or of octets that are not in our normal form.
    Outdated,
    /// It looks at a part of the password only. Nobody has shown to know the rest.
    ReadsPartOnly,
}

/// What came of looking once more.
pub(super) enum Admitted<'a> {
    /// That is the end of it.
    Settled(Outcome),
    /// The same password is under another seal by now: it is verified against that one.
    StartOver(Entered<'a>),
}

impl<'a> Right<'a> {
    pub(super) fn new(entered: Entered<'a>, credential: VerifiedCredential, state: HashState) -> Self {
        Self { entered, credential, state }
    }

    /// Looks once more: what the result rests on must still be so. A stranger's clears what was held against the address, but
    /// for failures of others that are not on its record yet; a known device's clears nothing.
    pub(super) async fn admit(self) -> Result<Admitted<'a>, Fault> {
        let Self { entered: Entered { core, attempt, lane, mut slot, mut share }, state, credential } = self;
        let who = Who { also: vec![attempt.tag], ..Who::found(attempt.by.clone()) };
        let mut call = Call::new(who, attempt.initiator.clone());
        call.mends = false;
        let debts = slot.pay();
        let decided = core
            .decide_pledged(call, Some(&mut slot), |dossier, moment, _| {
                let snapshot = core.log_in_snapshot(attempt, lane, dossier, moment.now);
                let mut admission = snapshot.admission(&credential);
                let mut change = Change::none();
                if let (Admission::Granted(stamp), Some(account)) = (&admission, &dossier.account)
                    && let Some(reason) = core.flaw(attempt, state, &account.value)
                {
                    // The account says so from now on.
                    change = account.value.demand_change(reason, moment.now)?;
                    admission = Admission::MustChange(reason, *stamp);
                }
                let clean = dossier.address(attempt.tag).is_none_or(|address| address.log_ins.is_clean());
                let admitted = matches!(admission, Admission::Granted(_) | Admission::MustChange(..));
                let of_address = matches!(lane, LaneName::Address(_));
                if admitted && of_address && !(clean && debts == 0) {
                    let mut address = address_or_new(dossier, attempt.tag);
                    address.log_ins =
                        address.log_ins.cleared().failed(debts, moment.now, &core.rules.lock_out);
                    change.addresses.push(address);
                }
                let device = match &admission {
                    Admission::Granted(stamp) => Some(core.known_device(*stamp, moment)),
                    _ => None,
                };
                let mut verdict = Verdict::new(change, (admission, device));
                verdict.reserve.extend(core.lane_reservation(lane, debts, moment.now).filter(|_| admitted));
                Ok(verdict)
            })
            .await;
        let ((admission, device), seen) = match decided {
            Ok(decided) => (decided.value, decided.after),
            Err(DecideError::Failed(fault)) => return Err(fault),
            Err(_) => return Err(Fault::Defect("a log-in was refused by other means")),
        };
        let (outcome, stamp) = match (admission, device) {
            (Admission::Granted(stamp), Some(device)) => (Outcome::Granted { stamp, device }, stamp),
            (Admission::MustChange(why, stamp), _) => (Outcome::MustChange(why, stamp), stamp),
            // What is owed was not written down: it stays owed.
            (Admission::Denied(denial), _) => return Ok(Admitted::Settled(Outcome::Denied(denial))),
            (Admission::Granted(_), None) => return Err(Fault::Defect("a device was not named")),
            (Admission::StartOver, _) => {
                slot.start_over();
                share.step_back();
                return Ok(Admitted::StartOver(Entered { core, attempt, lane, slot, share }));
            }
        };
        slot.counted();
        // Nobody else waits for what is left to do.
        drop((slot, share));
        if state == HashState::Outdated {
            core.rehash(attempt, stamp.account, &credential).await;
        }
        core.note_log_in(attempt, stamp, &seen).await;
        Ok(Admitted::Settled(outcome))
    }

    /// What follows from the password, as the account stands in this dossier.
    pub(crate) fn admission(&self, dossier: &Dossier, now: Timestamp) -> Admission {
        let Entered { core, attempt, lane, .. } = &self.entered;
        core.log_in_snapshot(attempt, *lane, dossier, now).admission(&self.credential)
    }

    /// The command that the password was asked for is done. What is owed stays owed, but where its commit cleared the
    /// address' record.
    pub(crate) fn spent(mut self) {
        self.entered.slot.start_over();
    }
}
