//! How a call ended, in words and facts that a report can show and a story can expect.

use accountable::{
    Accepted, AccountView, Authentication, Delivery, Error, Fault, PublicError, Swept,
    domain::{
        AccountId, AddressError, CodeState, Denial, InputError, MustChangeReason, Refusal, SessionStamp,
        Span, Violation,
    },
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Outcome {
    /// What it is called; of a refusal, its code.
    #[serde(rename = "outcome")]
    pub(crate) name: &'static str,
    /// The answer was no.
    pub(crate) refused: bool,
    /// The status that a host answers through HTTP; only refusals have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http_status: Option<u16>,
    /// What else is known of it.
    pub(crate) details: Map<String, Value>,
}

/// How a call should end: with this name, and with these facts among its details.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Expected {
    pub(crate) outcome: &'static str,
    pub(crate) details: Value,
}

/// The expectation of an outcome.
pub(crate) fn expect(outcome: &'static str, details: Value) -> Expected {
    Expected { outcome, details }
}

impl Expected {
    /// Whether a call ended so.
    pub(crate) fn is_met_by(&self, outcome: &Outcome) -> bool {
        let details = outcome.details.iter();
        self.outcome == outcome.name && holds(&details.collect(), &self.details)
    }
}

/// Whether all that is expected is there; there may be more.
fn holds(actual: &Facts<'_>, expected: &Value) -> bool {
    let Value::Object(expected) = expected else {
        return expected.is_null();
    };
    expected.iter().all(|(name, value)| actual.get(name).is_some_and(|actual| includes(actual, value)))
}

type Facts<'a> = std::collections::BTreeMap<&'a String, &'a Value>;

fn includes(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(_)) => holds(&actual.iter().collect(), expected),
        (Value::Array(actual), Value::Array(expected)) => {
            expected.iter().all(|expected| actual.iter().any(|actual| includes(actual, expected)))
        }
        _ => actual == expected,
    }
}

impl Outcome {
    pub(crate) fn yes(name: &'static str, details: Value) -> Self {
        Self::new(name, false, None, details)
    }

    pub(crate) fn no(name: &'static str, http_status: u16, details: Value) -> Self {
        Self::new(name, true, Some(http_status), details)
    }

    pub(crate) fn new(name: &'static str, refused: bool, http_status: Option<u16>, details: Value) -> Self {
        let details = match details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        Self { name, refused, http_status, details }
    }
}

impl Outcome {
    /// Its name, and then why: all that a script can expect.
    pub(crate) fn codes(&self) -> Vec<&str> {
        let fact = |name: &str| self.details.get(name).and_then(Value::as_str);
        let reason = ["reason", "cause", "for_the_logs", "purpose"].into_iter().filter_map(fact);
        let violations = self.details.get("violations").and_then(Value::as_array);
        let violations = violations.into_iter().flatten();
        let violations = violations.filter_map(|violation| violation.get("violation")?.as_str());
        std::iter::once(self.name).chain(reason).chain(violations).collect()
    }
}

/// What can be told of.
pub(crate) trait Tell {
    /// How the call that gave this ended.
    fn outcome(&self) -> Outcome;
}

impl<T: Tell, E: Tell> Tell for Result<T, E> {
    fn outcome(&self) -> Outcome {
        match self {
            Ok(value) => value.outcome(),
            Err(error) => error.outcome(),
        }
    }
}

/// With something that the story found out besides.
impl<T: Tell> Tell for (T, Value) {
    fn outcome(&self) -> Outcome {
        let mut outcome = self.0.outcome();
        if let Value::Object(more) = &self.1 {
            outcome.details.extend(more.clone());
        }
        outcome
    }
}

impl Tell for () {
    fn outcome(&self) -> Outcome {
        Outcome::yes("done", Value::Null)
    }
}

impl Tell for AccountView {
    fn outcome(&self) -> Outcome {
        let mut details = json!({
            "id": self.id.to_string(),
            "status": self.status,
            "email_proven": self.email_proven,
        });
        if let (Value::Object(details), Some(reason)) = (&mut details, &self.suspended_for) {
            details.insert("suspended_for".to_owned(), json!(reason.as_str()));
        }
        if let (Value::Object(details), Some(at)) = (&mut details, self.erased_at) {
            details.insert("erased_at".to_owned(), json!(at));
        }
        Outcome::yes("account", details)
    }
}

impl Tell for Delivery {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Delivered => Outcome::yes("delivered", Value::Null),
            Self::Queued => Outcome::yes("queued", Value::Null),
            Self::Undeliverable(cause) => Outcome::yes("undeliverable", json!({ "cause": cause })),
        }
    }
}

impl Tell for CodeState {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Live { purpose, expires_at, .. } => {
                Outcome::yes("live", json!({ "purpose": purpose, "expires_at": expires_at }))
            }
            Self::Used { purpose } => Outcome::yes("used", json!({ "purpose": purpose })),
            Self::Expired { purpose } => Outcome::yes("expired", json!({ "purpose": purpose })),
            Self::Invalid => Outcome::yes("invalid", Value::Null),
            _ => Outcome::yes("another_state", Value::Null),
        }
    }
}

/// A password was chosen for this account.
impl Tell for AccountId {
    fn outcome(&self) -> Outcome {
        Outcome::yes("password_set", Value::Null)
    }
}

/// The owner has a new password, and this session goes on.
impl Tell for SessionStamp {
    fn outcome(&self) -> Outcome {
        Outcome::yes("password_changed", Value::Null)
    }
}

