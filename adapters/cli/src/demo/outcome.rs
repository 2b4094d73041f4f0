//! How a call ended: a name and facts, which a report shows and a script can expect.

pub(crate) mod answers;
pub(crate) mod log_in;
mod refusals;

use serde::Serialize;
use serde_json::{Map, Value};

/// Details that give a reason by its name, in the order in which a script expects them.
const REASONS: [&str; 4] = ["reason", "cause", "for_the_logs", "purpose"];

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct CallOutcome {
    /// The name of the outcome. For a refusal it is the refusal's code.
    #[serde(rename = "outcome")]
    pub(crate) name: &'static str,
    /// Whether the answer was no.
    pub(crate) refused: bool,
    /// The status that a host answers through HTTP. Only refusals have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http_status: Option<u16>,
    /// What else is known about it.
    pub(crate) details: Map<String, Value>,
}

impl CallOutcome {
    /// The answer was yes. Details that are not an object count as none.
    pub(crate) fn granted(name: &'static str, details: Value) -> Self {
        Self::new(name, false, None, details)
    }

    /// The answer was no, with this status through HTTP.
    pub(crate) fn refused(name: &'static str, http_status: u16, details: Value) -> Self {
        Self::new(name, true, Some(http_status), details)
    }

    /// The answer was no, and no host would answer so through HTTP.
    pub(crate) fn refused_silently(name: &'static str, details: Value) -> Self {
        Self::new(name, true, None, details)
    }

    fn new(name: &'static str, refused: bool, http_status: Option<u16>, details: Value) -> Self {
        let details = match details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        Self { name, refused, http_status, details }
    }

    /// Adds a detail, or replaces the one of that name.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// The outcome's name and then all its reasons, in the order in which a script expects them.
    pub(crate) fn codes(&self) -> Vec<&str> {
        let reasons = REASONS.into_iter().filter_map(|name| self.details.get(name)?.as_str());
        let violations = self.details.get("violations").and_then(Value::as_array);
        let violations = violations.into_iter().flatten();
        let violations = violations.filter_map(|violation| violation.get("violation")?.as_str());
        std::iter::once(self.name).chain(reasons).chain(violations).collect()
    }
}

/// What a call answered, as something that can be reported.
pub(crate) trait ToOutcome {
    /// How the call that gave this answer ended.
    fn to_outcome(&self) -> CallOutcome;
}

impl<T: ToOutcome, E: ToOutcome> ToOutcome for Result<T, E> {
    fn to_outcome(&self) -> CallOutcome {
        match self {
            Ok(value) => value.to_outcome(),
            Err(error) => error.to_outcome(),
        }
    }
}

impl ToOutcome for () {
    fn to_outcome(&self) -> CallOutcome {
        CallOutcome::granted("done", Value::Null)
    }
}
