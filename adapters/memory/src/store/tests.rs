//! What is particular to this store. The clauses of the contract have their tests in the conformance kit.

use std::collections::BTreeSet;

use accountable_core::{
    domain::{
        Account, Address, AddressTag, CommitId, Content, Dispatch, EmailKey, FormerMailbox, Incarnation,
        Life, LinkUrl, Mail, MailId, Mailbox, Nonce, Ordinal, Purpose, QuotaTag, Realm, Span, Subject,
        Timestamp,
    },
    port::{
        By, Claim, Claims, Commit, CommitError, Cursor, Dossier, FeedError, IllegalCommit, Key, Limit,
        Reservation, Scope, Store as _, Stored, Swap, Trim, Who, Write,
    },
};
use futures_util::FutureExt as _;

use super::MemoryStore;
use crate::testing::{NOW, account, commit_id, email, event};

/// No call of this store ever waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap()
}

fn store() -> MemoryStore {
    MemoryStore::new(Incarnation::from_bytes([1; 16]))
}

fn apply(store: &MemoryStore, n: u8, writes: Vec<Write>) -> Result<(), CommitError> {
    now(store.commit(&Commit::new(commit_id(n), writes, vec![]).unwrap()))
}

fn create(store: &MemoryStore, n: u8, account: &Account) -> Stored<Account> {
    apply(store, n, vec![Write::Account(Swap::create(account.clone()))]).unwrap();
    stored(account, n)
}

fn stored<T: Clone>(value: &T, n: u8) -> Stored<T> {
    Stored { value: value.clone(), stamp: commit_id(n) }
}

fn by_email(store: &MemoryStore, address: &str) -> Dossier {
    now(store.load(&Who::found(By::Email(Realm::default(), email(address).key())))).unwrap()
}

fn found(store: &MemoryStore, address: &str) -> Option<u8> {
    let account = by_email(store, address).account?;
    Some(account.value.id.as_bytes()[0])
}

/// The same account at another address.
fn moved(account: &Account, to: &str) -> Account {
    let mut next = account.clone();
    let Life::Live(facts) = &mut next.life else {
        return next;
    };
    facts.mailbox.address = email(to);
    facts.mailbox.key = email(to).key();
    next
}

/// The same account, with an address it had and keeps.
fn keeping(account: &Account, address: &str) -> Account {
    let mut next = account.clone();
    let Life::Live(facts) = &mut next.life else {
        return next;
    };
    facts.former.push(FormerMailbox {
        mailbox: Mailbox {
            ordinal: Ordinal::new(9),
            address: email(address),
            key: email(address).key(),
            tag: AddressTag::from_bytes([9; 32]),
        },
        until: NOW + Span::days(1),
        reserved: true,
    });
    next
}

fn replace(before: Stored<Account>, after: Account) -> Write {
    Write::Account(Swap::replace(before, after))
}

#[test]
fn no_commit_is_about_two_accounts() {
    let (ada, bob) = (account(1, "ada@example.com"), account(2, "bob@example.com"));
    let swapped = vec![
        replace(stored(&ada, 1), moved(&ada, "bob@example.com")),
        replace(stored(&bob, 2), moved(&bob, "ada@example.com")),
    ];
    let created = [&ada, &bob].map(|account| Write::Account(Swap::create(account.clone())));
    for writes in [swapped, created.into()] {
        assert_eq!(Commit::new(commit_id(3), writes, vec![]), Err(IllegalCommit::TwoAccounts));
    }
}

#[test]
fn a_key_that_one_account_releases_is_free_for_another_in_the_next_commit_in_either_order() {
    for (giver, taker) in [(1, 2), (2, 1)] {
        let store = store();
        let giver = account(giver, "ada@example.com");
        let taker = account(taker, "bob@example.com");
        let given = create(&store, 1, &giver);
        let taken = create(&store, 2, &taker);
        apply(&store, 3, vec![replace(given, moved(&giver, "new@example.com"))]).unwrap();
        apply(&store, 4, vec![replace(taken, moved(&taker, "ada@example.com"))]).unwrap();
        assert_eq!(found(&store, "ada@example.com"), Some(taker.id.as_bytes()[0]));
        assert_eq!(found(&store, "new@example.com"), Some(giver.id.as_bytes()[0]));
        assert_eq!(found(&store, "bob@example.com"), None);
        assert!(apply(&store, 5, vec![Write::Account(Swap::create(account(3, "bob@example.com")))]).is_ok());
    }
}

