//! What staff and the owner see of mail that is held back from an address.

use serde::Serialize;

use crate::domain::{Address, SuppressionScope, Timestamp, Undeliverable};

/// Mail of one scope that is held back from an address: which, why, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SuppressionView {
    /// Which mails are held back: all but remedies, or one kind of those that strangers cause.
    pub scope: SuppressionScope,
    /// Why mail is held back.
    pub cause: Undeliverable,
    /// What the decision rests on: a reply code or an enhanced status (RFC 3463).
    pub evidence: String,
    /// Since when mail is held back.
    pub at: Timestamp,
    /// When mail goes again by itself; none: not before staff clears the address or a code that was mailed there is
    /// redeemed.
    pub lapses_at: Option<Timestamp>,
}

impl SuppressionView {
    /// What is held back from an address, whose record is as of now.
    pub(crate) fn all(address: Option<&Address>) -> Vec<Self> {
        let held = address.into_iter().flat_map(|address| &address.suppressions);
        held.map(|(scope, known)| Self {
            scope: *scope,
            cause: known.cause,
            evidence: known.evidence.clone(),
            at: known.at,
            lapses_at: known.lapses_at,
        })
        .collect()
    }

    /// Why no mail at all goes to the address, as far as is known.
    pub(crate) fn undeliverable(all: &[Self]) -> Option<Undeliverable> {
        all.iter().find(|known| known.scope == SuppressionScope::All).map(|known| known.cause)
    }
}
