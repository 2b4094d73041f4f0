//! Events that were refused, each with the later ones of its account behind it, while those of other accounts go on.

use accountable_core::{
    Fault, Journal, JournalError,
    domain::{AccountId, Event, Span, Timestamp},
    port::Cursor,
};
use serde::{Deserialize, Serialize};

use super::cursor;

/// An event that was refused, and the later ones of its account, which wait for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Held {
    /// The account whose events wait. None for one event by itself: it names no account, or is told again out of its order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Why it was refused first: `status 500`.
    pub why: String,
    /// The place before the event; none for the beginning of the journal.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "cursor")]
    pub(super) from: Option<Cursor>,
    /// The name of the last event that waits.
    pub(super) last: String,
    /// How it was tried again by whoever holds it.
    #[serde(skip)]
    pub(super) tries: Tries,
}

/// How often something was tried, and when it is tried next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tries {
    pub(super) failures: u32,
    /// When it was tried last, and for how long it rests from then on; it is due at once where it was not tried yet.
    rests: Option<(Timestamp, Span)>,
}

impl Tries {
    /// It failed once more, and rests.
    pub(super) const fn failed(self, now: Timestamp, rest: Span) -> Self {
        Self { failures: self.failures.saturating_add(1), rests: Some((now, rest)) }
    }

    /// A clock that jumped back is no reason to wait.
    fn is_due(self, now: Timestamp) -> bool {
        self.rests.is_none_or(|(since, rest)| now < since || now.since(since) >= rest)
    }
}

impl Held {
    /// One event by itself.
    pub(super) fn alone(event: &Event, from: Option<Cursor>, why: String) -> Self {
        Self { account: None, ..Self::of(event, from, why) }
    }

    /// An event, with the later ones of its account, if it names one.
    pub(super) fn of(event: &Event, from: Option<Cursor>, why: String) -> Self {
        Self { account: event.account, why, from, last: name_of(event), tries: Tries::default() }
    }

    /// Whether an event waits behind this one.
    pub(super) fn holds(&self, event: &Event) -> bool {
        self.account.is_some() && self.account == event.account
    }

    /// Whether it is tried again now.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.tries.is_due(now)
    }

    /// The event that is to be told first, and the place after it, where there is one. None where it is gone from the journal.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub(super) async fn first(&self, journal: &Journal) -> Result<Option<(Event, Option<Cursor>)>, Fault> {
        let from = self.from.clone();
        let read = match self.account {
            Some(account) => {
                journal.history(account, from, 1).await.map(|mut page| (page.items.pop(), page.next))
            }
            None => journal
                .feed(from, 1)
                .await
                .map(|mut feed| (feed.events.pop().filter(|event| name_of(event) == self.last), None)),
        };
        match read {
            Ok((event, after)) => Ok(event.map(|event| (event, after))),
            Err(JournalError::Failed(fault)) => Err(fault),
            Err(_) => Ok(None),
        }
    }

    /// The event that was refused, as the journal has it; none where it is gone from there.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn event(&self, journal: &Journal) -> Result<Option<Event>, Fault> {
        Ok(self.first(journal).await?.map(|(event, _)| event))
    }
}

/// The name of an event, as its `webhook-id` has it.
pub(super) fn name_of(event: &Event) -> String {
    format!("{}-{}", event.commit, event.ordinal)
}
