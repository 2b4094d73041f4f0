//! What calls answer when they are refused or fail: the code, the status, and what a caller can do about it.

use accountable::{
    Error, Fault, PublicError,
    domain::{AddressError, InputError, Refusal, Span, Violation},
};
use serde_json::{Value, json};

use crate::demo::outcome::{CallOutcome, ToOutcome};

impl ToOutcome for Error {
    fn to_outcome(&self) -> CallOutcome {
        let details = match self {
            Self::Refused(Refusal::WeakPassword(violations)) => listed(violations),
            Self::Refused(Refusal::AddressUndeliverable { cause }) => json!({ "cause": cause }),
            Self::BadInput(input) => misread(input),
            Self::Failed(fault) => described(fault),
            _ => wait(self.retry_after()),
        };
        CallOutcome::refused(self.code(), self.http_status(), details)
    }
}

impl ToOutcome for PublicError {
    fn to_outcome(&self) -> CallOutcome {
        let details = match self {
            Self::WeakPassword(violations) => listed(violations),
            Self::BadInput(input) => misread(input),
            Self::Failed(fault) => described(fault),
            _ => wait(self.retry_after()),
        };
        CallOutcome::refused(self.code(), self.http_status(), details)
    }
}

/// No value can be made of a text, which is found out before any call.
impl ToOutcome for InputError {
    fn to_outcome(&self) -> CallOutcome {
        CallOutcome::refused(self.code(), 400, misread(self))
    }
}

/// All that is wrong with a password, if anything is.
impl ToOutcome for Vec<Violation> {
    fn to_outcome(&self) -> CallOutcome {
        match self.as_slice() {
            [] => CallOutcome::granted("good_password", Value::Null),
            violations => CallOutcome::refused("weak_password", 422, listed(violations)),
        }
    }
}

impl ToOutcome for Fault {
    fn to_outcome(&self) -> CallOutcome {
        CallOutcome::refused(self.code(), self.http_status(), described(self))
    }
}

fn misread(input: &InputError) -> Value {
    match input {
        InputError::BadAddress(error) => json!({ "reason": reason_name(*error), "says": error.to_string() }),
        _ => json!({ "says": input.to_string() }),
    }
}

/// Why an address is not accepted, as a name that a script can expect.
fn reason_name(error: AddressError) -> &'static str {
    match error {
        AddressError::TooLong => "too_long",
        AddressError::LocalPartTooLong => "local_part_too_long",
        AddressError::Blank => "blank",
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

fn described(fault: &Fault) -> Value {
    json!({ "says": fault.to_string() })
}

fn wait(retry_after: Option<Span>) -> Value {
    retry_after.map_or(Value::Null, |span| json!({ "retry_after_seconds": span.as_seconds_rounded_up() }))
}

/// Each violation with its own fields, and a sentence that says it.
fn listed(violations: &[Violation]) -> Value {
    let violations: Vec<_> = violations
        .iter()
        .map(|violation| {
            let mut fields = json!(violation);
            if let Value::Object(fields) = &mut fields {
                fields.insert("says".to_owned(), Value::String(violation.to_string()));
            }
            fields
        })
        .collect();
    json!({ "violations": violations })
}
