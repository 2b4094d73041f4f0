//! Which processes run over the realm: each says so when it starts and each minute after that, and takes it back at its end.
//!
//! What a process says stands in a note of its own, `process/ID`: a JSON object, which is a [`Process`]. The note `processes` is
//! a JSON array of their ids, 16 hexadecimal digits each. So a beat meets no other process, and only who comes or goes writes
//! what all share. Who comes clears away those that went without a word.

use std::{collections::BTreeMap, pin::pin, sync::Arc};

use futures_util::future::{Either, select};

use crate::{
    domain::{Hex, Process, Timestamp},
    engine::{Core, watch},
    error::Fault,
    port::{Note, NoteName, Stored, Swap, Who, Write},
};

/// How often who comes or goes tries to write what all share, where others do the same.
const TRIES: u32 = 100;

/// How many are cleared away at once: a commit has 16 writes.
const CLEARED: usize = 8;

/// So many are there at most: some 210 fit into the note of all. Where more come, as where a process is started again and again
/// and always killed, those that were silent the longest make room.
const MOST: usize = 200;

/// This process, as the store knows of it, until it [is kept](Self::keep) no longer.
#[must_use = "a process that does not go on to say that it is there counts as gone after 5 minutes"]
pub struct Presence {
    core: Arc<Core>,
    name: String,
    said: Stored<Note>,
}

impl Presence {
    /// Says so for the first time.
    pub(crate) async fn begin(core: Arc<Core>, name: &str) -> Result<Self, Fault> {
        let id: [u8; 8] = core.random()?;
        let note = note_of(&Hex(&id).to_string())?;
        let said = core.arrive(&note, name).await?;
        Ok(Self { core, name: name.to_owned(), said })
    }

    /// Says each minute that this process is there, until `shutdown` ends; then takes it back. A beat that fails is told to the
    /// operators, and the next one is tried as ever.
    pub async fn keep(mut self, shutdown: impl Future<Output = ()> + Send) {
        let core = Arc::clone(&self.core);
        let mut shutdown = pin!(shutdown);
        loop {
            let rest = pin!(core.rest(Process::BEAT));
            match select(shutdown.as_mut(), rest).await {
                Either::Left(_) => break,
                Either::Right((Ok(()), _)) => {
                    if let Err(fault) = self.beat().await {
                        watch::troubled(&fault);
                    }
                }
                // Nothing tells the time any more: it is waited for the end alone.
                Either::Right((Err(_), _)) => {
                    shutdown.as_mut().await;
                    break;
                }
            }
        }
        if let Err(fault) = core.depart(&self.said.value.name).await {
            watch::troubled(&fault);
        }
    }

    async fn beat(&mut self) -> Result<(), Fault> {
        let next = self.core.saying(&self.said.value.name, &self.name)?;
        let kept =
            self.core.replace_note(Some(self.said.clone()), next.clone(), &mut self.core.deadline()).await?;
        self.said = match kept {
            Some(stamp) => Stored { value: next, stamp },
            // It was taken for gone, or the answer to the beat before got lost.
            None => self.core.arrive(&self.said.value.name, &self.name).await?,
        };
        Ok(())
    }
}

impl std::fmt::Debug for Presence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presence")
            .field("name", &self.name)
            .field("note", &self.said.value.name)
            .finish_non_exhaustive()
    }
}

/// The note of all, and those that it names: what a process said is none where that can't be read.
struct Known {
    index: Option<Stored<Note>>,
    processes: BTreeMap<String, (Stored<Note>, Option<Process>)>,
}

impl Core {
    /// The processes of the realm that were heard of within the last five minutes.
    pub(crate) async fn processes(&self) -> Result<Vec<Process>, Fault> {
        let now = self.clock.now();
        let known = self.known_processes().await?.processes;
        let said = known.into_values().map(|(_, process)| process.ok_or(Fault::Damaged));
        let mut said = said.collect::<Result<Vec<_>, _>>()?;
        said.retain(|process| !process.is_gone(now));
        Ok(said)
    }

    async fn known_processes(&self) -> Result<Known, Fault> {
        let mut deadline = self.deadline();
        self.meet_keys(&mut deadline).await?;
        let index = self.note(&NoteName::processes(), &mut deadline).await?;
        let ids = index.as_ref().map(|note| serde_json::from_str::<Vec<String>>(&note.value.content));
        let ids = ids.transpose().map_err(|_| Fault::Damaged)?.unwrap_or_default();
        let mut names = BTreeMap::new();
        for id in ids {
            names.insert((self.realm.clone(), note_of(&id)?), id);
        }
        let who = Who { notes: names.keys().cloned().collect(), ..Who::nobody() };
        let found = deadline.within(self.store.load(&who)).await??.notes;
        let processes = found.into_iter().filter_map(|(name, note)| {
            let said = serde_json::from_str(&note.value.content).ok();
            Some((names.remove(&name)?, (note, said)))
        });
        Ok(Known { index, processes: processes.collect() })
    }

