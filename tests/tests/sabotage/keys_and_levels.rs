//! Keys that two accounts hold, and levels that say yes too often: clauses 6 and 7.

use accountable_conformance::store::{keys, levels, repeats};
use accountable_core::{
    domain::{Life, Timestamp},
    port::{Commit, CommitError, Reservation, Store, Write},
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::{
    fixture::{Answer, Broken, Nothing, Sabotage},
    forged::{other_id, rewritten, with_writes},
};

sabotage! {
    ForgetsReservedKeys {} commit(this, store, commit: &Commit) -> Answer {
        let forget = |write| match write {
            Write::Account(mut swap) => {
                if let Some(Life::Live(facts)) = swap.after.as_mut().map(|after| &mut after.life) {
                    facts.former.iter_mut().for_each(|former| former.reserved = false);
                }
                Write::Account(swap)
            }
            other => other,
        };
        store.commit(&with_writes(commit, forget)).await
    }
}
sabotage! {
    /// Has no unique index: a second account simply gets the address.
    SharesAddresses {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::EmailTaken { .. }) => Ok(()),
            answer => answer,
        }
    }
}
sabotage! {
    ForgetsTheFloor {} commit(this, store, commit: &Commit) -> Answer {
        let lower = |write| match write {
            Write::Reserve(reservation) => Write::Reserve(Reservation { floor: Timestamp::MIN, ..reservation }),
            other => other,
        };
        store.commit(&with_writes(commit, lower)).await
    }
}
sabotage! {
    ForgetsTheCeiling {} commit(this, store, commit: &Commit) -> Answer {
        let lift = |write| match write {
            Write::Reserve(reservation) => Write::Reserve(Reservation { ceiling: Timestamp::MAX, ..reservation }),
            other => other,
        };
        store.commit(&with_writes(commit, lift)).await
    }
}
sabotage! {
    ReservesFirst {} commit(this, store, commit: &Commit) -> Answer {
        let is_reservation = |write: &Write| matches!(write, Write::Reserve(_));
        let (first, then) = commit.writes().iter().cloned().partition(is_reservation);
        store.commit(&rewritten(other_id(commit.id()), first, &[])).await?;
        store.commit(&rewritten(commit.id(), then, commit.events())).await
    }
}

breaks! {
    forgetting_reserved_keys: ForgetsReservedKeys breaks
        keys::clause_06_a_reserved_key_is_held_and_a_pending_one_is_not;
    sharing_addresses: SharesAddresses breaks
        keys::clause_06_no_two_accounts_of_a_realm_hold_one_key,
        keys::clause_06_of_racing_registrations_of_one_key_exactly_one_succeeds,
        repeats::clause_13_a_refused_offer_never_applies;
    forgetting_the_floor: ForgetsTheFloor breaks
        levels::clause_07_a_reservation_raises_a_level_unless_it_is_above_the_ceiling;
    forgetting_the_ceiling: ForgetsTheCeiling breaks
        levels::clause_07_a_reservation_raises_a_level_unless_it_is_above_the_ceiling,
        levels::clause_07_racing_reservations_admit_what_some_serial_order_would;
    reserving_first: ReservesFirst breaks levels::clause_07_a_failed_commit_reserves_nothing;
}
