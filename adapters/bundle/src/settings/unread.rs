//! A section for a part that this build lacks: accepted, so that one file serves every build, and not looked at.

use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};

/// What the file says of a part that this build was made without. Nothing of it is kept, and nothing of it checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Unread {}

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self {})
    }
}
