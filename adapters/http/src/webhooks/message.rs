//! An event as it is told.

use accountable_core::{
    Accounts, Fault,
    domain::{Event, Timestamp},
};
use serde::Serialize;
use serde_json::Value;

use super::held::name_of;
use crate::event_form::{EventForm, json};

/// An event's name and form, alike each time that it is told.
#[derive(Debug)]
pub(super) struct Message {
    /// The event's name, unique in the whole journal.
    pub(super) id: String,
    pub(super) body: String,
}

#[derive(Serialize)]
struct Told<'a> {
    r#type: &'a str,
    timestamp: Timestamp,
    data: &'a Value,
}

impl Message {
    /// The event as this form has it; none where it has no such event. What is personal is read now.
    pub(super) async fn of(
        event: &Event,
        form: EventForm,
        accounts: &Accounts,
    ) -> Result<Option<Self>, Fault> {
        let body = match form {
            EventForm::Journal => Some(enveloped(event)?),
            other => other.line(accounts, event).await?,
        };
        Ok(body.map(|body| Self { id: name_of(event), body }))
    }
}

/// As the specification would have it: type, time and data.
fn enveloped(event: &Event) -> Result<String, Fault> {
    let formless = |_| Fault::Defect("an event has no form in JSON");
    let data = serde_json::to_value(event).map_err(formless)?;
    let kind = data.pointer("/what/event").and_then(Value::as_str).unwrap_or_default();
    json(&Told { r#type: kind, timestamp: event.at, data: &data })
}
