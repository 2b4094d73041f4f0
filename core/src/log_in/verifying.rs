//! Verifying what was typed, against the account's hash or against a decoy that costs as much.

use super::{attempt::Attempt, right::HashState};
use crate::{
    domain::{AccountId, VerifiedCredential},
    engine::{Core, Deadline},
    error::Fault,
};

impl Core {
    /// Verifies against the account's own hash; what is to be done about it if the password is right, none if it is wrong.
    pub(super) async fn state_of_hash(
        &self,
        attempt: &Attempt<'_>,
        account: AccountId,
        credential: &VerifiedCredential,
        deadline: &mut Deadline<'_>,
    ) -> Result<Option<HashState>, Fault> {
        let VerifiedCredential { sealed, raw_input, .. } = credential;
        let hash = self.open(account, sealed)?;
        if !self.verify_hash(attempt.password, &hash, *raw_input, deadline).await? {
            return Ok(None);
        }
        Ok(Some(if self.hasher.reads_part_only(&attempt.password.as_taken(*raw_input), &hash)? {
            HashState::ReadsPartOnly
        } else if *raw_input && attempt.password.prepared().is_some() || self.hasher.needs_rehash(&hash)? {
            HashState::Outdated
        } else {
            HashState::Fresh
        }))
    }

    /// Takes as long as verifying does. Which cost a decoy has is drawn by the address, so that it is always the same.
    pub(super) async fn verify_decoy(
        &self,
        attempt: &Attempt<'_>,
        deadline: &mut Deadline<'_>,
    ) -> Result<(), Fault> {
        let decoy = self.hasher.decoy(attempt.tag.as_bytes())?;
        deadline.within(self.hasher.verify(&attempt.password.as_taken(false), &decoy)).await??;
        Ok(())
    }
}
