//! Dossiers that answer something else than they were asked: clauses 6 and 19, and levels of clauses 5 and 7.

use accountable_conformance::store::{keys, levels, size, snapshots, swaps};
use accountable_core::{
    domain::{Life, Span},
    port::{By, Commit, CommitError, Dossier, Reservation, Store, StoreError, Who, Write},
};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::{
    fixture::{Answer, Broken, Nothing, Sabotage},
    forged::with_writes,
};

type Loaded = Result<Dossier, StoreError>;
sabotage! {
    FindsByReservedKeys {} load(this, store, who: &Who) -> Loaded {
        let found = store.load(who).await?;
        if let (By::Email(realm, key), None) = (&who.by, &found.account) {
            let holder = Who { holder: Some((realm.clone(), key.clone())), ..Who::nobody() };
            if let Some(account) = store.load(&holder).await?.holder {
                return store.load(&Who { by: By::Id(account.value.id), ..who.clone() }).await;
            }
        }
        Ok(found)
    }
}
sabotage! {
    HoldsOwnKeysOnly {} load(this, store, who: &Who) -> Loaded {
        let mut found = store.load(who).await?;
        found.holder = found.holder.filter(|holder| {
            let own = holder.value.facts().ok().map(|facts| &facts.mailbox.key);
            own == who.holder.as_ref().map(|(_, key)| key)
        });
        Ok(found)
    }
}
sabotage! {
    ReadsOneLevel {} load(this, store, who: &Who) -> Loaded {
        store.load(&Who { levels: who.levels.first().copied().into_iter().collect(), ..who.clone() }).await
    }
}
sabotage! {
    ReadsItsOwnGroupOnly {} load(this, store, who: &Who) -> Loaded {
        store.load(&Who { group: None, ..who.clone() }).await
    }
}
sabotage! {
    KeepsNotesOfAllRealmsTogether {} load(this, store, who: &Who) -> Loaded {
        let mut found = store.load(who).await?;
        for (realm, name) in &who.notes {
            let other = found.notes.iter().find(|((other, known), _)| known == name && other != realm);
            if let Some(other) = other.map(|(_, note)| note.clone()) {
                found.notes.insert((realm.clone(), name.clone()), other);
            }
        }
        Ok(found)
    }
}
sabotage! {
    /// Reads the notes in a snapshot of their own.
    ReadsNotesLater {} load(this, store, who: &Who) -> Loaded {
        let early = store.load(&Who { notes: Vec::new(), ..who.clone() }).await?;
        std::thread::yield_now();
        let notes = store.load(&Who { notes: who.notes.clone(), ..Who::nobody() }).await?.notes;
        Ok(Dossier { notes, ..early })
    }
}
sabotage! {
    /// Asks a second time who holds the key.
    ReadsTheHolderLater {} load(this, store, who: &Who) -> Loaded {
        let early = store.load(&Who { holder: None, ..who.clone() }).await?;
        std::thread::yield_now();
        let holder = store.load(&Who { holder: who.holder.clone(), ..Who::nobody() }).await?.holder;
        Ok(Dossier { holder, ..early })
    }
}
sabotage! {
    /// Sets a level by the present reservation alone.
    ForgetsWhereALevelStood {} commit(this, store, commit: &Commit) -> Answer {
        let own = |write| match write {
            Write::Reserve(asked) => Write::Reserve(Reservation { horizon: asked.step, ..asked }),
            other => other,
        };
        store.commit(&with_writes(commit, own)).await
    }
}
sabotage! {
    ForgetsTheHorizon {} commit(this, store, commit: &Commit) -> Answer {
        let beyond = |write| match write {
            Write::Reserve(asked) => Write::Reserve(Reservation { horizon: Span::MAX, ..asked }),
            other => other,
        };
        store.commit(&with_writes(commit, beyond)).await
    }
}
sabotage! {
    NamesOneSpentLevel {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::Exhausted(mut refusing)) => {
                refusing.truncate(1);
                Err(CommitError::Exhausted(refusing))
            }
            answer => answer,
        }
    }
}
sabotage! {
    NamesThemInAnyOrder {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::Exhausted(mut refusing)) => {
                refusing.reverse();
                Err(CommitError::Exhausted(refusing))
            }
            answer => answer,
        }
    }
}
sabotage! {
    JudgesReservationsFirst {} commit(this, store, commit: &Commit) -> Answer {
        for write in commit.writes() {
            if let Write::Reserve(asked) = write {
                let who = Who { levels: vec![asked.of], ..Who::nobody() };
                let level = store.load(&who).await?.level(asked.of).unwrap_or(asked.floor);
                if level > asked.ceiling {
                    return Err(CommitError::Exhausted(vec![(asked.of, level)]));
                }
            }
        }
        store.commit(commit).await
    }
}
sabotage! {
    /// Holds reserved keys until the account is next written.
    ForgetsReservedKeysWhenRewritten {} commit(this, store, commit: &Commit) -> Answer {
        let forget = |write| match write {
            Write::Account(mut swap) if swap.before.is_some() => {
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
    /// Leaves a record alone that is written as it was.
    LeavesUnchangedRecordsAlone {} commit(this, store, commit: &Commit) -> Answer {
        let changes = |write: &Write| match write {
            Write::Account(swap) => swap.before.as_ref().map(|before| &before.value) != swap.after.as_ref(),
            Write::Address(swap) => swap.before.as_ref().map(|before| &before.value) != swap.after.as_ref(),
            Write::Mail(swap) => swap.before.as_ref().map(|before| &before.value) != swap.after.as_ref(),
            Write::IpFilterGroup(swap) => swap.before.as_ref().map(|before| &before.value) != swap.after.as_ref(),
            Write::Note(swap) => swap.before.as_ref().map(|before| &before.value) != swap.after.as_ref(),
            Write::Reserve(_) => true,
        };
        let writes = commit.writes().iter().filter(|write| changes(write)).cloned().collect();
        store.commit(&crate::forged::rewritten(commit.id(), writes, commit.events())).await
    }
}
sabotage! {
    ForgetsFieldsOfNewerBuildsOfAccounts {} commit(this, store, commit: &Commit) -> Answer {
        store.commit(&with_writes(commit, |write| match write {
            Write::Account(mut swap) => {
                swap.after.iter_mut().for_each(|after| after.unknown = Default::default());
                Write::Account(swap)
            }
            other => other,
        }))
        .await
    }
}
sabotage! {
    ForgetsFieldsOfNewerBuildsOfAddresses {} commit(this, store, commit: &Commit) -> Answer {
        store.commit(&with_writes(commit, |write| match write {
            Write::Address(mut swap) => {
                swap.after.iter_mut().for_each(|after| after.unknown = Default::default());
                Write::Address(swap)
            }
            other => other,
        }))
        .await
    }
}
sabotage! {
    ForgetsFieldsOfNewerBuildsOfNotes {} commit(this, store, commit: &Commit) -> Answer {
        store.commit(&with_writes(commit, |write| match write {
            Write::Note(mut swap) => {
                swap.after.iter_mut().for_each(|after| after.unknown = Default::default());
                Write::Note(swap)
            }
            other => other,
        }))
        .await
    }
}
sabotage! {
    /// Keeps notes in a column of 255 octets.
    CutsNotes {} commit(this, store, commit: &Commit) -> Answer {
        store.commit(&with_writes(commit, |write| match write {
            Write::Note(mut swap) => {
                swap.after.iter_mut().for_each(|after| after.content = after.content.chars().take(255).collect());
                Write::Note(swap)
            }
            other => other,
        }))
        .await
    }
}
sabotage! {
    /// Keeps no idle time beside the record of an address.
    ForgetsWhenAnAddressIsIdle {} commit(this, store, commit: &Commit) -> Answer {
        store.commit(&with_writes(commit, |write| match write {
            Write::Address(mut swap) => {
                swap.after.iter_mut().for_each(|after| after.idle_from = None);
                Write::Address(swap)
            }
            other => other,
        }))
        .await
    }
}

breaks! {
    finding_by_reserved_keys: FindsByReservedKeys breaks
        keys::clause_06_an_email_finds_nobody_by_a_key_that_is_only_reserved,
        keys::clause_06_a_released_key_is_free_in_the_same_instant;
    holding_own_keys_only: HoldsOwnKeysOnly breaks
        keys::clause_06_an_email_finds_nobody_by_a_key_that_is_only_reserved;
    forgetting_reserved_keys_when_rewritten: ForgetsReservedKeysWhenRewritten breaks
        keys::clause_06_a_reserved_key_is_held_and_a_pending_one_is_not;
    reading_one_level: ReadsOneLevel breaks
        snapshots::clause_19_a_dossier_holds_levels_groups_notes_and_the_holder_of_a_key;
    reading_its_own_group_only: ReadsItsOwnGroupOnly breaks
        snapshots::clause_19_a_dossier_holds_levels_groups_notes_and_the_holder_of_a_key;
    keeping_notes_of_all_realms_together: KeepsNotesOfAllRealmsTogether breaks
        snapshots::clause_19_a_dossier_holds_levels_groups_notes_and_the_holder_of_a_key;
    reading_notes_later: ReadsNotesLater breaks snapshots::clause_19_a_dossier_is_one_snapshot;
    reading_the_holder_later: ReadsTheHolderLater breaks snapshots::clause_19_a_dossier_is_one_snapshot;
    forgetting_where_a_level_stood: ForgetsWhereALevelStood breaks
        levels::clause_07_a_reservation_raises_a_level_unless_it_is_above_the_ceiling,
        levels::clause_07_a_level_is_raised_no_further_than_its_horizon;
    forgetting_the_horizon: ForgetsTheHorizon breaks
        levels::clause_07_a_level_is_raised_no_further_than_its_horizon;
    naming_one_spent_level: NamesOneSpentLevel breaks
        levels::clause_05_exhausted_names_every_level_that_refuses;
    naming_them_in_any_order: NamesThemInAnyOrder breaks
        levels::clause_05_exhausted_names_every_level_that_refuses;
    judging_reservations_first: JudgesReservationsFirst breaks
        levels::clause_05_exhausted_names_every_level_that_refuses,
        swaps::clause_05_the_first_failing_write_in_key_order_decides_the_error;
    leaving_unchanged_records_alone: LeavesUnchangedRecordsAlone breaks
        swaps::clause_04_a_record_bears_the_commits_id_and_reads_back_exactly;
    forgetting_newer_fields_of_accounts: ForgetsFieldsOfNewerBuildsOfAccounts breaks
        swaps::clause_04_extreme_values_read_back_exactly;
    forgetting_newer_fields_of_addresses: ForgetsFieldsOfNewerBuildsOfAddresses breaks
        swaps::clause_04_extreme_values_read_back_exactly;
    forgetting_newer_fields_of_notes: ForgetsFieldsOfNewerBuildsOfNotes breaks
        swaps::clause_04_extreme_values_read_back_exactly;
    cutting_notes: CutsNotes breaks
        swaps::clause_04_extreme_values_read_back_exactly,
        size::clause_18_the_largest_legal_commit_is_accepted;
    forgetting_when_an_address_is_idle: ForgetsWhenAnAddressIsIdle breaks
        swaps::clause_04_extreme_values_read_back_exactly;
}
