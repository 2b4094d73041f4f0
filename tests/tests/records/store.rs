//! A store without rows: records in sorted maps, behind one lock, and what core gives to every store.
//!
//! It walks all records where a real store would have an index. It shows what is left to an adapter that can't be an
//! engine of `accountable-keyed`, as one on a database with statements of its own.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
    sync::{Mutex, MutexGuard, PoisonError},
};

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, CommitId, EmailKey, Event, Incarnation, IpFilterGroup,
        IpFilterGroupName, Mail, MailId, QuotaTag, Realm, Timestamp,
    },
    port::{
        AccountQuery, Backlog, Claim, Claimed, Claims, Commit, CommitError, Cursor, Dossier, Feed, FeedError,
        Key, Limit, MailQuery, Note, NoteName, Page, Scope, Store, StoreError, Stored, Swap, Trim, Who,
        Write,
        records::{Judged, Level, Place, Present, Reads, dossier, judge, keys, needs, page, sift},
    },
};
use async_trait::async_trait;

type Kept<K, T> = BTreeMap<K, Stored<T>>;

/// All that is kept.
struct State {
    life: Incarnation,
    accounts: Kept<AccountId, Account>,
    addresses: Kept<AddressTag, Address>,
    mails: Kept<MailId, Mail>,
    groups: Kept<(Realm, IpFilterGroupName), IpFilterGroup>,
    notes: Kept<(Realm, NoteName), Note>,
    levels: BTreeMap<QuotaTag, Level>,
    /// Events by number, and the last that was given out.
    events: BTreeMap<i64, Event>,
    last: i64,
    /// The last event that was removed from the beginning of a realm's journal.
    trimmed: BTreeMap<Realm, i64>,
    /// Who holds a key: follows from the accounts.
    holders: BTreeMap<(Realm, EmailKey), AccountId>,
}

/// The store.
pub(crate) struct RecordStore(Mutex<State>);

impl RecordStore {
    pub(crate) fn new(life: Incarnation) -> Self {
        Self(Mutex::new(State {
            life,
            accounts: BTreeMap::new(),
            addresses: BTreeMap::new(),
            mails: BTreeMap::new(),
            groups: BTreeMap::new(),
            notes: BTreeMap::new(),
            levels: BTreeMap::new(),
            events: BTreeMap::new(),
            last: 0,
            trimmed: BTreeMap::new(),
            holders: BTreeMap::new(),
        }))
    }

    pub(crate) fn restore(&self, life: Incarnation) {
        let mut state = self.state();
        state.life = life;
        for account in state.accounts.values_mut() {
            account.stamp = CommitId::from_bytes(*life.as_bytes());
            account.value = account.value.clone().restored();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reads for State {
    type Error = StoreError;
    fn account(&self, id: AccountId) -> Result<Option<Stored<Account>>, StoreError> {
        Ok(self.accounts.get(&id).cloned())
    }
    fn holder(&self, realm: &Realm, key: &EmailKey) -> Result<Option<Stored<Account>>, StoreError> {
        let id = self.holders.get(&(realm.clone(), key.clone()));
        Ok(id.and_then(|id| self.accounts.get(id)).cloned())
    }
    fn address(&self, tag: AddressTag) -> Result<Option<Stored<Address>>, StoreError> {
        Ok(self.addresses.get(&tag).cloned())
    }
    fn group(
        &self,
        realm: &Realm,
        name: &IpFilterGroupName,
    ) -> Result<Option<Stored<IpFilterGroup>>, StoreError> {
        Ok(self.groups.get(&(realm.clone(), name.clone())).cloned())
    }
    fn level(&self, of: QuotaTag) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.levels.get(&of).map(|level| level.at))
    }
    fn note(&self, realm: &Realm, name: &NoteName) -> Result<Option<Stored<Note>>, StoreError> {
        Ok(self.notes.get(&(realm.clone(), name.clone())).cloned())
    }
}

impl State {
    fn stamp(&self, key: &Key) -> Option<CommitId> {
        match key {
            Key::Account(id) => self.accounts.get(id).map(|stored| stored.stamp),
            Key::Address(tag) => self.addresses.get(tag).map(|stored| stored.stamp),
            Key::Mail(id) => self.mails.get(id).map(|stored| stored.stamp),
            Key::IpFilterGroup(realm, name) => {
                self.groups.get(&(realm.clone(), name.clone())).map(|stored| stored.stamp)
            }
            Key::Note(realm, name) => {
                self.notes.get(&(realm.clone(), name.clone())).map(|stored| stored.stamp)
            }
            Key::Level(_) => None,
        }
    }

