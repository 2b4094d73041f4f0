//! The page that a link leads to says of its code what is so: that it is good as long as the records say so, to the last
//! microsecond, and not a moment longer.
//!
//! Looking takes time. What the page says must have been so at some time between the question and the answer.
//!
//! Invariant 18, by the door; [`promises`](super::promises) judges it by the records.

use accountable_core::domain::{AccountId, MailId, Nonce, Purpose, Quota, Timestamp};

use super::{
    Breach, Evidence,
    timeline::{Step, Timeline},
};
use crate::simulator::{clock::time_of_day, history::Fact, simulation::PROCESSES};

pub(super) fn breaches(evidence: &Evidence<'_>, timeline: &Timeline<'_>) -> Vec<Breach> {
    let mut broken = Vec::new();
    // Since which entry each clock is right.
    let mut right_since = [Some(0); PROCESSES];
    for (entry, happened) in evidence.history.entries.iter().enumerate() {
        match &happened.fact {
            Fact::ClockSet { process, ahead } => {
                let since = right_since[*process];
                right_since[*process] = (*ahead == 0).then(|| since.unwrap_or(entry));
            }
            Fact::Inspected { mail, asked, process, live }
                if right_since[*process].is_some_and(|since| since <= *asked) =>
            {
                let Some(code) = code_of(timeline, *mail) else { continue };
                let begun = time_of_day(evidence.history.entries[*asked].at);
                let ended = time_of_day(happened.at);
                let steps = timeline.account_between(code.account, *asked, entry);
                if steps.iter().any(|step| step.mended) {
                    continue;
                }
                let is_live =
                    |step: &Step<'_>, now| code.is_live(step, evidence.quota(&step.after.realm), now);
                // Time only ends what is good.
                let always = steps.iter().all(|step| is_live(step, ended));
                let never = !steps.iter().any(|step| is_live(step, begun));
                let Code { purpose, account, .. } = code;
                if always && !live {
                    let what = format!(
                        "the page of a {purpose:?} of {account} says that it is dead, and it is good"
                    );
                    broken.push(Breach::new(18, happened.at, what));
                } else if never && *live {
                    let what = format!(
                        "the page of a {purpose:?} of {account} says that it is good, and it is dead"
                    );
                    broken.push(Breach::new(3, happened.at, what));
                }
            }
            _ => {}
        }
    }
    broken
}

/// What a letter's link is about.
struct Code {
    account: AccountId,
    purpose: Purpose,
    nonce: Nonce,
}

/// The code that a mail had with it when it was taken up last.
fn code_of(timeline: &Timeline<'_>, mail: MailId) -> Option<Code> {
    let mail = timeline.mails.get(&mail)?.last()?.mail;
    let (purpose, nonce) = mail.code()?;
    Some(Code { account: mail.account()?, purpose, nonce })
}

impl Code {
    /// Whether it is good at a time, in that state of its account.
    fn is_live(&self, step: &Step<'_>, quota: Quota, now: Timestamp) -> bool {
        let (then, _) = step.after.as_of(now, quota);
        let Ok(facts) = then.facts() else { return false };
        let live = facts.live_under(self.purpose, self.nonce, now);
        live.is_some() && facts.standing.redeems(self.purpose, now) && !then.is_over(now)
    }
}
