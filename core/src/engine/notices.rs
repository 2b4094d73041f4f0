//! Notices that an owner causes: so many of one kind to one address, then one that waits, and none after it until that one
//! is due, unless it tells what the one that waits does not. The command itself is never refused.

use std::collections::{BTreeMap, BTreeSet};

use super::{Core, reservations::Limit};
use crate::domain::{
    Account, Change, EventKind, JoinedNotice, Life, Mail, MailState, Notice, Ordinal, QuotaTag, Subject,
    Timestamp,
};
use crate::port::{Dossier, Reservation};

/// Levels that the store said are spent, and where they stand.
pub(crate) type Spent = BTreeMap<QuotaTag, Timestamp>;

impl Core {
    /// Charges the change's notices to their levels. Of those whose level is known to be spent, one is put off, and those
    /// that come while one waits that tells as much are dropped. The answer names the levels: if the store finds one of
    /// them spent, the command is run once more, with that known.
    pub(crate) fn bound_notices(
        &self,
        change: &mut Change,
        current: &Dossier,
        spent: &Spent,
        reserve: &mut Vec<Reservation>,
        now: Timestamp,
    ) -> BTreeSet<QuotaTag> {
        let mut levels = BTreeSet::new();
        let before = current.account.as_ref().map(|stored| &stored.value);
        let Some(mut account) = change.account.as_ref().or(before).cloned() else { return levels };
        let mut dropped = BTreeSet::new();
        let mut put_off = false;
        for mail in &mut change.mails {
            let Some((limit, notice, recipient)) = self.limit_of_notice(mail, &account) else { continue };
            let (taken, level) = (limit.reservation(now), limit.level());
            let wait = spent.get(&level).and_then(|stands| limit.quota().wait(Some(*stands), now));
            let Life::Live(facts) = &mut account.life else { continue };
            let waiting = facts.waiting(notice.kind(), recipient, limit.quota().period(), now);
            let taken = match (wait, waiting) {
                (None, _) => taken,
                (Some(_), Some(waiting)) if waiting.notice.tells_all_of(&notice) => {
                    dropped.insert(mail.id);
                    continue;
                }
                (Some(wait), waiting) => {
                    // Further ahead than that, a due time counts as due.
                    let soonest = || now + wait.min(self.rules.retries.longest_wait());
                    let until = waiting.map_or_else(soonest, |waiting| waiting.until);
                    // It takes the unit that it waits for, beyond the burst and beside whichever waits already.
                    let beyond = taken.step.times(if waiting.is_some() { 2 } else { 1 });
                    let horizon = (now + taken.horizon + beyond).since(now);
                    mail.state = MailState::Retry { at: until };
                    let joined = JoinedNotice { mail: mail.id, recipient, notice, until };
                    facts.joined.insert(joined.notice.kind(), joined);
                    put_off = true;
                    Reservation { horizon, ..taken.without_ceiling() }
                }
            };
            if levels.insert(level) {
                reserve.push(taken);
            }
        }
        change.mails.retain(|mail| !dropped.contains(&mail.id));
        change
            .events
            .retain(|event| !matches!(event, EventKind::NoticeQueued { mail, .. } if dropped.contains(mail)));
        if put_off {
            change.account = Some(account);
        }
        levels
    }

    fn limit_of_notice(&self, mail: &Mail, account: &Account) -> Option<(Limit, Notice, Ordinal)> {
        let (_, dispatch) = mail.dispatch()?;
        let Subject::Notice(notice) = &dispatch.subject else { return None };
        let to = account.facts().ok()?.mailbox(dispatch.recipient)?;
        Some((self.notices_limit(notice.kind(), &to.key), notice.clone(), dispatch.recipient))
    }
}
