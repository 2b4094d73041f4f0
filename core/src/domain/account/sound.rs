//! Which facts go together: what holds of every account that commands and time can make.
//!
//! Nothing asks for it but tests: those of the rules, and the simulator's judges.

use std::collections::BTreeSet;

use super::{Account, Facts};
use crate::domain::{ClosedBy, Management, OpenStanding, Purpose, Standing, Timestamp};

impl Account {
    /// What is amiss with the facts, of an account as of now; none of what commands and time can make.
    #[doc(hidden)]
    #[must_use]
    pub fn unsound(&self, now: Timestamp) -> Option<&'static str> {
        unsound(self.facts().ok()?, now)
    }
}

fn unsound(facts: &Facts, now: Timestamp) -> Option<&'static str> {
    let live = |purpose: Purpose| facts.confirmations.get(&purpose).and_then(|these| these.live(now));
    let shut = facts.standing != Standing::Active;
    let expires = |purpose| live(purpose).map(|live| live.expires_at);
    let pending_until = facts.pending.as_ref().map(|pending| pending.until);
    let reserved: Vec<_> = facts.former.iter().filter(|former| former.reserved).collect();
    let ordinals: Vec<_> = facts.mailboxes().map(|mailbox| mailbox.ordinal).collect();
    let password = facts.password.as_ref();
    let checks = [
        ("a password was never had", password.is_none() || facts.ever_had_a_password),
        ("an address counts as replaced beside a password", !facts.replaced || password.is_none()),
        ("an account without a password that is neither new nor replaced", {
            password.is_some() || !facts.ever_had_a_password || facts.replaced
        }),
        ("a temporary password need not be changed", {
            password
                .is_none_or(|password| password.temporary_until.is_none() || password.must_change.is_some())
        }),
        ("a temporary password is warned of", {
            password.is_none_or(|password| password.temporary_until.is_none() || password.warn_at.is_none())
        }),
        ("an address is pending that nobody with a password asked for", {
            facts.pending.is_none() || password.is_some() && !shut
        }),
        ("a change of address waits longer or shorter than its codes live", {
            expires(Purpose::EmailConfirm) == pending_until && expires(Purpose::EmailCancel) == pending_until
        }),
        ("a change of management to who has it already", facts.pending_management != Some(facts.management)),
        ("a code for a change of management that is not pending", {
            live(Purpose::PasswordManagement).is_none() || facts.pending_management == Some(Management::Owner)
        }),
        ("a reset of no password", live(Purpose::PasswordReset).is_none() || password.is_some()),
        ("a first password for who has one", live(Purpose::PasswordSet).is_none() || password.is_none()),
        ("a code in a shut account", {
            let spared: &[Purpose] = match facts.standing {
                Standing::Closed { by: ClosedBy::Owner, .. } => {
                    &[Purpose::EmailRevert, Purpose::Reopen, Purpose::PasswordReset]
                }
                _ => &[Purpose::EmailRevert],
            };
            !shut || Purpose::ALL.iter().all(|purpose| spared.contains(purpose) || live(*purpose).is_none())
        }),
        ("a reopening that is not of the grace of what the owner's door closed", {
            live(Purpose::Reopen).is_none_or(|live| match facts.standing {
                Standing::Closed { by, until, .. } => by == ClosedBy::Owner && live.expires_at == until,
                _ => false,
            })
        }),
        ("an owner who closed a suspended account", {
            !matches!(
                facts.standing,
                Standing::Closed { by: ClosedBy::Owner, before: OpenStanding::Suspended { .. }, .. }
            )
        }),
        ("two changes of address and one undo", {
            facts.pending.is_none() || live(Purpose::EmailRevert).is_none()
        }),
        ("a link is owed where it could be mailed, or to who has a password", {
            !facts.owes_set_link || shut && facts.replaced
        }),
        ("a code to an address that is forgotten", {
            Purpose::ALL
                .iter()
                .filter_map(|purpose| live(*purpose))
                .all(|live| facts.mailbox(live.recipient).is_some())
        }),
        ("a reservation without its revert, or a revert without its reservation", {
            reserved.iter().map(|former| former.mailbox.ordinal).collect::<Vec<_>>()
                == live(Purpose::EmailRevert).map(|live| live.recipient).into_iter().collect::<Vec<_>>()
        }),
        ("a number of two addresses", {
            ordinals.iter().collect::<BTreeSet<_>>().len() == ordinals.len()
                && ordinals.iter().all(|ordinal| *ordinal < facts.next_ordinal)
        }),
        ("too many former addresses", facts.former.len() <= Facts::FORMER_MOST + 1),
        ("a sign-up that is purged with its password", {
            facts.purge_at.is_none() || !facts.ever_had_a_password
        }),
        ("mended stamps", facts.created_at <= now && facts.changed_at <= now),
    ];
    checks.into_iter().find(|(_, holds)| !holds).map(|(what, _)| what)
}
