//! The commit that the loop makes of what a rule decided: numbered, stamped, with its events.

use std::collections::BTreeSet;

use super::{Call, Core, Moment};
use crate::{
    domain::{
        Account, AccountId, Address, AddressTag, Change, Circumstances, Content, Event, EventKind, Initiator,
        IpFilterGroup, Life, Mail, QuotaTag, Timestamp, Version,
    },
    error::Fault,
    port::{Commit, Dossier, Note, Reservation, Stored, Swap, Write},
};

/// What a rule decided: the change, what else is to be written with it, and the answer to the caller.
pub(crate) struct Verdict<T> {
    pub(crate) change: Change,
    pub(crate) reserve: Vec<Reservation>,
    /// Mails that were claimed, as they shall be.
    pub(crate) mails: Vec<Swap<Mail>>,
    /// A group of networks, as it shall be.
    pub(crate) group: Option<Swap<IpFilterGroup>>,
    /// A note, as it shall be.
    pub(crate) note: Option<Swap<Note>>,
    /// The account that the events are about, where it is not in the dossier.
    pub(crate) about: Option<AccountId>,
    /// The events name no account, although one was looked at: what strangers can repeat as often as they like and what
    /// changes nothing is not kept as long as an account's own events.
    pub(crate) stray: bool,
    pub(crate) value: T,
}

impl<T> Verdict<T> {
    pub(crate) fn new(change: Change, value: T) -> Self {
        let (reserve, mails) = (Vec::new(), Vec::new());
        Self { change, reserve, mails, group: None, note: None, about: None, stray: false, value }
    }
}

/// What was committed, with its stamps, so that nothing has to be loaded again.
pub(crate) struct Decided<T> {
    pub(crate) value: T,
    pub(crate) after: Dossier,
    pub(crate) mails: Vec<Stored<Mail>>,
}

/// A commit, and what holds once it is applied.
pub(crate) struct Batch<T> {
    pub(crate) commit: Option<Commit>,
    /// The levels that its notices are charged to.
    pub(crate) notices: BTreeSet<QuotaTag>,
    pub(crate) decided: Decided<T>,
}

impl Core {
    /// Makes one commit of what was decided; none if there is nothing to write.
    pub(crate) fn batch<T>(
        &self,
        call: &Call<'_>,
        loaded: &Dossier,
        current: &Dossier,
        mended: Vec<EventKind>,
        verdict: Verdict<T>,
        moment: &Moment,
    ) -> Result<Batch<T>, Fault> {
        let Verdict { mut change, mut reserve, mails, group, note, about, stray, value } = verdict;
        let notices = match call.by {
            Initiator::Owner => {
                self.bound_notices(&mut change, current, &call.spent, &mut reserve, moment.now)
            }
            _ => BTreeSet::new(),
        };
        let mut after = current.clone();
        let mut writes = Vec::new();

        let mend = call.mends && !mended.is_empty();
        let next = change
            .account
            .or_else(|| current.account.as_ref().filter(|_| mend).map(|stored| stored.value.clone()));
        let written = next.map(|account| {
            let before = loaded.account.clone();
            let version = before.as_ref().map_or(Version::FIRST, |before| before.value.version.next());
            let account = account.written(version, moment.now);
            after.account = Some(Stored { value: account.clone(), stamp: moment.commit });
            writes.push(Write::Account(Swap { before, after: Some(account.clone()) }));
            account
        });
        for tag in change.removed_addresses {
            if let Some(before) = loaded.addresses.get(&tag).cloned() {
                after.addresses.remove(&tag);
                writes.push(Write::Address(Swap::remove(before)));
            }
        }
        for address in change.addresses {
            let address = address.with_idle_rule(self.rules.lock_out.forget_after);
            let before = loaded.addresses.get(&address.tag).cloned();
            after.addresses.insert(address.tag, Stored { value: address.clone(), stamp: moment.commit });
            writes.push(Write::Address(Swap { before, after: Some(address) }));
        }
        let mut stored_mails = Vec::new();
        let told = call.told.circumstances(moment.now);
        let queued = change
            .mails
            .into_iter()
            .map(|mail| Swap::create(self.with_circumstances(self.with_domain(mail, &after), &told)));
        for swap in queued.collect::<Vec<_>>().into_iter().chain(mails) {
            stored_mails.extend(swap.after.clone().map(|value| Stored { value, stamp: moment.commit }));
            writes.push(Write::Mail(swap));
        }
        writes.extend(group.map(Write::IpFilterGroup));
        writes.extend(note.map(Write::Note));
        writes.extend(reserve.into_iter().map(Write::Reserve));

        let about = about.or_else(|| after.account.as_ref().map(|stored| stored.value.id));
        let version = written.map(|account: Account| account.version);
        let mended = mended.into_iter().filter(|_| version.is_some()).map(|what| (what, about, version));
        let named = if stray { (None, None) } else { (about, version) };
        let happened = mended.chain(change.events.into_iter().map(|what| (what, named.0, named.1)));
        let events = happened
            .zip(0..)
            .map(|((what, account, version), ordinal)| Event {
                commit: moment.commit,
                ordinal,
                at: moment.now,
                realm: self.realm.clone(),
                by: call.by.clone(),
                account,
                version,
                carried: change.carried.clone().filter(|_| what.hands_over_carried()),
                what,
            })
            .collect::<Vec<_>>();
        let decided = Decided { value, after, mails: stored_mails };
        if writes.is_empty() && events.is_empty() {
            return Ok(Batch { commit: None, notices, decided });
        }
        let commit =
            Commit::new(moment.commit, writes, events).map_err(|_| Fault::Defect("an illegal commit"))?;
        Ok(Batch { commit: Some(commit), notices, decided })
    }

    /// The mail, with the tag of the domain that it goes to.
    fn with_domain(&self, mail: Mail, after: &Dossier) -> Mail {
        let recipient = match &mail.content {
            Content::Letter(dispatch) => after
                .account
                .as_ref()
                .and_then(|account| account.value.facts().ok()?.mailbox(dispatch.recipient))
                .map(|mailbox| &mailbox.address),
            Content::ForHost(_) => self.host.notices_to.as_ref(),
            Content::Intent(_) => None,
        };
        let domain = recipient.map(|address| self.keys.domain_tag(&self.realm, address));
        Mail { domain, ..mail }
    }

    /// The mail, with what it tells of when it was caused, by whom and from where. An intent has that in its seal.
    fn with_circumstances(&self, mail: Mail, told: &Circumstances) -> Mail {
        let Some((id, dispatch)) = mail.dispatch() else { return mail };
        let from = told.from.clone().filter(|_| dispatch.tells_origin());
        let circumstances = told.clone().from(from).seal(&self.keys, &self.realm, id);
        Mail { circumstances: Some(Box::new(circumstances)), ..mail }
    }
}

impl Account {
    fn written(mut self, version: Version, now: Timestamp) -> Self {
        self.version = version;
        if let Life::Live(facts) = &mut self.life {
            facts.changed_at = now;
        }
        self
    }
}

/// The record of an address in a dossier, or a blank one.
pub(crate) fn address_or_new(dossier: &Dossier, tag: AddressTag) -> Address {
    dossier.address(tag).cloned().unwrap_or_else(|| Address::new(tag))
}
