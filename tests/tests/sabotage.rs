//! The kit finds what it looks for: a good store with one clause broken at a time fails that clause's test.
//!
//! A [`Sabotage`] changes one thing on the way into or out of the store in memory.
#![expect(clippy::expect_used, reason = "a fixture that can't be made ready has failed its tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use accountable_conformance::store::{
    NotOffered, StoreUnderTest, StrangePlace, atomicity, journal, keys, levels, outbox, persistence, reads,
    repeats, snapshots, swaps,
};
use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, CommitId, Event, Incarnation, IpFilterGroup,
        IpFilterGroupName, Life, Mail, Realm, Span, Timestamp,
    },
    port::{
        AccountQuery, By, Claim, Claimed, Commit, CommitError, Cursor, Dossier, Feed, FeedError, Limit,
        MailQuery, Page, Reservation, Store, StoreError, Stored, Swap, Trim, Who, Write,
    },
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

/// One way to break a store; what is not overridden stays whole.
#[async_trait]
trait Sabotage: Default + Send + Sync + 'static {
    async fn load(&self, store: &MemoryStore, who: &Who) -> Result<Dossier, StoreError> {
        store.load(who).await
    }
    async fn commit(&self, store: &MemoryStore, commit: &Commit) -> Result<(), CommitError> {
        store.commit(commit).await
    }
    async fn claim(&self, store: &MemoryStore, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        store.claim(claim).await
    }
    async fn next_due(&self, store: &MemoryStore, realm: &Realm) -> Result<Option<Timestamp>, StoreError> {
        store.next_due(realm).await
    }
    async fn accounts(
        &self,
        store: &MemoryStore,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        store.accounts(query, limit).await
    }
    async fn count(&self, store: &MemoryStore, query: &AccountQuery) -> Result<u64, StoreError> {
        store.count(query).await
    }
    async fn mails(
        &self,
        store: &MemoryStore,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        store.mails(query, limit).await
    }
    async fn history(
        &self,
        store: &MemoryStore,
        of: AccountId,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Page<Event, Cursor>, FeedError> {
        store.history(of, after, limit).await
    }
    async fn feed(
        &self,
        store: &MemoryStore,
        realm: &Realm,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Feed, FeedError> {
        store.feed(realm, after, limit).await
    }
    async fn trim(&self, store: &MemoryStore, trim: &Trim) -> Result<bool, StoreError> {
        store.trim(trim).await
    }
}

struct Sabotaged<X> {
    store: MemoryStore,
    sabotage: X,
}

#[async_trait]
impl<X: Sabotage> Store for Sabotaged<X> {
    async fn load(&self, who: &Who) -> Result<Dossier, StoreError> {
        self.sabotage.load(&self.store, who).await
    }
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.sabotage.commit(&self.store, commit).await
    }
    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        self.sabotage.claim(&self.store, claim).await
    }
    async fn next_due(&self, realm: &Realm) -> Result<Option<Timestamp>, StoreError> {
        self.sabotage.next_due(&self.store, realm).await
    }
    async fn accounts(
        &self,
        query: &AccountQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Account>, AccountQuery>, StoreError> {
        self.sabotage.accounts(&self.store, query, limit).await
    }
    async fn count(&self, query: &AccountQuery) -> Result<u64, StoreError> {
        self.sabotage.count(&self.store, query).await
    }
    async fn mails(
        &self,
        query: &MailQuery,
        limit: Limit,
    ) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        self.sabotage.mails(&self.store, query, limit).await
    }
    async fn suppressed(
        &self,
        after: Option<AddressTag>,
        limit: Limit,
    ) -> Result<Page<Stored<Address>, AddressTag>, StoreError> {
        self.store.suppressed(after, limit).await
    }
    async fn groups(
        &self,
        realm: &Realm,
        after: Option<IpFilterGroupName>,
        limit: Limit,
    ) -> Result<Page<Stored<IpFilterGroup>, IpFilterGroupName>, StoreError> {
        self.store.groups(realm, after, limit).await
    }
    async fn history(
        &self,
        of: AccountId,
        after: Option<Cursor>,
        limit: Limit,
    ) -> Result<Page<Event, Cursor>, FeedError> {
        self.sabotage.history(&self.store, of, after, limit).await
    }
    async fn feed(&self, realm: &Realm, after: Option<Cursor>, limit: Limit) -> Result<Feed, FeedError> {
        self.sabotage.feed(&self.store, realm, after, limit).await
    }
    async fn trim(&self, trim: &Trim) -> Result<bool, StoreError> {
        self.sabotage.trim(&self.store, trim).await
    }
}

/// The fixture: a sabotaged store. Its ways to persist are all broken: it forgets everything, and scribbles.
struct Broken<X>(Arc<Sabotaged<X>>);

impl<X: Sabotage> StoreUnderTest for Broken<X> {
    const ROUNDS: u32 = 10;

