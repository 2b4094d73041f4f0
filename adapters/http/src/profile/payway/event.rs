//! Events as Payway publishes them, and the port that takes them.

use std::{fmt, sync::Arc};

use accountable_core::{
    domain::{EmailAddress, Timestamp},
    port::Clock,
};
use serde::{Serialize, Serializer};
use tokio::sync::mpsc;

use crate::wire::iso_8601;

/// What happened to an account, by the names that Payway has for its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventName {
    /// A mail was sent with which an account's owner can choose a new password: `account_requested_password_reset`.
    AccountRequestedPasswordReset,
    /// A mail is to be sent with which an account's owner can choose a first password: `account_requested_password_set`. The
    /// contract has no such event: only a [`MailChannel`](super::MailChannel) gets it, and it is published to no sink.
    AccountRequestedPasswordSet,
    /// An account's owner chose a new password by a mailed code: `account_password_reset_complete`.
    AccountPasswordResetComplete,
}

/// An event as Payway publishes it. It has no field for a code, a link or a hash.
///
/// ```
/// use accountable_core::domain::{EmailAddress, Timestamp};
/// use accountable_http::profile::payway::{Event, EventAccount, EventName};
/// let account = EventAccount::new("abababababababababababababababab", EmailAddress::parse("ada@example.com").ok());
/// let event = Event::new(EventName::AccountPasswordResetComplete, Timestamp::EPOCH, account);
/// assert_eq!(
///     serde_json::to_string(&event)?,
///     r#"{"event":"account_password_reset_complete","timestamp":"1970-01-01T00:00:00.000Z","payload":{"account":"#
///         .to_owned() + r#"{"id":"abababababababababababababababab","contact_email":"ada@example.com"},"event_data":{}}}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type Event = Envelope<NoEventData>;

/// The envelope that every event of Payway has; `D` is the event data that it says beside the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Envelope<D> {
    /// The name of the event.
    pub event: EventName,
    /// When it happened; written in ISO 8601, in UTC with milliseconds.
    #[serde(serialize_with = "with_milliseconds")]
    pub timestamp: Timestamp,
    /// The account that the event is about, and the event data.
    pub payload: Payload<D>,
}

/// The payload of an event: its account and its event data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payload<D> {
    /// The account that the event is about.
    pub account: EventAccount,
    /// What the event says beside the account.
    pub event_data: D,
}

/// The account that an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EventAccount {
    /// The ID of the account: 32 letters.
    pub id: String,
    /// The e-mail address of the account, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_email: Option<EmailAddress>,
}

/// The event data of an event that says nothing beside its account: `{}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct NoEventData {}

impl EventAccount {
    /// An account by its ID, and its e-mail address if that is known.
    #[must_use]
    pub fn new(id: impl Into<String>, contact_email: Option<EmailAddress>) -> Self {
        Self { id: id.into(), contact_email }
    }
}

impl Event {
    /// An event of this name that happened to this account at this time.
    #[must_use]
    pub const fn new(event: EventName, timestamp: Timestamp, account: EventAccount) -> Self {
        Self { event, timestamp, payload: Payload { account, event_data: NoEventData {} } }
    }
}

fn with_milliseconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&iso_8601(*at))
}

/// Takes over events of Payway, to publish them.
///
/// # Contract
/// 1. It returns at once: a caller waits for its answer meanwhile.
/// 2. It is bounded: an event that it has no room for is lost. What must not be lost is read from the
///    [`Journal`](accountable_core::Journal), which this is not.
/// 3. It may be called from many tasks at once.
///
/// The sending end of a bounded channel is a sink; a task of the host reads the other end.
pub trait EventSink: Send + Sync + 'static {
    /// Takes an event over; it is lost if there is no room for it.
    fn take(&self, event: Event);
}

impl EventSink for mpsc::Sender<Event> {
    fn take(&self, event: Event) {
        // Full, or nobody reads any more: lost, as the contract says.
        let _ = self.try_send(event);
    }
}

/// The sink that events of Payway go to; by default there is none. All clones share the sink.
#[derive(Clone, Default)]
pub struct Events(Option<Published>);

#[derive(Clone)]
struct Published {
    clock: Arc<dyn Clock>,
    sink: Arc<dyn EventSink>,
}

impl Events {
    /// Publishes to this sink, with the time stamps of this clock.
    #[must_use]
    pub fn new(clock: impl Clock, sink: impl EventSink) -> Self {
        Self(Some(Published { clock: Arc::new(clock), sink: Arc::new(sink) }))
    }

    /// Whether anybody is told.
    pub(super) const fn are_published(&self) -> bool {
        self.0.is_some()
    }

    /// It happened now.
    pub(super) fn publish(&self, event: EventName, account: EventAccount) {
        if let Some(Published { clock, sink }) = &self.0 {
            sink.take(Event::new(event, clock.now(), account));
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("are_published", &self.are_published()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_sink_loses_events_and_holds_up_nobody() {
        let (sink, mut events) = mpsc::channel(1);
        for at in [1, 2, 3] {
            let account = EventAccount::new(at.to_string(), None);
            sink.take(Event::new(EventName::AccountPasswordResetComplete, Timestamp::EPOCH, account));
        }
        assert_eq!(events.try_recv().map(|event| event.payload.account.id), Ok("1".to_owned()));
        assert!(events.try_recv().is_err());
        drop(events);
        let account = EventAccount::new("4", None);
        sink.take(Event::new(EventName::AccountPasswordResetComplete, Timestamp::EPOCH, account));
    }
}