    /// What this process says of itself now, as its note. Of so many keys that they fill it, some are left out: none is used
    /// then that it is not known to know.
    fn saying(&self, note: &NoteName, name: &str) -> Result<Note, Fault> {
        let mut process = Process::with(name, &self.keys, self.clock.now());
        loop {
            // Never fails: the form has no map with keys that are not texts.
            let content = serde_json::to_string(&process).unwrap_or_default();
            match Note::new(self.realm.clone(), note.clone(), content) {
                Ok(note) => return Ok(note),
                Err(_) if process.keys.pop_last().is_some() => {}
                Err(_) => return Err(Fault::Defect("a process fits no note")),
            }
        }
    }

    /// Puts this process among those of the realm, and clears away some that are gone.
    async fn arrive(&self, note: &NoteName, name: &str) -> Result<Stored<Note>, Fault> {
        for _ in 0..TRIES {
            let Known { index, mut processes } = self.known_processes().await?;
            let ours = id_of(note);
            let before = processes.remove(ours).map(|(stored, _)| stored);
            let now = self.clock.now();
            let cleared: Vec<_> =
                superfluous(&processes, now).iter().filter_map(|id| processes.remove(id)).collect();
            let ids: Vec<&str> = processes.keys().map(String::as_str).chain([ours]).collect();
            let said = self.saying(note, name)?;
            let mut writes =
                vec![self.index_swap(index, &ids)?, Write::Note(Swap { before, after: Some(said.clone()) })];
            writes.extend(cleared.into_iter().map(|(stored, _)| Write::Note(Swap::remove(stored))));
            if let Some(stamp) = self.write_notes(writes, &mut self.deadline()).await? {
                return Ok(Stored { value: said, stamp });
            }
        }
        Err(Fault::TimedOut)
    }

    /// Takes this process from those of the realm.
    async fn depart(&self, note: &NoteName) -> Result<(), Fault> {
        for _ in 0..TRIES {
            let Known { index, mut processes } = self.known_processes().await?;
            let Some((stored, _)) = processes.remove(id_of(note)) else { return Ok(()) };
            let ids: Vec<&str> = processes.keys().map(String::as_str).collect();
            let writes = vec![self.index_swap(index, &ids)?, Write::Note(Swap::remove(stored))];
            if self.write_notes(writes, &mut self.deadline()).await?.is_some() {
                return Ok(());
            }
        }
        Err(Fault::TimedOut)
    }

    fn index_swap(&self, before: Option<Stored<Note>>, ids: &[&str]) -> Result<Write, Fault> {
        let content = serde_json::to_string(ids).unwrap_or_default();
        let note = Note::new(self.realm.clone(), NoteName::processes(), content);
        let note = note.map_err(|_| Fault::Defect("more processes than a note has room for"))?;
        let unknown = before.as_ref().map(|stored| stored.value.unknown.clone()).unwrap_or_default();
        Ok(Write::Note(Swap { before, after: Some(Note { unknown, ..note }) }))
    }
}

/// Those that make room, those that were silent the longest first.
fn superfluous(processes: &BTreeMap<String, (Stored<Note>, Option<Process>)>, now: Timestamp) -> Vec<String> {
    let heard = |said: &Option<Process>| said.as_ref().map(|process| process.heard_at);
    let mut oldest: Vec<_> = processes.iter().map(|(id, (_, said))| (heard(said), id, said)).collect();
    oldest.sort_by_key(|(heard, ..)| *heard);
    let too_many = oldest.len().saturating_sub(MOST.saturating_sub(1));
    let goes = |at: usize, said: &Option<Process>| {
        at < too_many || said.as_ref().is_none_or(|process| process.is_gone(now))
    };
    let going = oldest.iter().enumerate().filter(|(at, (_, _, said))| goes(*at, said));
    going.take(CLEARED).map(|(_, (_, id, _))| (*id).clone()).collect()
}

/// The note of the process with this id.
fn note_of(id: &str) -> Result<NoteName, Fault> {
    NoteName::parse(&format!("{FOLDER}{id}")).map_err(|_| Fault::Damaged)
}

fn id_of(note: &NoteName) -> &str {
    note.as_str().strip_prefix(FOLDER).unwrap_or_default()
}

const FOLDER: &str = "process/";