#[test]
fn a_key_that_its_holder_keeps_is_taken_though_the_holder_moved_on() {
    let store = store();
    let (ada, bob) = (account(1, "ada@example.com"), account(2, "bob@example.com"));
    let (one, other) = (create(&store, 1, &ada), create(&store, 2, &bob));
    let kept = keeping(&moved(&ada, "new@example.com"), "ada@example.com");
    apply(&store, 3, vec![replace(one, kept)]).unwrap();
    let refused = apply(&store, 4, vec![replace(other, moved(&bob, "ada@example.com"))]).unwrap_err();
    assert!(matches!(refused, CommitError::EmailTaken { of } if of == bob.id));
    assert_eq!(found(&store, "bob@example.com"), Some(2), "nothing was applied");
}

#[test]
fn a_reserved_key_is_taken_and_leads_to_nobody() {
    let store = store();
    create(&store, 1, &keeping(&account(1, "new@example.com"), "ada@example.com"));
    let refused = apply(&store, 2, vec![Write::Account(Swap::create(account(2, "ada@example.com")))]);
    assert!(matches!(refused, Err(CommitError::EmailTaken { .. })));
    assert_eq!(found(&store, "ada@example.com"), None);
    assert_eq!(found(&store, "new@example.com"), Some(1));
}

#[test]
fn a_key_is_unique_in_its_realm_only() {
    let store = store();
    create(&store, 1, &account(1, "ada@example.com"));
    let mut elsewhere = account(2, "ada@example.com");
    elsewhere.realm = Realm::parse("other").unwrap();
    create(&store, 2, &elsewhere);
    assert_eq!(found(&store, "ada@example.com"), Some(1));
}

#[test]
fn on_an_account_a_conflict_precedes_a_taken_address() {
    let store = store();
    create(&store, 1, &account(1, "ada@example.com"));
    let bob = account(2, "bob@example.com");
    create(&store, 2, &bob);
    let stale = stored(&bob, 77);
    let refused = apply(&store, 3, vec![replace(stale, moved(&bob, "ada@example.com"))]);
    assert!(matches!(refused, Err(CommitError::Conflict(Key::Account(id))) if id == bob.id));
}

#[test]
fn an_offer_is_recognised_while_one_of_its_records_bears_its_stamp() {
    let store = store();
    let (ada, tag) = (account(1, "ada@example.com"), AddressTag::from_bytes([1; 32]));
    let address = Address::new(tag);
    let both = || {
        let address = Write::Address(Swap::create(address.clone()));
        vec![Write::Account(Swap::create(ada.clone())), address]
    };
    apply(&store, 1, both()).unwrap();
    apply(&store, 2, vec![replace(stored(&ada, 1), moved(&ada, "new@example.com"))]).unwrap();
    apply(&store, 1, both()).unwrap();
    assert_eq!(found(&store, "new@example.com"), Some(1), "nothing was written again");

    let rewritten = Swap::replace(stored(&address, 1), address.clone());
    apply(&store, 3, vec![Write::Address(rewritten)]).unwrap();
    assert!(matches!(apply(&store, 1, both()), Err(CommitError::Conflict(_))));
}

#[test]
fn an_offer_is_recognised_while_the_journal_holds_one_of_its_events() {
    let store = store();
    let ada = account(1, "ada@example.com");
    let writes = vec![Write::Account(Swap::create(ada.clone()))];
    let offer = Commit::new(commit_id(1), writes, vec![event(commit_id(1), &ada)]).unwrap();
    now(store.commit(&offer)).unwrap();
    apply(&store, 2, vec![Write::Account(Swap::remove(stored(&ada, 1)))]).unwrap();

    now(store.commit(&offer)).unwrap();
    assert_eq!(found(&store, "ada@example.com"), None, "nothing was written again");
    assert_eq!(feed(&store, None, 9).unwrap().0.len(), 1);
}

#[test]
fn a_stale_writer_never_takes_a_successor_for_the_record_it_read() {
    let store = store();
    let ada = account(1, "ada@example.com");
    let read = create(&store, 1, &ada);
    apply(&store, 2, vec![Write::Account(Swap::remove(read.clone()))]).unwrap();
    create(&store, 3, &ada);
    let refused = apply(&store, 4, vec![replace(read, moved(&ada, "new@example.com"))]);
    assert!(matches!(refused, Err(CommitError::Conflict(_))));
}

