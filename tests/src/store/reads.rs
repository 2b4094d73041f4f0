//! Clause 21: pages. All that match, in the order of their bytes, each once.

use std::sync::atomic::{AtomicBool, Ordering};

use accountable_core::{
    domain::{Account, AccountId, Realm, StandingKind, Status, Timestamp},
    port::{AccountFilter, AccountQuery, Limit, Store, Swap},
};

use super::{Stage, StoreUnderTest, look, put};
use crate::{
    names::Names,
    race::{race, rounds},
    samples::{self, Batch, at, email, other_realm, realm},
};

/// Page sizes that end within, at and beyond what there is.
pub(super) const LIMITS: [Limit; 4] = [Limit::of(1), Limit::of(3), Limit::of(7), Limit::MAX];

pub(super) async fn create(store: &dyn Store, names: &Names, account: &Account) {
    put(store, Batch::new(names.commit()).account(Swap::create(account.clone())).build()).await;
}

pub(super) fn by_id(realm: Realm, filter: AccountFilter) -> AccountQuery {
    AccountQuery::ById { realm, after: None, filter }
}

pub(super) async fn ids(store: &dyn Store, query: &AccountQuery, limit: Limit) -> Vec<AccountId> {
    let found = look::accounts(store, query.clone(), limit).await;
    found.into_iter().map(|account| account.value.id).collect()
}

/// Every page size gives the same list, and `count` its length, or what it is to stop at.
pub(super) async fn listed(store: &dyn Store, query: AccountQuery, expected: &[AccountId], what: &str) {
    for limit in LIMITS {
        assert_eq!(ids(store, &query, limit).await, expected, "{what}, {} a page", limit.get());
        let only_ids = look::account_ids(store, query.clone(), limit).await;
        assert_eq!(only_ids, expected, "{what}, ids only, {} a page", limit.get());
    }
    let all = u64::try_from(expected.len()).unwrap_or(u64::MAX);
    for at_most in [0, 1, all.saturating_sub(1), all, all.saturating_add(1), u64::MAX] {
        let counted = look::answered(store.count(&query, at_most).await);
        assert_eq!(counted, all.min(at_most), "{what}, counted to {at_most} at most");
    }
}

