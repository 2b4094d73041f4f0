//! Nobody waits longer than they must: a door answers within the patience that each of its steps has, and what it says of
//! how long to wait is no longer than the window of what refuses.
//!
//! A question that is neither answered nor left hangs. Patience goes by the time that passes, so that no clock that jumps
//! excuses anything.
//!
//! Invariant 14.

use accountable_core::domain::{Quota, Retries, Rules, Span};

use super::{Breach, Evidence, questions::Asked};
use crate::simulator::{
    history::{Answer, Outcome},
    simulation::realm_of,
};

/// How long whoever logs in is kept waiting for a fresh hash.
const REHASHING: Span = Span::seconds(2);
/// How long a caller may say that it waits for a delivery; a delivery itself takes no longer than this.
const DELIVERING: Span = Retries::LONGEST_DELIVERY;

/// The longest that a call of a door takes; none where it does more, the longer the more there is to do.
fn longest(door: &str, patience: Span) -> Option<Span> {
    let (steps, beside) = match door {
        "sweep" => return None,
        // Found, verified, counted or let in; a second time where the hash was sealed anew; noted.
        "public.authenticate" => (5, REHASHING),
        "public.sign_up"
        | "public.request_password_reset"
        | "public.inspect_code"
        | "public.cancel_email_change"
        | "public.revert_email_change"
        | "owner.request_email_proof"
        | "owner.prove_email"
        | "owner.cancel_email_change"
        | "owner.end_sessions"
        | "admin.suspend"
        | "admin.reinstate"
        | "admin.unlock"
        | "admin.end_sessions"
        | "admin.close"
        | "admin.reopen"
        | "admin.issue_code" => (1, Span::ZERO),
        // The host may look the password up.
        "public.choose_password" | "admin.assign_password" => (2, Span::ZERO),
        // The session is looked at; the password is verified and counted, and the command decided, each once more where
        // the hash was sealed anew; how long to wait is looked up.
        "owner.change_password" | "owner.close" | "owner.request_email_change" => (9, Span::ZERO),
        // Decided; then looked up, renewed, handed over, settled.
        "admin.request_password_set" | "admin.request_email_proof" | "admin.change_password_management" => {
            (4, DELIVERING)
        }
        // A sign-up may have to give way, mails and all.
        _ => (10, Span::ZERO),
    };
    Some(Span::micros(patience.times(steps).as_micros() + beside.as_micros()))
}

pub(super) fn breaches(evidence: &Evidence<'_>, questions: &[Asked<'_>]) -> Vec<Breach> {
    let mut broken = Vec::new();
    let end = evidence.simulation.time.elapsed();
    for asked in questions {
        let door = asked.question.door;
        let setting = &evidence.simulation.settings[realm_of(asked.question.process)];
        let took = Span::micros(asked.ended_at.unwrap_or(end).saturating_sub(asked.at));
        if longest(door, setting.patience).is_some_and(|longest| took > longest) {
            let how = if asked.ended_at.is_some() { "took" } else { "hangs since" };
            broken.push(Breach::new(14, asked.at, format!("{door} {how} {took}")));
        }
        if let Some(answer) = asked.answer
            && let Some(what) = waits_too_long(answer, &setting.rules)
        {
            broken.push(Breach::new(14, asked.at, what));
        }
    }
    broken
}

fn waits_too_long(answer: &Answer, rules: &Rules) -> Option<String> {
    let (door, wait) = (answer.question.door, answer.retry_after?);
    let failures = [rules.origin_failure_quota, rules.network_failure_quota];
    let (code, window) = match &answer.outcome {
        Outcome::Done => return None,
        // Somebody has to mend it first.
        Outcome::Failed("broken") => ("broken", Span::minutes(1)),
        Outcome::Failed(code) => (*code, Span::seconds(1)),
        Outcome::Refused(code) => {
            let window = match (code.as_str(), door) {
                ("locked", _) => rules.owner_failure_quota.period(),
                ("too_many_requests", "public.authenticate" | "public.choose_password") => {
                    longest_of(&failures)
                }
                ("too_many_requests", _) => longest_of(&[rules.origin_quota, rules.network_quota]),
                ("throttled", "owner.change_password" | "owner.close") => longest_of(&failures),
                ("throttled", "owner.request_email_change") => longest_of(&[
                    rules.account_quota,
                    rules.email_change_quota,
                    rules.new_address_quota,
                    rules.new_address_long_quota,
                ]),
                ("throttled", _) => longest_of(&[rules.account_quota, rules.proof_quota]),
                _ => Span::ZERO,
            };
            (code.as_str(), window)
        }
    };
    let fits = Span::ZERO < wait && wait <= window;
    (!fits).then(|| format!("{door} is {code} for {wait}, and the window is {window}"))
}

fn longest_of(quotas: &[Quota]) -> Span {
    quotas.iter().map(|quota| quota.period()).max().unwrap_or(Span::ZERO)
}
