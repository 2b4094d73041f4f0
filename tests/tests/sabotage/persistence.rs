//! Places that forget and scribble, and errors that say too much: clauses 10, 32 and 33.

use accountable_conformance::store::persistence;
use accountable_core::port::{Commit, CommitError, Store, StoreError};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::fixture::{Answer, Broken, Nothing, Sabotage};

sabotage! {
    SaysWhoseAddressItIs {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::EmailTaken { .. }) => {
                Err(CommitError::Store(StoreError::Broken("very.private@example.com is there already".into())))
            }
            answer => answer,
        }
    }
}

breaks! {
    saying_whose_address_it_is: SaysWhoseAddressItIs breaks
        persistence::clause_33_no_error_text_contains_a_stored_value;
}

/// The fixture forgets everything when it is reopened, and scribbles over what it refuses.
#[test]
fn forgetting_everything_breaks_persistence() {
    type Check = fn() -> std::pin::Pin<Box<dyn Future<Output = ()>>>;
    let checks: [Check; 3] = [
        || Box::pin(persistence::clause_10_ok_survives_a_kill::<Broken<Nothing>>()),
        || Box::pin(persistence::clause_32_reopening_loses_nothing::<Broken<Nothing>>()),
        || {
            Box::pin(persistence::clause_32_a_foreign_or_newer_place_is_refused_and_left_untouched::<
                Broken<Nothing>,
            >())
        },
    ];
    for check in checks {
        let end = std::thread::spawn(move || accountable_conformance::block_on(check())).join();
        assert!(end.is_err(), "a check found nothing");
    }
}