#[test]
fn a_spent_quota_stops_the_whole_commit() {
    let store = store();
    let of = QuotaTag::from_bytes([1; 32]);
    let (step, horizon) = (Span::seconds(600), Span::days(1));
    let reserve = || Write::Reserve(Reservation { of, floor: NOW, step, ceiling: NOW, horizon });
    apply(&store, 1, vec![reserve()]).unwrap();
    let level = NOW + Span::seconds(600);
    let with_account = vec![Write::Account(Swap::create(account(1, "ada@example.com"))), reserve()];
    let refused = apply(&store, 2, with_account).unwrap_err();
    assert!(matches!(refused, CommitError::Exhausted(spent) if spent == [(of, level)]));
    assert_eq!(found(&store, "ada@example.com"), None);
}

fn journaled(store: &MemoryStore, commits: std::ops::RangeInclusive<u8>) {
    for n in commits {
        let mut line = event(commit_id(n), &account(1, "ada@example.com"));
        line.at = NOW + Span::seconds(u64::from(n));
        now(store.commit(&Commit::new(commit_id(n), vec![], vec![line]).unwrap())).unwrap();
    }
}

fn feed(
    store: &MemoryStore,
    after: Option<Cursor>,
    limit: u32,
) -> Result<(Vec<CommitId>, Cursor), FeedError> {
    let feed = now(store.events(&Scope::Realm(Realm::default()), after.as_ref(), Limit::of(limit)))?;
    Ok((feed.events.iter().map(|event| event.commit).collect(), feed.cursor))
}

fn trim(limit: u32) -> Trim {
    Trim {
        realm: Realm::default(),
        now: NOW,
        events_before: None,
        strays_before: Timestamp::MIN,
        dead_mails_before: None,
        limit: Limit::of(limit),
    }
}

#[test]
fn a_follower_gets_each_event_once_on_any_instance() {
    let store = store();
    journaled(&store, 1..=3);
    let (first, cursor) = feed(&store, None, 2).unwrap();
    let (then, cursor) = feed(&store.clone(), Some(cursor), 2).unwrap();
    let (nothing, cursor) = feed(&store, Some(cursor), 2).unwrap();
    journaled(&store, 4..=4);
    let (last, _) = feed(&store, Some(cursor), 2).unwrap();
    assert_eq!(first, [commit_id(1), commit_id(2)]);
    assert_eq!((then, nothing, last), (vec![commit_id(3)], vec![], vec![commit_id(4)]));
}

#[test]
fn a_cursor_from_before_the_retained_journal_or_from_elsewhere_is_trimmed() {
    let store = store();
    journaled(&store, 1..=4);
    let (_, early) = feed(&store, None, 1).unwrap();
    let (_, later) = feed(&store, None, 3).unwrap();
    let steps = Trim { events_before: Some(NOW + Span::seconds(4)), ..trim(2) };
    assert!(now(store.trim(&steps)).unwrap(), "more remains");
    assert!(!now(store.trim(&steps)).unwrap());
    assert!(matches!(feed(&store, Some(early.clone()), 9), Err(FeedError::Trimmed)));
    assert_eq!(feed(&store, Some(later), 9).unwrap().0, [commit_id(4)]);
    assert_eq!(feed(&store, None, 9).unwrap().0, [commit_id(4)]);
    let of = Scope::Account(account(1, "ada@example.com").id);
    let history = now(store.events(&of, Some(&early), Limit::MAX));
    assert!(matches!(history, Err(FeedError::Trimmed)));

    let other = MemoryStore::new(Incarnation::from_bytes([2; 16]));
    journaled(&other, 1..=4);
    let (_, foreign) = feed(&other, None, 4).unwrap();
    for cursor in [foreign, Cursor::from_bytes(vec![]), Cursor::from_bytes(vec![1; 24])] {
        assert!(matches!(feed(&store, Some(cursor), 9), Err(FeedError::Trimmed)));
    }
}