/// The owner has another address, and this session goes on.
#[derive(Debug)]
pub(crate) struct Confirmed;

impl Tell for Confirmed {
    fn outcome(&self) -> Outcome {
        Outcome::yes("email_confirmed", Value::Null)
    }
}

/// Whether a session holds.
#[derive(Debug)]
pub(crate) struct IsCurrent(pub(crate) bool);

impl Tell for IsCurrent {
    fn outcome(&self) -> Outcome {
        Outcome::yes(if self.0 { "current" } else { "ended" }, Value::Null)
    }
}

impl Tell for Accepted {
    fn outcome(&self) -> Outcome {
        Outcome::yes("accepted", Value::Null)
    }
}

impl Tell for Swept {
    fn outcome(&self) -> Outcome {
        let details = json!({ "decided": self.decided, "delivered": self.delivered, "faults": self.faults });
        Outcome::yes("swept", details)
    }
}

/// Somebody is in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entered {
    pub(crate) stamp: SessionStamp,
    must_change: Option<MustChangeReason>,
}

/// Somebody is not.
#[derive(Debug)]
pub(crate) enum Shut {
    /// Without a word why; the reason is for the host's logs.
    Denied(Denial),
    Failed(PublicError),
}

/// A log-in, as yes or no.
pub(crate) fn entered(answer: Result<Authentication, PublicError>) -> Result<Entered, Shut> {
    match answer.map_err(Shut::Failed)? {
        Authentication::Granted(stamp) => Ok(Entered { stamp, must_change: None }),
        Authentication::MustChange { reason, stamp } => Ok(Entered { stamp, must_change: Some(reason) }),
        Authentication::Denied(why) => Err(Shut::Denied(*why.for_logs())),
    }
}

impl Tell for Entered {
    fn outcome(&self) -> Outcome {
        match self.must_change {
            None => Outcome::yes("granted", Value::Null),
            Some(MustChangeReason::Assigned) => Outcome::yes("must_change", json!({ "reason": "assigned" })),
            Some(MustChangeReason::Expired) => Outcome::yes("must_change", json!({ "reason": "expired" })),
            Some(_) => Outcome::yes("must_change", Value::Null),
        }
    }
}

impl Tell for Shut {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Denied(why) => Outcome::new("denied", true, None, json!({ "for_the_logs": why.as_str() })),
            Self::Failed(error) => error.outcome(),
        }
    }
}

impl Tell for Error {
    fn outcome(&self) -> Outcome {
        let details = match self {
            Self::Refused(Refusal::WeakPassword(violations)) => listed(violations),
            Self::Refused(Refusal::AddressUndeliverable { cause }) => json!({ "cause": cause }),
            Self::BadInput(input) => misread(input),
            Self::Failed(fault) => said(fault),
            _ => wait(self.retry_after()),
        };
        Outcome::no(self.code(), self.http_status(), details)
    }
}

impl Tell for PublicError {
    fn outcome(&self) -> Outcome {
        let details = match self {
            Self::WeakPassword(violations) => listed(violations),
            Self::BadInput(input) => misread(input),
            Self::Failed(fault) => said(fault),
            _ => wait(self.retry_after()),
        };
        Outcome::no(self.code(), self.http_status(), details)
    }
}

/// A text that no value can be made of, before any call.
impl Tell for InputError {
    fn outcome(&self) -> Outcome {
        Outcome::no(self.code(), 400, misread(self))
    }
}

/// What is wrong with a password, if anything.
impl Tell for Vec<Violation> {
    fn outcome(&self) -> Outcome {
        match self.as_slice() {
            [] => Outcome::yes("good_password", Value::Null),
            violations => Outcome::no("weak_password", 422, listed(violations)),
        }
    }
}

impl Tell for Fault {
    fn outcome(&self) -> Outcome {
        Outcome::no(self.code(), self.http_status(), said(self))
    }
}

fn misread(input: &InputError) -> Value {
    match input {
        InputError::BadAddress(error) => json!({ "reason": name_of(*error), "says": error.to_string() }),
        _ => json!({ "says": input.to_string() }),
    }
}

/// Why an address is not accepted, as a name.
fn name_of(error: AddressError) -> &'static str {
    match error {
        AddressError::TooLong => "too_long",
        AddressError::LocalPartTooLong => "local_part_too_long",
        AddressError::NoAt => "no_at",
        AddressError::Literal => "literal",
        AddressError::SingleLabelDomain => "single_label_domain",
        AddressError::Comment => "comment",
        AddressError::Control => "control",
        AddressError::Unassigned => "unassigned",
        AddressError::LocalPart => "local_part",
        AddressError::Domain => "domain",
        _ => "another_reason",
    }
}

fn said(fault: &Fault) -> Value {
    json!({ "says": fault.to_string() })
}

fn wait(retry_after: Option<Span>) -> Value {
    retry_after.map_or(Value::Null, |span| json!({ "retry_after_seconds": span.as_seconds_rounded_up() }))
}

/// Each violation's own form, and what it says in words.
fn listed(violations: &[Violation]) -> Value {
    let violations: Vec<_> = violations
        .iter()
        .map(|violation| {
            let mut form = json!(violation);
            if let Value::Object(form) = &mut form {
                form.insert("says".to_owned(), Value::String(violation.to_string()));
            }
            form
        })
        .collect();
    json!({ "violations": violations })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttled() -> Outcome {
        Outcome::no("throttled", 429, json!({ "retry_after_seconds": 600, "more": true }))
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
        let weak = Outcome::no(
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
}
