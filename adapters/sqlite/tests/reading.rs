//! What is kept is found again: pages, due times, claims, and what trimming leaves.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test that panics has failed, and none uses all of what they share"
)]

mod common;

use std::collections::BTreeSet;

use accountable_core::{
    domain::{
        Address, AddressTag, DeathCause, DomainTag, IpFilterGroup, IpFilterGroupName, Life, LogIns, Mail,
        MailId, MailState, PendingEmail, QuotaTag, Realm, Span, StandingKind, Status, Suppression,
        SuppressionScope, Timestamp, Undeliverable,
    },
    port::{
        AccountFilter, AccountQuery, Claim, CommitError, Limit, MailQuery, Reservation, Store, Stored, Swap,
        Trim, Who, Write,
    },
};
use accountable_sqlite::SqliteStore;
use common::*;
use pollster::block_on;

const HOUR: Span = Span::hours(1);

fn create_mail(mail: &accountable_core::domain::Mail) -> Write {
    Write::Mail(Swap::create(mail.clone()))
}

fn claim(n: u8, now: Timestamp, limit: u32) -> Claim {
    Claim {
        id: id(n),
        realm: Realm::default(),
        now,
        until: now + Span::minutes(5),
        horizon: now + Span::hours(4),
        limit: (limit > 0).then(|| Limit::of(limit)),
        pass_over: BTreeSet::new(),
    }
}

fn claimed(store: &SqliteStore, claim: &Claim) -> Vec<MailId> {
    let claimed = block_on(store.claim(claim)).unwrap();
    claimed.mails.into_iter().map(|claimed| claimed.mail.value.id).collect()
}

fn nothing_to_trim() -> Trim {
    Trim {
        realm: Realm::default(),
        now: NOW,
        events_before: None,
        strays_before: Timestamp::MIN,
        dead_mails_before: None,
        limit: Limit::of(2),
    }
}

/// When something is due next, as a claim that takes nothing tells it.
fn next_due(store: &SqliteStore, realm: Realm) -> Option<Timestamp> {
    let asked = Claim { realm, horizon: Timestamp::MAX, ..claim(99, NOW - HOUR, 0) };
    block_on(store.claim(&asked)).unwrap().next_due
}

#[test]
fn a_dossier_holds_what_belongs_to_the_account_and_what_was_asked_for() {
    let place = Place::new();
    let store = place.open();
    let name = IpFilterGroupName::parse("office").unwrap();
    let mut ada = account(1, "ada@example.org");
    let Life::Live(facts) = &mut ada.life else { panic!() };
    facts.attributes.ip_filter_group = Some(name.clone());
    let [own, also, other] = [1, 2, 3].map(|n| Address::new(AddressTag::from_bytes([n; 32])));
    let mut writes: Vec<_> =
        [&own, &also, &other].map(|address| Write::Address(Swap::create(address.clone()))).into();
    writes.push(Write::Account(Swap::create(ada.clone())));
    writes.push(Write::IpFilterGroup(Swap::create(IpFilterGroup::new(Realm::default(), name, Vec::new()))));
    commit(&store, id(1), writes).unwrap();
    let who = Who { also: vec![also.tag, AddressTag::from_bytes([9; 32])], ..Who::id(ada.id) };
    let dossier = block_on(store.load(&who)).unwrap();
    assert_eq!(dossier.incarnation, LIFE);
    assert_eq!(dossier.account.unwrap().value, ada);
    assert_eq!(dossier.addresses.keys().copied().collect::<Vec<_>>(), [own.tag, also.tag]);
    assert!(dossier.groups.len() == 1 && dossier.levels.is_empty());
}

