//! What is left at the end, when nothing has failed for long: nothing that waits.

use accountable_core::{
    domain::{CommitId, Content, MailState, Span},
    port::{Claim, Store as _},
};
use futures_util::FutureExt as _;

use super::{Breach, Evidence, shadow::Shadow};
use crate::simulator::{calm::SWEPT_WITHIN, clock::time_of_day, simulation::REALMS};

pub(super) fn breaches(evidence: &Evidence<'_>, end: &Shadow<'_>) -> Vec<Breach> {
    let simulation = evidence.simulation;
    let at = simulation.time.elapsed();
    let now = time_of_day(at);
    // What became due since the last sweep waits for the next.
    let by = now - SWEPT_WITHIN;
    let mut said = Vec::new();
    for mail in end.mails.values().map(|record| record.value) {
        let what = match (&mail.content, &mail.state) {
            (Content::Intent(_), _) => "a stranger's request waits",
            (_, MailState::Dead { .. }) => continue,
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
        let claim = Claim {
            id: CommitId::from_bytes([0; 16]),
            realm: simulation.realm(realm),
            now,
            until: now,
            horizon: now + Span::days(3_650),
            limit: None,
            pass_over: std::collections::BTreeSet::new(),
        };
        let claims = simulation.disk.store.claim(&claim).now_or_never();
        let next = claims.and_then(Result::ok).and_then(|claims| claims.next_due);
        if next.is_some_and(|next| next <= by) {
            said.push(Breach::new(14, at, "the store says that something is due at the end of a long calm"));
        }
    }
    said
}
