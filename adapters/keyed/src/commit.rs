//! A commit, judged by what is present and then written.

use accountable_core::{
    domain::{Account, AccountId, CommitId, Event},
    port::{
        Commit, CommitError, StoreError, Swap, Write,
        records::{Judged, judge},
    },
};

use crate::{
    Rows as _,
    batch::Batch,
    layout::{Kind, LAST, behind, number, tail},
    reads::present,
    record::{self, LevelRecord, Record, event_entries},
    row::RecordRow,
};

impl Batch<'_> {
    /// Writes a commit, unless it was written before or must not be.
    pub(crate) fn commit(&mut self, commit: &Commit) -> Result<(), CommitError> {
        let levels = match judge(commit, &present(self, commit)?) {
            Judged::Repeated => return Ok(()),
            Judged::Refused(error) => return Err(error),
            Judged::Fits(levels) => levels,
        };
        for write in commit.writes() {
            match write {
                Write::Account(swap) => self.swap_account(swap, commit.id())?,
                Write::Address(swap) => self.swap(swap, commit.id())?,
                Write::Mail(swap) => self.swap(swap, commit.id())?,
                Write::IpFilterGroup(swap) => self.swap(swap, commit.id())?,
                Write::Note(swap) => self.swap(swap, commit.id())?,
                Write::Reserve(_) => {}
            }
        }
        for level in levels {
            self.write(&LevelRecord::from(level), commit.id())?;
        }
        Ok(self.append(commit.events())?)
    }

    fn swap<R: Record>(&mut self, swap: &Swap<R>, stamp: CommitId) -> Result<(), StoreError> {
        match (&swap.before, &swap.after) {
            (_, Some(after)) => self.write(after, stamp),
            (Some(before), None) => self.erase(&before.value.key()),
            (None, None) => Ok(()),
        }
    }

    /// Once the account goes, or is a sign-up that is purged, its events are strays.
    fn swap_account(&mut self, swap: &Swap<Account>, stamp: CommitId) -> Result<(), StoreError> {
        self.swap(swap, stamp)?;
        match &swap.before {
            Some(before) if !self.stays(before.value.id)? => self.stray(before.value.id),
            _ => Ok(()),
        }
    }

    /// Whether the account has a row, and is not a sign-up that was purged.
    pub(crate) fn stays(&self, id: AccountId) -> Result<bool, StoreError> {
        let Some(row) = self.get(&record::account(id))? else { return Ok(false) };
        Ok(!RecordRow::of(&row)?.entries.iter().any(|entry| Kind::PurgedAccount.is_of(entry)))
    }

    /// Marks all events about an account as strays.
    fn stray(&mut self, id: AccountId) -> Result<(), StoreError> {
        let prefix = Kind::EventOfAccount.key(&[id.as_bytes()]);
        let (about, _) = self.first(&prefix, &behind(&prefix), usize::MAX)?;
        about.iter().try_for_each(|entry| self.mark(i64::from_be_bytes(tail(entry)?), true))
    }

    /// Marks an event as a stray, or as none.
    pub(crate) fn mark(&mut self, at: i64, stray: bool) -> Result<(), StoreError> {
        let key = Kind::Event.key(&[&at.to_be_bytes()]);
        let Some(row) = self.get(&key)? else { return Ok(()) };
        let event: Event = RecordRow::of(&row)?.read()?;
        self.write_as(key, &event, event_entries(&event, at, stray), event.commit)
    }

    /// Numbers events in the order of their commits, and keeps them.
    fn append(&mut self, events: &[Event]) -> Result<(), StoreError> {
        let key = Kind::Own.key(&[LAST.as_bytes()]);
        let mut last = number(self, &key)?;
        for event in events {
            last = last.saturating_add(1);
            let stray = event.account.map_or(Ok(true), |id| self.stays(id).map(|stays| !stays))?;
            let entries = event_entries(event, last, stray);
            self.write_as(Kind::Event.key(&[&last.to_be_bytes()]), event, entries, event.commit)?;
        }
        if !events.is_empty() {
            self.put(key, last.to_be_bytes().to_vec());
        }
        Ok(())
    }
}
