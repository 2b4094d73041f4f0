//! Clause 21 again, of more rows than one page may have: nothing is lost, twice or out of place at a page's end.

use accountable_core::{
    domain::{EmailKey, EventKind, Version},
    port::{AccountFilter, AccountQuery, Limit, MailQuery, Scope, Store, Swap},
};

use super::{Stage, StoreUnderTest, look, put, reads::by_id};
use crate::{
    names::Names,
    samples::{self, Batch, at, realm},
};

/// More than [`Limit::MAX`], and a multiple of pages below it.
const ROWS: usize = 1_026;

/// The most there may be; a page that ends exactly with the last row, its double beyond, and one that leaves a row over.
const LIMITS: [Limit; 4] = [Limit::MAX, Limit::of(513), Limit::of(342), Limit::of(1_025)];

/// Rows of each kind, in as few commits as their number allows: 5 mails, 5 addresses and 4 groups in each.
async fn filled(store: &dyn Store, names: &Names) -> Filled {
    let mut filled = Filled::default();
    let owner = names.account();
    let mut events = 0;
    while filled.tags.len() < ROWS || filled.groups.len() < ROWS {
        let mut batch = Batch::new(names.commit());
        for _ in 0..5_usize.min(ROWS - filled.tags.len()) {
            let (mail, tag) = (names.mail(), names.tag());
            batch = batch
                .mail(Swap::create(samples::dead(samples::mail(mail, owner, at(0)), at(0))))
                .address(Swap::create(samples::suppressed(tag)));
            filled.mails.push(mail);
            filled.tags.push(tag);
        }
        for _ in 0..4_usize.min(ROWS.saturating_sub(filled.groups.len())) {
            let name = format!("g{}", filled.groups.len());
            batch = batch.group(Swap::create(samples::group(&name, 1)));
            filled.groups.push(name);
        }
        for _ in 0..16_usize.min(ROWS.saturating_sub(events)) {
            batch = batch.event(Some(owner), Some(Version::FIRST), EventKind::ClockMended);
            events += 1;
        }
        let commit = put(store, batch.build()).await;
        filled.events.extend_from_slice(commit.events());
    }
    filled.mails.sort_unstable();
    filled.tags.sort_unstable();
    filled.groups.sort_unstable();
    filled
}

#[derive(Default)]
struct Filled {
    mails: Vec<accountable_core::domain::MailId>,
    tags: Vec<accountable_core::domain::AddressTag>,
    groups: Vec<String>,
    events: Vec<accountable_core::domain::Event>,
}

/// 21. More accounts than a page may have: by each order, also those that match a filter; and counted.
pub async fn clause_21_more_than_1000_accounts_are_listed_and_counted<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let mut accounts = Vec::new();
    for n in 0..ROWS {
        let account = samples::with(samples::account(names.account(), &names.email()), |facts| {
            // Nearly all share a due time, a group and a key: what is after a cursor is told by the name.
            if n % 50 > 0 {
                facts.pending = Some(samples::pending(1, &names.email()));
                facts.attributes.ip_filter_group = Some(samples::group_name("office"));
            }
        });
        let account = samples::sealed_under(account, if n % 50 > 0 { &["old"] } else { &[] });
        put(store, Batch::new(names.commit()).account(Swap::create(account.clone())).build()).await;
        accounts.push(account);
    }
    accounts.sort_by_key(|account| account.id);
    let all: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let most = accounts.iter().filter(|account| account.ip_filter_group().is_some());
    let most: Vec<_> = most.map(|account| account.id).collect();
    let mut by_email: Vec<_> = accounts.iter().collect();
    by_email.sort_by_key(|account| {
        account.facts().map(|facts| facts.mailbox.key.as_str().as_bytes().to_vec()).unwrap_or_default()
    });
    let by_email = by_email.into_iter().map(|account| account.id).collect();
    let group = Some(samples::group_name("office"));
    let queries = [
        (by_id(realm(), AccountFilter::default()), all),
        (by_id(realm(), AccountFilter { ip_filter_group: group, ..AccountFilter::default() }), most.clone()),
        (
            by_id(
                realm(),
                AccountFilter { sealed_under: Some(samples::key("old")), ..AccountFilter::default() },
            ),
            most.clone(),
        ),
        (AccountQuery::Overdue { realm: realm(), now: at(1_000_000), after: None }, most),
        (AccountQuery::ByEmail { realm: realm(), prefix: EmailKey::prefix("u"), after: None }, by_email),
    ];
    for (query, expected) in queries {
        for limit in LIMITS {
            let what = format!("{query:?}, {} a page", limit.get());
            let found = look::accounts(store, query.clone(), limit).await;
            assert_eq!(found.len(), expected.len(), "how many: {what}");
            let found: Vec<_> = found.into_iter().map(|account| account.value.id).collect();
            assert!(found == expected, "another list: {what}");
            assert!(look::account_ids(store, query.clone(), limit).await == expected, "other ids: {what}");
        }
        let counted = look::answered(store.count(&query, u64::MAX).await);
        assert_eq!(usize::try_from(counted), Ok(expected.len()), "counted: {query:?}");
    }
}

/// 21. More mails, suppressed addresses and groups than a page may have.
pub async fn clause_21_more_than_1000_mails_addresses_and_groups_are_listed<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let Filled { mails, tags, groups, .. } = filled(store, names).await;
    let owner = look::mail(store, mails.first().copied().expect("a mail")).await.expect("a mail");
    let account = owner.value.account().expect("the mail's account");
    for limit in LIMITS {
        for query in [
            MailQuery::All { realm: realm(), after: None },
            MailQuery::Dead { realm: realm(), after: None },
            MailQuery::OfAccount { account, after: None },
        ] {
            let found = look::mails(store, query.clone(), limit).await;
            let found: Vec<_> = found.into_iter().map(|mail| mail.value.id).collect();
            assert!(found == mails, "{query:?}: {} of {ROWS}, {} a page", found.len(), limit.get());
        }
        let found = look::suppressed(store, &realm(), limit).await;
        let found: Vec<_> = found.into_iter().map(|address| address.value.tag).collect();
        assert!(found == tags, "{} of {ROWS} addresses, {} a page", found.len(), limit.get());
        let found = look::groups(store, &realm(), limit).await;
        let found: Vec<_> = found.into_iter().map(|group| group.value.name.as_str().to_owned()).collect();
        assert!(found == groups, "{} of {} groups, {} a page", found.len(), groups.len(), limit.get());
    }
}

/// 27. More events than one call may ask for, also of one account: each once, in order.
pub async fn clause_27_more_than_1000_events_are_followed<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let Filled { events, .. } = filled(store, names).await;
    let owner = events.first().and_then(|event| event.account).expect("an account's event");
    for scope in [samples::feed_scope(), Scope::Account(owner)] {
        for limit in LIMITS {
            let (found, end) = look::followed(store, &scope, None, limit).await;
            assert!(found == events, "{scope:?}: {} of {ROWS}, {} a page", found.len(), limit.get());
            let after = look::told(store.events(&scope, Some(&end), limit).await);
            assert_eq!((after.events, after.more), (Vec::new(), false), "{scope:?}: after the end");
        }
    }
}