    async fn fresh() -> Self {
        static DRAWN: AtomicU64 = AtomicU64::new(1);
        let drawn = u128::from(DRAWN.fetch_add(1, Ordering::Relaxed));
        Self(Arc::new(Sabotaged {
            store: MemoryStore::new(Incarnation::from_bytes(drawn.to_be_bytes())),
            sabotage: X::default(),
        }))
    }
    fn store(&self) -> Arc<dyn Store> {
        Arc::<Sabotaged<X>>::clone(&self.0)
    }
    async fn another_instance(&self) -> Result<Arc<dyn Store>, NotOffered> {
        Ok(self.store())
    }
    async fn reopened(self) -> Result<Self, NotOffered> {
        Ok(Self::fresh().await)
    }
    async fn after_a_crash(&self) -> Result<Self, NotOffered> {
        Ok(Self::fresh().await)
    }
    async fn strange_places() -> Result<Vec<StrangePlace>, NotOffered> {
        let touched = || StrangePlace {
            what: "a place that is refused and written to",
            opened: Err("foreign".into()),
            before: vec![1],
            after: vec![2],
        };
        Ok(vec![touched(), touched()])
    }
    async fn damage_accounts(&self) -> Result<(), NotOffered> {
        Err(NotOffered("no matter here"))
    }
    fn block_on<F: Future>(future: F) -> F::Output {
        accountable_conformance::block_on(future)
    }
}

/// A sabotage, and the checks that must fail under it, and only under it.
macro_rules! breaks {
    ($($name:ident: $sabotage:ident breaks $($file:ident :: $check:ident),+;)+) => {$(
        #[test]
        fn $name() {
            $(
                accountable_conformance::block_on($file::$check::<Broken<Nothing>>());
                let check = || accountable_conformance::block_on($file::$check::<Broken<$sabotage>>());
                let end = std::thread::spawn(check).join();
                assert!(end.is_err(), "{} found nothing", stringify!($check));
            )+
        }
    )+};
}

/// No sabotage at all: whatever fails under this proves nothing about the others.
#[derive(Default)]
struct Nothing;
impl Sabotage for Nothing {}

type Answer = Result<(), CommitError>;

fn rewritten(id: CommitId, writes: Vec<Write>, events: &[Event]) -> Commit {
    Commit::new(id, writes, events.to_vec()).expect("a legal commit")
}

/// The same commit with its writes changed.
fn with_writes(commit: &Commit, change: impl FnMut(Write) -> Write) -> Commit {
    rewritten(commit.id(), commit.writes().iter().cloned().map(change).collect(), commit.events())
}

fn other_id(id: CommitId) -> CommitId {
    CommitId::from_bytes(id.as_bytes().map(|byte| !byte))
}

/// The records that the store has now, whatever the commit says was there before.
async fn forced(store: &MemoryStore, commit: &Commit) -> Vec<Write> {
    fn over<T>(swap: Swap<T>, before: Option<Stored<T>>) -> Swap<T> {
        Swap { before, ..swap }
    }
    let mut writes = Vec::new();
    for write in commit.writes().iter().cloned() {
        writes.push(match write {
            Write::Account(swap) => {
                let id = swap.after.as_ref().or(swap.before.as_ref().map(|b| &b.value)).expect("a record").id;
                let present = store.load(&Who::id(id)).await.expect("a dossier").account;
                Write::Account(over(swap, present))
            }
            Write::Address(swap) => {
                let tag =
                    swap.after.as_ref().or(swap.before.as_ref().map(|b| &b.value)).expect("a record").tag;
                let who = Who { by: By::Nobody, also: vec![tag], level: None };
                let present = store.load(&who).await.expect("a dossier").addresses.remove(&tag);
                Write::Address(over(swap, present))
            }
            Write::Mail(swap) => {
                let id = swap.after.as_ref().or(swap.before.as_ref().map(|b| &b.value)).expect("a record").id;
                let present = store.mails(&MailQuery::One(id), Limit::MAX).await.expect("a page").items.pop();
                Write::Mail(over(swap, present))
            }
            Write::IpFilterGroup(swap) => {
                let group = swap.after.as_ref().or(swap.before.as_ref().map(|b| &b.value)).expect("a record");
                let all = store.groups(&group.realm, None, Limit::MAX).await.expect("a page").items;
                let present = all.into_iter().find(|known| known.value.name == group.name);
                Write::IpFilterGroup(over(swap, present))
            }
            reserve @ Write::Reserve(_) => reserve,
        });
    }
    // A removal of what is not there is nothing at all.
    writes.retain(|write| write.key().is_some());
    writes
}

/// Defines sabotages of one method each.
macro_rules! sabotage {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* } $method:ident($this:ident, $store:ident $(, $arg:ident: $arg_type:ty)*) -> $answer:ty $body:block) => {
        $(#[$doc])*
        #[derive(Default)]
        struct $name { $($field: $type),* }
        #[async_trait]
        impl Sabotage for $name {
            async fn $method(&self, $store: &MemoryStore $(, $arg: $arg_type)*) -> $answer {
                let $this = self;
                let _ = $this;
                $body
            }
        }
    };
}

