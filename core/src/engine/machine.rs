//! Whether the store was copied here: mails of a copy go to the same people as those of the original.
//!
//! The realm's note `machine` names the machine that mailed last, in 32 hexadecimal digits. Where it names another, operators
//! are warned and the note is written anew: once for each copy, and for each move to another machine.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Core, watch};
use crate::{
    domain::MachineId,
    error::Fault,
    port::{CommitError, Note, NoteName, Swap, Write},
};

/// Whether this process has looked which machine mailed last.
#[derive(Debug, Default)]
pub(crate) struct MachineMet(AtomicBool);

impl Core {
    /// Warns, before the first mail of this process goes out, of mails that go to few, and of a store that another machine
    /// mailed from until now.
    ///
    /// # Errors
    /// A fault of the store; then the next call looks again.
    pub(crate) async fn meet_machine(&self) -> Result<(), Fault> {
        if self.machine_met.0.load(Ordering::Acquire) {
            return Ok(());
        }
        if let Some(machine) = self.machine {
            self.note_machine(machine).await?;
        }
        // Of several that look at once, one says so.
        if !self.machine_met.0.swap(true, Ordering::AcqRel) && self.host.only_to.is_some() {
            watch::mails_withheld();
        }
        Ok(())
    }

    async fn note_machine(&self, machine: MachineId) -> Result<(), Fault> {
        let mut deadline = self.deadline();
        let before = self.note(&NoteName::machine(), &mut deadline).await?;
        let ours = machine.to_string();
        if before.as_ref().is_some_and(|note| note.value.content == ours) {
            return Ok(());
        }
        let copied = before.is_some();
        let note = Note::new(self.realm.clone(), NoteName::machine(), ours);
        let note = note.map_err(|_| Fault::Defect("a machine's name fits no note"))?;
        let commit = self.noting(vec![Write::Note(Swap { before, after: Some(note) })])?;
        if let Err(CommitError::Store(error)) = deadline.within(self.store.commit(&commit)).await? {
            return Err(error.into());
        }
        // Where another process was first, the host said no, or nobody knows, whoever starts next looks again.
        if copied {
            watch::copied();
        }
        Ok(())
    }
}
