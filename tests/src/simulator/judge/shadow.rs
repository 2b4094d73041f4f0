//! The state of all records as the history makes it, entry by entry: what the judges see before and after each one.
//!
//! It is made of the history alone, and borrows from it; so it says what the store must hold, whatever the store does.

use std::collections::BTreeMap;

use accountable_core::{
    domain::{Account, AccountId, Address, AddressTag, CommitId, Content, Facts, Mail, MailId, Timestamp},
    port::{Commit, Stored, Swap, Trim, Write},
};

use super::Breach;
use crate::simulator::history::{Entry, Fact, History};

/// A record as it stands, and what wrote it: a commit or a claim.
#[derive(Debug)]
pub(super) struct Record<'a, T> {
    pub(super) value: &'a T,
    pub(super) stamp: CommitId,
}

impl<T> Clone for Record<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Record<'_, T> {}

/// All records that judges look at.
#[derive(Debug, Clone, Default)]
pub(super) struct Shadow<'a> {
    /// From before which events went that no account is known by, of any realm.
    strays_before: Option<Timestamp>,
    pub(super) accounts: BTreeMap<AccountId, Record<'a, Account>>,
    pub(super) addresses: BTreeMap<AddressTag, Record<'a, Address>>,
    pub(super) mails: BTreeMap<MailId, Record<'a, Mail>>,
}

/// One entry of the history, with the state on both sides of it.
#[derive(Clone, Copy)]
pub(super) struct Moment<'s, 'a> {
    /// Its place in the history.
    pub(super) place: usize,
    pub(super) entry: &'a Entry,
    pub(super) before: &'s Shadow<'a>,
    pub(super) after: &'s Shadow<'a>,
}

/// Looks at the history once, with the state beside it.
pub(super) trait Judge<'a> {
    /// Sees what happened next.
    fn sees(&mut self, moment: Moment<'_, 'a>);
    /// Says what was broken, once the end of the history is reached and the state is as it stays.
    fn says(&mut self, end: &Shadow<'a>) -> Vec<Breach>;
}

/// Goes through a history once, for all judges together. The state at its end comes with what they say.
pub(super) fn heard<'a>(
    history: &'a History,
    judges: &mut [Box<dyn Judge<'a> + '_>],
) -> (Shadow<'a>, Vec<Breach>) {
    let (mut before, mut after) = (Shadow::default(), Shadow::default());
    for (place, entry) in history.entries.iter().enumerate() {
        let changes =
            matches!(entry.fact, Fact::Applied { .. } | Fact::Claimed { .. } | Fact::Trimmed { .. });
        if changes {
            after.passes(entry);
        }
        for judge in judges.iter_mut() {
            judge.sees(Moment { place, entry, before: &before, after: &after });
        }
        if changes {
            before.passes(entry);
        }
    }
    let said = judges.iter_mut().flat_map(|judge| judge.says(&after)).collect();
    (after, said)
}

impl<'a> Shadow<'a> {
    pub(super) fn account(&self, id: AccountId) -> Option<&'a Account> {
        self.accounts.get(&id).map(|record| record.value)
    }

    /// The facts of an account that is there and not erased.
    pub(super) fn facts(&self, id: AccountId) -> Option<&'a Facts> {
        self.account(id)?.facts().ok()
    }

    pub(super) fn address(&self, tag: AddressTag) -> Option<&'a Address> {
        self.addresses.get(&tag).map(|record| record.value)
    }

    pub(super) fn mail(&self, id: MailId) -> Option<&'a Mail> {
        self.mails.get(&id).map(|record| record.value)
    }

    fn passes(&mut self, entry: &'a Entry) {
        match &entry.fact {
            Fact::Applied { commit, .. } => {
                for write in commit.writes() {
                    match write {
                        Write::Account(swap) => put(&mut self.accounts, |it| it.id, swap, commit.id()),
                        Write::Address(swap) => put(&mut self.addresses, |it| it.tag, swap, commit.id()),
                        Write::Mail(swap) => put(&mut self.mails, |it| it.id, swap, commit.id()),
                        Write::IpFilterGroup(_) | Write::Note(_) | Write::Reserve(_) => {}
                    }
                }
            }
            Fact::Claimed { mails, .. } => {
                for Stored { value, stamp } in mails.iter().map(|claimed| &claimed.mail) {
                    self.mails.insert(value.id, Record { value, stamp: *stamp });
                }
            }
            Fact::Trimmed { trim, .. } => self.lets_go(trim),
            _ => {}
        }
    }

    /// Whether a request may be there once more that was decided: by a clock far ahead of the one that wrote it, the only event
    /// that its commit is known by went at once; and whoever did not hear that it was done offered it again.
    pub(super) fn may_come_again(&self, mail: &Mail) -> bool {
        let is_request = matches!(mail.content, Content::Intent(_));
        let is_let_go = self.strays_before.is_some_and(|before| mail.queued_at < before);
        is_request && is_let_go && !self.mails.contains_key(&mail.id)
    }

    /// No plan makes more of a kind than one step of trimming removes: all that it may remove is gone.
    fn lets_go(&mut self, trim: &Trim) {
        self.strays_before = self.strays_before.max(Some(trim.strays_before));
        self.accounts.retain(|_, account| !trim.removes_account(account.value));
        self.addresses.retain(|_, address| !trim.removes_address(address.value));
        self.mails.retain(|_, mail| !trim.removes_mail(mail.value));
    }
}

fn put<'a, T, N: Ord>(
    into: &mut BTreeMap<N, Record<'a, T>>,
    name: impl Fn(&T) -> N,
    swap: &'a Swap<T>,
    stamp: CommitId,
) {
    match (&swap.before, &swap.after) {
        (_, Some(after)) => drop(into.insert(name(after), Record { value: after, stamp })),
        (Some(before), None) => drop(into.remove(&name(&before.value))),
        (None, None) => {}
    }
}

/// The swap of the account that a commit writes, if it writes one.
pub(super) fn account_of(commit: &Commit) -> Option<&Swap<Account>> {
    commit.writes().iter().find_map(|write| match write {
        Write::Account(swap) => Some(swap),
        _ => None,
    })
}

/// The swaps of the mails that a commit writes.
pub(super) fn mails_of(commit: &Commit) -> impl Iterator<Item = &Swap<Mail>> {
    commit.writes().iter().filter_map(|write| match write {
        Write::Mail(swap) => Some(swap),
        _ => None,
    })
}

/// The present by the clock of whoever made a commit; none of one that is without events and an account.
pub(super) fn decided_at(commit: &Commit) -> Option<Timestamp> {
    commit.events().first().map(|event| event.at)
}
