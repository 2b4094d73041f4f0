//! The journal: events in the order in which they became visible.
//!
//! Every event has a place, counted from the store's first one on. Commits are applied one after the other under
//! the store's lock, so places are given out in the order in which events can be seen, and a reader that knows the
//! place after the last event it saw misses nothing.

use std::collections::{BTreeSet, VecDeque};

use accountable_core::{
    domain::{AccountId, CommitId, Event, Incarnation, Realm, Timestamp},
    port::{Cursor, Feed, FeedError, Limit, Page},
};

use super::state::State;

/// Events from the oldest retained one on.
pub(super) struct Journal {
    incarnation: Incarnation,
    /// The place of the oldest retained event: so many were dropped.
    trimmed_to: u64,
    events: VecDeque<Event>,
    /// The commits of the retained events.
    commits: BTreeSet<CommitId>,
}

impl Journal {
    pub(super) fn new(incarnation: Incarnation) -> Self {
        Self { incarnation, trimmed_to: 0, events: VecDeque::new(), commits: BTreeSet::new() }
    }

    /// Every cursor that was given out before is of another life.
    pub(super) fn begin_life(&mut self, incarnation: Incarnation) {
        self.incarnation = incarnation;
    }

    /// Whether any event of the commit is retained.
    pub(super) fn holds(&self, commit: CommitId) -> bool {
        self.commits.contains(&commit)
    }

    pub(super) fn append(&mut self, events: &[Event]) {
        self.commits.extend(events.iter().map(|event| event.commit));
        self.events.extend(events.iter().cloned());
    }

    /// Drops at most so many events of before then, from the oldest on; whether there are more of them.
    ///
    /// It stops at the first that is younger, so that what is left of an account's history has no gap even where a
    /// clock jumped.
    pub(super) fn drop_before(&mut self, then: Timestamp, limit: Limit) -> bool {
        for _ in 0..limit.get() {
            if self.events.front().is_none_or(|oldest| oldest.at >= then) {
                return false;
            }
            let Some(old) = self.events.pop_front() else {
                return false;
            };
            self.trimmed_to = self.trimmed_to.saturating_add(1);
            // A commit's events stand together.
            if self.events.front().is_none_or(|next| next.commit != old.commit) {
                self.commits.remove(&old.commit);
            }
        }
        self.events.front().is_some_and(|event| event.at < then)
    }

    /// The cursor of who has seen all events before this place.
    fn cursor(&self, place: u64) -> Cursor {
        let mut bytes = self.incarnation.as_bytes().to_vec();
        bytes.extend(place.to_be_bytes());
        Cursor::from_bytes(bytes)
    }

    /// The place where a cursor goes on; without one, that of the oldest retained event.
    fn place(&self, cursor: Option<&Cursor>) -> Result<u64, FeedError> {
        let Some(cursor) = cursor else {
            return Ok(self.trimmed_to);
        };
        let place = cursor
            .as_bytes()
            .strip_prefix(self.incarnation.as_bytes())
            .and_then(|place| place.try_into().ok())
            .map(u64::from_be_bytes);
        place.filter(|place| (self.trimmed_to..=self.end()).contains(place)).ok_or(FeedError::Trimmed)
    }

    /// The place of the next event to come.
    fn end(&self) -> u64 {
        let retained = u64::try_from(self.events.len()).unwrap_or(u64::MAX);
        self.trimmed_to.saturating_add(retained)
    }

    /// Events with the place after each, from a cursor on.
    fn since(&self, cursor: Option<&Cursor>) -> Result<impl Iterator<Item = (u64, &Event)>, FeedError> {
        let place = self.place(cursor)?;
        let skipped = usize::try_from(place.saturating_sub(self.trimmed_to)).unwrap_or(usize::MAX);
        let places = place.saturating_add(1)..;
        Ok(places.zip(self.events.iter().skip(skipped)))
    }
}

impl State {
    /// An account's events, oldest first.
    pub(super) fn history(
        &self,
        of: AccountId,
        after: Option<&Cursor>,
        limit: Limit,
    ) -> Result<Page<Event, Cursor>, FeedError> {
        let mut events = self.journal.since(after)?.filter(|(_, event)| event.account == Some(of)).peekable();
        let mut page = Page { items: Vec::new(), next: None };
        for _ in 0..limit.get() {
            let Some((place, event)) = events.next() else {
                break;
            };
            page.items.push(event.clone());
            page.next = events.peek().map(|_| self.journal.cursor(place));
        }
        Ok(page)
    }

    /// The realm's events, oldest first. Who has read them all goes on at the journal's end, past whatever other
    /// realms wrote meanwhile.
    pub(super) fn feed(
        &self,
        realm: &Realm,
        after: Option<&Cursor>,
        limit: Limit,
    ) -> Result<Feed, FeedError> {
        let mut found = self.journal.since(after)?.filter(|(_, event)| event.realm == *realm);
        let mut events = Vec::new();
        let mut place = self.journal.end();
        for _ in 0..limit.get() {
            let Some((after, event)) = found.next() else {
                place = self.journal.end();
                break;
            };
            events.push(event.clone());
            place = after;
        }
        let cursor = self.journal.cursor(place);
        Ok(Feed { events, cursor })
    }
}