sabotage! {
    /// Applies a commit write by write, each visible as soon as it is done; its events first.
    WriteByWrite {} commit(this, store, commit: &Commit) -> Answer {
        store.commit(&rewritten(commit.id(), Vec::new(), commit.events())).await?;
        for write in commit.writes() {
            std::thread::yield_now();
            store.commit(&rewritten(commit.id(), vec![write.clone()], &[])).await?;
        }
        Ok(())
    }
}
sabotage! {
    DropsTheLastEvent {} commit(this, store, commit: &Commit) -> Answer {
        let events = commit.events().split_last().map_or(&[][..], |(_, events)| events);
        store.commit(&rewritten(commit.id(), commit.writes().to_vec(), events)).await
    }
}
sabotage! {
    IgnoresBefore {} commit(this, store, commit: &Commit) -> Answer {
        store.commit(&rewritten(commit.id(), forced(store, commit).await, commit.events())).await
    }
}
sabotage! {
    /// Takes a record for what was read if it looks the same, whatever its stamp.
    ComparesValues {} commit(this, store, commit: &Commit) -> Answer {
        fn same<T: PartialEq>(given: &Swap<T>, present: &Swap<T>) -> bool {
            let [given, present] = [given, present].map(|swap| swap.before.as_ref().map(|before| &before.value));
            given == present
        }
        let forced = forced(store, commit).await;
        let alike = commit.writes().iter().zip(&forced).all(|pair| match pair {
            (Write::Account(a), Write::Account(b)) => same(a, b),
            (Write::Address(a), Write::Address(b)) => same(a, b),
            (Write::Mail(a), Write::Mail(b)) => same(a, b),
            (Write::IpFilterGroup(a), Write::IpFilterGroup(b)) => same(a, b),
            _ => true,
        });
        let writes = if alike && forced.len() == commit.writes().len() { forced } else { commit.writes().to_vec() };
        store.commit(&rewritten(commit.id(), writes, commit.events())).await
    }
}
sabotage! {
    /// Keeps versions in a signed column.
    CutsVersions {} commit(this, store, commit: &Commit) -> Answer {
        let cut = |write| match write {
            Write::Account(mut swap) => {
                if let Some(after) = &mut swap.after {
                    let version = after.version.as_u64().min(i64::MAX.unsigned_abs());
                    after.version = accountable_core::domain::Version::new(version);
                }
                Write::Account(swap)
            }
            other => other,
        };
        store.commit(&with_writes(commit, cut)).await
    }
}
sabotage! {
    ForgetsFieldsOfNewerBuilds {} commit(this, store, commit: &Commit) -> Answer {
        let forget = |write| match write {
            Write::Mail(mut swap) => {
                if let Some(after) = &mut swap.after {
                    after.unknown = Default::default();
                }
                Write::Mail(swap)
            }
            other => other,
        };
        store.commit(&with_writes(commit, forget)).await
    }
}
sabotage! {
    NamesTheLastKey {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::Conflict(key)) => {
                Err(CommitError::Conflict(commit.writes().last().and_then(Write::key).unwrap_or(key)))
            }
            answer => answer,
        }
    }
}
sabotage! {
    LooksAtAddressesFirst {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::Conflict(accountable_core::port::Key::Account(of))) => Err(CommitError::EmailTaken { of }),
            answer => answer,
        }
    }
}
sabotage! {
    ForgetsReservedKeys {} commit(this, store, commit: &Commit) -> Answer {
        let forget = |write| match write {
            Write::Account(mut swap) => {
                if let Some(Life::Live(facts)) = swap.after.as_mut().map(|after| &mut after.life) {
                    facts.former.iter_mut().for_each(|former| former.reserved = false);
                }
                Write::Account(swap)
            }
            other => other,
        };
        store.commit(&with_writes(commit, forget)).await
    }
}
sabotage! {
    /// Has no unique index: a second account simply gets the address.
    SharesAddresses {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::EmailTaken { .. }) => Ok(()),
            answer => answer,
        }
    }
}
sabotage! {
    ForgetsTheFloor {} commit(this, store, commit: &Commit) -> Answer {
        let lower = |write| match write {
            Write::Reserve(reservation) => Write::Reserve(Reservation { floor: Timestamp::MIN, ..reservation }),
            other => other,
        };
        store.commit(&with_writes(commit, lower)).await
    }
}
sabotage! {
    ForgetsTheCeiling {} commit(this, store, commit: &Commit) -> Answer {
        let lift = |write| match write {
            Write::Reserve(reservation) => Write::Reserve(Reservation { ceiling: Timestamp::MAX, ..reservation }),
            other => other,
        };
        store.commit(&with_writes(commit, lift)).await
    }
}
sabotage! {
    ReservesFirst {} commit(this, store, commit: &Commit) -> Answer {
        let is_reservation = |write: &Write| matches!(write, Write::Reserve(_));
        let (first, then) = commit.writes().iter().cloned().partition(is_reservation);
        store.commit(&rewritten(other_id(commit.id()), first, &[])).await?;
        store.commit(&rewritten(commit.id(), then, commit.events())).await
    }
}
sabotage! {
    /// Turns away whoever comes while another commit is under way.
    OneAtATime { busy: AtomicBool } commit(this, store, commit: &Commit) -> Answer {
        if this.busy.swap(true, Ordering::AcqRel) {
            let key = commit.writes().first().and_then(Write::key).expect("a key");
            return Err(CommitError::Conflict(key));
        }
        (0..20).for_each(|_| std::thread::yield_now());
        let answer = store.commit(commit).await;
        this.busy.store(false, Ordering::Release);
        answer
    }
}
sabotage! {
    /// Answers a look with what the same look saw the last time.
    ReadsFromAReplica { last: Mutex<BTreeMap<String, Dossier>> } load(this, store, who: &Who) -> Result<Dossier, StoreError> {
        let fresh = store.load(who).await?;
        let mut last = this.last.lock().expect("no panic meanwhile");
        Ok(last.insert(format!("{who:?}"), fresh.clone()).unwrap_or(fresh))
    }
}
sabotage! {
    /// Judges a repeat like any other commit.
    DoesNotKnowItsOwn { seen: Mutex<BTreeSet<CommitId>> } commit(this, store, commit: &Commit) -> Answer {
        if !this.seen.lock().expect("no panic meanwhile").insert(commit.id())
            && let Some(key) = commit.writes().first().and_then(Write::key)
        {
            return Err(CommitError::Conflict(key));
        }
        store.commit(commit).await
    }
}
sabotage! {
    /// Recognises a repeat by its records only.
    ForgetsToAskTheJournal { seen: Mutex<BTreeSet<CommitId>> } commit(this, store, commit: &Commit) -> Answer {
        let again = !this.seen.lock().expect("no panic meanwhile").insert(commit.id());
        let events = if again { &[] } else { commit.events() };
        store.commit(&rewritten(commit.id(), commit.writes().to_vec(), events)).await
    }
}
sabotage! {
    /// Recognises a repeat by the journal only.
    ForgetsToAskTheRecords { seen: Mutex<BTreeSet<CommitId>> } commit(this, store, commit: &Commit) -> Answer {
        let again = !this.seen.lock().expect("no panic meanwhile").insert(commit.id());
        let writes = if again { Vec::new() } else { commit.writes().to_vec() };
        store.commit(&rewritten(commit.id(), writes, commit.events())).await
    }
}
sabotage! {
    ReservesAgain { seen: Mutex<BTreeSet<CommitId>> } commit(this, store, commit: &Commit) -> Answer {
        if !this.seen.lock().expect("no panic meanwhile").insert(commit.id()) {
            let lift = |write: &Write| match write {
                Write::Reserve(reservation) => Some(Write::Reserve(Reservation { ceiling: Timestamp::MAX, ..*reservation })),
                _ => None,
            };
            let again = commit.writes().iter().filter_map(lift).collect();
            return store.commit(&rewritten(other_id(commit.id()), again, &[])).await;
        }
        store.commit(commit).await
    }
}
sabotage! {
    /// Keeps an offer that nobody waits for, and applies it when it has time.
    AppliesLate { left: Mutex<Vec<Commit>> } commit(this, store, commit: &Commit) -> Answer {
        if commit.writes().is_empty() {
            let left = std::mem::take(&mut *this.left.lock().expect("no panic meanwhile"));
            for late in left {
                let writes = forced(store, &late).await;
                store.commit(&rewritten(other_id(late.id()), writes, &[])).await?;
            }
        }
        this.left.lock().expect("no panic meanwhile").push(commit.clone());
        pause().await;
        // Only this offer is no longer left alone: the one before it, of the same commit, still is.
        this.left.lock().expect("no panic meanwhile").pop();
        store.commit(commit).await
    }
}
sabotage! {
    /// Tells the journal before it knows.
    TellsRefusedCommits {} commit(this, store, commit: &Commit) -> Answer {
        let answer = store.commit(commit).await;
        if answer.is_err() {
            store.commit(&rewritten(commit.id(), Vec::new(), commit.events())).await?;
        }
        answer
    }
}
sabotage! {
    /// Waits with a lock in hand, which a dropped future never gives back.
    LeavesALock { held: AtomicBool } commit(this, store, commit: &Commit) -> Answer {
        if this.held.swap(true, Ordering::AcqRel) {
            return Err(CommitError::Store(StoreError::Unavailable("locked".into())));
        }
        pause().await;
        this.held.store(false, Ordering::Release);
        store.commit(commit).await
    }
}
sabotage! {
    /// Waits between the first write and the others.
    StopsHalfWay {} commit(this, store, commit: &Commit) -> Answer {
        let Some((first, others)) = commit.writes().split_first() else {
            return store.commit(commit).await;
        };
        store.commit(&rewritten(commit.id(), vec![first.clone()], &[])).await?;
        pause().await;
        store.commit(&rewritten(commit.id(), others.to_vec(), commit.events())).await
    }
}
sabotage! {
    TakesFifteenWrites {} commit(this, store, commit: &Commit) -> Answer {
        if commit.writes().len() > 15 {
            return Err(CommitError::Store(StoreError::Broken("too many".into())));
        }
        store.commit(commit).await
    }
}
sabotage! {
    TakesNoEmptyCommit {} commit(this, store, commit: &Commit) -> Answer {
        if commit.writes().is_empty() && commit.events().is_empty() {
            return Err(CommitError::Store(StoreError::Broken("nothing to do".into())));
        }
        store.commit(commit).await
    }
}
sabotage! {
    SaysWhoseAddressItIs {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::EmailTaken { .. }) => {
                Err(CommitError::Store(StoreError::Broken("very.private@example.com is there already".into())))
            }
            answer => answer,
        }
    }
}
sabotage! {
    ForgetsFormerAddresses {} load(this, store, who: &Who) -> Result<Dossier, StoreError> {
        let mut dossier = store.load(who).await?;
        let own = dossier.account.as_ref().and_then(|account| account.value.facts().ok()).map(|facts| facts.mailbox.tag);
        dossier.addresses.retain(|tag, _| Some(*tag) == own || who.also.contains(tag));
        Ok(dossier)
    }
}
sabotage! {
    TakesAbsenceForAnError {} load(this, store, who: &Who) -> Result<Dossier, StoreError> {
        let dossier = store.load(who).await?;
        match (&who.by, &dossier.account) {
            (By::Id(_) | By::Email(..), None) => Err(StoreError::Broken("no such account".into())),
            _ => Ok(dossier),
        }
    }
}
sabotage! {
    /// Looks the account up first, and the rest some time later.
    LooksTwice {} load(this, store, who: &Who) -> Result<Dossier, StoreError> {
        let early = store.load(who).await?.account;
        std::thread::yield_now();
        Ok(Dossier { account: early, ..store.load(who).await? })
    }
}
type Accounts = Result<Page<Stored<Account>, AccountQuery>, StoreError>;
sabotage! {
    LosesThePagesLast {} accounts(this, store, query: &AccountQuery, limit: Limit) -> Accounts {
        let mut page = store.accounts(query, limit).await?;
        if page.next.is_some() {
            page.items.pop();
        }
        Ok(page)
    }
}
sabotage! {
    SortsNothing {} accounts(this, store, query: &AccountQuery, limit: Limit) -> Accounts {
        let mut page = store.accounts(query, limit).await?;
        page.items.reverse();
        Ok(page)
    }
}
sabotage! {
    CountsFromTheCursor {} count(this, store, query: &AccountQuery) -> Result<u64, StoreError> {
        let page = store.accounts(query, Limit::MAX).await?;
        Ok(page.items.len().try_into().unwrap_or(u64::MAX))
    }
}
sabotage! {
    LosesADeadMail {} mails(this, store, query: &MailQuery, limit: Limit) -> Result<Page<Stored<Mail>, MailQuery>, StoreError> {
        let mut page = store.mails(query, limit).await?;
        if matches!(query, MailQuery::Dead { .. }) {
            page.items.pop();
        }
        Ok(page)
    }
}
type Claims = Result<Vec<Claimed>, StoreError>;
sabotage! {
    ClaimsBeforeItIsDue {} claim(this, store, claim: &Claim) -> Claims {
        store.claim(&Claim { now: claim.now + Span::seconds(1), ..claim.clone() }).await
    }
}
sabotage! {
    ClaimsByItsOwnClock {} claim(this, store, claim: &Claim) -> Claims {
        let now = claim.now.max(accountable_conformance::samples::NOW);
        store.claim(&Claim { now, ..claim.clone() }).await
    }
}
sabotage! {
    ClaimsNewestFirst {} claim(this, store, claim: &Claim) -> Claims {
        let mut claimed = store.claim(claim).await?;
        claimed.reverse();
        Ok(claimed)
    }
}
sabotage! {
    ForgetsTheHorizon {} claim(this, store, claim: &Claim) -> Claims {
        store.claim(&Claim { horizon: Timestamp::MAX, ..claim.clone() }).await
    }
}
sabotage! {
    /// Gives what it gave to the last one to the next one too.
    ClaimsTwice { last: Mutex<Vec<Claimed>> } claim(this, store, claim: &Claim) -> Claims {
        let mut claimed = store.claim(claim).await?;
        let mut last = this.last.lock().expect("no panic meanwhile");
        let given = std::mem::replace(&mut *last, claimed.clone());
        claimed.extend(given);
        Ok(claimed)
    }
}
sabotage! {
    ForgetsTheAttempt {} claim(this, store, claim: &Claim) -> Claims {
        let mut claimed = store.claim(claim).await?;
        for claimed in &mut claimed {
            claimed.mail.value.attempts = claimed.mail.value.attempts.saturating_sub(1);
        }
        Ok(claimed)
    }
}
sabotage! {
    /// Knows an account as it was when it first met it.
    BringsAnOldDossier { met: Mutex<BTreeMap<AccountId, Dossier>> } claim(this, store, claim: &Claim) -> Claims {
        let mut claimed = store.claim(claim).await?;
        let mut met = this.met.lock().expect("no panic meanwhile");
        for claimed in &mut claimed {
            if let Some(id) = claimed.mail.value.account() {
                claimed.dossier = met.entry(id).or_insert_with(|| claimed.dossier.clone()).clone();
            }
        }
        Ok(claimed)
    }
}
sabotage! {
    BringsNoDossier {} claim(this, store, claim: &Claim) -> Claims {
        let mut claimed = store.claim(claim).await?;
        for claimed in &mut claimed {
            claimed.dossier = Dossier::empty(claimed.dossier.incarnation);
        }
        Ok(claimed)
    }
}
sabotage! {
    IsDueLater {} next_due(this, store, realm: &Realm) -> Result<Option<Timestamp>, StoreError> {
        Ok(store.next_due(realm).await?.map(|due| due + Span::seconds(1)))
    }
}
type News = Result<Feed, FeedError>;
sabotage! {
    SkipsAnEntry { asked: AtomicU64 } feed(this, store, realm: &Realm, after: Option<Cursor>, limit: Limit) -> News {
        let mut feed = store.feed(realm, after, limit).await?;
        if this.asked.fetch_add(1, Ordering::Relaxed) % 3 == 1 && feed.events.len() > 1 {
            feed.events.remove(0);
        }
        Ok(feed)
    }
}
sabotage! {
    /// Its first cursor points a step ahead.
    BeginsTooLate {} feed(this, store, realm: &Realm, after: Option<Cursor>, limit: Limit) -> News {
        let again = after.is_some();
        let mut feed = store.feed(realm, after, limit).await?;
        if again && !feed.events.is_empty() && feed.events.first().is_some_and(|event| event.ordinal == 0) {
            feed.events.remove(0);
        }
        Ok(feed)
    }
}
sabotage! {
    TellsTwice {} feed(this, store, realm: &Realm, after: Option<Cursor>, limit: Limit) -> News {
        let mut feed = store.feed(realm, after, limit).await?;
        if u32::try_from(feed.events.len()).is_ok_and(|count| count < limit.get()) {
            feed.events.extend(feed.events.first().cloned());
        }
        Ok(feed)
    }
}
sabotage! {
    TellsBackwards {} feed(this, store, realm: &Realm, after: Option<Cursor>, limit: Limit) -> News {
        let mut feed = store.feed(realm, after, limit).await?;
        feed.events.reverse();
        Ok(feed)
    }
}
sabotage! {
    /// Begins anew without a word when it no longer reaches back so far.
    HidesTheGap {} feed(this, store, realm: &Realm, after: Option<Cursor>, limit: Limit) -> News {
        match store.feed(realm, after, limit).await {
            Err(FeedError::Trimmed) => store.feed(realm, None, limit).await,
            answer => answer,
        }
    }
}
sabotage! {
    HidesTheGapInAHistory {} history(this, store, of: AccountId, after: Option<Cursor>, limit: Limit) -> Result<Page<Event, Cursor>, FeedError> {
        match store.history(of, after, limit).await {
            Err(FeedError::Trimmed) => store.history(of, None, limit).await,
            answer => answer,
        }
    }
}
type Trimmed = Result<bool, StoreError>;
sabotage! {
    TrimsAllAtOnce {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { limit: Limit::MAX, ..trim.clone() }).await
    }
}
sabotage! {
    TrimsNothing {} trim(this, store, trim: &Trim) -> Trimmed {
        let _ = (store, trim);
        Ok(false)
    }
}
sabotage! {
    TrimsLocks {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { levels_before: Timestamp::MAX, ..trim.clone() }).await
    }
}
sabotage! {
    TrimsWhatIsToBeKept {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { events_before: Some(Timestamp::MAX), ..trim.clone() }).await
    }
}
sabotage! {
    LeavesImpossibleLevels {} trim(this, store, trim: &Trim) -> Trimmed {
        store.trim(&Trim { levels_beyond: Timestamp::MAX, ..trim.clone() }).await
    }
}

