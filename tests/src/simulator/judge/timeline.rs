//! What became of each account, mail and address, commit by commit, and by whose hand.

use std::collections::BTreeMap;

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, EmailKey, Event, EventKind, InitiatorKind, Mail, MailId,
        MailState, Ordinal, PasswordSource, Quota, Realm, Rules, Timestamp,
    },
    port::{Commit, Write},
};

use super::Evidence;
use crate::simulator::{clock::time_of_day, executor::Elapsed, history::Fact};

/// Whose doing a commit is. A thief who is signed in passes for the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
    Staff,
    Owner,
    /// Whoever had a genuine code that was mailed to the address of that number.
    Bearer(Ordinal),
    /// Somebody who had none; or a courier that decided on what such a one had asked for.
    Stranger,
    /// A courier, since the time had come; or whoever looked next.
    Time,
}

/// One commit, as far as one account goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    /// Its place in the history.
    pub(super) entry: usize,
    pub(super) at: Elapsed,
    /// By the clock of whoever made it.
    pub(super) when: Timestamp,
    pub(super) hand: Hand,
    pub(super) commit: &'a Commit,
    pub(super) before: Option<&'a Account>,
    pub(super) after: &'a Account,
    /// A clock has gone back since the account came to be: its stamps were mended, or may be.
    pub(super) mended: bool,
}

/// A mail as a process took it up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken<'a> {
    pub(super) entry: usize,
    pub(super) at: Elapsed,
    pub(super) process: usize,
    pub(super) mail: &'a Mail,
}

/// All of it, in the order in which it became durable.
#[derive(Debug, Default)]
pub(super) struct Timeline<'a> {
    pub(super) accounts: BTreeMap<AccountId, Vec<Step<'a>>>,
    pub(super) mails: BTreeMap<MailId, Vec<Taken<'a>>>,
    pub(super) addresses: BTreeMap<AddressTag, Vec<(usize, Option<&'a Address>)>>,
}

impl<'a> Timeline<'a> {
    pub(super) fn of(evidence: &Evidence<'a>) -> Self {
        let mut this = Self::default();
        for (entry, happened) in evidence.history.entries.iter().enumerate() {
            let at = happened.at;
            match &happened.fact {
                Fact::Claimed { mails, process, .. } => {
                    for claimed in mails {
                        let mail = &claimed.mail.value;
                        this.took(Taken { entry, at, process: *process, mail });
                    }
                }
                Fact::Applied { commit, process, .. } => this.applied(entry, at, *process, commit),
                _ => {}
            }
        }
        this
    }

    fn took(&mut self, taken: Taken<'a>) {
        self.mails.entry(taken.mail.id).or_default().push(taken);
    }

    fn applied(&mut self, entry: usize, at: Elapsed, process: usize, commit: &'a Commit) {
        for write in commit.writes() {
            match write {
                Write::Account(swap) => {
                    let Some(after) = &swap.after else { continue };
                    let before = swap.before.as_ref().map(|stored| &stored.value);
                    let steps = self.accounts.entry(after.id).or_default();
                    let when = written_at(commit).unwrap_or_else(|| time_of_day(at));
                    let mended = steps.last().is_some_and(|last| last.mended || when < last.when);
                    let hand = hand_of(commit, before);
                    steps.push(Step { entry, at, when, hand, commit, before, after, mended });
                }
                Write::Mail(swap) => {
                    let claimed = |mail: &&Mail| matches!(mail.state, MailState::Claimed { .. });
                    if let Some(mail) = swap.after.as_ref().filter(claimed) {
                        self.took(Taken { entry, at, process, mail });
                    }
                }
                Write::Address(swap) => {
                    let tag = swap.after.as_ref().or(swap.before.as_ref().map(|it| &it.value));
                    let Some(tag) = tag.map(|address| address.tag) else { continue };
                    self.addresses.entry(tag).or_default().push((entry, swap.after.as_ref()));
                }
                Write::IpFilterGroup(_) | Write::Note(_) | Write::Reserve(_) => {}
            }
        }
    }

    /// The account as that entry of the history left it, and what became of it up to another.
    pub(super) fn account_between(&self, account: AccountId, first: usize, last: usize) -> &[Step<'a>] {
        let steps = self.accounts.get(&account).map_or(&[][..], Vec::as_slice);
        let begin = steps.partition_point(|step| step.entry <= first).saturating_sub(1);
        let end = steps.partition_point(|step| step.entry <= last).max(begin);
        &steps[begin..end]
    }

