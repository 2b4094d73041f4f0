//! The veto on erasure: what else in the host still needs an account.

use async_trait::async_trait;

use super::Source;
use crate::domain::AccountId;

/// Asked before an account is erased, by command or after its grace.
///
/// It is asked outside the commit. A host that must be certain (a row of its own that refers to the account) says no in
/// its own part of the commit as well, where its store offers that.
#[async_trait]
pub trait ErasureVeto: Send + Sync + 'static {
    /// Answers with a short code of the host's own that says what still needs the account, or with none to let it go. A
    /// veto on a due erasure is asked for again later.
    ///
    /// # Errors
    /// What kept it from being found out; nothing is erased then, and a command answers `host_failed`.
    async fn veto(&self, account: AccountId) -> Result<Option<String>, Source>;
}