/// 21. Accounts by name, filtered by status, standing and group; of one realm.
pub async fn clause_21_accounts_are_listed_by_the_bytes_of_their_names<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let mut accounts = Vec::new();
    let mut named = vec![AccountId::from_bytes([0; 16]), AccountId::from_bytes([0xff; 16])];
    // Names on both sides of every sign bit, and such as end in zeros.
    named.extend((0..14).map(|_| names.account()));
    named.push(AccountId::from_bytes([0x7f; 16]));
    named.push(AccountId::from_bytes([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    for (at, id) in named.into_iter().enumerate() {
        let account = samples::with(samples::account(id, &names.email()), |facts| {
            facts.ever_had_a_password = at % 2 == 0;
            facts.pending = (at % 8 == 0).then(|| samples::pending(1, &names.email()));
            facts.attributes.ip_filter_group = (at % 3 == 0).then(|| samples::group_name("office"));
            if at % 5 == 0 {
                facts.standing = samples::closed();
            }
        });
        create(store, names, &account).await;
        accounts.push(account);
    }
    let gone = samples::erased(&samples::account(names.account(), &names.email()));
    create(store, names, &gone).await;
    accounts.push(gone);
    create(store, names, &samples::account_in(other_realm(), names.account(), &names.email())).await;
    accounts.sort_by_key(|account| account.id);
    let group = samples::group_name("office");
    let mut filters = vec![AccountFilter::default()];
    for status in [Status::New, Status::InUse, Status::ChangingEmail, Status::ChangingPasswordManagement] {
        filters.push(AccountFilter { status: Some(status), ..AccountFilter::default() });
    }
    for standing in
        [StandingKind::Active, StandingKind::Suspended, StandingKind::Closed, StandingKind::Erased]
    {
        filters.push(AccountFilter { standings: [standing].into(), ..AccountFilter::default() });
    }
    for standings in [
        [StandingKind::Active, StandingKind::Suspended],
        [StandingKind::Suspended, StandingKind::Erased],
        [StandingKind::Active, StandingKind::Closed],
    ] {
        filters.push(AccountFilter { standings: standings.into(), ..AccountFilter::default() });
    }
    for name in ["office", "OFFICE"] {
        filters.push(AccountFilter {
            ip_filter_group: Some(samples::group_name(name)),
            ..AccountFilter::default()
        });
    }
    filters.push(AccountFilter {
        status: Some(Status::InUse),
        standings: [StandingKind::Active].into(),
        ip_filter_group: Some(group),
        sealed_under: None,
        not_logged_in_since: None,
    });
    for filter in filters {
        let matches = |account: &&Account| {
            filter.status.is_none_or(|status| account.status() == Ok(status))
                && (filter.standings.is_empty() || filter.standings.contains(&account.standing()))
                && filter.ip_filter_group.as_ref().is_none_or(|name| account.ip_filter_group() == Some(name))
        };
        let expected: Vec<_> = accounts.iter().filter(matches).map(|account| account.id).collect();
        listed(store, by_id(realm(), filter.clone()), &expected, &format!("{filter:?}")).await;
    }
    // A count does not depend on where the query would start.
    let from_the_middle = AccountQuery::ById {
        realm: realm(),
        after: accounts.get(9).map(|account| account.id),
        filter: AccountFilter::default(),
    };
    let counted = look::answered(store.count(&from_the_middle, u64::MAX).await);
    assert_eq!(usize::try_from(counted), Ok(accounts.len()), "counted from the middle");
    assert_eq!(
        ids(store, &from_the_middle, Limit::MAX).await.len(),
        accounts.len() - 10,
        "listed from the middle"
    );
}

/// 21. Accounts by the key that any of their hashes rests on, beside the other filters; as it is after each commit.
pub async fn clause_21_accounts_are_listed_by_the_key_that_their_hashes_rest_on<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    // The current hash's key, then those of the ones before.
    let under: [&[&str]; 8] = [
        &["old"],
        &["new"],
        &["new", "old"],
        &["old", "old", "old"],
        &["new", "new", "older", "old"],
        &["older"],
        &[],
        // One name that begins like another is another name.
        &["old-1", "OLD"],
    ];
    let mut accounts = Vec::new();
    for n in 0..24_usize {
        let keys = under.get(n % under.len()).copied().unwrap_or_default();
        let account = samples::with(samples::account(names.account(), &names.email()), |facts| {
            facts.attributes.ip_filter_group = (n % 3 == 0).then(|| samples::group_name("office"));
            if n % 5 == 0 {
                facts.standing = samples::closed();
            }
        });
        let account = samples::sealed_under(account, keys);
        create(store, names, &account).await;
        accounts.push(account);
    }
    let abroad = samples::account_in(other_realm(), names.account(), &names.email());
    create(store, names, &samples::sealed_under(abroad, &["old"])).await;
    lists_what_rests_on_keys(store, &accounts).await;
    // Sealed anew in part, with another password, erased, removed.
    for half in [0, 12] {
        for (n, account) in accounts.iter_mut().enumerate().skip(half).take(12) {
            let before =
                look::account(store, account.id).await.unwrap_or_else(|| panic!("account {n} is gone"));
            let swap = match n % 4 {
                0 => Swap::replace(before, samples::sealed_under(samples::next(account), &["new", "older"])),
                1 => Swap::replace(before, samples::sealed_under(samples::next(account), &["old", "new"])),
                2 => Swap::replace(before, samples::erased(account)),
                _ => Swap::remove(before),
            };
            if let Some(after) = &swap.after {
                *account = after.clone();
            }
            put(store, Batch::new(names.commit()).account(swap).build()).await;
        }
        let mut present = Vec::new();
        for account in &accounts {
            present.extend(look::account(store, account.id).await.map(|stored| stored.value));
        }
        lists_what_rests_on_keys(store, &present).await;
    }
}

async fn lists_what_rests_on_keys(store: &dyn Store, accounts: &[Account]) {
    let mut accounts: Vec<_> = accounts.iter().collect();
    accounts.sort_by_key(|account| account.id);
    let office = Some(samples::group_name("office"));
    for key in ["old", "new", "older", "old-1", "OLD", "ol", "never"].map(samples::key) {
        let filters = [
            AccountFilter::default(),
            AccountFilter { status: Some(Status::InUse), ..AccountFilter::default() },
            AccountFilter { standings: [StandingKind::Closed].into(), ..AccountFilter::default() },
            AccountFilter { ip_filter_group: office.clone(), ..AccountFilter::default() },
            AccountFilter {
                standings: [StandingKind::Active].into(),
                ip_filter_group: office.clone(),
                ..AccountFilter::default()
            },
        ];
        for filter in filters {
            let filter = AccountFilter { sealed_under: Some(key.clone()), ..filter };
            let rests = |account: &&&Account| match account.facts() {
                Err(_) => false,
                Ok(facts) => {
                    let current = facts.password.iter().map(|password| password.hash.key());
                    current
                        .chain(facts.previous.iter().map(|former| former.hash.key()))
                        .any(|under| *under == key)
                }
            };
            let matches = |account: &&&Account| {
                filter.status.is_none_or(|status| account.status() == Ok(status))
                    && (filter.standings.is_empty() || filter.standings.contains(&account.standing()))
                    && filter
                        .ip_filter_group
                        .as_ref()
                        .is_none_or(|name| account.ip_filter_group() == Some(name))
            };
            let expected: Vec<_> =
                accounts.iter().filter(rests).filter(matches).map(|account| account.id).collect();
            listed(store, by_id(realm(), filter.clone()), &expected, &format!("{filter:?}")).await;
        }
    }
}

/// 21. Accounts by the beginning of their address: by octets, where nothing is a wildcard.
pub async fn clause_21_accounts_are_found_by_the_beginning_of_their_address<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let addresses = [
        "a%b@example.com",
        "a_b@example.com",
        "a*b@example.com",
        "a?b@example.com",
        "axb@example.com",
        "AB@example.com",
        "a.b@example.com",
        "\"a b\"@example.com",
        "\"a[b]\"@example.com",
        "a@example.com",
        "a@example.org",
        "a'b@example.com",
        "é@example.com",
        "éa@example.com",
        "\u{10400}@example.com",
        "\u{ffed}@example.com",
        "\u{10ffff}@example.com",
        "z@example.com",
    ];
    let mut accounts = Vec::new();
    for text in addresses {
        // The last plane has no assigned characters; what is not an address is no matter here.
        let Ok(address) = accountable_core::domain::EmailAddress::parse(text) else {
            continue;
        };
        let account = samples::account(names.account(), &address);
        create(store, names, &account).await;
        accounts.push((address.key(), account.id));
    }
    let former = samples::with(samples::account(names.account(), &email("former@example.com")), |facts| {
        facts.former = vec![samples::former(1, &email("a.reserved@example.com"), true)];
    });
    create(store, names, &former).await;
    accounts.push((email("former@example.com").key(), former.id));
    create(store, names, &samples::account_in(other_realm(), names.account(), &email("a@example.com"))).await;
    create(store, names, &samples::erased(&samples::account(names.account(), &email("a@erased.example"))))
        .await;
    accounts.sort_by(|(one, _), (other, _)| one.as_str().as_bytes().cmp(other.as_str().as_bytes()));
    for typed in [
        "",
        "a",
        "A",
        "a%",
        "a_",
        "a*",
        "a?",
        "a[",
        "a ",
        "a'",
        "a@example.",
        "é",
        "\u{10400}",
        "\u{10428}",
        "q",
    ] {
        let prefix = accountable_core::domain::EmailKey::prefix(typed);
        let begins =
            |(key, _): &&(accountable_core::domain::EmailKey, AccountId)| key.as_str().starts_with(&prefix);
        let expected: Vec<_> = accounts.iter().filter(begins).map(|(_, id)| *id).collect();
        let query = AccountQuery::ByEmail { realm: realm(), prefix: prefix.clone(), after: None };
        listed(store, query, &expected, &format!("what begins with {typed:?}")).await;
    }
}

