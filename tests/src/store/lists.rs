//! Clause 21, of mails, addresses and groups, and of accounts by the day of their last log-in.

use accountable_core::{
    domain::{Account, Day, StandingKind},
    port::{AccountFilter, MailQuery, Store, Swap},
};

use super::{
    Stage, StoreUnderTest, look, put,
    reads::{LIMITS, by_id, create, listed},
};
use crate::samples::{self, Batch, at, other_realm, realm};

/// 21. Mails of an account and dead mails, by name; suppressed addresses, by tag; groups, by name.
pub async fn clause_21_mails_addresses_and_groups_are_listed_in_order<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let (one, other) = (names.account(), names.account());
    let (mut of_one, mut dead, mut suppressed) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..12 {
        let mut mail = samples::mail(names.mail(), if n % 2 == 0 { one } else { other }, at(n));
        if n % 3 == 0 {
            mail = samples::dead(mail, at(100));
            dead.push(mail.id);
        }
        if n % 2 == 0 {
            of_one.push(mail.id);
        }
        let tag = names.tag();
        let address = if n % 4 == 0 { samples::address(tag, n) } else { samples::suppressed(tag) };
        if address.suppressed_in().is_some() {
            suppressed.push(tag);
        }
        let foreign = samples::suppressed_in(other_realm(), names.tag());
        let batch = Batch::new(names.commit())
            .mail(Swap::create(mail))
            .address(Swap::create(address))
            .address(Swap::create(foreign));
        put(store, batch.build()).await;
    }
    let abroad = samples::dead(samples::mail_in(other_realm(), names.mail(), other, at(0)), at(100));
    put(store, Batch::new(names.commit()).mail(Swap::create(abroad)).build()).await;
    put(store, Batch::new(names.commit()).mail(Swap::create(samples::intent(names.mail(), at(0)))).build())
        .await;
    let mut named: Vec<String> =
        ["a", "A", "b", "B", "a.1", "a-1", "a1", "0", "Z", "office"].map(Into::into).into();
    for name in &named {
        put(store, Batch::new(names.commit()).group(Swap::create(samples::group(name, 1))).build()).await;
    }
    of_one.sort_unstable();
    dead.sort_unstable();
    suppressed.sort_unstable();
    named.sort_unstable();
    for limit in LIMITS {
        let query = MailQuery::OfAccount { account: one, after: None };
        let found: Vec<_> = look::mails(store, query, limit).await.iter().map(|mail| mail.value.id).collect();
        assert_eq!(found, of_one, "mails of an account");
        let query = MailQuery::Dead { realm: realm(), after: None };
        let found: Vec<_> = look::mails(store, query, limit).await.iter().map(|mail| mail.value.id).collect();
        assert_eq!(found, dead, "dead mails");
        let found: Vec<_> =
            look::suppressed(store, &realm(), limit).await.iter().map(|known| known.value.tag).collect();
        assert_eq!(found, suppressed, "suppressed addresses");
        let groups = look::groups(store, &realm(), limit).await;
        let found: Vec<_> = groups.iter().map(|group| group.value.name.as_str()).collect();
        assert_eq!(found, named, "groups");
        assert_eq!(look::groups(store, &other_realm(), limit).await, Vec::new(), "groups of another realm");
    }
}

/// 21. The whole outbox of a realm, by name: mails in every state, and intents.
pub async fn clause_21_the_whole_outbox_is_listed_by_name<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let account = names.account();
    let mut mails = samples::extreme_mails(account, names);
    mails.extend((0..9).map(|n| samples::mail(names.mail(), names.account(), at(n))));
    mails.extend((0..4).map(|n| samples::intent(names.mail(), at(n))));
    for mail in &mails {
        let abroad = samples::mail_in(other_realm(), names.mail(), account, at(0));
        let batch = Batch::new(names.commit()).mail(Swap::create(mail.clone())).mail(Swap::create(abroad));
        put(store, batch.build()).await;
    }
    mails.sort_by_key(|mail| mail.id);
    for limit in LIMITS {
        let query = MailQuery::All { realm: realm(), after: None };
        let found: Vec<_> =
            look::mails(store, query, limit).await.into_iter().map(|mail| mail.value).collect();
        assert_eq!(found, mails, "the whole outbox, {} a page", limit.get());
        let middle = mails.get(7).map(|mail| mail.id);
        let query = MailQuery::All { realm: realm(), after: middle };
        assert_eq!(look::mails(store, query, limit).await.len(), mails.len() - 8, "from the middle");
    }
}

