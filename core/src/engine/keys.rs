//! Whether this process has the keys that the realm was written with: asked of the store once, before anything else is.
//!
//! A keyring with other keys under the same names finds no account by its address and opens no hash: what it wrote until
//! somebody noticed could not be mended. The check values are kept in the realm's note `keys`: a JSON object with the
//! check value of the key of the tags (`tags`) and of each rotating key (`keys`, by name).

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Core, Deadline};
use crate::{
    domain::{KeyChecks, KeyId},
    error::Fault,
    port::{Note, NoteName, Stored},
};

/// How often the note is read at most, where other processes that start now write it as well.
const TRIES: u32 = 100;

/// Whether the keyring was found to be the right one.
#[derive(Debug, Default)]
pub(crate) struct KeysMet(AtomicBool);

impl Core {
    /// Compares the keyring with the check values that the realm keeps, and writes down those that it lacks. Asks the store
    /// at the first call of a process only; a keyring that was refused is refused again.
    ///
    /// # Errors
    /// [`Fault::WrongKeyring`]; a fault of the store.
    pub(crate) async fn meet_keys(&self, deadline: &mut Deadline<'_>) -> Result<(), Fault> {
        if self.keys_met.0.load(Ordering::Acquire) {
            return Ok(());
        }
        let name = NoteName::keys();
        let ours = self.keys.checks();
        for _ in 0..TRIES {
            let before = self.note(&name, deadline).await?;
            let Some(next) = self.unrecorded(before.as_ref(), &ours)? else {
                self.keys_met.0.store(true, Ordering::Release);
                return Ok(());
            };
            // What is written is read again: another process may have been the first, with other keys.
            self.replace_note(before, next, deadline).await?;
        }
        Err(Fault::TimedOut)
    }

    /// Whether the realm was written with a key of this name, ever since it keeps check values.
    pub(crate) async fn key_is_named(&self, id: &KeyId) -> Result<bool, Fault> {
        let mut deadline = self.deadline();
        self.meet_keys(&mut deadline).await?;
        let recorded = self.note(&NoteName::keys(), &mut deadline).await?;
        let recorded = recorded.map(|note| serde_json::from_str::<KeyChecks>(&note.value.content));
        Ok(recorded.transpose().map_err(|_| Fault::Damaged)?.is_some_and(|recorded| recorded.names(id)))
    }

    /// The note as it shall be, where it lacks a key of ours.
    fn unrecorded(&self, before: Option<&Stored<Note>>, ours: &KeyChecks) -> Result<Option<Note>, Fault> {
        let next = match before {
            None => Some(ours.clone()),
            Some(stored) => {
                let recorded: KeyChecks =
                    serde_json::from_str(&stored.value.content).map_err(|_| Fault::Damaged)?;
                recorded.met_by(ours).map_err(Fault::WrongKeyring)?
            }
        };
        let note = |checks: &KeyChecks| {
            // Never fails: the form has no map with keys that are not texts.
            let content = serde_json::to_string(checks).unwrap_or_default();
            let unknown = before.map(|stored| stored.value.unknown.clone()).unwrap_or_default();
            let note = Note::new(self.realm.clone(), NoteName::keys(), content).ok()?;
            Some(Note { unknown, ..note })
        };
        // Of a keyring with so many keys that they fill no note, what is recorded stays as it is.
        Ok(next.and_then(|next| note(&next).or_else(|| note(&next.only_of(ours)))))
    }
}
