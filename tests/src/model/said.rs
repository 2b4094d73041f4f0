//! What came of a step: in full, to be compared; by kind, to know what was met; and what it promises.

use accountable_core::{
    Accepted, AccountView, Authentication, Delivery, Error, Fault, PublicError, Swept,
    domain::{AccountId, CodeState, Denial, IpFilterGroupName, SessionStamp, Span},
};

/// What came of a step.
pub(crate) enum Said {
    Registered(Result<AccountView, Error>),
    Asked(Result<Delivery, Error>),
    Accepted(Result<Accepted, PublicError>),
    Swept(Result<Swept, Fault>),
    Chosen {
        brought: (String, String),
        genuine: bool,
        outcome: Result<AccountId, PublicError>,
    },
    Inspected {
        genuine: bool,
        outcome: Result<CodeState, PublicError>,
    },
    LoggedIn(Result<Authentication, PublicError>),
    Changed {
        account: AccountId,
        outcome: Result<SessionStamp, Error>,
    },
    Assigned {
        account: AccountId,
        outcome: Result<(), Error>,
    },
    Current {
        stamp: SessionStamp,
        outcome: Result<bool, Fault>,
    },
    /// A session's owner did something; the session's new stamp, where it has one.
    Owner {
        kind: &'static str,
        outcome: Result<Option<SessionStamp>, Error>,
    },
    Confirmed {
        brought: (String, String),
        genuine: bool,
        outcome: Result<SessionStamp, Error>,
    },
    Redeemed {
        kind: &'static str,
        brought: (String, String),
        genuine: bool,
        outcome: Result<AccountId, PublicError>,
    },
    Staff {
        kind: &'static str,
        outcome: Result<AccountView, Error>,
    },
    Told {
        kind: &'static str,
        outcome: Result<String, Error>,
    },
    Erased {
        account: AccountId,
        outcome: Result<(), Error>,
    },
    Imported {
        proven: bool,
        password: Option<usize>,
        outcome: Result<AccountView, Error>,
    },
    GroupRemoved {
        group: IpFilterGroupName,
        outcome: Result<bool, Error>,
    },
    Resealed(Result<u32, Fault>),
    Read(Result<Option<AccountView>, Fault>),
    Nothing,
}

impl Said {
    /// All of it, with every number: what must be the same in both worlds.
    pub(crate) fn text(&self) -> String {
        let view = |view: &AccountView| serde_json::to_string(view).unwrap();
        match self {
            Self::Registered(outcome) => format!("{:?}", outcome.as_ref().map(view)),
            Self::Asked(outcome) => format!("{outcome:?}"),
            Self::Accepted(outcome) => {
                format!("{:?}", outcome.as_ref().map(|taken| taken.undisclosed.for_logs()))
            }
            Self::Swept(outcome) => format!("{outcome:?}"),
            Self::Chosen { brought, outcome, .. } => format!("{brought:?} {outcome:?}"),
            Self::Inspected { outcome, .. } => format!("{outcome:?}"),
            Self::LoggedIn(Ok(Authentication::Denied(why))) => format!("denied: {:?}", why.for_logs()),
            Self::LoggedIn(outcome) => format!("{outcome:?}"),
            Self::Changed { outcome, .. } => format!("{outcome:?}"),
            Self::Assigned { outcome, .. } => format!("{outcome:?}"),
            Self::Current { outcome, .. } => format!("{outcome:?}"),
            Self::Owner { kind, outcome } => format!("{kind} {outcome:?}"),
            Self::Confirmed { brought, outcome, .. } => format!("{brought:?} {outcome:?}"),
            Self::Redeemed { kind, brought, outcome, .. } => format!("{kind} {brought:?} {outcome:?}"),
            Self::Staff { kind, outcome } => format!("{kind} {:?}", outcome.as_ref().map(view)),
            Self::Told { kind, outcome } => format!("{kind} {outcome:?}"),
            Self::Erased { account, outcome } => format!("{account} {outcome:?}"),
            Self::Imported { outcome, .. } => format!("{:?}", outcome.as_ref().map(view)),
            Self::GroupRemoved { group, outcome } => format!("{group:?} {outcome:?}"),
            Self::Resealed(outcome) => format!("{outcome:?}"),
            Self::Read(outcome) => format!("{:?}", outcome.as_ref().map(|found| found.as_ref().map(view))),
            Self::Nothing => String::new(),
        }
    }

