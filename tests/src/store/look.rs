//! Looking into a store: one record, or all there are, through the port's own reads.

use std::sync::LazyLock;

use accountable_core::{
    domain::{
        Account, AccountId, Address, AddressTag, EmailAddress, Event, IpFilterGroup, IpFilterGroupName, Mail,
        MailId, QuotaTag, Realm, Timestamp,
    },
    port::{
        AccountQuery, By, Claim, Cursor, Dossier, FeedError, Limit, MailQuery, Note, NoteName, Scope, Store,
        StoreError, Stored, Who,
    },
};

use crate::{names::Names, samples};

/// What the store answers, where it must.
#[track_caller]
pub(crate) fn answered<T>(answer: Result<T, StoreError>) -> T {
    answer.unwrap_or_else(|error| panic!("the store did not answer: {error:?}"))
}

/// The journal's answer, where there must be one.
#[track_caller]
pub(crate) fn told<T>(answer: Result<T, FeedError>) -> T {
    answer.unwrap_or_else(|error| panic!("the journal did not answer: {error:?}"))
}

/// A dossier.
pub(crate) async fn dossier(store: &dyn Store, who: Who) -> Dossier {
    answered(store.load(&who).await)
}

/// An account by its name.
pub(crate) async fn account(store: &dyn Store, id: AccountId) -> Option<Stored<Account>> {
    dossier(store, Who::id(id)).await.account
}

/// An account by its address.
pub(crate) async fn account_at(
    store: &dyn Store,
    realm: &Realm,
    address: &EmailAddress,
) -> Option<AccountId> {
    let who = Who::found(By::Email(realm.clone(), address.key()));
    dossier(store, who).await.account.map(|account| account.value.id)
}

/// The account that holds a key, as its own or reserved.
pub(crate) async fn holder(
    store: &dyn Store,
    realm: &Realm,
    address: &EmailAddress,
) -> Option<Stored<Account>> {
    let who = Who { holder: Some((realm.clone(), address.key())), ..Who::nobody() };
    dossier(store, who).await.holder
}

/// The record of an address.
pub(crate) async fn address(store: &dyn Store, tag: AddressTag) -> Option<Stored<Address>> {
    let who = Who { also: vec![tag], ..Who::nobody() };
    dossier(store, who).await.addresses.remove(&tag)
}

/// A quota's level.
pub(crate) async fn level(store: &dyn Store, of: QuotaTag) -> Option<Timestamp> {
    let who = Who { levels: vec![of], ..Who::nobody() };
    dossier(store, who).await.level(of)
}

/// A note.
pub(crate) async fn note(store: &dyn Store, realm: &Realm, name: &NoteName) -> Option<Stored<Note>> {
    let of = (realm.clone(), name.clone());
    let who = Who { notes: vec![of.clone()], ..Who::nobody() };
    dossier(store, who).await.notes.remove(&of)
}

/// A mail.
pub(crate) async fn mail(store: &dyn Store, id: MailId) -> Option<Stored<Mail>> {
    let mut items = answered(store.mails(&MailQuery::One(id), Limit::MAX).await).items;
    assert!(items.len() <= 1, "a mail's name found {} mails", items.len());
    items.pop()
}

/// A group of networks.
pub(crate) async fn group(
    store: &dyn Store,
    realm: &Realm,
    name: &IpFilterGroupName,
) -> Option<Stored<IpFilterGroup>> {
    let all = groups(store, realm, Limit::MAX).await;
    all.into_iter().find(|group| group.value.name == *name)
}

/// A page's number above which something goes round in circles.
const ENDLESS: usize = 10_000;

macro_rules! all_pages {
    ($first:expr, |$query:ident| $ask:expr) => {{
        let mut all = Vec::new();
        let mut $query = $first;
        let mut pages = 0_usize;
        loop {
            let page = $ask;
            all.extend(page.items);
            pages = pages.saturating_add(1);
            assert!(pages < ENDLESS, "the pages never end");
            match page.next {
                Some(next) => $query = next.into(),
                None => break all,
            }
        }
    }};
}

