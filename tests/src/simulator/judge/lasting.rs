//! What was done lasts until something else is done: nothing of weight in an account changes without an event that says it.
//!
//! Invariant 15.

use accountable_core::domain::{Account, EventKind, Facts};

use super::{
    Breach,
    shadow::{Judge, Moment, Shadow, account_of},
};
use crate::simulator::history::Fact;

/// Sees each account change.
#[derive(Default)]
pub(super) struct Lasting {
    broken: Vec<Breach>,
}

impl<'a> Judge<'a> for Lasting {
    fn sees(&mut self, moment: Moment<'_, 'a>) {
        let Fact::Applied { commit, .. } = &moment.entry.fact else { return };
        let Some((before, after)) =
            account_of(commit).and_then(|swap| Some((swap.before.as_ref()?, &swap.after)))
        else {
            return;
        };
        let at = moment.entry.at;
        let Some(known) = moment.before.account(before.value.id) else { return };
        let Some(after) = after else { return };
        let events: Vec<_> = commit.events().iter().map(|event| &event.what).collect();
        for what in undone(known, after, &events) {
            let text = format!("{what} changed, and no event of the commit says so: {events:?}");
            self.broken.push(Breach::new(15, at, text));
        }
    }

    fn says(&mut self, _end: &Shadow<'a>) -> Vec<Breach> {
        std::mem::take(&mut self.broken)
    }
}

/// What changed without an event of its own.
fn undone(before: &Account, after: &Account, events: &[&EventKind]) -> Vec<&'static str> {
    use EventKind as E;
    let said = |is: fn(&EventKind) -> bool| events.iter().any(|event| is(event));
    let (Ok(was), Ok(is)) = (before.facts(), after.facts()) else {
        let erased = said(|event| matches!(event, E::Erased | E::SignUpYielded));
        return if before.standing() == after.standing() || erased {
            vec![]
        } else {
            vec!["whether it is erased"]
        };
    };
    let hash = |facts: &Facts| facts.password.as_ref().map(|password| password.hash.clone());
    let moved = |event: &EventKind| {
        matches!(event, E::EmailChanged { .. } | E::EmailReplaced { .. } | E::EmailReverted { .. })
    };
    let changes: [(&'static str, bool, bool); 6] = [
        (
            "the password",
            hash(was) != hash(is),
            said(|event| {
                matches!(
                    event,
                    E::PasswordSet { .. }
                        | E::PasswordRehashed
                        | E::Resealed
                        | E::EmailReplaced { .. }
                        | E::EmailReverted { .. }
                )
            }),
        ),
        (
            "the standing",
            before.standing() != after.standing(),
            said(|event| {
                matches!(
                    event,
                    E::Suspended | E::Reinstated | E::Closed | E::Reopened | E::EmailReverted { .. }
                )
            }),
        ),
        (
            "the address",
            was.mailbox.ordinal != is.mailbox.ordinal || was.mailbox.key != is.mailbox.key,
            said(moved),
        ),
        (
            "whether the address is proven",
            was.proven != is.proven,
            said(moved)
                || said(|event| matches!(event, E::EmailProven { .. } | E::PasswordSet { .. } | E::Reopened)),
        ),
        (
            "the pending address",
            was.pending.as_ref().map(|pending| pending.mailbox.ordinal)
                != is.pending.as_ref().map(|pending| pending.mailbox.ordinal),
            said(moved)
                || said(|event| matches!(event, E::EmailChangeDropped | E::EmailChangeRequested { .. })),
        ),
        (
            "who sets the passwords",
            was.management != is.management,
            said(|event| matches!(event, E::PasswordManagementChanged { .. })),
        ),
    ];
    changes.into_iter().filter(|(_, changed, said)| *changed && !*said).map(|(what, ..)| what).collect()
}
