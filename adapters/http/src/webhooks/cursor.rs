//! A cursor as text, in the form in which a follower keeps it.

use accountable_core::port::Cursor;
use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

#[expect(clippy::ref_option, reason = "the shape that serde calls")]
pub(super) fn serialize<S: Serializer>(cursor: &Option<Cursor>, serializer: S) -> Result<S::Ok, S::Error> {
    cursor.as_ref().map(ToString::to_string).serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cursor>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let malformed = || serde::de::Error::custom("not a cursor");
    text.map(|text| Cursor::parse(&text).ok_or_else(malformed)).transpose()
}
