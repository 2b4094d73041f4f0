//! Where in the journal a caller goes on, and how much it asks for.

use accountable_core::port::Cursor;
use axum::http::{HeaderName, request::Parts};

use super::accepted::Accepted;
use crate::{
    answer::Problem,
    event_form::EventForm,
    wire::{FieldError, Fields, query},
};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The most events of a page, where the caller does not say.
const USUAL: u32 = 100;

/// The most events of a page that a caller may ask for.
const MOST: u32 = 1_000;

/// What the caller asks for.
#[derive(Debug)]
pub(super) struct Asked {
    /// Where to go on; none for the oldest event that is kept.
    pub(super) after: Option<Cursor>,
    /// The most events of a page.
    pub(super) at_most: u32,
    /// In which form events are told.
    pub(super) form: EventForm,
}

/// The form that the caller asks for, as far as that can be read: it says which scope the caller needs.
pub(super) fn form_of(parts: &Parts) -> EventForm {
    let asked = query::read(parts.uri.query()).ok().and_then(|mut fields| form(&mut fields).ok());
    asked.unwrap_or_default()
}

/// The form of events that a query asks for.
fn form(fields: &mut Fields) -> Result<EventForm, Problem> {
    match fields.take_optional_string("as")?.as_deref().map(String::as_str) {
        None | Some("journal") => Ok(EventForm::Journal),
        Some("payway") => Ok(EventForm::Payway),
        Some(_) => {
            let detail = "as is journal or payway";
            Err(Problem::new(400, "unknown_form").with_detail(detail).with("field", "as"))
        }
    }
}

impl Asked {
    /// Reads the query, and for a stream `Last-Event-ID`.
    ///
    /// # Errors
    /// 400 for what is malformed, unknown or there twice.
    pub(super) fn of(parts: &Parts, accepted: Accepted) -> Result<Self, Problem> {
        let mut fields = query::read(parts.uri.query())?;
        let form = form(&mut fields)?;
        let after = fields.take_optional_string("after")?.map(|text| cursor(&text)).transpose()?;
        let (after, at_most) = match accepted {
            Accepted::Page => {
                let limit = fields.take_optional_integer("limit")?.map_or(Ok(USUAL), u32::try_from);
                let limit = limit.ok().filter(|limit| (1..=MOST).contains(limit)).ok_or_else(|| {
                    let detail = format!("limit is a number from 1 to {MOST}");
                    Problem::new(400, "out_of_bounds").with_detail(detail).with("field", "limit")
                })?;
                (after, limit)
            }
            Accepted::Stream => (last_event_id(parts)?.or(after), 1),
        };
        fields.finish()?;
        Ok(Self { after, at_most, form })
    }
}

/// The cursor of the last event that a reader had; none where it had none, which it may say with an empty header.
fn last_event_id(parts: &Parts) -> Result<Option<Cursor>, Problem> {
    let mut values = parts.headers.get_all(LAST_EVENT_ID).iter();
    let (first, None) = (values.next(), values.next()) else {
        return Err(FieldError::Duplicate { field: LAST_EVENT_ID.to_string() }.into());
    };
    let text = first.map(|value| value.to_str().map_err(|_| malformed())).transpose()?;
    text.filter(|text| !text.is_empty()).map(cursor).transpose()
}

fn cursor(text: &str) -> Result<Cursor, Problem> {
    Cursor::parse(text).ok_or_else(malformed)
}

fn malformed() -> Problem {
    Problem::new(400, "malformed_cursor").with_detail("a cursor is taken from an earlier answer, as it is")
}
