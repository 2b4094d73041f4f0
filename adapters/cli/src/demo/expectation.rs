//! How a line of a script should end: with this outcome, perhaps for these reasons only, and with these facts.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::demo::outcome::CallOutcome;

/// How a line of a script should end.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Expectation {
    /// The outcome's name, and perhaps its reasons in order.
    #[serde(rename = "expected")]
    codes: Vec<String>,
    /// Whether the reasons were listed, so that there must be no other.
    #[serde(skip)]
    reasons_listed: bool,
    /// Facts that must be among the outcome's details. There may be more.
    #[serde(rename = "expected_details", skip_serializing_if = "Map::is_empty")]
    details: Map<String, Value>,
}

impl Expectation {
    /// Expects this outcome, whatever its reasons are.
    pub(crate) fn of_outcome(name: String) -> Self {
        Self { codes: vec![name], reasons_listed: false, details: Map::new() }
    }

    /// Expects an outcome, named first, and exactly these reasons in this order.
    pub(crate) fn of_outcome_and_reasons(codes: Vec<String>) -> Self {
        Self { codes, reasons_listed: true, details: Map::new() }
    }

    /// Expects these facts besides.
    pub(crate) fn with_details(mut self, details: Map<String, Value>) -> Self {
        self.details = details;
        self
    }

    /// The outcome's name, and perhaps its reasons.
    pub(crate) fn codes(&self) -> &[String] {
        &self.codes
    }

    /// The facts that must be among the outcome's details.
    pub(crate) fn details(&self) -> &Map<String, Value> {
        &self.details
    }

    /// Whether a call ended so.
    pub(crate) fn is_met_by(&self, outcome: &CallOutcome) -> bool {
        let codes = outcome.codes();
        let codes_met = if self.reasons_listed {
            self.codes == codes
        } else {
            self.codes.first().is_some_and(|name| name == outcome.name)
        };
        codes_met && includes_all(&outcome.details, &self.details)
    }
}

fn includes_all(actual: &Map<String, Value>, expected: &Map<String, Value>) -> bool {
    expected.iter().all(|(name, value)| actual.get(name).is_some_and(|actual| includes(actual, value)))
}

/// Objects may have more fields than expected, and lists of objects more items. Everything else must be equal.
fn includes(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => includes_all(actual, expected),
        (Value::Array(actual), Value::Array(expected)) if expected.iter().any(Value::is_object) => {
            expected.iter().all(|expected| actual.iter().any(|actual| includes(actual, expected)))
        }
        _ => actual == expected,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn throttled() -> CallOutcome {
        CallOutcome::refused("throttled", 429, json!({ "retry_after_seconds": 600, "more": true }))
    }

    fn expect(outcome: &str, details: Value) -> Expectation {
        let details = details.as_object().cloned().unwrap_or_default();
        Expectation::of_outcome(outcome.to_owned()).with_details(details)
    }

    #[test]
    fn an_expectation_names_the_outcome_and_some_of_its_facts() {
        assert!(expect("throttled", Value::Null).is_met_by(&throttled()));
        assert!(expect("throttled", json!({ "retry_after_seconds": 600 })).is_met_by(&throttled()));
    }

    #[test]
    fn another_name_another_number_and_a_missing_fact_are_not_what_was_expected() {
        for expected in [
            expect("delivered", Value::Null),
            expect("throttled", json!({ "retry_after_seconds": 599 })),
            expect("throttled", json!({ "cause": "rejected" })),
        ] {
            assert!(!expected.is_met_by(&throttled()), "{expected:?}");
        }
    }

    #[test]
    fn of_a_list_each_expected_item_must_be_there_in_any_order() {
        let weak = CallOutcome::refused(
            "weak_password",
            422,
            json!({ "violations": [
                { "violation": "common", "says": "it is common" },
                { "violation": "too_short", "least": 15 },
            ] }),
        );
        let listing = |code: &str| expect("weak_password", json!({ "violations": [{ "violation": code }] }));
        assert!(listing("too_short").is_met_by(&weak));
        assert!(!listing("too_long").is_met_by(&weak));
    }

    #[test]
    fn a_list_of_plain_values_must_be_that_list() {
        let swept = CallOutcome::granted("swept", json!({ "mailed_to": ["a", "b"] }));
        let to = |mailed_to: Value| expect("swept", json!({ "mailed_to": mailed_to })).is_met_by(&swept);
        assert!(to(json!(["a", "b"])));
        assert!(!to(json!(["a"])) && !to(json!([])) && !to(json!(["b", "a"])));
    }

    #[test]
    fn a_list_expects_the_outcome_and_all_its_reasons() {
        let violations = json!({ "violations": [{ "violation": "common" }] });
        let weak = CallOutcome::refused("weak_password", 422, violations);
        let name = |name: &str| Expectation::of_outcome(name.to_owned()).is_met_by(&weak);
        let list = |codes: &[&str]| {
            let codes = codes.iter().map(|&code| code.to_owned()).collect();
            Expectation::of_outcome_and_reasons(codes).is_met_by(&weak)
        };
        assert!(name("weak_password") && list(&["weak_password", "common"]));
        assert!(!list(&["weak_password"]) && !name("common"));
        assert!(!list(&["weak_password", "common", "too_short"]));
    }
}
