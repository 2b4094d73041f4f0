//! What providers tell by webhook: bounces and complaints, as [`Feedback`](crate::Feedback). For feature `webhooks`.
//!
//! One module a provider. Each checks that the provider sent it before it reads anything, takes the body as it came, octet for octet,
//! and waits for nothing: what has to be fetched or known is an argument. Bodies of more than 1 MiB are refused.
//!
//! Our [tag](accountable_core::domain::FeedbackTag) travels in each provider's own field, since some replace the `Message-ID` and
//! report nothing of other headers: under the name [`FEEDBACK_FIELD`], by a header that a [`Letterhead`](crate::Letterhead) sets
//! that knows its [`Provider`](crate::Provider). Whoever sends through a provider's interface puts the letter's tag there.
//!
//! | provider | field | the header |
//! |---|---|---|
//! | Amazon SES | message tag | header `X-SES-MESSAGE-TAGS: feedback_tag=..`; the header of ours is found too, where SES is told to report headers |
//! | SendGrid | unique or custom argument | header `X-SMTPAPI: {"unique_args": {"feedback_tag": ".."}}` |
//! | Mailgun | user variable | header `X-Mailgun-Variables: {"feedback_tag": ".."}` |
//! | Postmark | metadata | header `X-PM-Metadata-feedback_tag: ..` |

pub mod mailgun;
pub mod postmark;
pub mod sendgrid;
pub mod ses;

use accountable_core::domain::{FeedbackTag, Span, Timestamp};
use serde::de::DeserializeOwned;

use crate::{
    Class, FEEDBACK_FIELD, Feedback,
    feedback::{self, message_id},
};

/// How old a signed time may be, and how far ahead: 15 minutes. Providers sign anew each time they try again.
pub const FRESH: Span = Span::minutes(15);

/// The largest body that is read: 1 MiB.
const READ: usize = 1024 * 1024;

/// Why a webhook was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The provider did not send this, or somebody changed it on the way.
    #[error("the webhook's signature or credentials are wrong")]
    BadSignature,
    /// It was signed too long ago, or too far ahead: it may have been sent before.
    #[error("the webhook is too old, or from the future")]
    Stale,
    /// It does not have the provider's form, or is too large.
    #[error("the webhook is malformed")]
    Malformed,
    /// It was published to another topic than ours (Amazon SNS signs everybody's).
    #[error("the webhook is of another topic")]
    OtherTopic,
    /// The key or the certificate that was given is none.
    #[error("the key for webhooks can't be read")]
    BadKey,
}

/// Reads a body of JSON.
fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, WebhookError> {
    if body.len() > READ {
        return Err(WebhookError::Malformed);
    }
    serde_json::from_slice(body).map_err(|_| WebhookError::Malformed)
}

/// Checks a time that was signed, in seconds since 1970.
fn fresh(stamp: &str, now: Timestamp) -> Result<(), WebhookError> {
    let seconds: i64 = stamp.parse().map_err(|_| WebhookError::Malformed)?;
    let signed_at = Timestamp::from_micros(seconds.saturating_mul(1_000_000));
    if now.since(signed_at) > FRESH || signed_at.since(now) > FRESH {
        return Err(WebhookError::Stale);
    }
    Ok(())
}

/// Our tag, from the field that bears it.
fn tag(field: Option<&str>) -> Option<FeedbackTag> {
    field.and_then(FeedbackTag::find)
}

/// What the provider makes of a failure, beside what the refusing server said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// The class is known.
    Known(Class),
    /// It will not be tried again: the server's words decide, else this.
    Final(Class),
    /// It may pass: the server's words can only tell that the fault is ours.
    Passing,
}

/// A failure, by the server's words and the provider's verdict.
fn failed(verdict: Verdict, said: &str, status: Option<&str>) -> Feedback {
    let mut feedback = feedback::said(said, status);
    feedback.class = match (verdict, feedback.class) {
        (Verdict::Known(class), _) => class,
        (Verdict::Final(otherwise), Class::Unknown) => otherwise,
        (Verdict::Final(_), class) => class,
        (Verdict::Passing, Class::Ours) => Class::Ours,
        (Verdict::Passing, _) => Class::Delayed,
    };
    feedback
}
