//! Deciding on a commit: looked at whole before anything of it is written.

use accountable_core::port::{
    Commit, Swap, Write,
    records::{Judged, judge},
};

use crate::{
    companion::Companion,
    db::Db,
    error::{Cause, Stopped},
    journal,
    present::Seen,
    row::Form,
    write,
};

/// A commit, what it writes in its form, and the host's part in it.
pub(crate) struct Offer {
    pub(crate) commit: Commit,
    companion: Option<Companion>,
    /// Of the writes' records, in their order; none where there is none.
    pub(crate) records: Vec<Option<Form>>,
    /// Of the events.
    pub(crate) events: Vec<Form>,
}

impl Offer {
    /// Writes down on the caller's thread what the writer would otherwise do for everybody.
    pub(crate) fn of(commit: &Commit, companion: Option<Companion>) -> Result<Self, Cause> {
        let form = |write: &Write| match write {
            Write::Account(Swap { after: Some(record), .. }) => Form::of(record).map(Some),
            Write::Address(Swap { after: Some(record), .. }) => Form::of(record).map(Some),
            Write::Mail(Swap { after: Some(record), .. }) => Form::of(record).map(Some),
            Write::IpFilterGroup(Swap { after: Some(record), .. }) => Form::of(record).map(Some),
            Write::Note(Swap { after: Some(record), .. }) => Form::of(record).map(Some),
            _ => Ok(None),
        };
        Ok(Self {
            records: commit.writes().iter().map(form).collect::<Result<_, _>>()?,
            events: commit.events().iter().map(Form::of).collect::<Result<_, _>>()?,
            commit: commit.clone(),
            companion,
        })
    }
}

/// Applies a commit within an open write transaction. What the contract refuses is refused before anything is written;
/// after any other error the caller rolls back.
pub(crate) fn apply(on: &Db<'_>, offer: &Offer) -> Result<(), Stopped> {
    let commit = &offer.commit;
    let mut seen = Seen::of(on, commit)?;
    // To look among its events costs more than the rest of the judgement, and is rarely needed.
    seen.present.journaled = !seen.proves_new(commit) && journal::holds(on, commit)?;
    let levels = match judge(commit, &seen.present) {
        Judged::Repeated => return Ok(()),
        Judged::Refused(error) => return Err(Stopped::Refused(error)),
        Judged::Fits(levels) => levels,
    };
    write::write(on, offer, &seen, &levels)?;
    journal::append(on, commit, &offer.events)?;
    match &offer.companion {
        Some(companion) if !commit.events().is_empty() => companion.act(on.connection(), commit.events()),
        _ => Ok(()),
    }
}