/// 21. Accounts that did not log in since a day, beside the other filters; as it is after each commit.
pub async fn clause_21_accounts_are_listed_by_the_day_of_their_last_log_in<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    let days = [None, Some("2026-11-20"), Some("2026-11-21"), Some("1970-01-01"), Some("9999-12-30")];
    let mut accounts = Vec::new();
    for n in 0..30_usize {
        let account = samples::with(samples::account(names.account(), &names.email()), |facts| {
            facts.last_log_in = days.get(n % days.len()).copied().flatten().map(day);
            facts.attributes.ip_filter_group = (n % 3 == 0).then(|| samples::group_name("office"));
            if n % 4 == 0 {
                facts.standing = samples::closed();
            }
        });
        let account = if n % 2 == 0 { samples::sealed_under(account, &["old"]) } else { account };
        create(store, names, &account).await;
        accounts.push(account);
    }
    let abroad = samples::account_in(other_realm(), names.account(), &names.email());
    create(store, names, &abroad).await;
    lists_who_did_not_log_in(store, &accounts).await;
    // Some log in, some are erased.
    for (n, account) in accounts.iter_mut().enumerate() {
        let before = look::account(store, account.id).await.unwrap_or_else(|| panic!("account {n} is gone"));
        *account = match n % 3 {
            0 => samples::with(samples::next(account), |facts| facts.last_log_in = Some(day("2026-11-22"))),
            1 => samples::erased(account),
            _ => continue,
        };
        let swap = Swap::replace(before, account.clone());
        put(store, Batch::new(names.commit()).account(swap).build()).await;
    }
    lists_who_did_not_log_in(store, &accounts).await;
}

fn day(text: &str) -> Day {
    text.parse().unwrap_or_else(|_| panic!("{text} is no day"))
}

async fn lists_who_did_not_log_in(store: &dyn Store, accounts: &[Account]) {
    let mut accounts: Vec<_> = accounts.iter().collect();
    accounts.sort_by_key(|account| account.id);
    let office = Some(samples::group_name("office"));
    let all = AccountFilter::default;
    let others = [
        all(),
        AccountFilter { standings: [StandingKind::Closed].into(), ..all() },
        AccountFilter { standings: [StandingKind::Erased].into(), ..all() },
        AccountFilter { ip_filter_group: office.clone(), ..all() },
        AccountFilter { sealed_under: Some(samples::key("old")), ..all() },
        AccountFilter { sealed_under: Some(samples::key("old")), ip_filter_group: office, ..all() },
    ];
    for since in ["1970-01-01", "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23", "9999-12-30"].map(day)
    {
        for other in &others {
            let matches = |account: &&&Account| {
                let group = other.ip_filter_group.as_ref();
                account.facts().is_ok_and(|facts| facts.last_log_in.is_none_or(|last| last < since))
                    && (other.standings.is_empty() || other.standings.contains(&account.standing()))
                    && group.is_none_or(|name| account.ip_filter_group() == Some(name))
                    && other.sealed_under.as_ref().is_none_or(|key| account.seals().contains(key))
            };
            let expected: Vec<_> = accounts.iter().filter(matches).map(|account| account.id).collect();
            let filter = AccountFilter { not_logged_in_since: Some(since), ..other.clone() };
            listed(store, by_id(realm(), filter.clone()), &expected, &format!("{filter:?}")).await;
        }
    }
}
