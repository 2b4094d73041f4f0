//! What is left at the end, when nothing has failed for long: nothing that waits.

use accountable_core::domain::{Content, Mail, MailState, Span, Timestamp};

use super::{Breach, Evidence, shadow::Shadow};
use crate::simulator::{calm::SWEPT_WITHIN, clock::time_of_day, simulation::REALMS};

/// What the host is told at most so often.
const HOUR: Span = Span::hours(1);

/// Whether a mail waits for its time, which has not come: so long ago it was not there yet. The host is told once an hour of what
/// may happen often, and of an owner's notices one waits for its quota, no longer than a mail waits for its next attempt.
fn is_put_off(evidence: &Evidence<'_>, mail: &Mail, by: Timestamp) -> bool {
    let longest = evidence.rules(&mail.realm).retries.longest_wait().max(HOUR);
    mail.attempts == 0 && mail.due().is_some_and(|due| by < due && due <= mail.queued_at + longest)
}

pub(super) fn breaches(evidence: &Evidence<'_>, end: &Shadow<'_>) -> Vec<Breach> {
    let simulation = evidence.simulation;
    let at = simulation.time.elapsed();
    // What became due since the last sweep waits for the next.
    let by = time_of_day(at) - SWEPT_WITHIN;
    let mut said = Vec::new();
    // A mail that the last sweep caused may have to wait for the next, too.
    for mail in end.mails.values().map(|record| record.value).filter(|mail| mail.queued_at <= by) {
        let what = match (&mail.content, &mail.state) {
            (Content::Intent(_), _) => "a stranger's request waits",
            (_, MailState::Dead { .. }) => continue,
            (Content::Letter(_) | Content::ForHost(_), _) if is_put_off(evidence, mail, by) => continue,
            (_, MailState::Claimed { .. }) => "somebody has a mail, and nobody is at work",
            _ => "a mail waits",
        };
        said.push(Breach::new(9, at, format!("{what} at the end of a long calm: {:?}", mail.id)));
    }
    for account in end.accounts.values().map(|record| record.value) {
        if account.due().is_some_and(|due| due <= by) {
            said.push(Breach::new(14, at, format!("{} is overdue at the end of a long calm", account.id)));
        }
    }
    for realm in 0..REALMS {
        if simulation.due(realm).is_some_and(|next| next <= by) {
            said.push(Breach::new(14, at, "the store says that something is due at the end of a long calm"));
        }
    }
    said
}
