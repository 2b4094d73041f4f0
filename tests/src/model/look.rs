//! A look at everything that a world holds: its records, its levels, its journal, its letters.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, CommitId, EmailAddress, Event, Mail, MailId, NoticeKind,
        QuotaOf, QuotaTag, Realm, StrangersMail, Timestamp,
    },
    port::{
        AccountFilter, AccountQuery, By, Claim, Dossier, Limit, MailQuery, Page, Scope, Store, Stored, Who,
    },
};
use accountable_memory::Answer;

use super::{
    step::{ADDRESSES, ORIGINS},
    world::{World, email, from},
};

/// Everything, of one moment.
#[derive(Default)]
pub(crate) struct Look {
    pub(crate) now: Option<Timestamp>,
    pub(crate) accounts: Vec<Stored<Account>>,
    pub(crate) addresses: BTreeMap<AddressTag, Stored<Address>>,
    pub(crate) suppressed: Vec<Stored<Address>>,
    /// The outbox, strangers' requests included.
    pub(crate) mails: BTreeMap<MailId, Stored<Mail>>,
    pub(crate) levels: Vec<Option<Timestamp>>,
    pub(crate) next_due: Option<Timestamp>,
    /// Since the last look.
    pub(crate) events: Vec<Event>,
    /// Since the last look: its name, whom it was for, what it said, how it was answered.
    pub(crate) letters: Vec<(MailId, AddressTag, String, Answer)>,
    /// To whom each code was mailed, ever.
    pub(crate) mailed: Vec<((String, String), EmailAddress)>,
}

impl Look {
    pub(crate) fn same_as(&self, other: &Self) -> Result<(), String> {
        same("the time", &self.now, &other.now)?;
        same("accounts", &self.accounts, &other.accounts)?;
        same("addresses", &self.addresses, &other.addresses)?;
        same("suppressions", &self.suppressed, &other.suppressed)?;
        same("mails", &self.mails, &other.mails)?;
        same("levels", &self.levels, &other.levels)?;
        same("the next due time", &self.next_due, &other.next_due)?;
        same("events", &self.events, &other.events)?;
        same("letters", &self.letters, &other.letters)
    }

    pub(crate) fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().map(|stored| &stored.value).find(|account| account.id == id)
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, memory: &T, tested: &T) -> Result<(), String> {
    if memory == tested {
        return Ok(());
    }
    Err(format!("{what} differ\nmemory: {memory:?}\nyours: {tested:?}"))
}

impl World {
    /// What the store and the mailer hold; of journal and letters, what is new.
    pub(crate) async fn look(&mut self) -> Look {
        let realm = Realm::default();
        let tags: Vec<_> = (0..ADDRESSES.len()).map(|at| self.keys.address_tag(&realm, &email(at))).collect();
        let dossier = self.load(Who { also: tags, ..Who::nobody() }).await;
        let mut look = Look {
            now: Some(self.now()),
            accounts: self.all_accounts().await,
            addresses: dossier.addresses,
            suppressed: self.suppressed().await,
            next_due: self.next_due().await,
            events: self.new_events().await,
            ..Look::default()
        };
        // Strangers' requests make accounts, too.
        let known = self.registered.clone();
        let made = look.accounts.iter().map(|stored| stored.value.id).filter(|id| !known.contains(id));
        self.registered.extend(made);
        look.mails = self.outbox().await;
        for tag in self.quotas(&look.accounts) {
            look.levels.push(self.load(Who { levels: vec![tag], ..Who::nobody() }).await.level(tag));
        }
        let attempts = self.mailer.attempts();
        look.letters = attempts[self.letters_seen..]
            .iter()
            .map(|(letter, answer)| {
                let link = letter.link().map(|link| link.expose());
                let said = format!("{} {link:?} {:?} {}", letter.to, letter.message, letter.queued_at);
                (letter.id, self.keys.address_tag(&realm, &letter.to), said, *answer)
            })
            .collect();
        self.letters_seen = attempts.len();
        look.mailed.clone_from(&self.codes);
        look
    }

    /// What each step would take too long to look at: facts found by address, counts, and each account's own history.
    pub(crate) async fn same_in_full(&mut self, other: &mut Self) -> Result<(), String> {
        for at in 0..ADDRESSES.len() {
            let by = || By::Email(Realm::default(), email(at).key());
            same(
                "a dossier by address",
                &self.load(Who::found(by())).await,
                &other.load(Who::found(by())).await,
            )?;
        }
        let all = || by_id(None);
        for at_most in [1, u64::MAX] {
            let counted = self.store.count(&all(), at_most).await.unwrap();
            same("counts", &counted, &other.store.count(&all(), at_most).await.unwrap())?;
        }
        for id in self.registered.clone() {
            same(
                "an account's mails",
                &mails_of(&*self.store, id).await,
                &mails_of(&*other.store, id).await,
            )?;
            same("a history", &history(&*self.store, id).await, &history(&*other.store, id).await)?;
        }
        Ok(())
    }

