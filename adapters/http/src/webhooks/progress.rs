//! How far a follower came, as it is kept in the realm's store: the journal's cursor, what was refused and is held back from it, and
//! the last events that were given up.

use std::collections::VecDeque;

use accountable_core::{
    Accounts, Fault, FollowerName, Journal, JournalError,
    domain::{Event, Timestamp},
    port::Cursor,
};
use serde::{Deserialize, Serialize};

use super::cursor;
use super::held::{Held, Tries, name_of};

/// How far the follower of an endpoint came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    #[serde(default, skip_serializing_if = "Option::is_none", with = "cursor")]
    pub(super) after: Option<Cursor>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) held: Vec<Held>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failing: Option<Failing>,
    #[serde(default)]
    pub(super) given_up: VecDeque<GivenUp>,
    #[serde(default)]
    pub(super) given_up_ever: u64,
}

/// Since when nothing could be told, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failing {
    /// When the first of the attempts in a row failed.
    pub since: Timestamp,
    /// Why: `no answer`, `no connection`, `status 503`.
    pub why: String,
}

/// What was given up: an event that could not be told, or events that were gone before they could be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GivenUp {
    /// The `webhook-id` of the event; none where the journal no longer reached back, and nobody knows which they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// When it was given up.
    pub at: Timestamp,
    /// Why: `status 500`, `no answer`, `no connection`, `trimmed`, `skipped`.
    pub why: String,
}

impl Progress {
    /// How many of those that were given up are listed.
    pub const LISTED: usize = 12;

    /// How many events may be refused while others go on. One more, and all wait.
    pub const HELD: usize = 8;

    /// Reads how far the follower of this name came, as it was kept last.
    ///
    /// # Errors
    /// [`Fault::Damaged`] where what is kept can't be read; another [`Fault`].
    pub async fn of(accounts: &Accounts, follower: &FollowerName) -> Result<Self, Fault> {
        Self::read(accounts.journal().bookmark(follower).await?.content())
    }

    /// The events that are refused, each with the later ones of its account behind it.
    pub fn held(&self) -> impl Iterator<Item = &Held> {
        self.held.iter()
    }

    /// Since when nothing can be told; none where it can.
    #[must_use]
    pub const fn failing(&self) -> Option<&Failing> {
        self.failing.as_ref()
    }

    /// The first event that was not tried yet; none where all were that there are.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn next(&self, journal: &Journal) -> Result<Option<Event>, JournalError> {
        Ok(journal.feed(self.after.clone(), 1).await?.events.pop())
    }

    /// What was given up, the latest last: [`LISTED`](Self::LISTED) at most.
    pub fn given_up(&self) -> impl Iterator<Item = &GivenUp> {
        self.given_up.iter()
    }

    /// How often something was given up, ever.
    #[must_use]
    pub const fn given_up_ever(&self) -> u64 {
        self.given_up_ever
    }

    pub(super) fn read(content: Option<&str>) -> Result<Self, Fault> {
        content.map_or_else(
            || Ok(Self::default()),
            |text| serde_json::from_str(text).map_err(|_| Fault::Damaged),
        )
    }

    /// The form in which it is kept.
    pub(super) fn to_json(&self) -> Result<String, Fault> {
        serde_json::to_string(self).map_err(|_| Fault::Defect("a follower's progress has no form in JSON"))
    }

    /// Whether another event may be held back.
    pub(super) fn has_room(&self) -> bool {
        self.held.len() < Self::HELD
    }

    /// The first event of what is held back here is done with: those behind it come next, if there are any.
    pub(super) fn step_over(&mut self, at: usize, first: &Event, after: Option<Cursor>) {
        let Some(held) = self.held.get_mut(at) else { return };
        match after {
            Some(after) if held.last != name_of(first) => {
                (held.from, held.tries) = (Some(after), Tries::default());
            }
            _ => {
                self.held.remove(at);
            }
        }
    }

    pub(super) fn give_up(&mut self, what: GivenUp) {
        self.given_up_ever = self.given_up_ever.saturating_add(1);
        self.given_up.push_back(what);
        while self.given_up.len() > Self::LISTED {
            self.given_up.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use accountable_core::{domain::AccountId, port::Note};

    use super::*;

    #[test]
    fn the_list_is_short_enough_to_be_kept_and_has_the_latest() {
        let mut progress =
            Progress { after: Some(Cursor::from_bytes(vec![0xff; 64])), ..Progress::default() };
        let why = || "the reason as long as it gets".to_owned();
        progress.failing = Some(Failing { since: Timestamp::from_micros(i64::MAX >> 12), why: why() });
        for number in 0..Progress::HELD {
            let from = Some(Cursor::from_bytes(vec![0xff; 24]));
            let account = Some(AccountId::from_bytes([0xff; 16]));
            let last = format!("{}-{}", "0".repeat(32), 200 + number);
            progress.held.push(Held { account, why: why(), from, last, tries: Tries::default() });
        }
        assert!(!progress.has_room());
        for number in 0..100_u8 {
            let event = Some(format!("{}-{number}", "0".repeat(32)));
            let at = Timestamp::from_micros(i64::MAX >> 12);
            progress.give_up(GivenUp { event, at, why: why() });
        }
        let kept = serde_json::to_string(&progress).unwrap();
        assert!(kept.len() <= Note::MAX, "{}", kept.len());
        assert_eq!(Progress::read(Some(&kept)).unwrap(), progress);
        assert_eq!((progress.given_up().count(), progress.given_up_ever()), (Progress::LISTED, 100));
        assert!(progress.given_up().last().unwrap().event.as_ref().unwrap().ends_with("-99"));
        assert!(matches!(Progress::read(Some("{")), Err(Fault::Damaged)));
    }
}