/// 21. Accounts that are overdue, by due time and then by name.
pub async fn clause_21_overdue_accounts_are_listed_by_due_time<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let mut due = Vec::new();
    for n in 0..12 {
        let until = match n {
            0 => Timestamp::MIN,
            1 => Timestamp::MAX,
            _ => at(n / 3),
        };
        let account = samples::with(samples::account(names.account(), &names.email()), |facts| {
            let mut pending = samples::pending(1, &names.email());
            pending.until = until;
            facts.pending = Some(pending);
        });
        create(store, names, &account).await;
        due.push((until, account.id));
    }
    create(store, names, &samples::account(names.account(), &names.email())).await;
    due.sort_unstable();
    for now in [Timestamp::MIN, at(0), at(2), at(3), Timestamp::MAX] {
        let expected: Vec<_> = due.iter().filter(|(until, _)| *until <= now).map(|(_, id)| *id).collect();
        let query = AccountQuery::Overdue { realm: realm(), now, after: None };
        listed(store, query, &expected, &format!("due by {now}")).await;
    }
}

/// 21. ... a record present and matching throughout appears exactly once, whatever comes and goes meanwhile.
pub async fn clause_21_a_record_that_stays_appears_exactly_once<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let names = &stage.names;
    let instances = stage.instances().await;
    let mut staying = Vec::new();
    for _ in 0..20 {
        let account = samples::account(names.account(), &names.email());
        create(&*stage.store, names, &account).await;
        staying.push(account.id);
    }
    staying.sort_unstable();
    for seed in rounds(S::ROUNDS) {
        let done = AtomicBool::new(false);
        race(seed, 3, |racer| {
            let store = &**instances.get(racer % instances.len()).expect("an instance");
            if racer == 0 {
                for _ in 0..10 {
                    let account = samples::account(names.account(), &names.email());
                    let commit = Batch::new(names.commit()).account(Swap::create(account.clone())).build();
                    super::accepted(S::block_on(store.commit(&commit)));
                    let before = accountable_core::port::Stored { value: account, stamp: commit.id() };
                    let removal = Batch::new(names.commit()).account(Swap::remove(before)).build();
                    super::accepted(S::block_on(store.commit(&removal)));
                }
                done.store(true, Ordering::Release);
                return;
            }
            while !done.load(Ordering::Acquire) {
                let query = by_id(realm(), AccountFilter::default());
                let mut found = S::block_on(ids(store, &query, Limit::of(3)));
                assert!(found.is_sorted(), "out of order, seed {seed:#x}");
                found.retain(|id| staying.contains(id));
                assert_eq!(found, staying, "those that stay, seed {seed:#x}");
            }
        });
    }
}

