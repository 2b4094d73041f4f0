//! How a record is written down.

use serde::{Serialize, de::DeserializeOwned};

use crate::port::StoreError;

/// A record could not be written down or read. The text names neither the record nor any part of it: what a parser says
/// may quote what it parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The record has no form.
    #[error("a record can't be written down")]
    Unwritable,
    /// The bytes are no form of such a record, or one that a newer build wrote.
    #[error("a record is damaged, or of a newer form than this build reads")]
    Unreadable,
}

impl From<CodecError> for StoreError {
    fn from(error: CodecError) -> Self {
        Self::Broken(error.into())
    }
}

/// Writes down an account, an address, a mail, a group, a note or an event.
///
/// # Errors
/// [`CodecError::Unwritable`].
pub fn encode(record: &impl Serialize) -> Result<Vec<u8>, CodecError> {
    serde_json::to_vec(record).map_err(|_| CodecError::Unwritable)
}

/// Reads what [`encode`] wrote, in this build or another.
///
/// # Errors
/// [`CodecError::Unreadable`].
pub fn decode<T: DeserializeOwned>(form: &[u8]) -> Result<T, CodecError> {
    serde_json::from_slice(form).map_err(|_| CodecError::Unreadable)
}
