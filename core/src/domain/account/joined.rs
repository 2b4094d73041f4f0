//! Notices that wait since too many of their kind went out: one is queued for later, and those after it join it.

use serde::{Deserialize, Serialize};

use super::{Facts, Ordinal, Timestamp};
use crate::domain::{MailId, Notice, NoticeKind, Span};

/// A notice that waits for its quota to admit it. Later ones of its kind to its address are dropped where they say nothing
/// that it does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinedNotice {
    /// The mail that waits.
    pub mail: MailId,
    /// The number of the address that it goes to.
    pub recipient: Ordinal,
    /// What it tells.
    pub notice: Notice,
    /// When it is due. From then on others of its kind are judged anew.
    pub until: Timestamp,
}

impl Facts {
    /// The notice of that kind that waits for that address. One that waits for longer than a period of its quota comes
    /// from before the clock jumped back, and counts for nothing.
    #[must_use]
    pub(crate) fn waiting(
        &self,
        kind: NoticeKind,
        recipient: Ordinal,
        period: Span,
        now: Timestamp,
    ) -> Option<&JoinedNotice> {
        self.joined.get(&kind).filter(|joined| {
            joined.recipient == recipient && now < joined.until && joined.until <= now + period
        })
    }
}
