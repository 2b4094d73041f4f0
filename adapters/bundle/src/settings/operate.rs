//! What `accountable serve` tells those who run it: a log, and whether it is well.

use std::net::SocketAddr;

use accountable_core::domain::{OutOfBounds, Span};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The section `log`: what `accountable serve` writes to its standard error. A host has a log of its own, and does not look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LogSettings {
    /// The form of each line; `text` by default.
    pub format: LogFormat,
    /// The least important that is written; `info` by default.
    pub level: LogLevel,
}

/// The form of a line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// How important a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogLevel {
    /// What ends the process.
    Error,
    /// What an operator should look at.
    Warn,
    /// Each call over HTTP, and what changes for operators.
    #[default]
    Info,
    /// Each call of the accounts, and each mail.
    Debug,
    /// All that there is.
    Trace,
}

/// The section `status`: a listener of its own, by which `accountable serve` says whether it is well: `/livez`, `/readyz` and
/// `/metrics`. It asks nobody who they are: let it listen where only those reach it who watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, remote = "Self")]
#[non_exhaustive]
pub struct StatusSettings {
    /// The address and port to listen on; nowhere by default.
    pub listen: Option<SocketAddr>,
    /// For how long a mail may be due and not taken up before `/readyz` says no: 10 min; 10 s to a day.
    pub longest_overdue: Span,
}

impl Default for StatusSettings {
    fn default() -> Self {
        Self { listen: None, longest_overdue: Span::minutes(10) }
    }
}

impl Serialize for StatusSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Refuses a time that is out of bounds.
impl<'de> Deserialize<'de> for StatusSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let settings = Self::deserialize(deserializer)?;
        OutOfBounds::check("longest_overdue", settings.longest_overdue, Span::seconds(10)..=Span::hours(24))
            .map_err(serde::de::Error::custom)?;
        Ok(settings)
    }
}
