//! Mail services that report by webhook what came back, and where in a mail each looks for a field that it hands back.

use accountable_core::domain::FeedbackTag;
use serde::{Deserialize, Serialize};

use crate::compose::dot_atom;

/// The name of the field with our tag, in each provider's own place.
pub const FEEDBACK_FIELD: &str = "feedback_tag";

/// A mail service that takes the mails by SMTP, and tells by webhook what came back of them.
///
/// Some put a `Message-ID` of their own in the place of ours and report nothing of other headers. So our tag goes into the
/// field that the service itself hands back, under the name [`FEEDBACK_FIELD`]; the feature `webhooks` reads it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Provider {
    /// Amazon SES: a message tag, by the header `X-SES-MESSAGE-TAGS`.
    AmazonSes,
    /// Mailgun: a user variable, by the header `X-Mailgun-Variables`.
    Mailgun,
    /// Postmark: metadata, by the header `X-PM-Metadata-feedback_tag`.
    Postmark,
    /// `SendGrid`: a unique argument, by the header `X-SMTPAPI`.
    Sendgrid,
}

impl Provider {
    /// The header that gives the service our tag; none for a tag that is not one of ours, which could say more than it should.
    pub(crate) fn header(self, tag: &FeedbackTag) -> Option<(&'static str, String)> {
        let tag = dot_atom(tag)?;
        Some(match self {
            Self::AmazonSes => ("X-SES-MESSAGE-TAGS", format!("{FEEDBACK_FIELD}={tag}")),
            Self::Mailgun => ("X-Mailgun-Variables", format!("{{\"{FEEDBACK_FIELD}\":\"{tag}\"}}")),
            Self::Postmark => ("X-PM-Metadata-feedback_tag", tag.to_owned()),
            Self::Sendgrid => {
                ("X-SMTPAPI", format!("{{\"unique_args\":{{\"{FEEDBACK_FIELD}\":\"{tag}\"}}}}"))
            }
        })
    }
}