    fn present(&self, commit: &Commit) -> Present {
        let needs = needs(commit);
        let holder = |(realm, key): &(&Realm, &EmailKey)| {
            let id = self.holders.get(&((*realm).clone(), (*key).clone()))?;
            Some(((*key).clone(), *id))
        };
        Present {
            stamps: needs.records.iter().filter_map(|key| Some((key.clone(), self.stamp(key)?))).collect(),
            holders: needs.keys.iter().filter_map(holder).collect(),
            levels: needs.levels.iter().filter_map(|of| Some((*of, self.levels.get(of)?.at))).collect(),
            journaled: self.events.values().any(|event| Some(event.commit) == needs.journaled),
        }
    }

    fn commit(&mut self, commit: &Commit) -> Result<(), CommitError> {
        let levels = match judge(commit, &self.present(commit)) {
            Judged::Repeated => return Ok(()),
            Judged::Refused(error) => return Err(error),
            Judged::Fits(levels) => levels,
        };
        for write in commit.writes() {
            match (write, write.key()) {
                (Write::Account(swap), Some(Key::Account(id))) => self.put_account(id, swap, commit.id()),
                (Write::Address(swap), Some(Key::Address(tag))) => {
                    put(&mut self.addresses, tag, swap, commit.id());
                }
                (Write::Mail(swap), Some(Key::Mail(id))) => put(&mut self.mails, id, swap, commit.id()),
                (Write::IpFilterGroup(swap), Some(Key::IpFilterGroup(realm, name))) => {
                    put(&mut self.groups, (realm, name), swap, commit.id());
                }
                (Write::Note(swap), Some(Key::Note(realm, name))) => {
                    put(&mut self.notes, (realm, name), swap, commit.id());
                }
                _ => {} // levels come next, and a key is of its write's kind
            }
        }
        self.levels.extend(levels.into_iter().map(|raised| (raised.of, raised.level)));
        self.events.extend((self.last.saturating_add(1)..).zip(commit.events().iter().cloned()));
        self.last = self.events.last_key_value().map_or(self.last, |(number, _)| self.last.max(*number));
        Ok(())
    }

    fn put_account(&mut self, id: AccountId, swap: &Swap<Account>, stamp: CommitId) {
        self.holders.retain(|_, holder| *holder != id);
        if let Some(after) = &swap.after {
            let held = keys(after).map(|held| ((after.realm.clone(), held.key.clone()), id));
            self.holders.extend(held);
        }
        put(&mut self.accounts, id, swap, stamp);
    }

    /// The realm's mails by due time, but for those that a claim passes over.
    fn due(&self, claim: &Claim) -> Vec<(Timestamp, MailId)> {
        let wanted = self.mails.values().map(|stored| &stored.value).filter(|mail| {
            mail.realm == claim.realm && mail.domain.is_none_or(|tag| !claim.pass_over.contains(&tag))
        });
        let mut due: Vec<_> = wanted.filter_map(|mail| Some((mail.due()?, mail.id))).collect();
        due.sort_unstable();
        due
    }

