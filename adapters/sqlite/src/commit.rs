//! Deciding on a commit: looked at whole before anything of it is written.

use accountable_core::port::records::{Judged, judge};

use crate::{db::Db, error::Stopped, journal, offer::Offer, present::Seen, write};

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
