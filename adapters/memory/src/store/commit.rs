//! A batch: recognised if it was applied before, checked whole, then applied whole.

use std::collections::BTreeMap;

use accountable_core::{
    domain::{Account, AccountId, CommitId, Realm, Timestamp},
    port::{Commit, CommitError, Key, Reservation, Stored, Swap, Write},
};

use super::state::{State, keys};

/// The keys that a commit's accounts have taken so far.
type Taken<'c> = BTreeMap<(&'c Realm, &'c str), AccountId>;

impl State {
    /// Applies a batch, or says which of its writes is the first that can't be.
    pub(super) fn commit(&mut self, commit: &Commit) -> Result<(), CommitError> {
        if self.was_applied(commit) {
            return Ok(());
        }
        let mut taken = Taken::new();
        for write in commit.writes() {
            self.check(write, commit, &mut taken)?;
        }
        for write in commit.writes() {
            self.apply(write, commit.id());
        }
        self.journal.append(commit.events());
        Ok(())
    }

    /// The batch is offered again: a record bears its stamp, or the journal holds one of its events.
    fn was_applied(&self, commit: &Commit) -> bool {
        let bears = |key| self.stamp(&key) == Some(commit.id());
        let journaled = !commit.events().is_empty() && self.journal.holds(commit.id());
        journaled || commit.writes().iter().filter_map(Write::key).any(bears)
    }

    /// The stamp of the record under a key. Levels have none: whoever only reserves may count twice.
    fn stamp(&self, key: &Key) -> Option<CommitId> {
        match key {
            Key::Account(id) => self.accounts.get(id).map(|stored| stored.stamp),
            Key::Address(tag) => self.addresses.get(tag).map(|stored| stored.stamp),
            Key::Mail(id) => self.mails.get(id).map(|stored| stored.stamp),
            Key::IpFilterGroup(realm, name) => {
                let name = (realm.clone(), name.clone());
                self.groups.get(&name).map(|stored| stored.stamp)
            }
            Key::Level(_) => None,
        }
    }

    fn check<'c>(
        &self,
        write: &'c Write,
        commit: &'c Commit,
        taken: &mut Taken<'c>,
    ) -> Result<(), CommitError> {
        match write {
            Write::Account(swap) => {
                self.unchanged(write, swap)?;
                swap.after.as_ref().map_or(Ok(()), |after| self.keys_are_free(after, commit, taken))
            }
            Write::Address(swap) => self.unchanged(write, swap),
            Write::Mail(swap) => self.unchanged(write, swap),
            Write::IpFilterGroup(swap) => self.unchanged(write, swap),
            Write::Reserve(reservation) => {
                let level = self.level(reservation);
                let of = reservation.of;
                if level > reservation.ceiling { Err(CommitError::Exhausted { of, level }) } else { Ok(()) }
            }
        }
    }

    /// The record is the one that was read: only its stamp tells, so that a successor never passes for it.
    fn unchanged<T>(&self, write: &Write, swap: &Swap<T>) -> Result<(), CommitError> {
        let Some(key) = write.key() else {
            return Ok(()); // a swap of nothing for nothing: no commit contains one
        };
        if self.stamp(&key) == swap.before.as_ref().map(|before| before.stamp) {
            Ok(())
        } else {
            Err(CommitError::Conflict(key))
        }
    }

    /// As if all accounts of the commit first gave up their keys, and then took what they shall have, in key order.
    fn keys_are_free<'c>(
        &self,
        account: &'c Account,
        commit: &Commit,
        taken: &mut Taken<'c>,
    ) -> Result<(), CommitError> {
        let rewritten = |holder: &AccountId| {
            let is_holder = |write: &Write| write.key() == Some(Key::Account(*holder));
            commit.writes().iter().any(is_holder)
        };
        for key in keys(account) {
            let held = self.holder(&account.realm, key).filter(|holder| !rewritten(holder));
            let holder = *taken.entry((&account.realm, key)).or_insert(held.unwrap_or(account.id));
            if holder != account.id {
                return Err(CommitError::EmailTaken { of: account.id });
            }
        }
        Ok(())
    }

    /// Where a level stands for a reservation: at its floor, if it is lower or absent.
    fn level(&self, reservation: &Reservation) -> Timestamp {
        let level = self.levels.get(&reservation.of).copied();
        level.map_or(reservation.floor, |level| level.max(reservation.floor))
    }

    fn apply(&mut self, write: &Write, stamp: CommitId) {
        fn put<K: Ord, T>(table: &mut BTreeMap<K, Stored<T>>, key: K, next: Option<Stored<T>>) {
            match next {
                Some(next) => table.insert(key, next),
                None => table.remove(&key),
            };
        }
        fn next<T: Clone>(swap: &Swap<T>, stamp: CommitId) -> Option<Stored<T>> {
            let value = swap.after.clone()?;
            Some(Stored { value, stamp })
        }
        match (write, write.key()) {
            (Write::Account(swap), Some(Key::Account(id))) => self.put_account(id, next(swap, stamp)),
            (Write::Address(swap), Some(Key::Address(tag))) => {
                put(&mut self.addresses, tag, next(swap, stamp))
            }
            (Write::Mail(swap), Some(Key::Mail(id))) => self.put_mail(id, next(swap, stamp)),
            (Write::IpFilterGroup(swap), Some(Key::IpFilterGroup(realm, name))) => {
                put(&mut self.groups, (realm, name), next(swap, stamp));
            }
            (Write::Reserve(reservation), _) => {
                let raised = self.level(reservation) + reservation.step;
                self.levels.insert(reservation.of, raised);
            }
            _ => {} // a key is of its write's kind
        }
    }
}
