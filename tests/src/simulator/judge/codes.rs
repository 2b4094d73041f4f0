//! Codes: each is redeemed at most once, for what it was mailed for; and what is proven was proven by one.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::{
    domain::{
        Account, AccountId, Confirmation, Confirmations, EventKind, Facts, Initiator, MailId, Nonce, Ordinal,
        PasswordSource, Purpose, Timestamp,
    },
    port::{Commit, Swap},
};

use super::{
    Breach, Evidence,
    shadow::{Judge, Moment, Shadow, account_of, decided_at, mails_of},
};
use crate::simulator::history::Fact;

/// What lets its bearer choose a password.
const CHOOSES: [Purpose; 4] =
    [Purpose::PasswordSet, Purpose::PasswordReset, Purpose::PasswordManagement, Purpose::Reopen];

pub(super) struct Codes<'a> {
    evidence: &'a Evidence<'a>,
    said: Vec<Breach>,
    /// Confirmations that ended, of whom and for what.
    ended: BTreeSet<(AccountId, Purpose, Nonce)>,
    /// What each mail with a code is for, and to which address of whom it goes.
    mails: BTreeMap<MailId, To>,
    /// To which addresses a code of what purpose came: by a letter that arrived, or by the host's own.
    reached: BTreeSet<To>,
}

type To = (AccountId, Purpose, Ordinal);

impl<'a> Codes<'a> {
    pub(super) fn new(evidence: &'a Evidence<'a>) -> Self {
        Self {
            evidence,
            said: Vec::new(),
            ended: BTreeSet::new(),
            mails: BTreeMap::new(),
            reached: BTreeSet::new(),
        }
    }
}

impl<'a> Judge<'a> for Codes<'a> {
    fn sees(&mut self, moment: Moment<'_, 'a>) {
        let at = moment.entry.at;
        match &moment.entry.fact {
            Fact::Applied { commit, .. } => {
                for mail in mails_of(commit).filter_map(|swap| swap.after.as_ref()) {
                    if let (Some((purpose, _)), Some((id, dispatch))) = (mail.code(), mail.dispatch()) {
                        self.mails.insert(id, (dispatch.account, purpose, dispatch.recipient));
                    }
                }
                if let Some(swap) = account_of(commit) {
                    let said = self.written(&moment, commit, swap);
                    self.said
                        .extend(said.into_iter().map(|(invariant, what)| Breach::new(invariant, at, what)));
                }
                for event in commit.events() {
                    if let (EventKind::CodeIssued { purpose, recipient }, Some(id)) =
                        (&event.what, event.account)
                    {
                        self.reached.insert((id, *purpose, *recipient));
                    }
                }
            }
            Fact::HandedOver { letter, outcome, .. } if outcome.arrives() && letter.link().is_some() => {
                self.reached.extend(self.mails.get(&letter.id).copied());
            }
            _ => {}
        }
    }

    fn says(&mut self, _: &Shadow<'a>) -> Vec<Breach> {
        std::mem::take(&mut self.said)
    }
}

impl Codes<'_> {
    fn written(
        &mut self,
        moment: &Moment<'_, '_>,
        commit: &Commit,
        swap: &Swap<Account>,
    ) -> Vec<(u8, String)> {
        let mut said = Vec::new();
        let (Some(after), Some(now)) = (&swap.after, decided_at(commit)) else { return said };
        let before = swap.before.as_ref().map(|before| &before.value);
        let mailed_before = before.and_then(|it| it.facts().ok()).map(mailed).unwrap_or_default();
        // What is decided is decided on the account as time has left it, by the clock of whoever decides.
        let then = before.map(|it| it.as_of(now, self.evidence.quota(&it.realm)).0);
        let before = then.as_ref().and_then(|then| then.facts().ok());
        let mailed_after = after.facts().map(mailed).unwrap_or_default();
        for (purpose, nonce) in &mailed_after {
            if self.ended.contains(&(after.id, *purpose, *nonce)) {
                said.push((3, format!("a code for {purpose:?} of {} lives again", after.id)));
            }
        }
        let over = mailed_before.difference(&mailed_after);
        self.ended.extend(over.map(|(purpose, nonce)| (after.id, *purpose, *nonce)));

        let redeemed = before.and_then(|before| redeemed(before, commit, now));
        if let Some(purposes) = redeemed {
            let live = before.map(|before| live(before, purposes, now)).unwrap_or_default();
            if live.is_empty() {
                said.push((
                    3,
                    format!("{:?} of {} was done by no code that lived", commit_says(commit), after.id),
                ));
            }
            // Whichever of them it was: none can be redeemed again.
            let again = live.iter().any(|(purpose, it)| mailed_after.contains(&(*purpose, it.nonce)));
            if again {
                said.push((3, format!("a code of {} for {purposes:?} outlives its redemption", after.id)));
            }
            let recipients: BTreeSet<_> = live.iter().map(|(_, it)| it.recipient).collect();
            said.extend(before.and_then(|before| still_held_back(moment, before, &recipients)));
        }
        if let Ok(facts) = after.facts() {
            said.extend(self.proof(before, after.id, facts, commit, redeemed, now));
            said.extend(wrong_address(before, commit, now));
        }
        said
    }

    /// How an address came to be proven.
    fn proof(
        &self,
        before: Option<&Facts>,
        id: AccountId,
        after: &Facts,
        commit: &Commit,
        redeemed: Option<&'static [Purpose]>,
        now: Timestamp,
    ) -> Option<(u8, String)> {
        let here = after.mailbox.ordinal;
        let was = before.is_some_and(|before| before.proven && before.mailbox.ordinal == here);
        if !after.proven || was {
            return None;
        }
        let imported = commit.events().iter().any(|event| event.what == EventKind::Imported);
        if imported && before.is_none() {
            return None;
        }
        let brought = before.zip(redeemed).map(|(before, purposes)| live(before, purposes, now));
        let reached = brought
            .unwrap_or_default()
            .into_iter()
            .any(|(purpose, it)| it.recipient == here && self.reached.contains(&(id, purpose, here)));
        (!reached).then(|| (4, format!("the address of {id} is proven by no code that came to it")))
    }
}

