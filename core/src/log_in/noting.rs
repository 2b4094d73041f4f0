//! What a right password leaves in the account, where the host asks for it: that the password is weak by today's rules,
//! and the day of the log-in.

use super::{attempt::Attempt, right::HashState};
use crate::{
    domain::{Account, MustChangeReason, PolicyContext, Refusal, SessionStamp, Span, Stop},
    engine::{Call, Core, Deadline, Verdict, guard::caught_now},
    error::Fault,
    port::{Dossier, Who},
};

/// What the host asks of a log-in beside the answer. By default nothing, so that a right one writes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LogInOptions {
    /// The password is judged by the policy of today.
    pub(crate) rechecks: bool,
    /// The day of the last log-in is kept.
    pub(crate) notes: bool,
}

impl Core {
    /// How long whoever logged in may be kept waiting for a note of it.
    const NOTING: Span = Span::seconds(2);

    /// Why the password that was just verified must be changed, if it is found out only now.
    pub(super) fn flaw(
        &self,
        attempt: &Attempt<'_>,
        state: HashState,
        account: &Account,
    ) -> Option<MustChangeReason> {
        match state {
            // Whoever knows the part that was looked at got in.
            HashState::ReadsPartOnly => Some(MustChangeReason::Truncated),
            HashState::Fresh | HashState::Outdated => (self.log_ins.rechecks
                && self.is_weak_today(attempt, account))
            .then_some(MustChangeReason::Weak),
        }
    }

    /// Whether the password would be refused today, by all that takes no hash.
    ///
    /// What has no normal form is judged as it was typed. That a character could not be chosen here makes no password weak,
    /// and one that is weak is so with such a character, too. A host's rule that panics has said nothing, and keeps nobody
    /// out.
    fn is_weak_today(&self, attempt: &Attempt<'_>, account: &Account) -> bool {
        let Ok(facts) = account.facts() else {
            return false;
        };
        let context = PolicyContext { email: &facts.mailbox.address };
        let password = attempt.password.as_taken(false);
        let judged = caught_now("password rule", || self.policy.violations(&password, &context));
        judged.is_ok_and(|violations| !violations.is_empty())
    }

    /// Keeps the day of the log-in. Whatever comes between, and a store that is busy or fails, leaves it for the next one.
    pub(super) async fn note_log_in(&self, attempt: &Attempt<'_>, stamp: SessionStamp, seen: &Dossier) {
        let now = self.clock.now();
        let account = seen.account.as_ref().map(|stored| &stored.value);
        if self.log_ins.notes && account.is_some_and(|account| account.misses_log_in(now)) {
            // The log-in succeeded, whatever becomes of this.
            let _ = self.log_in_noted(attempt, stamp).await;
        }
    }

    async fn log_in_noted(&self, attempt: &Attempt<'_>, stamp: SessionStamp) -> Result<(), Fault> {
        let mut deadline = Deadline::after(&*self.clock, Self::NOTING);
        let call = Call::new(Who::id(stamp.account), attempt.initiator.clone());
        let decided = deadline.within(self.decide(call, |dossier, moment, _| {
            let account = &dossier.account.as_ref().ok_or(Refusal::NoSuchAccount)?.value;
            Ok::<_, Stop>(Verdict::new(account.note_log_in(stamp.epoch, moment.now)?, ()))
        }));
        // A refusal means that somebody came between.
        decided.await?.map(drop).or(Ok(()))
    }
}
