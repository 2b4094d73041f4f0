//! Clause 21, of mails, addresses and groups.

use accountable_core::port::{MailQuery, Swap};

use super::{Stage, StoreUnderTest, look, put, reads::LIMITS};
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
