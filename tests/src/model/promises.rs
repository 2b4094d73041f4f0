//! What the rules promise of proofs, sessions, groups, re-sealing, shutting and erasing.

use accountable_core::domain::{Account, IpFilterGroupName, StandingKind};

use super::{
    ledger::{Ledger, holds},
    look::Look,
    said::Said,
};

impl Ledger {
    /// A code that was redeemed proves the address that it was mailed to.
    pub(super) fn proofs(&mut self, said: &Said, look: &Look) {
        let (brought, account) = match said {
            Said::Imported { proven: true, outcome: Ok(view), .. } => {
                self.proven.insert((view.id, view.email.key()));
                return;
            }
            Said::Chosen { brought, outcome: Ok(id), .. }
            | Said::Redeemed { brought, outcome: Ok(id), .. } => (brought, *id),
            Said::Confirmed { brought, outcome: Ok(stamp), .. } => (brought, stamp.account),
            _ => return,
        };
        let to = look.mailed.iter().filter(|(code, _)| code == brought).map(|(_, to)| (account, to.key()));
        self.proven.extend(to);
    }

    /// What sessions, groups, re-sealing and erasure promise.
    pub(super) fn commands(&self, said: &Said, look: &Look) -> Result<(), String> {
        match said {
            Said::Current { stamp, outcome: Ok(true) } => {
                let of = look.account(stamp.account).ok_or("a session of nobody")?;
                let holds_still = of.epoch == stamp.epoch && of.standing() == StandingKind::Active;
                holds(holds_still, || "a session that was ended is current".into())
            }
            Said::GroupRemoved { group, outcome: Ok(true) } => {
                let named = self.last.accounts.iter().any(|account| names(&account.value, group));
                holds(!named, || "a group was removed that accounts name".into())
            }
            Said::Resealed(Ok(_)) => {
                let same = |account: &Account| {
                    self.last.account(account.id).is_some_and(|before| before.epoch == account.epoch)
                };
                holds(look.accounts.iter().all(|account| same(&account.value)), || {
                    "re-sealing ended a session".into()
                })
            }
            Said::Erased { account, outcome: Ok(()) } => {
                let of = look.account(*account).ok_or("an erased account's name is gone")?;
                holds(of.standing() == StandingKind::Erased, || "said to be erased, and is not".into())
            }
            _ => Ok(()),
        }
    }

    /// A suspended or closed account has no pending change; of an erased one nothing is left, and it stays so.
    pub(super) fn shut(&self, look: &Look) -> Result<(), String> {
        for account in look.accounts.iter().map(|stored| &stored.value) {
            let before = self.last.account(account.id);
            let was_erased = before.is_some_and(|before| before.standing() == StandingKind::Erased);
            match account.standing() {
                StandingKind::Active => holds(!was_erased, || "an erased account came back".into())?,
                StandingKind::Suspended | StandingKind::Closed => {
                    let pending = account.facts().is_ok_and(|facts| facts.pending.is_some());
                    holds(!pending && !was_erased, || "a shut account has a pending address".into())?;
                }
                StandingKind::Erased => {
                    let mails = look.mails.values().any(|mail| mail.value.account() == Some(account.id));
                    holds(!mails, || "mails of an erased account are left".into())?;
                    let tag = before.and_then(|before| before.facts().ok()).map(|facts| facts.mailbox.tag);
                    let evidence = tag.is_some_and(|tag| look.addresses.contains_key(&tag));
                    holds(!evidence, || "the record of an erased account's address is left".into())?;
                }
            }
        }
        Ok(())
    }
}

fn names(account: &Account, group: &IpFilterGroupName) -> bool {
    account.ip_filter_group() == Some(group)
}

pub(super) fn has_password(account: Option<&Account>) -> bool {
    account.and_then(|account| account.facts().ok()).is_some_and(|facts| facts.password.is_some())
}
