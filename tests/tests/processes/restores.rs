//! Restoring among processes: never beside one that has the file open, and whole or not at all where one is killed.

use std::{collections::BTreeSet, hint};

use accountable_conformance::{
    block_on,
    names::{Chance, SEED},
};
use accountable_core::{
    NewAccount,
    domain::{Epoch, Incarnation, Realm, Span},
    port::{AccountFilter, AccountQuery, Limit, Store},
};
use accountable_sqlite::{Options, RestoreError, SqliteStore, restore};

use crate::{
    place::{Place, email},
    process::Process,
};

const LIFE: Incarnation = Incarnation::from_bytes([0xab; 16]);
const RAISE: u64 = 1 << 32;

#[test]
fn a_file_that_another_process_has_open_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::at(folder.path());
    place.prepare();
    drop(place.open());
    let at_once = Options::default().with_busy_timeout(Span::millis(1));
    let mut process = Process::start("worker", &place, "one");
    assert_eq!(process.answer().unwrap(), "ready");
    assert!(matches!(restore(place.file(), LIFE, &at_once), Err(RestoreError::InUse)));
    // Where a process opens the file twice, closing one takes nothing from the other.
    assert_eq!(process.ask("open_and_close"), "closed");
    assert!(matches!(restore(place.file(), LIFE, &at_once), Err(RestoreError::InUse)));
    assert_eq!(process.ask("find ada@example.com"), "nobody");
    process.end();
    restore(place.file(), LIFE, &at_once).unwrap();
}

#[test]
fn where_a_restoration_is_killed_the_file_is_as_it_was_or_restored() {
    let rounds = if std::env::var_os("ACCOUNTABLE_LONG").is_some_and(|long| long == "1") { 200 } else { 10 };
    let folder = tempfile::tempdir().unwrap();
    let place = Place::at(folder.path());
    place.prepare();
    let world = place.open();
    for n in 0..40 {
        block_on(world.admin().register(NewAccount::new(email(&format!("u{n}@example.com"))))).unwrap();
    }
    drop(world);
    let mut chance = Chance::new(SEED);
    let mut raised = 0;
    for round in 1..=rounds {
        let seed = chance.draw();
        let when = format!("round {round}, seed {seed:#018x}");
        let mut chance = Chance::new(seed);
        let mut process = Process::start("restorer", &place, &format!("{seed:016x}"));
        let enough = 1 + chance.below(4);
        let mut said: Vec<_> =
            (0..enough).map(|_| process.answer().unwrap_or_else(|| panic!("{when}: it ended"))).collect();
        for _ in 0..chance.below(1_000_000) {
            hint::spin_loop();
        }
        said.extend(process.kill());
        let (life, epochs) = state(&place);
        let [epoch] = epochs.iter().copied().collect::<Vec<_>>()[..] else {
            panic!("{when}: accounts of different lives: {epochs:?}");
        };
        let restored = u64::try_from(said.len()).unwrap();
        // The last may have been done and not said.
        assert!(
            [raised + restored, raised + restored + 1].map(|times| times * RAISE).contains(&epoch),
            "{when}"
        );
        let unsaid = epoch > (raised + restored) * RAISE;
        assert_eq!(said.contains(&life.to_string()), !unsaid, "{when}: the life of another restoration");
        raised = epoch / RAISE;
        place.assert_whole(&when);
    }
}

/// Which life the file is in, and which epochs its accounts have.
fn state(place: &Place) -> (Incarnation, BTreeSet<u64>) {
    let store = SqliteStore::open(place.file(), LIFE, &Options::default()).unwrap();
    let all = AccountQuery::ById { realm: Realm::default(), after: None, filter: AccountFilter::default() };
    let accounts = block_on(store.accounts(&all, Limit::MAX)).unwrap().items;
    assert_eq!(accounts.len(), 40);
    let epochs = accounts.iter().map(|account| Epoch::as_u64(account.value.epoch)).collect();
    (store.incarnation(), epochs)
}
