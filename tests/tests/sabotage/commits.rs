//! Commits that are not atomic, not conditional, or not kept as they were given: clauses 1 to 5, 8, 15, 16, 18 to 20.

use std::sync::atomic::{AtomicBool, Ordering};

use accountable_conformance::store::{atomicity, journal, levels, outbox, size, snapshots, swaps};
use accountable_core::port::{Commit, CommitError, Store, StoreError, Swap, Write};
use accountable_memory::MemoryStore;
use async_trait::async_trait;

use crate::{
    fixture::{Answer, Broken, Nothing, Sabotage},
    forged::{forced, rewritten, with_writes},
};

sabotage! {
    /// Applies a commit write by write, each visible as soon as it is done; its events first.
    WriteByWrite {} commit(this, store, commit: &Commit) -> Answer {
        store.commit(&rewritten(commit.id(), Vec::new(), commit.events())).await?;
        for write in commit.writes() {
            std::thread::yield_now();
            store.commit(&rewritten(commit.id(), vec![write.clone()], &[])).await?;
        }
        Ok(())
    }
}
sabotage! {
    DropsTheLastEvent {} commit(this, store, commit: &Commit) -> Answer {
        let events = commit.events().split_last().map_or(&[][..], |(_, events)| events);
        store.commit(&rewritten(commit.id(), commit.writes().to_vec(), events)).await
    }
}
sabotage! {
    IgnoresBefore {} commit(this, store, commit: &Commit) -> Answer {
        store.commit(&rewritten(commit.id(), forced(store, commit).await, commit.events())).await
    }
}
sabotage! {
    /// Takes a record for what was read if it looks the same, whatever its stamp.
    ComparesValues {} commit(this, store, commit: &Commit) -> Answer {
        fn same<T: PartialEq>(given: &Swap<T>, present: &Swap<T>) -> bool {
            let [given, present] = [given, present].map(|swap| swap.before.as_ref().map(|before| &before.value));
            given == present
        }
        let forced = forced(store, commit).await;
        let alike = commit.writes().iter().zip(&forced).all(|pair| match pair {
            (Write::Account(a), Write::Account(b)) => same(a, b),
            (Write::Address(a), Write::Address(b)) => same(a, b),
            (Write::Mail(a), Write::Mail(b)) => same(a, b),
            (Write::IpFilterGroup(a), Write::IpFilterGroup(b)) => same(a, b),
            (Write::Note(a), Write::Note(b)) => same(a, b),
            _ => true,
        });
        let writes = if alike && forced.len() == commit.writes().len() { forced } else { commit.writes().to_vec() };
        store.commit(&rewritten(commit.id(), writes, commit.events())).await
    }
}
sabotage! {
    /// Keeps versions in a signed column.
    CutsVersions {} commit(this, store, commit: &Commit) -> Answer {
        let cut = |write| match write {
            Write::Account(mut swap) => {
                if let Some(after) = &mut swap.after {
                    let version = after.version.as_u64().min(i64::MAX.unsigned_abs());
                    after.version = accountable_core::domain::Version::new(version);
                }
                Write::Account(swap)
            }
            other => other,
        };
        store.commit(&with_writes(commit, cut)).await
    }
}
sabotage! {
    ForgetsFieldsOfNewerBuilds {} commit(this, store, commit: &Commit) -> Answer {
        let forget = |write| match write {
            Write::Mail(mut swap) => {
                if let Some(after) = &mut swap.after {
                    after.unknown = Default::default();
                }
                Write::Mail(swap)
            }
            other => other,
        };
        store.commit(&with_writes(commit, forget)).await
    }
}
sabotage! {
    NamesTheLastKey {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::Conflict(key)) => {
                Err(CommitError::Conflict(commit.writes().last().and_then(Write::key).unwrap_or(key)))
            }
            answer => answer,
        }
    }
}
sabotage! {
    LooksAtAddressesFirst {} commit(this, store, commit: &Commit) -> Answer {
        match store.commit(commit).await {
            Err(CommitError::Conflict(accountable_core::port::Key::Account(of))) => Err(CommitError::EmailTaken { of }),
            answer => answer,
        }
    }
}
sabotage! {
    /// Turns away whoever comes while another commit is under way.
    OneAtATime { busy: AtomicBool } commit(this, store, commit: &Commit) -> Answer {
        if this.busy.swap(true, Ordering::AcqRel) {
            let key = commit.writes().first().and_then(Write::key).expect("a key");
            return Err(CommitError::Conflict(key));
        }
        (0..20).for_each(|_| std::thread::yield_now());
        let answer = store.commit(commit).await;
        this.busy.store(false, Ordering::Release);
        answer
    }
}
sabotage! {
    TakesFifteenWrites {} commit(this, store, commit: &Commit) -> Answer {
        if commit.writes().len() > 15 {
            return Err(CommitError::Store(StoreError::Broken("too many".into())));
        }
        store.commit(commit).await
    }
}
sabotage! {
    TakesNoEmptyCommit {} commit(this, store, commit: &Commit) -> Answer {
        if commit.writes().is_empty() && commit.events().is_empty() {
            return Err(CommitError::Store(StoreError::Broken("nothing to do".into())));
        }
        store.commit(commit).await
    }
}

breaks! {
    applying_write_by_write: WriteByWrite breaks
        atomicity::clause_01_who_sees_one_write_of_a_commit_sees_all,
        atomicity::clause_01_a_failed_commit_leaves_nothing,
        snapshots::clause_19_a_dossier_is_one_snapshot,
        snapshots::clause_20_nothing_uncommitted_is_ever_seen;
    dropping_the_last_event: DropsTheLastEvent breaks
        atomicity::clause_01_a_commit_writes_all_of_its_events,
        swaps::clause_04_every_event_reads_back_exactly,
        size::clause_18_the_largest_legal_commit_is_accepted,
        journal::clause_27_a_follower_gets_each_event_once;
    ignoring_before: IgnoresBefore breaks
        swaps::clause_02_a_swap_applies_only_if_the_stored_stamp_equals_its_before,
        swaps::clause_02_absence_is_guarded_as_a_stamp_is,
        swaps::clause_03_a_stamp_of_a_removed_record_never_matches_its_successor,
        swaps::clause_05_the_first_failing_write_in_key_order_decides_the_error,
        swaps::clause_15_of_racing_swaps_of_one_record_exactly_one_succeeds,
        outbox::clause_24_a_settlement_with_a_superseded_claim_conflicts;
    comparing_values: ComparesValues breaks
        swaps::clause_03_a_stamp_of_a_removed_record_never_matches_its_successor;
    cutting_versions: CutsVersions breaks swaps::clause_04_extreme_values_read_back_exactly;
    forgetting_fields_of_newer_builds: ForgetsFieldsOfNewerBuilds breaks
        swaps::clause_04_extreme_values_read_back_exactly;
    naming_the_last_key: NamesTheLastKey breaks
        swaps::clause_05_the_first_failing_write_in_key_order_decides_the_error;
    looking_at_addresses_first: LooksAtAddressesFirst breaks
        swaps::clause_05_on_an_account_conflict_precedes_email_taken;
    one_commit_at_a_time: OneAtATime breaks
        levels::clause_08_reservations_alone_never_conflict,
        swaps::clause_16_commits_with_disjoint_keys_never_conflict;
    fifteen_writes: TakesFifteenWrites breaks size::clause_18_the_largest_legal_commit_is_accepted;
    no_empty_commit: TakesNoEmptyCommit breaks size::clause_18_an_empty_commit_is_accepted;
}
