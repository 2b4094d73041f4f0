//! One note of the realm, read and written by itself: by what has no decision about an account to make.

use super::{Core, Deadline, DecideError, offer::Offered};
use crate::{
    domain::CommitId,
    error::Fault,
    port::{Commit, Note, NoteName, Stored, Swap, Who, Write},
};

impl Core {
    /// The realm's note of this name. Whoever has not yet met the keys may ask for it.
    pub(crate) async fn note(
        &self,
        name: &NoteName,
        deadline: &mut Deadline<'_>,
    ) -> Result<Option<Stored<Note>>, Fault> {
        let name = (self.realm.clone(), name.clone());
        let who = Who { notes: vec![name.clone()], ..Who::nobody() };
        Ok(deadline.within(self.store.load(&who)).await??.notes.remove(&name))
    }

    /// What writes notes, and does nothing else.
    pub(crate) fn noting(&self, writes: Vec<Write>) -> Result<Commit, Fault> {
        let commit = Commit::new(CommitId::from_bytes(self.random()?), writes, Vec::new());
        commit.map_err(|_| Fault::Defect("an illegal commit of notes"))
    }

    /// Puts a note in the place of this one: its stamp, or none where somebody else was first.
    pub(crate) async fn replace_note(
        &self,
        before: Option<Stored<Note>>,
        after: Note,
        deadline: &mut Deadline<'_>,
    ) -> Result<Option<CommitId>, Fault> {
        self.write_notes(vec![Write::Note(Swap { before, after: Some(after) })], deadline).await
    }

    /// Writes notes: their stamp, or none where somebody else was first.
    pub(crate) async fn write_notes(
        &self,
        writes: Vec<Write>,
        deadline: &mut Deadline<'_>,
    ) -> Result<Option<CommitId>, Fault> {
        let commit = self.noting(writes)?;
        match self.offer(&commit, &mut None, deadline).await {
            Ok(Offered::Applied) => Ok(Some(commit.id())),
            Ok(Offered::LoadAgain(_)) | Err(DecideError::Superseded) => Ok(None),
            Err(undecided) => Err(undecided.about_a_note()),
        }
    }
}

impl DecideError {
    /// Why a note was not written, where nobody else was first.
    pub(crate) fn about_a_note(self) -> Fault {
        match self {
            Self::Failed(fault) => fault,
            Self::Refused(veto) => Fault::HostFailed(veto.into()),
            Self::Superseded | Self::EmailTaken | Self::Exhausted { .. } => {
                Fault::Defect("a note was refused")
            }
        }
    }
}