    /// What kinds of answers these are.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        let error = |error: &Error| vec![error.code()];
        let public = |error: &PublicError| vec![error.code()];
        match self {
            Self::Registered(outcome) => outcome.as_ref().map_or_else(error, |_| vec!["registered"]),
            Self::Asked(outcome) => outcome.as_ref().map_or_else(error, |delivery| {
                vec![match delivery {
                    Delivery::Delivered => "delivered",
                    Delivery::Queued => "queued",
                    Delivery::Undeliverable(_) => "undeliverable",
                }]
            }),
            Self::Accepted(outcome) => outcome.as_ref().map_or_else(public, |_| vec!["accepted"]),
            Self::Swept(Ok(swept)) => [
                (swept.delivered, "swept: delivered"),
                (swept.refused, "swept: refused"),
                (swept.delayed, "swept: delayed"),
                (swept.dead, "swept: dead"),
                (swept.cancelled, "swept: cancelled"),
                (swept.decided, "swept: decided"),
                (swept.faults, "swept: a fault"),
                (swept.accounts, "swept: time passed"),
                (swept.resealed, "swept: resealed"),
            ]
            .into_iter()
            .filter_map(|(count, kind)| (count > 0).then_some(kind))
            .collect(),
            Self::Chosen { outcome, .. } => outcome.as_ref().map_or_else(public, |_| vec!["chosen"]),
            Self::Inspected { outcome, .. } => outcome.as_ref().map_or_else(public, |state| {
                vec![match state {
                    CodeState::Live { .. } => "code: live",
                    CodeState::Used { .. } => "code: used",
                    CodeState::Expired { .. } => "code: expired",
                    _ => "code: invalid",
                }]
            }),
            Self::LoggedIn(outcome) => outcome.as_ref().map_or_else(public, |outcome| {
                vec![match outcome {
                    Authentication::Granted { .. } => "granted",
                    Authentication::MustChange { .. } => "must_change",
                    Authentication::Denied(why) => match why.for_logs() {
                        Denial::UnknownAddress => "denied: unknown_address",
                        Denial::NoPassword => "denied: no_password",
                        Denial::WrongPassword => "denied: wrong_password",
                        Denial::Lapsed => "denied: lapsed",
                        Denial::Locked => "denied: locked",
                        Denial::Suspended => "denied: suspended",
                        Denial::Closed => "denied: closed",
                        Denial::OriginRefused => "denied: origin_refused",
                        _ => "denied otherwise",
                    },
                }]
            }),
            Self::Changed { outcome, .. } => outcome.as_ref().map_or_else(error, |_| vec!["changed"]),
            Self::Assigned { outcome, .. } => outcome.as_ref().map_or_else(error, |()| vec!["assigned"]),
            Self::Owner { kind, outcome } => outcome.as_ref().map_or_else(error, |_| vec![*kind]),
            Self::Confirmed { outcome, .. } => outcome.as_ref().map_or_else(error, |_| vec!["confirmed"]),
            Self::Redeemed { kind, outcome, .. } => outcome.as_ref().map_or_else(public, |_| vec![*kind]),
            Self::Staff { kind, outcome } => outcome.as_ref().map_or_else(error, |_| vec![*kind]),
            Self::Told { kind, outcome } => outcome.as_ref().map_or_else(error, |_| vec![*kind]),
            Self::Erased { outcome, .. } => outcome.as_ref().map_or_else(error, |()| vec!["erased"]),
            Self::Imported { outcome, .. } => outcome.as_ref().map_or_else(error, |_| vec!["imported"]),
            Self::GroupRemoved { outcome, .. } => outcome
                .as_ref()
                .map_or_else(error, |removed| if *removed { vec!["group removed"] } else { Vec::new() }),
            Self::Resealed(Ok(1..)) => vec!["resealed"],
            Self::Swept(Err(_))
            | Self::Current { .. }
            | Self::Resealed(_)
            | Self::Read(_)
            | Self::Nothing => Vec::new(),
        }
    }

    /// The wait that it asks for, and the longest that it may ask for.
    pub(crate) fn wait(&self) -> Option<(Span, Span)> {
        let (refused, most) = match self {
            Self::Asked(Err(error)) if error.code() == "throttled" => (error.retry_after(), 600),
            Self::Changed { outcome: Err(error), .. } if error.code() == "throttled" => {
                (error.retry_after(), 36)
            }
            Self::Owner { outcome: Err(error), .. } if error.code() == "throttled" => {
                (error.retry_after(), 600)
            }
            Self::Told { outcome: Err(error), .. } if error.code() == "throttled" => {
                (error.retry_after(), 600)
            }
            Self::Redeemed { outcome: Err(PublicError::TooMany { retry_after }), .. } => {
                (Some(*retry_after), 0)
            }
            Self::Accepted(Err(error @ PublicError::TooMany { .. })) => (error.retry_after(), 180),
            Self::LoggedIn(Err(error @ PublicError::TooMany { .. })) => (error.retry_after(), 36),
            _ => return None,
        };
        refused.map(|wait| (wait, Span::seconds(most)))
    }

    /// The rules said no.
    pub(crate) fn is_refusal(&self) -> bool {
        match self {
            Self::Registered(Err(Error::Refused(_))) | Self::Asked(Err(Error::Refused(_))) => true,
            Self::Changed { outcome: Err(Error::Refused(_)), .. }
            | Self::Assigned { outcome: Err(Error::Refused(_)), .. }
            | Self::Owner { outcome: Err(Error::Refused(_)), .. }
            | Self::Confirmed { outcome: Err(Error::Refused(_)), .. }
            | Self::Staff { outcome: Err(Error::Refused(_)), .. }
            | Self::Told { outcome: Err(Error::Refused(_)), .. }
            | Self::Erased { outcome: Err(Error::Refused(_)), .. }
            | Self::Imported { outcome: Err(Error::Refused(_)), .. }
            | Self::GroupRemoved { outcome: Err(Error::Refused(_)), .. } => true,
            Self::Redeemed { outcome: Err(error), .. } => !matches!(error, PublicError::Failed(_)),
            Self::Accepted(Err(error)) | Self::Chosen { outcome: Err(error), .. } => {
                !matches!(error, PublicError::Failed(_))
            }
            _ => false,
        }
    }
}