/// All groups of a realm, so many a page.
pub(crate) async fn groups(store: &dyn Store, realm: &Realm, limit: Limit) -> Vec<Stored<IpFilterGroup>> {
    all_pages!(None, |after| {
        let page = answered(store.groups(realm, after, limit).await);
        fits(page.items.len(), limit);
        page
    })
}

/// All accounts that match, so many a page.
pub(crate) async fn accounts(store: &dyn Store, query: AccountQuery, limit: Limit) -> Vec<Stored<Account>> {
    all_pages!(query, |query| {
        let page = answered(store.accounts(&query, limit).await);
        fits(page.items.len(), limit);
        page
    })
}

/// The ids of all accounts that match, so many a page.
pub(crate) async fn account_ids(store: &dyn Store, query: AccountQuery, limit: Limit) -> Vec<AccountId> {
    all_pages!(query, |query| {
        let page = answered(store.account_ids(&query, limit).await);
        fits(page.items.len(), limit);
        page
    })
}

/// All mails that match, so many a page.
pub(crate) async fn mails(store: &dyn Store, query: MailQuery, limit: Limit) -> Vec<Stored<Mail>> {
    all_pages!(query, |query| {
        let page = answered(store.mails(&query, limit).await);
        fits(page.items.len(), limit);
        page
    })
}

/// All suppressed addresses of a realm, so many a page.
pub(crate) async fn suppressed(store: &dyn Store, realm: &Realm, limit: Limit) -> Vec<Stored<Address>> {
    all_pages!(None, |after| {
        let page = answered(store.suppressed(realm, after, limit).await);
        fits(page.items.len(), limit);
        page
    })
}

/// An account's whole history, so many events a page.
pub(crate) async fn history(store: &dyn Store, of: AccountId, limit: Limit) -> Vec<Event> {
    followed(store, &Scope::Account(of), None, limit).await.0
}

#[track_caller]
fn fits(items: usize, limit: Limit) {
    assert!(
        u32::try_from(items).is_ok_and(|items| items <= limit.get()),
        "a page of {items} where {} were asked for",
        limit.get()
    );
}

/// Follows the feed until it has nothing new, so many events at a time.
pub(crate) async fn feed(
    store: &dyn Store,
    realm: &Realm,
    after: Option<Cursor>,
    limit: Limit,
) -> (Vec<Event>, Cursor) {
    followed(store, &Scope::Realm(realm.clone()), after, limit).await
}

/// Follows a scope's events while there are more.
pub(crate) async fn followed(
    store: &dyn Store,
    scope: &Scope,
    after: Option<Cursor>,
    limit: Limit,
) -> (Vec<Event>, Cursor) {
    let mut all = Vec::new();
    let mut after = after;
    for _ in 0..ENDLESS {
        let feed = told(store.events(scope, after.as_ref(), limit).await);
        fits(feed.events.len(), limit);
        all.extend(feed.events);
        if !feed.more {
            return (all, feed.cursor);
        }
        after = Some(feed.cursor);
    }
    panic!("the feed never ends");
}

/// The whole feed of a realm.
pub(crate) async fn journal(store: &dyn Store, realm: &Realm) -> Vec<Event> {
    feed(store, realm, None, Limit::MAX).await.0
}

/// Names of claims that only ask.
static ASKING: LazyLock<Names> = LazyLock::new(|| Names::new(0xa5));

/// When the realm's next mail or account is due.
pub(crate) async fn next_due(store: &dyn Store, realm: &Realm) -> Option<Timestamp> {
    let claim = Claim { realm: realm.clone(), limit: None, ..samples::claim_by(ASKING.commit()) };
    let claims = answered(store.claim(&claim).await);
    assert_eq!(claims.mails, Vec::new(), "a claim of none took mails");
    claims.next_due
}
