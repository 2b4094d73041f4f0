//! The journal: what happened, of one account or of all.

use std::{fmt, sync::Arc};

use super::bookmark::{Bookmark, FollowerName};
use crate::{
    domain::{AccountId, Event},
    engine::Core,
    engine::watch::watched,
    error::{BookmarkError, Fault, JournalError},
    port::{Cursor, Feed, Limit, Page, Scope},
};

/// Reads the journal of a realm: who did what to which account, and when. Made by
/// [`Accounts::journal`](crate::Accounts::journal).
#[derive(Clone)]
pub struct Journal {
    core: Arc<Core>,
}

impl Journal {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Reads the events of one account, oldest first, after a cursor or from the oldest retained one. A page has at
    /// most `at_most` events, 1 to 1,000. An erased account keeps its events.
    ///
    /// # Errors
    /// `trimmed` where the journal no longer reaches back to the cursor, or the store was restored since; a
    /// [`Fault`](crate::Fault).
    pub async fn history(
        &self,
        of: AccountId,
        after: Option<Cursor>,
        at_most: u32,
    ) -> Result<Page<Event, Cursor>, JournalError> {
        watched("journal.history", self.core.realm.as_str(), async {
            let mut feed = self.read(Scope::Account(of), after, at_most).await?;
            feed.events.retain(|event| event.realm == self.core.realm);
            Ok(Page { items: feed.events, next: feed.more.then_some(feed.cursor) })
        })
        .await
    }

    /// Reads the realm's events after a cursor, or from the oldest retained one: each once, and those of one account in
    /// order. A page has at most `at_most` events, 1 to 1,000.
    ///
    /// Events that name no account, or none that stays, are removed after seven days, wherever they stand; a follower
    /// that pauses for longer does not see them.
    ///
    /// # Errors
    /// `trimmed` where the journal no longer reaches back to the cursor, or the store was restored since; a
    /// [`Fault`](crate::Fault).
    pub async fn feed(&self, after: Option<Cursor>, at_most: u32) -> Result<Feed, JournalError> {
        watched("journal.feed", self.core.realm.as_str(), async {
            self.read(Scope::Realm(self.core.realm.clone()), after, at_most).await
        })
        .await
    }

    /// Reads how far a follower of this name came, as it [kept](Self::keep) that last.
    ///
    /// # Errors
    /// A [`Fault`](crate::Fault).
    pub async fn bookmark(&self, follower: &FollowerName) -> Result<Bookmark, Fault> {
        watched("journal.bookmark", self.core.realm.as_str(), self.core.bookmark(follower)).await
    }

    /// Keeps how far a follower came, in a form of its own: at most 4,096 octets, and nothing personal. It takes the place of
    /// what the bookmark says, and the answer is the bookmark for the next time. It is a commit like any other: keep
    /// after many events, or once a second, not after each.
    ///
    /// # Errors
    /// [`BookmarkError::Superseded`] where another follower of this name has kept something since, so that of two processes
    /// only one goes on; [`BookmarkError::TooLong`]; a [`Fault`](crate::Fault).
    pub async fn keep(&self, bookmark: &Bookmark, content: String) -> Result<Bookmark, BookmarkError> {
        watched("journal.keep", self.core.realm.as_str(), self.core.keep(bookmark, content)).await
    }

    async fn read(&self, scope: Scope, after: Option<Cursor>, at_most: u32) -> Result<Feed, JournalError> {
        let events = self.core.store.events(&scope, after.as_ref(), Limit::of(at_most));
        Ok(self.core.deadline().within(events).await.map_err(Fault::from)??)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").finish_non_exhaustive()
    }
}
