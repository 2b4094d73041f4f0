//! Takes in what a mail that came back tells: the reports that it makes of mails of ours.

use accountable_core::{
    Admin, Error,
    domain::{FeedbackTag, Report},
};
use serde::{Deserialize, Serialize};

use crate::Feedback;

/// How much a mail that came back told, and how much of it counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TakenIn {
    /// How many recipients it told of.
    pub recipients: usize,
    /// How many of these reports [counted](Admin::report): they bore a genuine tag of a mail that may still be reported.
    pub counted: usize,
}

impl Feedback {
    /// Which mail of ours it is about, and what to report of it. None where it bears no tag, or where nothing is to be held
    /// against the recipient.
    #[must_use]
    pub fn tagged_report(&self) -> Option<(&FeedbackTag, Report)> {
        Some((self.tag.as_ref()?, self.report()?))
    }
}

/// Reports all that a mail told of mails of ours. It may be told as often as one likes: what was taken in counts once.
///
/// ```
/// use accountable_core::{Admin, Error};
/// use accountable_mail::{TakenIn, read_feedback, take_in};
///
/// async fn came_back(admin: &Admin, raw: &[u8]) -> Result<TakenIn, Error> {
///     take_in(admin, &read_feedback(raw)).await
/// }
/// # let _ = came_back;
/// ```
///
/// # Errors
/// [`Error::Failed`] where a report can't be written down. Those before it were; tell it all again.
pub async fn take_in(admin: &Admin, told: &[Feedback]) -> Result<TakenIn, Error> {
    take_in_by_realm(std::slice::from_ref(admin), told).await
}

/// Reports all that a mail told, as [`take_in`] does, each in the realm whose mail it is about. What bears a tag of none of them is
/// journaled in the first.
///
/// # Errors
/// Those of [`take_in`].
pub async fn take_in_by_realm(realms: &[Admin], told: &[Feedback]) -> Result<TakenIn, Error> {
    let mut counted = 0_usize;
    for feedback in told {
        let Some((tag, report)) = feedback.tagged_report() else { continue };
        let ours = realms.iter().find(|admin| admin.recognises(tag)).or_else(|| realms.first());
        let Some(admin) = ours else { continue };
        let counts = admin.report(tag, report, &feedback.evidence()).await?;
        counted = counted.saturating_add(usize::from(counts));
    }
    Ok(TakenIn { recipients: told.len(), counted })
}
