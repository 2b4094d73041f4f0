//! What time alone does to the facts of an account: ends what has ended, mends stamps from an impossible future.

use std::collections::BTreeMap;

use super::Facts;
use crate::domain::{Confirmations, EventKind, OpenStanding, Purpose, Quota, Standing, Timestamp};

impl Facts {
    pub(super) fn pass_time(&mut self, now: Timestamp, quota: Quota, events: &mut Vec<EventKind>) {
        let mut mended = false;
        let mut not_after = |stamp: &mut Timestamp, latest: Timestamp| {
            mended |= *stamp > latest;
            *stamp = (*stamp).min(latest);
        };
        // What lies a certain while after another stamp moves back with it: as long as it was meant, and no longer.
        let mut with = |start: &mut Timestamp, later: [Option<&mut Timestamp>; 2]| {
            for stamp in later.into_iter().flatten() {
                let meant = stamp.since(*start);
                not_after(stamp, now + meant);
            }
            not_after(start, now);
        };
        if let Some(password) = &mut self.password {
            // One from further ahead than it was to last would let in anew at each look.
            if let Some(until) = &mut password.temporary_until
                && password.set_at > now + until.since(password.set_at)
            {
                *until = now;
            }
            let later = [password.temporary_until.as_mut(), password.warn_at.as_mut()];
            with(&mut password.set_at, later);
        }
        match &mut self.standing {
            Standing::Active => {}
            Standing::Suspended { at, .. } => with(at, [None, None]),
            Standing::Closed { at, until, before, .. } => {
                with(at, [Some(until), None]);
                if let OpenStanding::Suspended { at, .. } = before {
                    with(at, [None, None]);
                }
            }
        }
        with(&mut self.created_at, [self.purge_at.as_mut(), None]);
        not_after(&mut self.changed_at, now);
        for level in self.throttles.values_mut() {
            not_after(level, now + quota.horizon());
        }
        for former in &mut self.former {
            let window = if former.reserved { Self::FORMER_RESERVED } else { Self::FORMER_KEPT };
            not_after(&mut former.until, now + window);
        }
        self.confirmations.retain(|purpose, confirmations| confirmations.tidy(*purpose, now));
        // What waits for a code waits as long as the code lives: of a change's two codes one may have come from the future.
        self.tie_pending();
        if let Some(until) = end_of(&self.confirmations, Purpose::EmailRevert) {
            self.former
                .iter_mut()
                .filter(|former| former.reserved)
                .for_each(|former| not_after(&mut former.until, until));
        }
        if mended {
            events.push(EventKind::ClockMended);
        }
        self.throttles.retain(|_, level| now < *level);
        self.joined.retain(|_, joined| now < joined.until);
        self.tie_reopening();
        self.tidy_carried();
        let confirms = self.issued(Purpose::EmailConfirm).is_some();
        if self.pending.as_ref().is_some_and(|pending| pending.until <= now || !confirms) {
            events.extend(self.drop_pending(now));
        }
        events.extend(self.drop_unconfirmable(now));
        self.release_former(now, events);
    }

    /// A reservation ends with its revert; the address itself is forgotten once no bounce of its mails counts any more.
    fn release_former(&mut self, now: Timestamp, events: &mut Vec<EventKind>) {
        let reverts = self.issued(Purpose::EmailRevert).is_some();
        let mut released = 0_usize;
        self.former.retain_mut(|former| {
            let kept = now < former.until && (reverts || !former.reserved);
            if kept || released >= Self::RELEASED_AT_ONCE {
                return true;
            }
            released = released.saturating_add(1);
            let address = former.mailbox.ordinal;
            if former.reserved {
                former.reserved = false;
                former.until = now + Self::FORMER_KEPT;
                events.push(EventKind::FormerAddressReleased { address });
                return true;
            }
            events.push(EventKind::FormerAddressForgotten { address });
            false
        });
    }
}

/// The end of the code of that purpose that is mailed.
fn end_of(confirmations: &BTreeMap<Purpose, Confirmations>, purpose: Purpose) -> Option<Timestamp> {
    Some(confirmations.get(&purpose)?.issued.as_ref()?.expires_at)
}