/// The confirmations that are mailed, whether they live or not.
fn mailed(facts: &Facts) -> BTreeSet<(Purpose, Nonce)> {
    let all = facts.confirmations.iter();
    all.flat_map(|(purpose, these)| these.mailed().map(|it| (*purpose, it.nonce))).collect()
}

/// Those of the purposes that could be redeemed.
fn live<'a>(facts: &'a Facts, purposes: &[Purpose], now: Timestamp) -> Vec<(Purpose, &'a Confirmation)> {
    let known = |purpose: &Purpose| Some((*purpose, facts.confirmations.get(purpose)?));
    let of = |(purpose, these): (Purpose, &'a Confirmations)| {
        these.mailed().filter(move |it| it.is_live(now)).map(move |it| (purpose, it)).collect::<Vec<_>>()
    };
    purposes.iter().filter_map(known).flat_map(of).collect()
}

/// What the code was for that a commit redeems, if it redeems one: one of these. `before` is as of `now`: a change of address
/// that time alone drops, or a clock that has jumped back, is taken back by nobody.
fn redeemed(before: &Facts, commit: &Commit, now: Timestamp) -> Option<&'static [Purpose]> {
    let says = |what: fn(&EventKind) -> bool| commit.events().iter().any(|event| what(&event.what));
    if says(|it| matches!(it, EventKind::PasswordSet { how: PasswordSource::Chosen })) {
        return Some(&CHOOSES);
    }
    if says(|it| matches!(it, EventKind::EmailChanged { .. })) {
        return Some(&[Purpose::EmailConfirm]);
    }
    if says(|it| matches!(it, EventKind::EmailReverted { .. })) {
        return Some(&[Purpose::EmailRevert]);
    }
    let by_stranger = commit.events().iter().any(|event| {
        matches!(event.by, Initiator::Stranger(_)) && event.what == EventKind::EmailChangeDropped
    });
    if by_stranger && before.pending.is_some() && before.password_in_force(now).is_ok() {
        return Some(&[Purpose::EmailCancel]);
    }
    let proves = says(|it| matches!(it, EventKind::EmailProven { .. }));
    proves.then_some(&[Purpose::EmailProof])
}

fn commit_says(commit: &Commit) -> Vec<&EventKind> {
    commit.events().iter().map(|event| &event.what).collect()
}

/// Whoever redeemed a code receives mail where it was mailed to: what was reported of that address before is outweighed.
fn still_held_back(
    moment: &Moment<'_, '_>,
    before: &Facts,
    recipients: &BTreeSet<Ordinal>,
) -> Option<(u8, String)> {
    // Of several codes that could be meant, nobody knows which it was.
    let [recipient] = recipients.iter().copied().collect::<Vec<_>>()[..] else { return None };
    let tag = before.mailbox(recipient)?.tag;
    let held = moment.after.address(tag).is_some_and(|known| !known.suppressions.is_empty());
    held.then(|| (4, "an address is proven and held back since before".to_owned()))
}

/// A code is good for the address that it was mailed to.
fn wrong_address(before: Option<&Facts>, commit: &Commit, now: Timestamp) -> Option<(u8, String)> {
    let before = before?;
    let to = commit.events().iter().find_map(|event| match event.what {
        EventKind::EmailChanged { to, .. } => Some((Purpose::EmailConfirm, to)),
        EventKind::EmailReverted { to, .. } => Some((Purpose::EmailRevert, to)),
        _ => None,
    });
    let (purpose, to) = to?;
    let meant = live(before, &[purpose], now).iter().any(|(_, it)| it.recipient == to);
    (!meant).then(|| (3, format!("a code for {purpose:?} put an address in place that it was not mailed to")))
}
