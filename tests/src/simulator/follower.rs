//! Followers of the journal: one for each realm, that reads a little now and then and goes on from its cursor.

use std::sync::{Mutex, PoisonError};

use accountable_core::{
    domain::{CommitId, EventRef, Realm},
    port::{Cursor, FeedError, Limit, Scope, Store},
};
use futures_util::FutureExt as _;

use super::simulation::REALMS;

/// What a follower has read.
#[derive(Debug, Clone, Default)]
pub(super) struct Followed {
    /// The events, in the order in which they came.
    pub(super) events: Vec<EventRef>,
    /// How often the journal no longer reached back to its cursor, so that it began anew.
    pub(super) trimmed: usize,
    cursor: Option<Vec<u8>>,
}

/// The followers of all realms.
#[derive(Debug, Default)]
pub(super) struct Followers([Mutex<Followed>; REALMS]);

impl Followers {
    /// After some commits a follower reads a page. Which, and how much, follows from the commit's name.
    pub(super) fn wake(&self, realm: usize, of: &Realm, store: &impl Store, commit: CommitId) {
        let [often, far, ..] = *commit.as_bytes();
        if often % 8 == 0 {
            let mut follower = self.0[realm].lock().unwrap_or_else(PoisonError::into_inner);
            follower.read(of, store, 1 + u32::from(far % 16));
        }
    }

    /// What the follower of a realm has read once it has read all there is.
    pub(super) fn to_the_end(&self, realm: usize, of: &Realm, store: &impl Store) -> Followed {
        let mut follower = self.0[realm].lock().unwrap_or_else(PoisonError::into_inner);
        while follower.read(of, store, 100) {}
        follower.clone()
    }
}

impl Followed {
    /// Reads a page. Whether there is more.
    pub(super) fn read(&mut self, of: &Realm, store: &impl Store, at_most: u32) -> bool {
        let cursor = self.cursor.clone().map(Cursor::from_bytes);
        let scope = Scope::Realm(of.clone());
        let read = store.events(&scope, cursor.as_ref(), Limit::of(at_most)).now_or_never();
        match read.expect("a store in memory answers at once") {
            Ok(feed) => {
                self.events.extend(feed.events.iter().map(accountable_core::domain::Event::name));
                self.cursor = Some(feed.cursor.as_bytes().to_vec());
                feed.more
            }
            Err(FeedError::Trimmed) => {
                self.cursor = None;
                self.trimmed += 1;
                true
            }
            Err(FeedError::Store(_)) => false,
        }
    }
}