    async fn all_accounts(&self) -> Vec<Stored<Account>> {
        let mut query = Some(by_id(None));
        let mut all = Vec::new();
        while let Some(next) = query {
            // Small pages, so that there are several.
            let page: Page<_, _> = self.store.accounts(&next, Limit::of(3)).await.unwrap();
            all.extend(page.items);
            query = page.next;
        }
        all
    }

    async fn new_events(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let scope = Scope::Realm(Realm::default());
            let feed = self.store.events(&scope, self.cursor.as_ref(), Limit::of(7)).await.unwrap();
            self.cursor = Some(feed.cursor);
            events.extend(feed.events);
            if !feed.more {
                return events;
            }
        }
    }

    async fn suppressed(&self) -> Vec<Stored<Address>> {
        let (mut after, mut all) = (None, Vec::new());
        loop {
            let page = self.store.suppressed(&Realm::default(), after, Limit::of(3)).await.unwrap();
            all.extend(page.items);
            let Some(next) = page.next else { return all };
            after = Some(next);
        }
    }

    async fn outbox(&self) -> BTreeMap<MailId, Stored<Mail>> {
        let mut query = Some(MailQuery::All { realm: Realm::default(), after: None });
        let mut all = BTreeMap::new();
        while let Some(next) = query {
            let page = self.store.mails(&next, Limit::of(5)).await.unwrap();
            all.extend(page.items.into_iter().map(|mail| (mail.value.id, mail)));
            query = page.next;
        }
        all
    }

    async fn load(&self, who: Who) -> Dossier {
        self.store.load(&who).await.unwrap()
    }

    /// Asked by a claim that takes nothing.
    async fn next_due(&self) -> Option<Timestamp> {
        let now = self.now();
        let claim = Claim {
            id: CommitId::from_bytes([0xdd; 16]),
            realm: Realm::default(),
            now,
            until: now,
            horizon: Timestamp::MAX,
            limit: None,
            pass_over: BTreeSet::new(),
        };
        self.store.claim(&claim).await.unwrap().next_due
    }

    /// Each level that anything here can count in, once.
    fn quotas(&self, accounts: &[Stored<Account>]) -> BTreeSet<QuotaTag> {
        let realm = Realm::default();
        let level = |of: QuotaOf<'_>| self.keys.quota_tag(&realm, of);
        let recipients = (0..ADDRESSES.len()).flat_map(|at| {
            let (address, key) = (email(at), email(at).key());
            let to_account = StrangersMail::ALL.map(|kind| level(QuotaOf::ToAccount(kind, &key)));
            let to_anybody = [
                QuotaOf::SignUps(&address),
                QuotaOf::SignUpsForLong(&address),
                QuotaOf::NewAddress(&address),
                QuotaOf::NewAddressForLong(&address),
                QuotaOf::Proofs(&key),
                QuotaOf::Notices(NoticeKind::PasswordChanged, &key),
                QuotaOf::Notices(NoticeKind::EmailReplaced, &key),
                QuotaOf::Notices(NoticeKind::Closed, &key),
            ];
            to_account.into_iter().chain(to_anybody.map(level)).collect::<Vec<_>>()
        });
        let origins = (0..ORIGINS.len()).flat_map(|at| {
            let networks = [from(at).network(), from(at).wider_network()].into_iter().flatten();
            let of = networks.flat_map(|of| [QuotaOf::Requests(of), QuotaOf::Failures(of)].map(level));
            of.collect::<Vec<_>>()
        });
        let accounts = accounts.iter().flat_map(|account| {
            let id = account.value.id;
            [level(QuotaOf::EmailChanges(id)), level(QuotaOf::FailuresOfOwner(id))]
        });
        let of_all = level(QuotaOf::SignUpsInAll);
        recipients.chain(origins).chain(accounts).chain([of_all]).collect()
    }
}

fn by_id(after: Option<AccountId>) -> AccountQuery {
    AccountQuery::ById { realm: Realm::default(), after, filter: AccountFilter::default() }
}

async fn mails_of(store: &dyn Store, account: AccountId) -> Vec<Stored<Mail>> {
    let mut query = Some(MailQuery::OfAccount { account, after: None });
    let mut all = Vec::new();
    while let Some(next) = query {
        let page = store.mails(&next, Limit::of(5)).await.unwrap();
        all.extend(page.items);
        query = page.next;
    }
    all
}

async fn history(store: &dyn Store, of: AccountId) -> Vec<Event> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let feed = store.events(&Scope::Account(of), after.as_ref(), Limit::of(7)).await.unwrap();
        all.extend(feed.events);
        if !feed.more {
            return all;
        }
        after = Some(feed.cursor);
    }
}
