//! In which form events are told to other programs: as the journal has them, or as Payway publishes them.

use accountable_core::{Accounts, Fault, domain::Event};
use serde::{Deserialize, Serialize};

use crate::profile::payway;

/// The form in which a follower is told what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventForm {
    /// `journal`: every event as the journal has it, with nothing personal in it.
    #[default]
    Journal,
    /// `payway`: the events that Payway publishes, in its [envelope](payway::Envelope), and no other. They name the account's
    /// address, which is read as the event is told.
    Payway,
}

impl EventForm {
    /// The event in this form, as JSON on one line; none where the form has no such event.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer what is personal.
    pub(crate) async fn line(self, accounts: &Accounts, event: &Event) -> Result<Option<String>, Fault> {
        match self {
            Self::Journal => json(event).map(Some),
            Self::Payway => payway::journaled(accounts, event).await?.as_ref().map(json).transpose(),
        }
    }
}

/// One line of JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|_| Fault::Defect("an event has no form in JSON"))
}