#[test]
fn who_has_read_all_of_a_quiet_realm_is_not_left_behind_by_a_busy_one() {
    let store = store();
    journaled(&store, 1..=1);
    let mut elsewhere = event(commit_id(2), &account(2, "bob@example.com"));
    elsewhere.realm = Realm::parse("busy").unwrap();
    now(store.commit(&Commit::new(commit_id(2), vec![], vec![elsewhere]).unwrap())).unwrap();
    let (seen, cursor) = feed(&store, None, 9).unwrap();
    let all = Trim { events_before: Some(Timestamp::MAX), ..trim(9) };
    now(store.trim(&all)).unwrap();
    assert_eq!(seen, [commit_id(1)]);
    assert_eq!(feed(&store, Some(cursor), 9).unwrap().0, []);
}

#[test]
fn an_offer_whose_events_are_trimmed_is_no_longer_known_by_them() {
    let store = store();
    journaled(&store, 1..=1);
    let all = Trim { events_before: Some(Timestamp::MAX), ..trim(9) };
    assert!(!now(store.trim(&all)).unwrap());
    journaled(&store, 1..=1);
    assert_eq!(feed(&store, None, 9).unwrap().0, [commit_id(1)]);
}

#[test]
fn history_turns_pages_of_one_account() {
    let store = store();
    journaled(&store, 1..=3);
    let of = Scope::Account(account(1, "ada@example.com").id);
    let first = now(store.events(&of, None, Limit::of(2))).unwrap();
    assert_eq!((first.events.len(), first.more), (2, true));
    let last = now(store.events(&of, Some(&first.cursor), Limit::of(2))).unwrap();
    assert_eq!((last.events.len(), last.more), (1, false));
    let other = Scope::Account(account(2, "bob@example.com").id);
    let none = now(store.events(&other, None, Limit::of(2))).unwrap();
    assert_eq!((none.events.len(), none.more), (0, false));
}

fn mail(n: u8, at: Timestamp) -> Mail {
    let dispatch = Dispatch {
        account: account(1, "ada@example.com").id,
        recipient: Ordinal::default(),
        subject: Subject::Code {
            purpose: Purpose::PasswordSet,
            nonce: Nonce::from_bytes([n; 16]),
            page: LinkUrl::parse("https://app.example/password").unwrap(),
        },
        stranger_caused: None,
    };
    Mail::queued(MailId::from_bytes([n; 16]), Realm::default(), Content::Letter(dispatch), at)
}

fn claims(store: &MemoryStore, n: u8, limit: Option<u32>) -> Claims {
    let claim = Claim {
        id: commit_id(n),
        realm: Realm::default(),
        now: NOW,
        until: NOW + Span::minutes(5),
        horizon: NOW + Span::hours(4),
        limit: limit.map(Limit::of),
        pass_over: BTreeSet::new(),
    };
    now(store.claim(&claim)).unwrap()
}

fn claim(store: &MemoryStore, n: u8, limit: u32) -> Vec<u8> {
    let claimed = claims(store, n, Some(limit)).mails;
    claimed.iter().map(|claimed| claimed.mail.value.id.as_bytes()[0]).collect()
}

fn next_due(store: &MemoryStore) -> Option<Timestamp> {
    claims(store, 0, None).next_due
}

#[test]
fn due_mails_are_claimed_once_oldest_first_and_those_beyond_the_horizon_last() {
    let store = store();
    let due = [
        (1, NOW),
        (2, NOW - Span::seconds(1)),
        (3, NOW + Span::micros(1)),
        (4, NOW + Span::hours(4) + Span::micros(1)),
    ];
    for (n, at) in due {
        apply(&store, n, vec![Write::Mail(Swap::create(mail(n, at)))]).unwrap();
    }
    assert_eq!(next_due(&store), Some(NOW - Span::seconds(1)));
    assert_eq!(claim(&store, 11, 2), [2, 1]);
    assert_eq!(claim(&store, 12, 9), [4]);
    assert_eq!(claim(&store, 13, 9), [0_u8; 0]);
    assert_eq!(next_due(&store), Some(NOW + Span::micros(1)));

    let settled = apply(&store, 14, vec![Write::Mail(Swap::remove(stored(&mail(1, NOW), 1)))]);
    assert!(matches!(settled, Err(CommitError::Conflict(Key::Mail(_)))), "the claim took its place");
    apply(&store, 15, vec![Write::Mail(Swap::remove(stored(&mail(1, NOW), 11)))]).unwrap();
}

