//! How records are written down: each form says its version, and keeps what a newer build added to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version of a record's form. A reader of version `N` refuses a later one rather than misread it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FormatVersion<const N: u16>;

impl<const N: u16> Serialize for FormatVersion<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(N)
    }
}

impl<'de, const N: u16> Deserialize<'de> for FormatVersion<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let version = u16::deserialize(deserializer)?;
        if (1..=N).contains(&version) {
            Ok(Self)
        } else {
            Err(serde::de::Error::custom(format_args!(
                "a record of form {version}; this build reads up to {N}"
            )))
        }
    }
}

/// Fields that this build does not know, carried along unread: an older build in a mixed fleet loses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unknown(BTreeMap<String, serde_json::Value>);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Record {
        v: FormatVersion<2>,
        name: String,
        #[serde(flatten)]
        unknown: Unknown,
    }

    #[test]
    fn fields_of_a_newer_build_survive_an_older_one() {
        let text = r#"{"v":2,"name":"a","colour":"blue"}"#;
        let record: Record = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), text);
    }

    #[test]
    fn a_newer_form_is_refused_not_misread() {
        let newer = serde_json::from_str::<Record>(r#"{"v":3,"name":"a"}"#);
        assert!(newer.unwrap_err().to_string().contains("form 3"));
    }
}
