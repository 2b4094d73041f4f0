//! How long something is kept, as settings say it: a length of time, or `forever`.

use std::borrow::Cow;

use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

use super::Span;

const FOREVER: &str = "forever";

pub(super) fn serialize<S: Serializer>(kept: &Option<Span>, serializer: S) -> Result<S::Ok, S::Error> {
    match kept {
        Some(span) => span.serialize(serializer),
        None => serializer.serialize_str(FOREVER),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Span>, D::Error> {
    let no = || {
        D::Error::custom("write a number and its unit (ms, s, min, h or d), as in \"30 d\", or \"forever\"")
    };
    let text = Cow::<'de, str>::deserialize(deserializer).map_err(|_| no())?;
    if text.trim() == FOREVER {
        return Ok(None);
    }
    Span::parse(&text).map(Some).map_err(|_| no())
}
