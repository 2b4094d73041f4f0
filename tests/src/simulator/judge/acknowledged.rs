//! What a door answered is so: what it said is done was done once, and what it said was not done never is.
//!
//! Who asked may have given up meanwhile, and the answer of the store may have got lost, or have come late: the effect is there
//! once or not at all, whoever brought the commit to its end.
//!
//! Invariant 15.

use accountable_core::{
    domain::{EventKind, PasswordSource, Purpose},
    port::Commit,
};

use super::{Breach, questions::Asked};
use crate::simulator::history::Outcome;

/// What a command does to be done.
struct Effect {
    /// The events that say so.
    is: fn(&EventKind) -> bool,
    /// Where it is so already, it is done, and nothing happens.
    may_be_so_already: bool,
}

const fn each_time(is: fn(&EventKind) -> bool) -> Option<Effect> {
    Some(Effect { is, may_be_so_already: false })
}

const fn unless_it_is_so(is: fn(&EventKind) -> bool) -> Option<Effect> {
    Some(Effect { is, may_be_so_already: true })
}

/// The effect of each command; none of what only reads, and of what does many things or goes on by itself.
fn effect_of(door: &str) -> Option<Effect> {
    use EventKind as E;
    match door {
        "admin.register" => each_time(|event| matches!(event, E::Registered)),
        "admin.import" => each_time(|event| matches!(event, E::Imported)),
        "admin.request_password_set" => {
            each_time(|event| matches!(event, E::MailQueued { purpose: Purpose::PasswordSet, .. }))
        }
        "admin.request_email_proof" | "owner.request_email_proof" => {
            each_time(|event| matches!(event, E::MailQueued { purpose: Purpose::EmailProof, .. }))
        }
        "admin.issue_code" => each_time(|event| matches!(event, E::CodeIssued { .. })),
        "admin.assign_password" => {
            each_time(|event| matches!(event, E::PasswordSet { how: PasswordSource::Assigned }))
        }
        "admin.end_sessions" | "owner.end_sessions" => each_time(|event| matches!(event, E::SessionsEnded)),
        "admin.requeue_mail" => each_time(|event| matches!(event, E::MailRequeued { .. })),
        "admin.replace_email" => {
            unless_it_is_so(|event| matches!(event, E::EmailReplaced { .. } | E::Updated))
        }
        "admin.update" => unless_it_is_so(|event| matches!(event, E::EmailReplaced { .. } | E::Updated)),
        "admin.suspend" => unless_it_is_so(|event| matches!(event, E::Suspended)),
        "admin.reinstate" => unless_it_is_so(|event| matches!(event, E::Reinstated)),
        "admin.unlock" => unless_it_is_so(|event| matches!(event, E::Unlocked { .. })),
        "admin.close" => unless_it_is_so(|event| matches!(event, E::Closed)),
        "admin.reopen" => unless_it_is_so(|event| matches!(event, E::Reopened)),
        "admin.erase" | "admin.erase_despite_revert" => unless_it_is_so(|event| matches!(event, E::Erased)),
        "admin.require_password_change" => {
            unless_it_is_so(|event| matches!(event, E::PasswordChangeRequired))
        }
        "admin.clear_suppression" => unless_it_is_so(|event| matches!(event, E::SuppressionCleared { .. })),
        "admin.change_password_management" => unless_it_is_so(|event| {
            matches!(
                event,
                E::PasswordManagementChanged { .. }
                    | E::PasswordManagementRequested { .. }
                    | E::PasswordManagementKept
                    | E::MailQueued { purpose: Purpose::PasswordManagement, .. }
            )
        }),
        "owner.change_password" => {
            each_time(|event| matches!(event, E::PasswordSet { how: PasswordSource::Changed }))
        }
        "owner.request_email_change" => each_time(|event| {
            matches!(
                event,
                E::EmailChangeRequested { .. } | E::MailQueued { purpose: Purpose::EmailConfirm, .. }
            )
        }),
        "owner.confirm_email" => each_time(|event| matches!(event, E::EmailChanged { .. })),
        "owner.prove_email" => each_time(|event| matches!(event, E::EmailProven { .. })),
        "owner.cancel_email_change" | "public.cancel_email_change" => {
            each_time(|event| matches!(event, E::EmailChangeDropped))
        }
        "owner.close" => each_time(|event| matches!(event, E::Closed)),
        "public.sign_up" | "public.request_password_reset" => {
            each_time(|event| matches!(event, E::MailRequested { .. }))
        }
        "public.choose_password" => {
            each_time(|event| matches!(event, E::PasswordSet { how: PasswordSource::Chosen }))
        }
        "public.revert_email_change" => each_time(|event| matches!(event, E::EmailReverted { .. })),
        _ => None,
    }
}

/// Faults that say that nothing was done.
const NOTHING_WAS_DONE: [&str; 7] =
    ["unavailable", "overloaded", "timed_out", "wrong_keyring", "unscreened", "host_failed", "no_entropy"];

pub(super) fn breaches(questions: &[Asked<'_>]) -> Vec<Breach> {
    questions.iter().filter_map(judged).collect()
}

fn judged(asked: &Asked<'_>) -> Option<Breach> {
    let door = asked.question.door;
    let effect = effect_of(door)?;
    let bears = |commit: &Commit| commit.events().iter().any(|event| (effect.is)(&event.what));
    let effects: Vec<_> = asked.commits.iter().filter(|done| bears(done.commit)).collect();
    let breach = |at, what: String| Some(Breach::new(15, at, what));
    if let [_, second, ..] = &effects[..] {
        return breach(second.at, format!("{door} was asked once and done {} times", effects.len()));
    }
    match (&asked.answer?.outcome, effects.first()) {
        (Outcome::Done, None) if !effect.may_be_so_already => {
            breach(asked.ended_at?, format!("{door} answered that it is done, and nothing of it is durable"))
        }
        (Outcome::Failed(fault), Some(done)) if NOTHING_WAS_DONE.contains(fault) => breach(
            done.at,
            format!("{door} answered {fault}, which says that nothing was done, and it was done"),
        ),
        // What time drops is written down where a command is refused: that is judged by itself.
        (Outcome::Refused(code), Some(done)) if !door.ends_with("cancel_email_change") => {
            breach(done.at, format!("{door} was refused as {code}, and was done"))
        }
        _ => None,
    }
}
