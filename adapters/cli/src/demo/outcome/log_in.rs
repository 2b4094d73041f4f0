//! A log-in, as a yes or a no.

use accountable::{
    Authentication, PublicError,
    domain::{Denial, DeviceToken, MustChangeReason, SessionStamp},
};
use serde_json::{Value, json};

use crate::demo::outcome::{CallOutcome, ToOutcome};

/// The owner is in, with a session.
#[derive(Debug, Clone)]
pub(crate) struct LoggedIn {
    pub(crate) stamp: SessionStamp,
    /// What the device shows at later log-ins; none where the password must be changed first.
    pub(crate) device: Option<DeviceToken>,
    /// Why the password must be changed before anything else, if it must.
    must_change: Option<MustChangeReason>,
}

/// Nobody is in.
#[derive(Debug)]
pub(crate) enum LogInRefused {
    /// The caller is not told why. The reason is for the host's logs.
    Denied(Denial),
    /// The attempt could not be judged.
    Failed(PublicError),
}

/// Sorts an answer into yes and no.
pub(crate) fn logged_in(answer: Result<Authentication, PublicError>) -> Result<LoggedIn, LogInRefused> {
    match answer.map_err(LogInRefused::Failed)? {
        Authentication::Granted { stamp, device } => {
            Ok(LoggedIn { stamp, device: Some(device), must_change: None })
        }
        Authentication::MustChange { reason, stamp } => {
            Ok(LoggedIn { stamp, device: None, must_change: Some(reason) })
        }
        Authentication::Denied(why) => Err(LogInRefused::Denied(*why.for_logs())),
    }
}

impl ToOutcome for LoggedIn {
    fn to_outcome(&self) -> CallOutcome {
        match self.must_change {
            None => CallOutcome::granted("granted", Value::Null),
            Some(reason) => CallOutcome::granted("must_change", json!({ "reason": reason.as_str() })),
        }
    }
}

impl ToOutcome for LogInRefused {
    fn to_outcome(&self) -> CallOutcome {
        match self {
            Self::Denied(why) => {
                CallOutcome::refused_silently("denied", json!({ "for_the_logs": why.as_str() }))
            }
            Self::Failed(error) => error.to_outcome(),
        }
    }
}