#[test]
fn an_account_is_due_when_time_changes_it() {
    let store = store();
    let ada = keeping(&account(1, "new@example.com"), "ada@example.com");
    let read = create(&store, 1, &ada);
    assert_eq!(next_due(&store), Some(NOW + Span::days(1)));
    apply(&store, 2, vec![replace(read, account(1, "new@example.com"))]).unwrap();
    assert_eq!(next_due(&store), None);
}

#[test]
fn a_prefix_finds_accounts_by_own_keys_in_their_order() {
    use accountable_core::port::AccountQuery;
    let store = store();
    for (n, address) in [(1, "ada.b@example.com"), (2, "Ada.A@example.com"), (3, "bob@example.com")] {
        create(&store, n, &account(n, address));
    }
    create(&store, 4, &keeping(&account(4, "eve@example.com"), "ada.c@example.com"));
    let query =
        AccountQuery::ByEmail { realm: Realm::default(), prefix: EmailKey::prefix("ADA"), after: None };
    let first = now(store.accounts(&query, Limit::of(1))).unwrap();
    let last = now(store.accounts(&first.next.unwrap(), Limit::of(1))).unwrap();
    assert_eq!(first.items[0].value.id.as_bytes()[0], 2);
    assert_eq!(last.items[0].value.id.as_bytes()[0], 1);
    assert_eq!(last.next, None);
    assert_eq!(now(store.count(&query, u64::MAX)).unwrap(), 2);
}

#[test]
fn trimming_keeps_what_is_held_against_an_address() {
    use accountable_core::domain::{LogIns, Suppression, SuppressionScope, Undeliverable};
    let store = store();
    let old = Some(NOW - Span::days(2));
    let records = [
        (1, LogIns { failures: 3, last_failure: old, ..LogIns::default() }, false),
        (2, LogIns { failures: 3, last_failure: Some(NOW), ..LogIns::default() }, false),
        (3, LogIns { failures: 100, disabled: true, last_failure: old, ..LogIns::default() }, false),
        (4, LogIns { locked_until: Some(NOW), ..LogIns::default() }, false),
        (5, LogIns { locked_until: Some(NOW - Span::micros(1)), ..LogIns::default() }, false),
        (6, LogIns::default(), true),
    ];
    for (n, log_ins, suppressed) in records {
        let suppression = suppressed.then(|| Suppression {
            realm: Realm::default(),
            cause: Undeliverable::Rejected,
            evidence: String::new(),
            at: NOW,
            lapses_at: None,
        });
        let mut address = Address::new(AddressTag::from_bytes([n; 32]));
        address.log_ins = log_ins;
        address.suppressions = suppression.map(|why| (SuppressionScope::All, why)).into_iter().collect();
        // At rest since before now; what is of now is kept.
        let address = address.with_idle_rule(Span::micros(1));
        apply(&store, n, vec![Write::Address(Swap::create(address))]).unwrap();
    }
    let mut steps = 1;
    while now(store.trim(&trim(1))).unwrap() {
        steps += 1;
    }
    let all = Who { also: (1..=6).map(|n| AddressTag::from_bytes([n; 32])).collect(), ..Who::nobody() };
    let kept = now(store.load(&all)).unwrap().addresses;
    let kept: Vec<_> = kept.keys().map(|tag| tag.as_bytes()[0]).collect();
    assert_eq!((kept, steps), (vec![2, 3, 4, 6], 2));
}

#[test]
fn trimming_drops_spent_levels_and_lowers_impossible_ones() {
    let store = store();
    for (n, floor) in [(1, NOW), (2, NOW + Span::micros(1)), (3, NOW + Span::days(9))] {
        let reservation = Reservation {
            of: QuotaTag::from_bytes([n; 32]),
            floor,
            step: Span::ZERO,
            ceiling: Timestamp::MAX,
            horizon: Span::days(1),
        };
        apply(&store, n, vec![Write::Reserve(reservation)]).unwrap();
    }
    assert!(!now(store.trim(&trim(9))).unwrap());
    let level = |n| {
        let of = QuotaTag::from_bytes([n; 32]);
        now(store.load(&Who { levels: vec![of], ..Who::nobody() })).unwrap().level(of)
    };
    assert_eq!(
        [level(1), level(2), level(3)],
        [None, Some(NOW + Span::micros(1)), Some(NOW + Span::days(1))]
    );
}