    /// All that became of it from what that entry left on.
    pub(super) fn account_from(&self, account: AccountId, first: usize) -> &[Step<'a>] {
        self.account_between(account, first, usize::MAX)
    }

    /// As `account_between`, of what is known of an address.
    pub(super) fn address_between(
        &self,
        tag: AddressTag,
        first: usize,
        last: usize,
    ) -> impl Iterator<Item = &'a Address> {
        let steps = self.addresses.get(&tag).map_or(&[][..], Vec::as_slice);
        let begin = steps.partition_point(|(entry, _)| *entry <= first).saturating_sub(1);
        let end = steps.partition_point(|(entry, _)| *entry <= last).max(begin);
        steps[begin..end].iter().filter_map(|(_, address)| *address)
    }

    /// Whoever held an address at some time between two entries, as its own or in reserve.
    pub(super) fn holders<'b>(
        &'b self,
        realm: &'b Realm,
        key: &'b EmailKey,
        first: usize,
        last: usize,
    ) -> impl Iterator<Item = &'b Account> {
        let between = move |id: &AccountId| self.account_between(*id, first, last);
        let holds = move |account: &&Account| {
            let keys = account.keys();
            account.realm == *realm && keys.all().any(|held| held == key)
        };
        self.accounts.keys().flat_map(between).map(|step| step.after).filter(holds)
    }

    /// The mail as that process had it in hand, the last time first.
    pub(super) fn takings(
        &self,
        mail: MailId,
        process: usize,
        before: usize,
    ) -> impl Iterator<Item = &Taken<'a>> {
        let all = self.mails.get(&mail).map_or(&[][..], Vec::as_slice);
        all.iter().rev().filter(move |taken| taken.entry < before && taken.process == process)
    }
}

/// When a commit was made, by the clock of whoever made it.
pub(super) fn written_at(commit: &Commit) -> Option<Timestamp> {
    commit.events().first().map(|event| event.at)
}

/// Whose doing it is.
pub(super) fn hand_of(commit: &Commit, before: Option<&Account>) -> Hand {
    let events = commit.events();
    let has = |kind: fn(&EventKind) -> bool| events.iter().any(|event| kind(&event.what));
    match events.first().map(|event: &Event| event.by.kind()) {
        Some(InitiatorKind::Administrator) if !has(|it| matches!(it, EventKind::FeedbackTaken { .. })) => {
            Hand::Staff
        }
        Some(InitiatorKind::Owner) => Hand::Owner,
        Some(InitiatorKind::Courier) if has(|it| matches!(it, EventKind::RequestDecided { .. })) => {
            Hand::Stranger
        }
        Some(InitiatorKind::Stranger) if has(knows_the_password) => Hand::Owner,
        Some(InitiatorKind::Stranger) => redeemed(commit, before).map_or(Hand::Stranger, Hand::Bearer),
        _ => Hand::Time,
    }
}

/// What only a right password leads to, at the public door.
fn knows_the_password(what: &EventKind) -> bool {
    matches!(what, EventKind::PasswordRehashed | EventKind::PasswordChangeDemanded | EventKind::LoggedIn)
}

/// The number of the address that the code was mailed to which was redeemed at the public door, if one was.
fn redeemed(commit: &Commit, before: Option<&Account>) -> Option<Ordinal> {
    let present = before.and_then(|account| account.facts().ok()).map(|facts| facts.mailbox.ordinal);
    let mut events = commit.events().iter().map(|event| &event.what);
    let back = events.clone().find_map(|what| match what {
        EventKind::EmailReverted { to, .. } => Some(*to),
        _ => None,
    });
    let chosen = |what: &EventKind| {
        let chosen = EventKind::PasswordSet { how: PasswordSource::Chosen };
        *what == chosen || *what == EventKind::EmailChangeDropped
    };
    back.or_else(|| present.filter(|_| events.any(chosen)))
}

impl Evidence<'_> {
    /// The rules of a realm.
    pub(super) fn rules(&self, realm: &Realm) -> &Rules {
        let settings = &self.simulation.settings;
        let of = settings.iter().find(|setting| setting.realm == *realm);
        &of.unwrap_or(&settings[0]).rules
    }

    pub(super) fn quota(&self, realm: &Realm) -> Quota {
        self.rules(realm).account_quota
    }
}
