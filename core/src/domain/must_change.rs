//! Why a password must be changed before anything else, as the account keeps it and a log-in tells it.

use serde::{Deserialize, Serialize};

/// Why a password must be changed before anything else. Its name is kept with the account, so that every log-in is told
/// the reason that the first one was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MustChangeReason {
    /// An administrator assigned it.
    Assigned,
    /// It is older than the account's passwords may be.
    Expired,
    /// The hash that it was verified against looks at a part of it only.
    Truncated,
    /// It is not good enough by the policy of today: a log-in found that out, where the host has passwords judged then.
    Weak,
    /// Staff requires it, or whoever imported the account said so.
    Required,
}

impl MustChangeReason {
    /// The stable name of the reason, as records and views have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Expired => "expired",
            Self::Truncated => "truncated",
            Self::Weak => "weak",
            Self::Required => "required",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_kept_by_its_name() {
        for (reason, name) in [
            (MustChangeReason::Assigned, "assigned"),
            (MustChangeReason::Expired, "expired"),
            (MustChangeReason::Truncated, "truncated"),
            (MustChangeReason::Weak, "weak"),
            (MustChangeReason::Required, "required"),
        ] {
            assert_eq!(reason.as_str(), name);
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("{name:?}"));
        }
    }
}
