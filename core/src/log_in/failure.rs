//! A failed attempt, and how it is counted, in one commit: a stranger's against the address and its origins, whoever has the
//! address; a known device's and an owner's against a level of their own.

use super::{
    attempt::{Attempt, Entered},
    gate::LaneName,
};
use crate::{
    domain::{Address, Change, Content, Denial, EventKind, Intent, IntentKind, LockState, Mail},
    engine::{Call, Core, Deadline, DecideError, Moment, Verdict, address_or_new, watch},
    error::Fault,
    port::{Dossier, Who},
};

/// A guess that was wrong, or could not be right.
pub(super) struct Failure<'a> {
    entered: Entered<'a>,
    dossier: Dossier,
    denial: Denial,
    /// So many count against the address, of this attempt and of those before it that could not count their own.
    failures: u32,
}

impl<'a> Failure<'a> {
    /// One that counts, with all that is owed.
    pub(super) fn of_its_own(mut entered: Entered<'a>, dossier: Dossier, denial: Denial) -> Self {
        let failures = entered.slot.wrong();
        entered.share.failed();
        Self { entered, dossier, denial, failures }
    }

    /// What is owed fills the room: nothing was verified.
    pub(super) fn of_others(mut entered: Entered<'a>, dossier: Dossier) -> Self {
        let failures = entered.slot.pay();
        entered.share.failed();
        Self { entered, dossier, denial: Denial::Locked, failures }
    }

    /// One that does not count against the address, only against its origins. The record is written as it is, so that the
    /// store sees the same calls.
    pub(super) fn uncounted(mut entered: Entered<'a>, dossier: Dossier, denial: Denial) -> Self {
        entered.share.failed();
        Self { entered, dossier, denial, failures: 0 }
    }

    /// Writes it down, and starts over without what it claimed.
    pub(super) async fn pay_and_start_over(self, deadline: &mut Deadline<'_>) -> Result<Entered<'a>, Fault> {
        let (core, attempt) = (self.entered.core, self.entered.attempt);
        self.count().await?;
        Entered::as_stranger(core, attempt, deadline).await
    }

    /// Writes it down.
    pub(super) async fn count(self) -> Result<Denial, Fault> {
        let Self { entered: Entered { core, attempt, lane, mut slot, mut share }, dossier, denial, failures } =
            self;
        let nobody = Who { also: vec![attempt.tag], ..Who::nobody() };
        let about = dossier.account.as_ref().map(|stored| stored.value.id);
        let mut call = Call::new(nobody, attempt.initiator.clone());
        call.first = Some(Dossier { account: None, ..dossier });
        let decided = core
            .decide_pledged(call, Some(&mut slot), |dossier, moment, _| {
                let (change, locks) = match lane {
                    LaneName::Address(_) => core.failed(dossier, attempt, failures, moment),
                    LaneName::Device(_) | LaneName::Owner(_) => (Change::none(), None),
                };
                let mut verdict = Verdict::new(change, locks);
                verdict.reserve.extend(core.share_reservations(&share, moment.now));
                verdict.reserve.extend(core.lane_reservation(lane, failures, moment.now));
                verdict.about = about;
                Ok(verdict)
            })
            .await;
        match decided {
            Ok(decided) => {
                share.counted();
                slot.counted();
                if let Some(state) = decided.value {
                    watch::locked(state);
                }
                Ok(denial)
            }
            Err(DecideError::Failed(fault)) => Err(fault),
            Err(_) => Err(Fault::Defect("counting a failure was refused")),
        }
    }
}

impl Core {
    /// The address' record after so many failures; and the lock, if there is a new one.
    fn failed(
        &self,
        dossier: &Dossier,
        attempt: &Attempt<'_>,
        failures: u32,
        moment: &Moment,
    ) -> (Change, Option<LockState>) {
        let rule = &self.rules.lock_out;
        let tag = attempt.tag;
        let before = address_or_new(dossier, tag);
        let log_ins = before.log_ins.failed(failures, moment.now, rule);
        let mut change = Change::none();
        let mut lock_told_at = before.lock_told_at;
        let locks = (log_ins.locks != before.log_ins.locks).then(|| log_ins.lock_state(rule));
        if let Some(state) = locks {
            let disables = state == LockState::Disabled;
            if disables || before.may_tell_of_lock(moment.now) {
                lock_told_at = Some(moment.now);
                let kind = if disables { IntentKind::DisabledNotice } else { IntentKind::LockNotice };
                change.mails.push(self.lock_notice(kind, attempt, moment));
            }
            change.events.push(match state {
                LockState::Locked { until } => EventKind::Locked { tag, until },
                LockState::Open { .. } | LockState::Disabled => EventKind::Disabled { tag },
            });
        }
        change.addresses.push(Address { log_ins, lock_told_at, ..before });
        (change, locks)
    }

    /// Somebody is to be told that the address is locked, or disabled. Whether anybody has it is for the courier to find out.
    fn lock_notice(&self, kind: IntentKind, attempt: &Attempt<'_>, moment: &Moment) -> Mail {
        let intent = Intent {
            kind,
            email: attempt.email.clone(),
            page: None,
            return_url: None,
            locale: None,
            seen_from: attempt.seen_from.cloned(),
            carried: None,
        };
        let sealed = intent.seal(&self.keys, &self.realm, moment.mail, moment.seal_nonce());
        Mail::queued(moment.mail, self.realm.clone(), Content::Intent(sealed), moment.now)
    }
}
