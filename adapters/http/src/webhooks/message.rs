//! An event as it is told.

use accountable_core::{
    Fault,
    domain::{Event, Timestamp},
};
use serde::Serialize;
use serde_json::Value;

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
    pub(super) fn of(event: &Event) -> Result<Self, Fault> {
        let formless = |_| Fault::Defect("an event has no form in JSON");
        let data = serde_json::to_value(event).map_err(formless)?;
        let kind = data.pointer("/what/event").and_then(Value::as_str).unwrap_or_default();
        let body = serde_json::to_string(&Told { r#type: kind, timestamp: event.at, data: &data });
        Ok(Self { id: format!("{}-{}", event.commit, event.ordinal), body: body.map_err(formless)? })
    }
}