/// 37. A page may be short or empty while there is a next one; what it never may be is the last without saying so. Whoever
///     asks on from the end's own place finds what was added behind it, and nothing twice.
pub async fn clause_37_a_page_may_be_short_and_only_no_next_is_the_end<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    // Filters that nearly nothing matches, in front, in the middle and at the end, among what fills several pages.
    let mut accounts = Vec::new();
    for _ in 0..40 {
        accounts.push(names.account());
    }
    accounts.sort_unstable();
    let marked = [0, 19, 20, 39];
    for (n, id) in accounts.iter().enumerate() {
        let account = samples::with(samples::account(*id, &names.email()), |facts| {
            facts.attributes.ip_filter_group = marked.contains(&n).then(|| samples::group_name("rare"));
        });
        create(store, names, &account).await;
    }
    let expected: Vec<_> = marked.iter().filter_map(|n| accounts.get(*n).copied()).collect();
    let rare =
        AccountFilter { ip_filter_group: Some(samples::group_name("rare")), ..AccountFilter::default() };
    listed(store, by_id(realm(), rare.clone()), &expected, "a few of many").await;
    // Each `next` goes on behind all that came before it, however short its page was.
    let mut query = by_id(realm(), rare);
    let mut seen = Vec::new();
    loop {
        let page = look::answered(store.accounts(&query, Limit::of(1)).await);
        seen.extend(page.items.iter().map(|account| account.value.id));
        assert!(seen.is_sorted_by(|one, next| one < next), "a page went back: {seen:?}");
        let Some(next) = page.next else { break };
        assert_ne!(next, query, "a page that leads to itself");
        query = next;
    }
    assert_eq!(seen, expected, "one at a time");
}