#[test]
fn pages_are_in_order_without_gap_or_repetition() {
    let place = Place::new();
    let store = place.open();
    for n in [5, 1, 4, 2, 3] {
        let mut one = account(n, &format!("a{n}@example.org"));
        let Life::Live(facts) = &mut one.life else { panic!() };
        facts.ever_had_a_password = n % 2 == 0;
        facts.pending = Some(PendingEmail {
            mailbox: facts.mailbox.clone(),
            until: NOW + Span::micros(u64::from(n % 3)),
        });
        facts.attributes.ip_filter_group = (n > 2).then(|| IpFilterGroupName::parse("office").unwrap());
        register(&store, id(n), &one).unwrap();
    }
    register(&store, id(6), &account(6, "b@example.org")).unwrap();
    let pages = |mut query: AccountQuery| {
        let counted = block_on(store.count(&query, u64::MAX)).unwrap();
        let mut found = Vec::new();
        loop {
            let page = block_on(store.accounts(&query, Limit::of(2))).unwrap();
            found.extend(page.items.iter().map(|account| account.value.id.as_bytes()[0]));
            match page.next {
                Some(next) => query = next,
                None => break,
            }
        }
        assert_eq!(counted, found.len() as u64);
        assert_eq!(block_on(store.count(&query, u64::MAX)).unwrap(), counted, "wherever it would start");
        found
    };
    let by_id = |filter| AccountQuery::ById { realm: Realm::default(), after: None, filter };
    let all = AccountFilter::default();
    assert_eq!(pages(by_id(all.clone())), [1, 2, 3, 4, 5, 6]);
    assert_eq!(pages(by_id(AccountFilter { status: Some(Status::New), ..all.clone() })), [1, 3, 5, 6]);
    assert_eq!(
        pages(by_id(AccountFilter { standings: [StandingKind::Closed].into(), ..all.clone() })),
        [0; 0]
    );
    let office = Some(IpFilterGroupName::parse("office").unwrap());
    assert_eq!(pages(by_id(AccountFilter { ip_filter_group: office.clone(), ..all })), [3, 4, 5]);
    let changing = AccountFilter {
        status: Some(Status::ChangingEmail),
        ip_filter_group: office,
        standings: [StandingKind::Active].into(),
        sealed_under: None,
        not_logged_in_since: None,
    };
    assert_eq!(pages(by_id(changing)), [4]);
    let by_email = |prefix: &str| AccountQuery::ByEmail {
        realm: Realm::default(),
        prefix: accountable_core::domain::EmailKey::prefix(prefix),
        after: None,
    };
    assert_eq!(pages(by_email("A")), [1, 2, 3, 4, 5]);
    assert_eq!(pages(by_email("")), [1, 2, 3, 4, 5, 6]);
    assert_eq!(pages(by_email("a%")), [0; 0]);
    let overdue = |now| AccountQuery::Overdue { realm: Realm::default(), now, after: None };
    assert_eq!(pages(overdue(NOW + HOUR)), [3, 1, 4, 2, 5]);
    assert_eq!(pages(overdue(NOW)), [3]);
    assert_eq!(next_due(&store, Realm::default()), Some(NOW));
    assert_eq!(next_due(&store, Realm::parse("other").unwrap()), None);
}

#[test]
fn suppressed_addresses_and_groups_are_listed() {
    let place = Place::new();
    let store = place.open();
    let suppression = Suppression {
        realm: Realm::default(),
        cause: Undeliverable::Rejected,
        evidence: "550".into(),
        at: NOW,
        lapses_at: None,
    };
    let writes = (1..=4_u8).map(|n| {
        let mut address = Address::new(AddressTag::from_bytes([n; 32]));
        address.suppressions =
            (n != 2).then(|| (SuppressionScope::All, suppression.clone())).into_iter().collect();
        Write::Address(Swap::create(address))
    });
    commit(&store, id(1), writes.collect()).unwrap();
    let first = block_on(store.suppressed(&Realm::default(), None, Limit::of(2))).unwrap();
    assert_eq!(first.next, Some(AddressTag::from_bytes([3; 32])));
    let last = block_on(store.suppressed(&Realm::default(), first.next, Limit::of(2))).unwrap();
    assert_eq!((last.items.len(), last.next), (1, None));
    let name = |name: &str| IpFilterGroupName::parse(name).unwrap();
    let group = |at: &str| {
        Write::IpFilterGroup(Swap::create(IpFilterGroup::new(Realm::default(), name(at), Vec::new())))
    };
    commit(&store, id(2), ["b", "B", "a"].map(group).into()).unwrap();
    let first = block_on(store.groups(&Realm::default(), None, Limit::of(2))).unwrap();
    assert_eq!(first.items.iter().map(|group| group.value.name.as_str()).collect::<Vec<_>>(), ["B", "a"]);
    let last = block_on(store.groups(&Realm::default(), first.next, Limit::of(2))).unwrap();
    assert_eq!((last.items[0].value.name.as_str(), last.next), ("b", None));
}