/// Gives way once.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

breaks! {
    applying_write_by_write: WriteByWrite breaks
        atomicity::clause_01_who_sees_one_write_of_a_commit_sees_all,
        atomicity::clause_01_a_failed_commit_leaves_nothing,
        keys::clause_06_a_released_key_is_free_in_the_same_instant,
        snapshots::clause_19_a_dossier_is_one_snapshot,
        snapshots::clause_20_nothing_uncommitted_is_ever_seen;
    dropping_the_last_event: DropsTheLastEvent breaks
        atomicity::clause_01_a_commit_writes_all_of_its_events,
        swaps::clause_04_every_event_reads_back_exactly,
        swaps::clause_18_the_largest_legal_commit_is_accepted,
        journal::clause_27_a_follower_gets_each_event_once;
    ignoring_before: IgnoresBefore breaks
        swaps::clause_02_a_swap_applies_only_if_the_stored_stamp_equals_its_before,
        swaps::clause_02_absence_is_guarded_as_a_stamp_is,
        swaps::clause_03_a_stamp_of_a_removed_record_never_matches_its_successor,
        swaps::clause_05_the_first_failing_write_in_key_order_decides_the_error,
        swaps::clause_15_of_racing_swaps_of_one_record_exactly_one_succeeds,
        outbox::clause_24_a_settlement_with_a_superseded_claim_conflicts;
    comparing_values: ComparesValues breaks
        swaps::clause_03_a_stamp_of_a_removed_record_never_matches_its_successor;
    cutting_versions: CutsVersions breaks swaps::clause_04_extreme_values_read_back_exactly;
    forgetting_fields_of_newer_builds: ForgetsFieldsOfNewerBuilds breaks
        swaps::clause_04_extreme_values_read_back_exactly;
    naming_the_last_key: NamesTheLastKey breaks
        swaps::clause_05_the_first_failing_write_in_key_order_decides_the_error;
    looking_at_addresses_first: LooksAtAddressesFirst breaks
        swaps::clause_05_on_an_account_conflict_precedes_email_taken;
    forgetting_reserved_keys: ForgetsReservedKeys breaks
        keys::clause_06_a_reserved_key_is_held_and_a_pending_one_is_not;
    sharing_addresses: SharesAddresses breaks
        keys::clause_06_no_two_accounts_of_a_realm_hold_one_key,
        keys::clause_06_of_racing_registrations_of_one_key_exactly_one_succeeds,
        repeats::clause_13_a_refused_offer_never_applies;
    forgetting_the_floor: ForgetsTheFloor breaks
        levels::clause_07_a_reservation_raises_a_level_unless_it_is_above_the_ceiling;
    forgetting_the_ceiling: ForgetsTheCeiling breaks
        levels::clause_07_a_reservation_raises_a_level_unless_it_is_above_the_ceiling,
        levels::clause_07_racing_reservations_admit_what_some_serial_order_would;
    reserving_first: ReservesFirst breaks levels::clause_07_a_failed_commit_reserves_nothing;
    one_commit_at_a_time: OneAtATime breaks
        levels::clause_08_reservations_alone_never_conflict,
        swaps::clause_16_commits_with_disjoint_keys_never_conflict;
    reading_from_a_replica: ReadsFromAReplica breaks
        repeats::clause_09_a_read_after_an_answer_sees_the_state_that_caused_it,
        swaps::clause_04_a_record_bears_the_commits_id_and_reads_back_exactly;
    not_knowing_its_own: DoesNotKnowItsOwn breaks
        repeats::clause_11_a_repeated_offer_is_ok_and_writes_nothing,
        repeats::clause_12_racing_offers_of_one_commit_apply_it_once,
        repeats::clause_12_an_offer_left_alone_never_applies_after_its_repeat_was_answered;
    forgetting_to_ask_the_journal: ForgetsToAskTheJournal breaks
        repeats::clause_11_an_event_alone_is_proof_of_the_commit;
    forgetting_to_ask_the_records: ForgetsToAskTheRecords breaks
        repeats::clause_11_a_record_alone_is_proof_of_the_commit;
    reserving_again: ReservesAgain breaks
        repeats::clause_11_a_repeated_offer_is_ok_and_writes_nothing,
        repeats::clause_12_racing_offers_of_one_commit_apply_it_once;
    applying_late: AppliesLate breaks
        repeats::clause_12_an_offer_left_alone_never_applies_after_its_repeat_was_answered;
    telling_refused_commits: TellsRefusedCommits breaks
        atomicity::clause_01_a_failed_commit_leaves_nothing,
        repeats::clause_13_a_refused_offer_never_applies;
    leaving_a_lock: LeavesALock breaks
        repeats::clause_14_a_dropped_commit_applied_whole_or_not_at_all_and_locks_nothing;
    stopping_half_way: StopsHalfWay breaks
        repeats::clause_14_a_dropped_commit_applied_whole_or_not_at_all_and_locks_nothing;
    an_own_clock: ClaimsByItsOwnClock breaks
        repeats::clause_17_the_same_calls_get_the_same_answers_whatever_time_it_is;
    fifteen_writes: TakesFifteenWrites breaks swaps::clause_18_the_largest_legal_commit_is_accepted;
    no_empty_commit: TakesNoEmptyCommit breaks swaps::clause_18_an_empty_commit_is_accepted;
    forgetting_former_addresses: ForgetsFormerAddresses breaks
        snapshots::clause_19_a_dossier_holds_all_that_was_asked_for;
    taking_absence_for_an_error: TakesAbsenceForAnError breaks snapshots::clause_19_absence_is_none_never_an_error;
    looking_twice: LooksTwice breaks snapshots::clause_19_a_dossier_is_one_snapshot;
    losing_a_pages_last: LosesThePagesLast breaks
        reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names,
        reads::clause_21_accounts_are_found_by_the_beginning_of_their_address,
        reads::clause_21_overdue_accounts_are_listed_by_due_time,
        reads::clause_21_a_record_that_stays_appears_exactly_once;
    sorting_nothing: SortsNothing breaks
        reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names,
        reads::clause_21_overdue_accounts_are_listed_by_due_time;
    counting_from_the_cursor: CountsFromTheCursor breaks
        reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names;
    losing_a_dead_mail: LosesADeadMail breaks
        reads::clause_21_mails_addresses_and_groups_are_listed_in_order;
    claiming_before_it_is_due: ClaimsBeforeItIsDue breaks
        outbox::clause_22_due_mails_of_the_realm_are_claimed_oldest_first,
        outbox::clause_23_a_claimed_mail_is_claimable_again_at_until_and_not_before;
    claiming_newest_first: ClaimsNewestFirst breaks
        outbox::clause_22_due_mails_of_the_realm_are_claimed_oldest_first;
    forgetting_the_horizon: ForgetsTheHorizon breaks
        outbox::clause_22_a_due_time_beyond_the_horizon_is_due,
        outbox::clause_23_a_claimed_mail_is_claimable_again_at_until_and_not_before;
    claiming_twice: ClaimsTwice breaks outbox::clause_22_each_mail_goes_to_one_of_racing_claimants;
    forgetting_the_attempt: ForgetsTheAttempt breaks
        outbox::clause_23_a_claimed_mail_bears_the_claims_id_and_one_more_attempt;
    bringing_an_old_dossier: BringsAnOldDossier breaks
        outbox::clause_25_a_claims_dossier_is_not_older_than_the_claim;
    bringing_no_dossier: BringsNoDossier breaks outbox::clause_25_a_claim_brings_the_facts_of_the_mails_account;
    being_due_later: IsDueLater breaks outbox::clause_26_next_due_is_never_later_than_what_is_due_first;
    skipping_an_entry: SkipsAnEntry breaks
        journal::clause_27_a_follower_gets_each_event_once;
    beginning_too_late: BeginsTooLate breaks
        journal::clause_29_a_cursor_of_an_empty_feed_misses_nothing,
        journal::clause_29_a_cursor_resumes_on_another_instance;
    telling_twice: TellsTwice breaks journal::clause_27_a_follower_gets_each_event_once;
    telling_backwards: TellsBackwards breaks journal::clause_28_an_accounts_events_come_in_version_order;
    hiding_the_gap: HidesTheGap breaks
        journal::clause_30_a_cursor_from_before_the_retained_journal_answers_trimmed,
        journal::clause_30_a_cursor_of_another_incarnation_answers_trimmed;
    hiding_the_gap_in_a_history: HidesTheGapInAHistory breaks
        journal::clause_30_a_cursor_from_before_the_retained_journal_answers_trimmed,
        journal::clause_30_a_cursor_of_another_incarnation_answers_trimmed;
    trimming_all_at_once: TrimsAllAtOnce breaks journal::clause_31_trim_takes_bounded_steps;
    trimming_nothing: TrimsNothing breaks
        journal::clause_31_trim_takes_bounded_steps,
        journal::clause_31_trim_lowers_impossible_levels;
    trimming_locks: TrimsLocks breaks journal::clause_31_trim_keeps_what_is_needed;
    trimming_what_is_to_be_kept: TrimsWhatIsToBeKept breaks journal::clause_31_trim_keeps_what_is_needed;
    leaving_impossible_levels: LeavesImpossibleLevels breaks journal::clause_31_trim_lowers_impossible_levels;
    saying_whose_address_it_is: SaysWhoseAddressItIs breaks
        persistence::clause_33_no_error_text_contains_a_stored_value;
}

/// The fixture forgets everything when it is reopened, and scribbles over what it refuses.
#[test]
fn forgetting_everything_breaks_persistence() {
    type Check = fn() -> std::pin::Pin<Box<dyn Future<Output = ()>>>;
    let checks: [Check; 3] = [
        || Box::pin(persistence::clause_10_ok_survives_a_kill::<Broken<Nothing>>()),
        || Box::pin(persistence::clause_32_reopening_loses_nothing::<Broken<Nothing>>()),
        || {
            Box::pin(persistence::clause_32_a_foreign_or_newer_place_is_refused_and_left_untouched::<
                Broken<Nothing>,
            >())
        },
    ];
    for check in checks {
        let end = std::thread::spawn(move || accountable_conformance::block_on(check())).join();
        assert!(end.is_err(), "a check found nothing");
    }
}