    fn claim(&mut self, claim: &Claim) -> Result<Claims, StoreError> {
        let limit = claim.limit.map_or(0, Limit::as_usize);
        let is_due = |due: Timestamp| due <= claim.now || due > claim.horizon;
        let due: Vec<_> = self.due(claim).into_iter().filter(|(due, _)| is_due(*due)).take(limit).collect();
        let mut mails = Vec::new();
        for (_, id) in due {
            let Some(kept) = self.mails.get_mut(&id) else { continue };
            *kept = Stored { value: kept.value.clone().claimed(claim.until), stamp: claim.id };
            let mail = kept.clone();
            let dossier = dossier(self, self.life, &Claimed::who(&mail.value))?;
            mails.push(Claimed { mail, dossier });
        }
        let next_mail =
            self.due(claim).into_iter().map(|(due, _)| if is_due(due) { due.min(claim.now) } else { due });
        let accounts = self.accounts.values().map(|stored| &stored.value);
        let next_account = accounts.filter(|account| account.realm == claim.realm).filter_map(Account::due);
        Ok(Claims { mails, next_due: next_mail.chain(next_account).min() })
    }

    /// Accounts that a query would look at, in its order, from where it starts.
    fn candidates(&self, query: &AccountQuery) -> Vec<&Stored<Account>> {
        let all = self.accounts.values().filter(|stored| query.admits(&stored.value));
        match query {
            AccountQuery::ById { after, .. } => {
                all.filter(|stored| after.is_none_or(|after| stored.value.id > after)).collect()
            }
            AccountQuery::ByEmail { after, .. } => {
                let key = |stored: &Stored<Account>| {
                    stored.value.keys().own.map(|key| key.as_str().to_owned()).unwrap_or_default()
                };
                let mut found: Vec<_> =
                    all.filter(|stored| after.as_ref().is_none_or(|after| key(stored) > *after)).collect();
                found.sort_by_key(|stored| key(stored));
                found
            }
            AccountQuery::Overdue { after, .. } => {
                let place = |stored: &Stored<Account>| stored.value.due().map(|due| (due, stored.value.id));
                let mut found: Vec<_> =
                    all.filter(|stored| after.is_none() || place(stored) > *after).collect();
                found.sort_by_key(|stored| place(stored));
                found
            }
        }
    }

    fn events(&self, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        let of = |event: &Event| match scope {
            Scope::Realm(realm) => event.realm == *realm,
            Scope::Account(id) => event.account == Some(*id),
        };
        let realm = match scope {
            Scope::Realm(realm) => Some(realm),
            Scope::Account(id) => match self.accounts.get(id) {
                Some(stored) => Some(&stored.value.realm),
                None => self.events.values().find(|event| of(event)).map(|event| &event.realm),
            },
        };
        let trimmed = realm.and_then(|realm| self.trimmed.get(realm)).copied().unwrap_or(0);
        let from = Place::resume(self.life, trimmed..=self.last, after).ok_or(FeedError::Trimmed)?;
        let found = self.events.range((Excluded(from), Unbounded)).filter(|(_, event)| of(event));
        let Page { items, next } = page(found.map(Ok::<_, FeedError>), limit, |(number, _)| **number)?;
        Ok(Feed {
            events: items.into_iter().map(|(_, event)| event.clone()).collect(),
            cursor: Place { life: self.life, after: next.unwrap_or(self.last) }.cursor(),
            more: next.is_some(),
        })
    }