#[test]
fn due_mails_are_claimed_oldest_first_each_by_one_courier() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    let at = |hours| NOW + HOUR.times(hours);
    let mails = [mail(1, &ada, at(2)), mail(2, &ada, at(1)), mail(3, &ada, at(3)), mail(4, &ada, at(9))];
    let mut writes: Vec<_> = mails.iter().map(create_mail).collect();
    writes.push(Write::Account(Swap::create(ada.clone())));
    commit(&store, id(1), writes).unwrap();
    assert_eq!(next_due(&store, Realm::default()), Some(at(1)));
    // The last is due later than anything can be: the clock jumped back.
    let mail_id = |n| MailId::from_bytes([n; 16]);
    assert_eq!(claimed(&store, &claim(2, at(2), 9)), [mail_id(2), mail_id(1), mail_id(4)]);
    assert_eq!(claimed(&store, &claim(3, at(2), 9)), []);
    assert_eq!(claimed(&store, &claim(4, at(3), 1)), [mail_id(1)]);
    assert_eq!(claimed(&store, &claim(5, at(3), 1)), [mail_id(2)]);
    let page = block_on(store.mails(&MailQuery::One(mail_id(1)), Limit::MAX)).unwrap();
    assert_eq!((page.items[0].value.attempts, page.items[0].stamp), (2, id(4)));
    // Who was overtaken can't settle any more.
    let before = Stored { value: mails[0].clone().claimed(at(2) + Span::minutes(5)), stamp: id(2) };
    let settled = commit(&store, id(6), vec![Write::Mail(Swap::remove(before))]);
    assert!(matches!(settled, Err(CommitError::Conflict(_))));
    let dossier = &block_on(store.claim(&claim(7, at(4), 1))).unwrap().mails[0].dossier;
    assert_eq!(dossier.account.as_ref().unwrap().value, ada);
}

#[test]
fn a_claim_passes_over_a_crowded_domain_and_tells_what_is_due_next() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    let domain = |n: u8| DomainTag::from_bytes([n; 32]);
    let to = |n: u8, at: u8, due: Timestamp| Mail { domain: Some(domain(at)), ..mail(n, &ada, due) };
    let mails = [to(1, 1, NOW), to(2, 1, NOW), to(3, 2, NOW), to(4, 2, NOW), to(5, 2, NOW + HOUR)];
    commit(&store, id(1), mails.iter().map(create_mail).collect()).unwrap();
    let passing = |n, limit| Claim { pass_over: BTreeSet::from([domain(1)]), ..claim(n, NOW, limit) };
    let asked = |claim: &Claim| {
        let claims = block_on(store.claim(claim)).unwrap();
        let ids: Vec<_> = claims.mails.iter().map(|claimed| claimed.mail.value.id.as_bytes()[0]).collect();
        (ids, claims.next_due)
    };
    assert_eq!(asked(&passing(2, 0)), (vec![], Some(NOW)));
    assert_eq!(asked(&passing(3, 1)), (vec![3], Some(NOW)));
    // The one that was taken returns before the other is due.
    assert_eq!(asked(&passing(4, 9)), (vec![4], Some(NOW + Span::minutes(5))));
    assert_eq!(asked(&claim(5, NOW, 0)), (vec![], Some(NOW)));
    assert_eq!(asked(&claim(6, NOW, 9)).0, [1, 2]);
}

