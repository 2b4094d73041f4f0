//! What calls answer when they are granted.

use accountable::{
    Accepted, AccountView, Delivery, Swept,
    domain::{Chosen, CodeState, Renewed},
};
use serde_json::{Value, json};

use crate::demo::outcome::{CallOutcome, ToOutcome};

impl ToOutcome for AccountView {
    fn to_outcome(&self) -> CallOutcome {
        let details = json!({
            "id": self.id.to_string(),
            "status": self.status,
            "email_proven": self.email_proven,
        });
        let mut outcome = CallOutcome::granted("account", details);
        if let Some(reason) = &self.suspended_for {
            outcome = outcome.with("suspended_for", reason.as_str());
        }
        if let Some(at) = self.erased_at {
            outcome = outcome.with("erased_at", json!(at));
        }
        outcome
    }
}

impl ToOutcome for Delivery {
    fn to_outcome(&self) -> CallOutcome {
        match self {
            Self::Delivered => CallOutcome::granted("delivered", Value::Null),
            Self::Queued => CallOutcome::granted("queued", Value::Null),
            Self::Undeliverable(cause) => CallOutcome::granted("undeliverable", json!({ "cause": cause })),
        }
    }
}

impl ToOutcome for CodeState {
    fn to_outcome(&self) -> CallOutcome {
        match self {
            Self::Live { purpose, expires_at, .. } => {
                CallOutcome::granted("live", json!({ "purpose": purpose, "expires_at": expires_at }))
            }
            Self::Used { purpose, .. } => CallOutcome::granted("used", json!({ "purpose": purpose })),
            Self::Expired { purpose, .. } => CallOutcome::granted("expired", json!({ "purpose": purpose })),
            Self::Invalid => CallOutcome::granted("invalid", Value::Null),
            _ => CallOutcome::granted("another_state", Value::Null),
        }
    }
}

/// A password was chosen for this account.
impl ToOutcome for Chosen {
    fn to_outcome(&self) -> CallOutcome {
        CallOutcome::granted("password_set", Value::Null)
    }
}

/// The owner has a new password, and the session goes on.
impl ToOutcome for Renewed {
    fn to_outcome(&self) -> CallOutcome {
        CallOutcome::granted("password_changed", Value::Null)
    }
}

/// The owner has another address, and the session goes on.
#[derive(Debug)]
pub(crate) struct EmailConfirmed;

impl ToOutcome for EmailConfirmed {
    fn to_outcome(&self) -> CallOutcome {
        CallOutcome::granted("email_confirmed", Value::Null)
    }
}

/// Whether a session has not ended.
#[derive(Debug)]
pub(crate) struct SessionIsCurrent(pub(crate) bool);

impl ToOutcome for SessionIsCurrent {
    fn to_outcome(&self) -> CallOutcome {
        CallOutcome::granted(if self.0 { "current" } else { "ended" }, Value::Null)
    }
}

impl ToOutcome for Accepted {
    fn to_outcome(&self) -> CallOutcome {
        CallOutcome::granted("accepted", Value::Null)
    }
}

impl ToOutcome for Swept {
    fn to_outcome(&self) -> CallOutcome {
        let details = json!({ "decided": self.decided, "delivered": self.delivered, "faults": self.faults });
        CallOutcome::granted("swept", details)
    }
}