    fn trim(&mut self, trim: &Trim) -> bool {
        let limit = trim.limit.as_usize();
        let account = |event: &Event| Some(&self.accounts.get(&event.account?)?.value);
        let realm = self.events.iter().filter(|(_, event)| event.realm == trim.realm);
        let oldest = realm.clone().take_while(|(_, event)| trim.removes_event(event));
        let (oldest, more_events) = first(oldest.map(|(number, _)| *number), limit);
        let strays = realm.filter(|(_, event)| trim.removes_stray(event, account(event)));
        let (strays, more_strays) = first(strays.map(|(number, _)| *number), limit);
        if let Some(last) = oldest.last() {
            self.trimmed.insert(trim.realm.clone(), *last);
        }
        self.events.retain(|number, _| !oldest.contains(number) && !strays.contains(number));

        let mut more = more_events || more_strays;
        more |= remove(&mut self.accounts, limit, |stored| trim.removes_account(&stored.value));
        more |= remove(&mut self.mails, limit, |stored| trim.removes_mail(&stored.value));
        more |= remove(&mut self.addresses, limit, |stored| trim.removes_address(&stored.value));
        more |= remove(&mut self.levels, limit, |level| level.is_spent(trim.now));
        for level in self.levels.values_mut() {
            *level = level.lowered(trim.now).unwrap_or(*level);
        }
        more
    }
}

fn put<K: Ord, T: Clone>(table: &mut Kept<K, T>, key: K, swap: &Swap<T>, stamp: CommitId) {
    match swap.after.clone() {
        Some(value) => table.insert(key, Stored { value, stamp }),
        None => table.remove(&key),
    };
}

/// The first so many, and whether there are more.
fn first<K>(mut all: impl Iterator<Item = K>, limit: usize) -> (Vec<K>, bool) {
    let first = all.by_ref().take(limit).collect();
    (first, all.next().is_some())
}

fn remove<K: Ord + Clone, V>(table: &mut BTreeMap<K, V>, limit: usize, goes: impl Fn(&V) -> bool) -> bool {
    let (gone, more) = first(table.iter().filter(|(_, kept)| goes(kept)).map(|(key, _)| key.clone()), limit);
    gone.iter().for_each(|key| drop(table.remove(key)));
    more
}

#[async_trait]
impl Store for RecordStore {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        let state = self.state();
        dossier(&*state, state.life, who)
    }
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.state().commit(commit)
    }
    async fn claim(&self, claim: &Claim) -> Result<Claims, StoreError> {
        self.state().claim(claim)
    }
    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        let state = self.state();
        let found = state.candidates(query).into_iter().cloned();
        page(found.map(Ok), limit, |last| query.after(&last.value))
    }
    async fn account_ids(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<AccountId, AccountQuery>, StoreError> {
        let Page { items, next } = self.accounts(query, limit).await?;
        Ok(Page { items: items.into_iter().map(|stored| stored.value.id).collect(), next })
    }
    async fn count(&self, query: &AccountQuery, at_most: u64) -> Result<u64, StoreError> {
        let count = self.state().candidates(&query.from_the_first()).len();
        Ok(u64::try_from(count).unwrap_or(u64::MAX).min(at_most))
    }
    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        let after = match query {
            MailQuery::One(_) => &None,
            MailQuery::OfAccount { after, .. }
            | MailQuery::All { after, .. }
            | MailQuery::Dead { after, .. } => after,
        };
        let state = self.state();
        let from = after.map_or(Unbounded, Excluded);
        let found = state.mails.range((from, Unbounded)).map(|(_, stored)| Ok(stored.clone()));
        sift(found, |mail| query.admits(&mail.value), limit, |last| query.after(&last.value))
    }
    async fn backlog(&self, realm: &Realm) -> Result<Backlog, StoreError> {
        let state = self.state();
        let mut backlog = Backlog::default();
        for mail in state.mails.values().map(|stored| &stored.value).filter(|mail| mail.realm == *realm) {
            match mail.due() {
                Some(due) => {
                    backlog.waiting = backlog.waiting.saturating_add(1);
                    backlog.due = Some(backlog.due.map_or(due, |first| first.min(due)));
                }
                None => backlog.dead = backlog.dead.saturating_add(1),
            }
        }
        Ok(backlog)
    }
    async fn suppressed(
        &self,
        realm: &Realm,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        let state = self.state();
        let from = after.map_or(Unbounded, Excluded);
        let found = state.addresses.range((from, Unbounded)).map(|(_, stored)| Ok(stored.clone()));
        let held = |stored: &Stored<Address>| stored.value.suppressed_in() == Some(realm);
        sift(found, held, limit, |last| last.value.tag)
    }
    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        let state = self.state();
        let of_realm = state.groups.iter().filter(|((of, _), _)| of == realm);
        let later = of_realm.filter(|((_, name), _)| after.as_ref().is_none_or(|after| name > after));
        page(later.map(|(_, stored)| Ok(stored.clone())), limit, |last| last.value.name.clone())
    }
    async fn events(&self, scope: &Scope, after: Option<&Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        self.state().events(scope, after, limit)
    }
    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        Ok(self.state().trim(trim))
    }
}