#[test]
fn racing_couriers_share_nothing() {
    let place = Place::new();
    let stores = [place.open(), place.open()];
    let ada = account(1, "ada@example.org");
    for n in 0..4 {
        let mails = (0..16).map(|m| create_mail(&mail(n * 16 + m, &ada, NOW))).collect();
        commit(&stores[0], id(n), mails).unwrap();
    }
    let mut all: Vec<_> = std::thread::scope(|scope| {
        let courier = |n: u8| {
            let store = stores[usize::from(n % 2)].clone();
            scope.spawn(move || claimed(&store, &claim(100 + n, NOW, 10)))
        };
        let threads: Vec<_> = (0..8).map(courier).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(all.len(), 64);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 64);
}

#[test]
fn mails_are_listed_by_account_and_dead_ones_by_realm() {
    let place = Place::new();
    let store = place.open();
    let (ada, bob) = (account(1, "ada@example.org"), account(2, "bob@example.org"));
    let mut dead = mail(3, &ada, NOW);
    dead.state = MailState::Dead { why: DeathCause::Spent, at: NOW };
    let mails = [mail(1, &ada, NOW), mail(2, &bob, NOW), dead];
    commit(&store, id(1), mails.iter().map(create_mail).collect()).unwrap();
    let first =
        block_on(store.mails(&MailQuery::OfAccount { account: ada.id, after: None }, Limit::of(1))).unwrap();
    let second = block_on(store.mails(&first.next.unwrap(), Limit::of(1))).unwrap();
    assert_eq!((&first.items[0].value, &second.items[0].value), (&mails[0], &mails[2]));
    assert_eq!(second.next, None);
    let dead =
        block_on(store.mails(&MailQuery::Dead { realm: Realm::default(), after: None }, Limit::MAX)).unwrap();
    assert_eq!((dead.items.len(), dead.next), (1, None));
}

#[test]
fn trimming_takes_steps_and_keeps_what_is_live() {
    let place = Place::new();
    let store = place.open();
    let ada = account(1, "ada@example.org");
    let tag = |n: u8| QuotaTag::from_bytes([n; 32]);
    let reserve = |n: u8| {
        Write::Reserve(Reservation {
            of: tag(n),
            floor: NOW + HOUR.times(n.into()),
            step: Span::ZERO,
            ceiling: Timestamp::MAX,
            horizon: HOUR.times(4),
        })
    };
    commit(&store, id(1), (1..=9).map(reserve).collect()).unwrap();
    let failed = |n: u8, failures, locked_until| {
        let mut address = Address::new(AddressTag::from_bytes([n; 32]));
        address.log_ins =
            LogIns { failures, last_failure: Some(NOW), locked_until, disabled: failures >= 100, locks: 0 };
        Write::Address(Swap::create(address.with_idle_rule(HOUR.times(2))))
    };
    let over = Some(NOW + HOUR);
    let live = Some(NOW + HOUR.times(9));
    let addresses = [
        failed(1, 1, None),
        failed(2, 10, over),
        failed(3, 10, live),
        failed(4, 100, over),
        failed(5, 1, None),
    ];
    commit(&store, id(2), addresses.into()).unwrap();
    let mut dead = mail(1, &ada, NOW);
    dead.state = MailState::Dead { why: DeathCause::Spent, at: NOW };
    commit(&store, id(3), vec![create_mail(&dead), create_mail(&mail(2, &ada, NOW))]).unwrap();
    let step = Trim {
        now: NOW + HOUR.times(3),
        dead_mails_before: Some(NOW + Span::micros(1)),
        ..nothing_to_trim()
    };
    assert!(block_on(store.trim(&step)).unwrap());
    assert!(!block_on(store.trim(&step)).unwrap());
    let levels: Vec<_> = (1..=9).map(|n| level(&store, tag(n)).map(|level| level.since(NOW))).collect();
    let hours = |hours: u64| Some(HOUR.times(hours));
    assert_eq!(levels, [None, None, None, hours(4), hours(5), hours(6), hours(7), hours(7), hours(7)]);
    let who = Who { also: (1..=5).map(|n| AddressTag::from_bytes([n; 32])).collect(), ..Who::nobody() };
    let kept: Vec<_> =
        block_on(store.load(&who)).unwrap().addresses.keys().map(|tag| tag.as_bytes()[0]).collect();
    assert_eq!(kept, [3, 4]);
    let mails =
        block_on(store.mails(&MailQuery::OfAccount { account: ada.id, after: None }, Limit::MAX)).unwrap();
    assert_eq!(mails.items.len(), 1);
}
