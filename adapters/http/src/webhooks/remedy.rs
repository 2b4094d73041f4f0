//! What an operator does about events that an endpoint refuses: gives one up, or has one told again.

use accountable_core::{
    Accounts, BookmarkError, FollowerName, Journal, JournalError,
    domain::{Event, Timestamp},
    port::{Cursor, Feed},
};

use super::{
    held::{Held, name_of},
    progress::{GivenUp, Progress},
};

/// How many events are read at once in search of one.
const PAGE: u32 = 1_000;

impl Progress {
    /// Gives up the event of this name, which the endpoint refuses, so that the later ones of its account are told. False where no
    /// event of this name is refused. The follower that runs learns of it within a minute.
    ///
    /// # Errors
    /// [`BookmarkError::Superseded`] where the follower went on meanwhile: look again; a [`Fault`](accountable_core::Fault).
    pub async fn skip(
        accounts: &Accounts,
        follower: &FollowerName,
        event: &str,
        now: Timestamp,
    ) -> Result<bool, BookmarkError> {
        let journal = accounts.journal();
        let bookmark = journal.bookmark(follower).await?;
        let mut progress = Self::read(bookmark.content())?;
        let mut found = false;
        for at in 0..progress.held.len() {
            let Some(held) = progress.held.get(at) else { break };
            if let Some((first, after)) = held.first(&journal).await?
                && name_of(&first) == event
            {
                progress.step_over(at, &first, after);
                found = true;
                break;
            }
        }
        // The one that all others wait for.
        if !found
            && progress.failing.is_some()
            && let Some((next, after)) = next(&journal, progress.after.clone()).await?
            && name_of(&next) == event
        {
            progress.after = Some(after);
            found = true;
        }
        if found {
            progress.give_up(GivenUp { event: Some(event.to_owned()), at: now, why: "skipped".to_owned() });
            journal.keep(&bookmark, progress.to_json()?).await?;
        }
        Ok(found)
    }

    /// Has the event of this name told again, out of its order. False where the journal has no such event. The follower that runs
    /// learns of it within a minute. It reads the journal from its beginning.
    ///
    /// # Errors
    /// [`BookmarkError::TooLong`] where [as many](Self::HELD) events wait already; [`BookmarkError::Superseded`] where the
    /// follower went on meanwhile: try again; a [`Fault`](accountable_core::Fault).
    pub async fn tell_again(
        accounts: &Accounts,
        follower: &FollowerName,
        event: &str,
    ) -> Result<bool, BookmarkError> {
        let journal = accounts.journal();
        let Some((found, from)) = find(&journal, event).await? else { return Ok(false) };
        let bookmark = journal.bookmark(follower).await?;
        let mut progress = Self::read(bookmark.content())?;
        if progress.held.iter().any(|held| held.account.is_none() && held.last == event) {
            return Ok(true);
        }
        if !progress.has_room() {
            return Err(BookmarkError::TooLong);
        }
        progress.held.push(Held::alone(&found, from, "asked for again".to_owned()));
        journal.keep(&bookmark, progress.to_json()?).await?;
        Ok(true)
    }
}

/// The first event after a place, and the place after it.
async fn next(journal: &Journal, after: Option<Cursor>) -> Result<Option<(Event, Cursor)>, BookmarkError> {
    let feed = known(journal.feed(after, 1).await)?;
    Ok(feed.and_then(|mut feed| feed.events.pop().map(|event| (event, feed.cursor))))
}

/// The event of this name, and the place before it.
async fn find(journal: &Journal, event: &str) -> Result<Option<(Event, Option<Cursor>)>, BookmarkError> {
    let mut from = None;
    loop {
        let Some(feed) = known(journal.feed(from.clone(), PAGE).await)? else { return Ok(None) };
        if let Some(at) = feed.events.iter().position(|found| name_of(found) == event) {
            let before = u32::try_from(at).unwrap_or(PAGE);
            if before > 0 {
                from = known(journal.feed(from, before).await)?.map(|feed| feed.cursor);
            }
            return Ok(feed.events.into_iter().nth(at).map(|event| (event, from)));
        }
        if !feed.more {
            return Ok(None);
        }
        from = Some(feed.cursor);
    }
}

/// What the journal does not reach back to any more is not found.
fn known(read: Result<Feed, JournalError>) -> Result<Option<Feed>, BookmarkError> {
    match read {
        Ok(feed) => Ok(Some(feed)),
        Err(JournalError::Failed(fault)) => Err(fault.into()),
        Err(_) => Ok(None),
    }
}
