//! What every store does alike, told by examples.

use std::collections::BTreeMap;

use super::*;
use crate::{
    domain::{
        Account, AccountId, Address, AddressTag, CommitId, EmailAddress, EmailKey, Event, EventKind,
        FormerMailbox, Incarnation, Initiator, IpFilterGroup, IpFilterGroupName, Life, Mailbox, Memo,
        Ordinal, PasswordValidity, QuotaTag, Realm, Registration, Span, Timestamp, Version,
    },
    port::{
        AccountQuery, By, Commit, CommitError, Key, Limit, Note, NoteName, Page, Reservation, Stored, Swap,
        Trim, Who, Write,
    },
};

const NOW: Timestamp = Timestamp::from_micros(1_795_262_400_000_000);
const LIFE: Incarnation = Incarnation::from_bytes([9; 16]);

fn commit_id(n: u8) -> CommitId {
    CommitId::from_bytes([n; 16])
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn account(n: u8, address: &str) -> Account {
    let registration = Registration {
        id: AccountId::from_bytes([n; 16]),
        realm: Realm::default(),
        email: email(address),
        tag: AddressTag::from_bytes([n; 32]),
        validity: PasswordValidity::default(),
        ip_filter_group: Some(IpFilterGroupName::parse("office").unwrap()),
        memo: Memo::default(),
        locale: None,
        purge_at: None,
        now: NOW,
    };
    Account::register(registration).account.unwrap()
}

/// The account, which had this address and keeps it.
fn keeping(mut account: Account, address: &str) -> Account {
    let Life::Live(facts) = &mut account.life else { panic!("an erased account keeps nothing") };
    facts.former.push(FormerMailbox {
        mailbox: Mailbox {
            ordinal: Ordinal::new(9),
            address: email(address),
            key: email(address).key(),
            tag: AddressTag::from_bytes([99; 32]),
        },
        until: NOW + Span::days(1),
        reserved: true,
    });
    account
}

fn purged(account: Account, at: Timestamp) -> Account {
    Account { life: Life::Erased { at, purged: true }, ..account }
}

fn stored<T>(value: T, n: u8) -> Stored<T> {
    Stored { value, stamp: commit_id(n) }
}

fn event(account: Option<AccountId>) -> Event {
    Event {
        commit: commit_id(1),
        ordinal: 0,
        at: NOW,
        realm: Realm::default(),
        by: Initiator::Courier,
        account,
        version: Some(Version::FIRST),
        what: EventKind::Registered,
    }
}

fn quota(n: u8) -> QuotaTag {
    QuotaTag::from_bytes([n; 32])
}

/// Ten minutes a unit, an hour ahead at most, refused above half an hour from now.
fn reserve(n: u8) -> Reservation {
    let (step, horizon) = (Span::minutes(10), Span::hours(1));
    Reservation { of: quota(n), floor: NOW, step, ceiling: NOW + Span::minutes(30), horizon }
}

fn commit(writes: Vec<Write>) -> Commit {
    Commit::new(commit_id(1), writes, vec![]).unwrap()
}

mod judging {
    use super::*;

    fn stamps(of: &[(Key, u8)]) -> Present {
        let stamps = of.iter().map(|(key, n)| (key.clone(), commit_id(*n))).collect();
        Present { stamps, ..Present::default() }
    }

    fn refused(commit: &Commit, present: &Present) -> CommitError {
        match judge(commit, present) {
            Judged::Refused(error) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_commit_needs_its_records_its_keys_its_levels_and_its_own_name() {
        let ada = keeping(account(1, "ada@example.com"), "old@example.com");
        let writes = vec![Write::Reserve(reserve(2)), Write::Account(Swap::create(ada.clone()))];
        let both = Commit::new(commit_id(1), writes.clone(), vec![event(Some(ada.id))]).unwrap();
        let needs = needs(&both);
        assert_eq!(needs.records, [Key::Account(ada.id)]);
        let keys = ["ada@example.com", "old@example.com"].map(|address| email(address).key());
        assert_eq!(needs.keys, [(&ada.realm, &keys[0]), (&ada.realm, &keys[1])]);
        assert_eq!((needs.levels, needs.journaled), (vec![quota(2)], Some(commit_id(1))));
        assert_eq!(super::super::needs(&commit(writes)).journaled, None);
    }

    #[test]
    fn an_account_that_goes_needs_no_keys() {
        let before = stored(account(1, "ada@example.com"), 7);
        assert!(needs(&commit(vec![Write::Account(Swap::remove(before))])).keys.is_empty());
    }

    #[test]
    fn a_repeat_is_known_by_any_of_its_records_or_its_events_before_any_guard() {
        let (ada, tag) = (account(1, "ada@example.com"), AddressTag::from_bytes([5; 32]));
        let writes =
            vec![Write::Account(Swap::create(ada.clone())), Write::Address(Swap::create(Address::new(tag)))];
        // The account has moved on, which is a conflict to a first offer.
        let moved_on = stamps(&[(Key::Account(ada.id), 7), (Key::Address(tag), 1)]);
        assert!(matches!(judge(&commit(writes.clone()), &moved_on), Judged::Repeated));
        let journaled = Present { journaled: true, ..stamps(&[(Key::Account(ada.id), 7)]) };
        assert!(matches!(judge(&commit(writes), &journaled), Judged::Repeated));
    }

    #[test]
    fn a_swap_fits_the_stamp_that_was_read_and_no_other() {
        let ada = account(1, "ada@example.com");
        let key = Key::Account(ada.id);
        let replaced = commit(vec![Write::Account(Swap::replace(stored(ada.clone(), 7), ada.clone()))]);
        assert!(matches!(judge(&replaced, &stamps(&[(key.clone(), 7)])), Judged::Fits(_)));
        for present in [stamps(&[(key.clone(), 8)]), Present::default()] {
            assert!(matches!(refused(&replaced, &present), CommitError::Conflict(at) if at == key));
        }
        let created = commit(vec![Write::Account(Swap::create(ada))]);
        assert!(matches!(judge(&created, &Present::default()), Judged::Fits(_)));
        assert!(matches!(refused(&created, &stamps(&[(key, 7)])), CommitError::Conflict(_)));
    }

    #[test]
    fn the_first_failing_write_in_key_order_decides() {
        let (one, two) = (AddressTag::from_bytes([1; 32]), AddressTag::from_bytes([2; 32]));
        let create = |tag| Write::Address(Swap::create(Address::new(tag)));
        let both = commit(vec![create(two), create(one), Write::Reserve(reserve(1))]);
        let mut present = stamps(&[(Key::Address(one), 7), (Key::Address(two), 7)]);
        present.levels.insert(quota(1), NOW + Span::days(1));
        assert!(matches!(refused(&both, &present), CommitError::Conflict(Key::Address(tag)) if tag == one));
    }

    #[test]
    fn a_key_that_another_account_holds_is_taken_and_a_conflict_comes_before_it() {
        let ada = keeping(account(1, "ada@example.com"), "old@example.com");
        let created = commit(vec![Write::Account(Swap::create(ada.clone()))]);
        for address in ["ada@example.com", "old@example.com"] {
            let held = |by: u8| [(email(address).key(), AccountId::from_bytes([by; 16]))].into();
            let taken = Present { holders: held(2), ..Present::default() };
            assert!(matches!(refused(&created, &taken), CommitError::EmailTaken { of } if of == ada.id));
            let own = Present { holders: held(1), ..Present::default() };
            assert!(matches!(judge(&created, &own), Judged::Fits(_)), "held by the account itself");
            let both = Present { holders: held(2), ..stamps(&[(Key::Account(ada.id), 7)]) };
            assert!(matches!(refused(&created, &both), CommitError::Conflict(_)));
        }
    }

    fn raised(asked: Reservation, present: Option<Timestamp>) -> Timestamp {
        let levels = present.map(|level| (asked.of, level)).into_iter().collect();
        match judge(&commit(vec![Write::Reserve(asked)]), &Present { levels, ..Present::default() }) {
            Judged::Fits(levels) => match levels[..] {
                [RaisedLevel { of, level }] if of == asked.of && level.horizon == asked.horizon => level.at,
                _ => panic!("{levels:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_level_rises_by_a_step_from_where_it_stands_or_from_its_floor() {
        let asked = reserve(1);
        let soon = NOW + Span::minutes(10);
        assert_eq!(raised(asked, None), soon);
        assert_eq!(raised(asked, Some(NOW - Span::days(1))), soon);
        assert_eq!(raised(asked, Some(NOW + Span::minutes(30))), NOW + Span::minutes(40));
    }

    #[test]
    fn a_level_never_comes_to_lie_beyond_its_horizon() {
        let asked = reserve(1).without_ceiling();
        assert_eq!(raised(asked, Some(NOW + Span::minutes(55))), NOW + Span::hours(1));
        assert_eq!(raised(asked, Some(NOW + Span::days(9))), NOW + Span::hours(1));
        let last = Reservation { floor: Timestamp::MAX, horizon: Span::MAX, step: Span::MAX, ..asked };
        assert_eq!(raised(last, Some(Timestamp::MAX)), Timestamp::MAX);
    }

    #[test]
    fn every_spent_quota_is_named_with_its_level_and_nothing_is_reserved() {
        let asked = commit([3, 1, 2].map(|n| Write::Reserve(reserve(n))).into());
        let above = NOW + Span::minutes(30) + Span::micros(1);
        let levels = BTreeMap::from([(quota(3), above), (quota(1), Timestamp::MAX), (quota(2), NOW)]);
        let refused = refused(&asked, &Present { levels, ..Present::default() });
        let CommitError::Exhausted(spent) = refused else { panic!("{refused}") };
        assert_eq!(spent, [(quota(1), Timestamp::MAX), (quota(3), above)]);
    }

    #[test]
    fn an_empty_commit_fits() {
        assert!(
            matches!(judge(&commit(vec![]), &Present::default()), Judged::Fits(levels) if levels.is_empty())
        );
    }
}

mod gathering {
    use super::*;

    #[derive(Default)]
    struct World {
        accounts: BTreeMap<AccountId, Stored<Account>>,
        holders: BTreeMap<EmailKey, AccountId>,
        addresses: BTreeMap<AddressTag, Stored<Address>>,
        groups: BTreeMap<IpFilterGroupName, Stored<IpFilterGroup>>,
    }

    impl Reads for World {
        type Error = &'static str;
        fn account(&self, id: AccountId) -> Result<Option<Stored<Account>>, Self::Error> {
            Ok(self.accounts.get(&id).cloned())
        }
        fn holder(&self, _: &Realm, key: &EmailKey) -> Result<Option<Stored<Account>>, Self::Error> {
            Ok(self.holders.get(key).and_then(|id| self.accounts.get(id)).cloned())
        }
        fn address(&self, tag: AddressTag) -> Result<Option<Stored<Address>>, Self::Error> {
            Ok(self.addresses.get(&tag).cloned())
        }
        fn group(
            &self,
            _: &Realm,
            name: &IpFilterGroupName,
        ) -> Result<Option<Stored<IpFilterGroup>>, Self::Error> {
            Ok(self.groups.get(name).cloned())
        }
        fn level(&self, of: QuotaTag) -> Result<Option<Timestamp>, Self::Error> {
            if of == quota(13) { Err("unreadable") } else { Ok(Some(NOW).filter(|_| of == quota(1))) }
        }
        fn note(&self, realm: &Realm, name: &NoteName) -> Result<Option<Stored<Note>>, Self::Error> {
            let note = Note::new(realm.clone(), name.clone(), "done".to_owned()).unwrap();
            Ok(Some(stored(note, 5)).filter(|_| name.as_str() == "bulk"))
        }
    }

    fn world() -> World {
        let ada = keeping(account(1, "ada@example.com"), "old@example.com");
        let office = IpFilterGroupName::parse("office").unwrap();
        World {
            holders: keys(&ada).map(|held| (held.key.clone(), ada.id)).collect(),
            addresses: [1, 2, 99]
                .map(|n| AddressTag::from_bytes([n; 32]))
                .map(|tag| (tag, stored(Address::new(tag), 4)))
                .into(),
            groups: [(office.clone(), stored(IpFilterGroup::new(Realm::default(), office, vec![]), 3))]
                .into(),
            accounts: [(ada.id, stored(ada, 2))].into(),
        }
    }

    fn by_email(address: &str) -> Who {
        Who::found(By::Email(Realm::default(), email(address).key()))
    }

    #[test]
    fn an_account_comes_with_its_addresses_and_its_group() {
        let ada = dossier(&world(), LIFE, &by_email("ada@example.com")).unwrap();
        assert_eq!(ada.account.as_ref().map(|found| found.stamp), Some(commit_id(2)));
        assert_eq!(ada.incarnation, LIFE);
        let tags: Vec<_> = ada.addresses.keys().map(|tag| tag.as_bytes()[0]).collect();
        assert_eq!(tags, [1, 99], "its own, and nobody else's");
        assert!(ada.filter().is_some());
    }

    #[test]
    fn a_reserved_key_leads_to_nobody_but_has_a_holder() {
        let old = || (Realm::default(), email("old@example.com").key());
        let who = Who { holder: Some(old()), ..by_email("old@example.com") };
        let found = dossier(&world(), LIFE, &who).unwrap();
        assert_eq!(found.account, None);
        assert_eq!(found.holder.map(|holder| holder.stamp), Some(commit_id(2)));
        assert!(found.addresses.is_empty() && found.groups.is_empty());
    }

    #[test]
    fn all_that_is_asked_for_comes_along_and_what_is_not_there_is_absent() {
        let name = |text: &str| (Realm::default(), NoteName::parse(text).unwrap());
        let who = Who {
            also: vec![AddressTag::from_bytes([2; 32]), AddressTag::from_bytes([3; 32])],
            levels: vec![quota(1), quota(2)],
            group: Some((Realm::default(), IpFilterGroupName::parse("office").unwrap())),
            notes: vec![name("bulk"), name("keys")],
            ..Who::nobody()
        };
        let found = dossier(&world(), LIFE, &who).unwrap();
        assert_eq!(found.addresses.len(), 1);
        assert_eq!(found.levels, [(quota(1), NOW)].into());
        assert_eq!(found.groups.len(), 1);
        assert_eq!(found.notes.keys().collect::<Vec<_>>(), [&name("bulk")]);
    }

    #[test]
    fn what_can_not_be_read_fails_the_dossier() {
        let who = Who { levels: vec![quota(13)], ..Who::nobody() };
        assert_eq!(dossier(&world(), LIFE, &who), Err("unreadable"));
    }
}

mod paging {
    use super::*;

    fn numbers(to: u32) -> impl Iterator<Item = Result<u32, &'static str>> {
        (1..=to).map(Ok)
    }

    #[test]
    fn a_page_asks_for_more_exactly_while_there_is_some() {
        let turn = |to, limit| page(numbers(to), Limit::of(limit), |last| *last).unwrap();
        assert_eq!(turn(3, 2), Page { items: vec![1, 2], next: Some(2) });
        assert_eq!(turn(2, 2), Page { items: vec![1, 2], next: None });
        assert_eq!(turn(0, 2), Page { items: vec![], next: None });
    }

    #[test]
    fn a_record_that_can_not_be_read_fails_its_page_and_the_one_before() {
        let broken = || numbers(2).chain([Err("unreadable")]);
        assert_eq!(page(broken(), Limit::of(2), |last| *last), Err("unreadable"));
        assert_eq!(page(broken(), Limit::of(1), |last| *last).unwrap().next, Some(1));
    }

    #[test]
    fn sifting_turns_the_pages_of_a_list_that_holds_matches_only() {
        let turn = |to, limit| {
            let even = |n: &u32| n.is_multiple_of(2);
            sift(numbers(to), even, Limit::of(limit), |last| *last).unwrap()
        };
        assert_eq!(turn(6, 2), Page { items: vec![2, 4], next: Some(4) });
        assert_eq!(turn(5, 2), Page { items: vec![2, 4], next: None }, "nothing after 4 matches");
        assert_eq!(turn(1, 2), Page { items: vec![], next: None });
    }

    #[test]
    fn sifting_ends_a_page_where_few_match_and_goes_on_behind_what_it_looked_at() {
        let only = |wanted: u32| move |n: &u32| *n == wanted;
        let turn =
            |matches: &dyn Fn(&u32) -> bool| sift(numbers(10_000), matches, Limit::of(44), |last| *last);
        assert_eq!(turn(&only(9_999)).unwrap(), Page { items: vec![], next: Some(300) });
        assert_eq!(turn(&only(300)).unwrap(), Page { items: vec![300], next: Some(300) });
        assert_eq!(turn(&only(7)).unwrap(), Page { items: vec![7], next: Some(300) });
    }

    #[test]
    fn a_query_goes_on_after_what_it_gave() {
        let ada = account(1, "ada@example.com");
        let (realm, prefix) = (Realm::default(), EmailKey::prefix("a"));
        let first = AccountQuery::ByEmail { realm, prefix, after: None };
        assert!(first.admits(&ada) && !first.admits(&account(2, "bob@example.com")));
        let next = first.after(&ada);
        assert!(
            matches!(&next, AccountQuery::ByEmail { after: Some(key), .. } if *key == email("ada@example.com").key().as_str())
        );
        assert_eq!(next.from_the_first(), first);
    }
}

mod following {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let cursor = Place { life: LIFE, after: 7 }.cursor();
        assert_eq!(Place::resume(LIFE, 3..=9, Some(&cursor)), Some(7));
        assert_eq!(Place::resume(LIFE, 3..=9, None), Some(3));
    }

    #[test]
    fn a_cursor_from_before_the_journal_or_beyond_it_or_of_another_life_is_trimmed() {
        let at = |life, after| Place { life, after }.cursor();
        let other = Incarnation::from_bytes([8; 16]);
        for cursor in [at(LIFE, 2), at(LIFE, 10), at(LIFE, -1), at(other, 7)] {
            assert_eq!(Place::resume(LIFE, 3..=9, Some(&cursor)), None, "{cursor}");
        }
        for bytes in [vec![], vec![9; 15], vec![9; 16], vec![9; 25]] {
            let cursor = crate::port::Cursor::from_bytes(bytes);
            assert_eq!(Place::resume(LIFE, 3..=9, Some(&cursor)), None, "{cursor}");
        }
    }
}

mod trimming {
    use super::*;

    fn trim() -> Trim {
        Trim {
            realm: Realm::default(),
            now: NOW,
            events_before: None,
            strays_before: NOW,
            dead_mails_before: None,
            limit: Limit::MAX,
        }
    }

    #[test]
    fn an_event_without_an_account_that_stays_is_a_stray() {
        let ada = account(1, "ada@example.com");
        let erased = Account { life: Life::Erased { at: NOW, purged: false }, ..ada.clone() };
        let about = event(Some(ada.id));
        assert!(!is_stray(&about, Some(&ada)) && !is_stray(&about, Some(&erased)));
        assert!(is_stray(&about, None) && is_stray(&about, Some(&purged(ada, NOW))));
        assert!(is_stray(&event(None), None));
    }

    #[test]
    fn strays_go_once_they_are_old_enough_in_their_own_realm() {
        let trim = trim();
        let at = |at| Event { at, ..event(None) };
        assert!(trim.removes_stray(&at(NOW - Span::micros(1)), None));
        assert!(!trim.removes_stray(&at(NOW), None));
        let elsewhere = Event { realm: Realm::parse("other").unwrap(), ..at(Timestamp::MIN) };
        assert!(!trim.removes_stray(&elsewhere, None));
    }

    #[test]
    fn only_the_row_of_a_purged_sign_up_goes() {
        let (trim, ada) = (trim(), account(1, "ada@example.com"));
        let before = NOW - Span::micros(1);
        assert!(trim.removes_account(&purged(ada.clone(), before)));
        assert!(!trim.removes_account(&purged(ada.clone(), NOW)));
        assert!(!trim.removes_account(&Account { life: Life::Erased { at: before, purged: false }, ..ada }));
    }

    #[test]
    fn an_address_goes_at_the_moment_that_it_names() {
        let idle = |from| Address { idle_from: from, ..Address::new(AddressTag::from_bytes([1; 32])) };
        assert!(trim().removes_address(&idle(Some(NOW))));
        assert!(!trim().removes_address(&idle(Some(NOW + Span::micros(1)))));
        assert!(!trim().removes_address(&idle(None)));
    }

    #[test]
    fn a_level_is_spent_once_now_reaches_it_and_impossible_beyond_its_own_horizon() {
        let level = |ahead| Level { at: NOW + ahead, horizon: Span::hours(1) };
        assert!(level(Span::ZERO).is_spent(NOW) && !level(Span::micros(1)).is_spent(NOW));
        assert_eq!(level(Span::hours(1)).lowered(NOW), None);
        assert_eq!(level(Span::hours(2)).lowered(NOW), Some(level(Span::hours(1))));
    }
}

mod writing_down {
    use super::*;

    #[test]
    fn a_record_is_read_back_with_what_a_newer_build_added() {
        let ada = account(1, "ada@example.com");
        let form = encode(&ada).unwrap();
        assert_eq!(decode::<Account>(&form).unwrap(), ada);

        let mut newer: serde_json::Value =
            serde_json::from_slice(&serde_json::to_vec(&ada).unwrap()).unwrap();
        newer["colour"] = "blue".into();
        let newer: Account = serde_json::from_value(newer).unwrap();
        assert_ne!(newer, ada);
        assert_eq!(decode::<Account>(&encode(&newer).unwrap()).unwrap(), newer);
    }

    #[test]
    fn an_error_has_no_word_of_the_record() {
        let mut form = encode(&account(1, "ada@example.com")).unwrap();
        form.truncate(form.len() / 2);
        for damaged in [form, b"\"ada@example.com\"".to_vec(), vec![]] {
            let error = decode::<Account>(&damaged).unwrap_err();
            assert_eq!(error, CodecError::Unreadable);
            assert!(!format!("{error} {error:?}").contains("example"));
        }
    }
}
