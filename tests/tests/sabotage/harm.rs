//! Stores that keep what was erased, say what a damaged record holds, or go on without their file: clauses 33, 35 and 40.

use std::sync::Mutex;

use accountable_conformance::store::{Damage, Loss, damage, erasure};
use accountable_core::port::{Commit, Store, StoreError, Write};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::fixture::{Answer, Broken, Nothing, Sabotage};

/// Keeps the pages that it has written over.
#[derive(Default)]
struct KeepsWhatWasErased {
    log: Mutex<Vec<u8>>,
}

#[async_trait]
impl Sabotage for KeepsWhatWasErased {
    async fn commit(&self, store: &MemoryStore, commit: &Commit) -> Answer {
        store.commit(commit).await?;
        let mut log = self.log.lock().expect("no panic meanwhile");
        for write in commit.writes() {
            if let Write::Account(swap) = write {
                log.extend(serde_json::to_vec(&swap.after).expect("an account's form"));
            }
        }
        Ok(())
    }
    async fn all_bytes(&self, _: &MemoryStore) -> Vec<u8> {
        self.log.lock().expect("no panic meanwhile").clone()
    }
}

#[derive(Default)]
struct SaysWhatIsDamaged;
impl Sabotage for SaysWhatIsDamaged {
    fn of_damage(&self, _: Damage) -> StoreError {
        StoreError::Broken("expected a number, found very.private@example.com".into())
    }
}

#[derive(Default)]
struct SaysTheKeyOfAHash;
impl Sabotage for SaysTheKeyOfAHash {
    fn of_damage(&self, how: Damage) -> StoreError {
        match how {
            Damage::CutShort => StoreError::Broken("it ends early".into()),
            Damage::AnotherType => StoreError::Broken("unknown field private-key".into()),
        }
    }
}

#[derive(Default)]
struct HopesThatDamageMends;
impl Sabotage for HopesThatDamageMends {
    fn of_damage(&self, _: Damage) -> StoreError {
        StoreError::Unavailable("it can't be read".into())
    }
}

#[derive(Default)]
struct GoesOnWithoutItsFile;
impl Sabotage for GoesOnWithoutItsFile {
    fn of_loss(&self, _: Loss) -> Option<StoreError> {
        None
    }
}

#[derive(Default)]
struct GoesOnWithAnothersFile;
impl Sabotage for GoesOnWithAnothersFile {
    fn of_loss(&self, how: Loss) -> Option<StoreError> {
        (how == Loss::Removed).then(|| StoreError::Broken("the file is gone".into()))
    }
}

#[derive(Default)]
struct HopesThatTheFileReturns;
impl Sabotage for HopesThatTheFileReturns {
    fn of_loss(&self, _: Loss) -> Option<StoreError> {
        Some(StoreError::Unavailable("the file is gone".into()))
    }
}

breaks! {
    keeping_what_was_erased: KeepsWhatWasErased breaks
        erasure::clause_35_the_octets_of_an_erased_account_are_gone;
    saying_what_is_damaged: SaysWhatIsDamaged breaks
        damage::clause_33_no_error_of_a_damaged_record_says_what_it_holds;
    saying_the_key_of_a_hash: SaysTheKeyOfAHash breaks
        damage::clause_33_no_error_of_a_damaged_record_says_what_it_holds;
    hoping_that_damage_mends: HopesThatDamageMends breaks
        damage::clause_33_no_error_of_a_damaged_record_says_what_it_holds;
    going_on_without_its_file: GoesOnWithoutItsFile breaks damage::clause_40_a_store_without_its_file_is_broken;
    going_on_with_anothers_file: GoesOnWithAnothersFile breaks
        damage::clause_40_a_store_without_its_file_is_broken;
    hoping_that_the_file_returns: HopesThatTheFileReturns breaks
        damage::clause_40_a_store_without_its_file_is_broken;
}
