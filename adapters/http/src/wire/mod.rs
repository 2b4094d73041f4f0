//! What goes over the wire: bodies read strictly into fields, and the formats that caller and server agree on.

pub mod fields;
pub mod json;
mod media;
pub mod negotiate;
mod number;
pub mod query;
mod timestamp;
pub mod xml;

pub use self::{
    fields::{FieldError, Fields},
    negotiate::Format,
    timestamp::iso_8601,
};

/// Reads a body of this format into its fields. `root` is the name of an XML document's root element; it means nothing to
/// JSON.
///
/// # Errors
/// [`FieldError::Malformed`], [`FieldError::Duplicate`], [`FieldError::Unknown`] for a name of more than 128 octets.
pub fn read(format: Format, body: &[u8], root: &str) -> Result<Fields, FieldError> {
    match format {
        Format::Json => json::read(body),
        Format::Xml => xml::read(body, root),
    }
}
