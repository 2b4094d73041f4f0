//! Restoring, killed in the middle: whole or not at all.

use std::{collections::BTreeSet, hint};

use accountable_core::{
    NewAccount,
    domain::{Epoch, Incarnation, Realm},
    port::{AccountFilter, AccountQuery, Limit, Who},
};

use super::{
    Restored, SharedStore,
    place::{Place, email, new_life},
    process::Process,
};
use crate::{
    block_on,
    names::{Chance, SEED},
};

const RAISE: u64 = 1 << 32;

/// A store that another process has open is not restored.
pub fn a_store_that_another_process_has_open_is_not_restored<P: SharedStore>(child: &str) {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::<P>::at(folder.path(), child);
    place.prepare();
    drop(place.open());
    let mut process = Process::start("worker", &place, "one");
    assert_eq!(process.answer().unwrap(), "ready");
    let restored = || P::restore(place.folder(), new_life());
    if let Restored::NotOffered(why) = restored() {
        process.end();
        return why.tell("clause 34, restoring what is in use");
    }
    assert_eq!(restored(), Restored::InUse);
    // Where a process opens the store twice, closing one takes nothing from the other.
    assert_eq!(process.ask("open_and_close"), "closed");
    assert_eq!(restored(), Restored::InUse);
    assert_eq!(process.ask("find ada@example.com"), "nobody");
    process.end();
    assert_eq!(restored(), Restored::Done);
}

/// Restoring is whole or not at all where the process is killed that does it.
pub fn where_a_restoration_is_killed_the_store_is_as_it_was_or_restored<P: SharedStore>(child: &str) {
    let rounds = if std::env::var_os("ACCOUNTABLE_LONG").is_some_and(|long| long == "1") { 200 } else { 10 };
    let folder = tempfile::tempdir().unwrap();
    let place = Place::<P>::at(folder.path(), child);
    place.prepare();
    let world = place.open();
    for n in 0..40 {
        block_on(world.admin().register(NewAccount::new(email(&format!("u{n}@example.com"))))).unwrap();
    }
    drop(world);
    // A first one, in the parent: it says whether there is such a thing at all.
    match P::restore(place.folder(), new_life()) {
        Restored::Done => {}
        Restored::NotOffered(why) => return why.tell("clause 34, a restoration that is killed"),
        Restored::InUse => panic!("nobody has it open"),
    }
    let mut chance = Chance::new(SEED);
    let mut raised = 1;
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

/// Which life the store is in, and which epochs its accounts have.
fn state<P: SharedStore>(place: &Place<P>) -> (Incarnation, BTreeSet<u64>) {
    let store = place.open().store;
    let all = AccountQuery::ById { realm: Realm::default(), after: None, filter: AccountFilter::default() };
    let accounts = block_on(store.accounts(&all, Limit::MAX)).unwrap().items;
    assert_eq!(accounts.len(), 40);
    let epochs = accounts.iter().map(|account| Epoch::as_u64(account.value.epoch)).collect();
    (block_on(store.load(&Who::nobody())).unwrap().incarnation, epochs)
}
