//! The page that a link leads to says of its code what is so: that it is good as long as the records say so, to the last
//! microsecond, and not a moment longer.
//!
//! Looking takes time. What the page says must have been so at some time between the question and the answer.
//!
//! Invariant 18, by the door; [`promises`](super::promises) judges it by the records.

use accountable_core::domain::{AccountId, MailId, Nonce, Purpose, Span, Timestamp};

use super::{
    Breach, Evidence,
    promises::is_live,
    right_clocks::RightClocks,
    timeline::{Step, Timeline},
};
use crate::simulator::{clock::time_of_day, executor::Elapsed, history::Fact};

pub(super) fn breaches(evidence: &Evidence<'_>, timeline: &Timeline<'_>) -> Vec<Breach> {
    let mut broken = Vec::new();
    let mut clocks = RightClocks::default();
    for (entry, happened) in evidence.history.entries.iter().enumerate() {
        clocks.sees(entry, happened);
        let Fact::Inspected { mail, arrived, asked, process, live } = &happened.fact else { continue };
        let is_right = clocks.since(*process).is_some_and(|(since, _)| since <= *asked);
        let code = code_of(evidence, timeline, *mail, *arrived).filter(|_| is_right);
        let Some(Code { account, purpose, nonce }) = code else { continue };
        let steps = timeline.account_between(account, *asked, entry);
        if steps.iter().any(|step| step.mended) {
            continue;
        }
        let is_live = |step: &Step<'_>, now: Timestamp| {
            let quota = evidence.quota(&step.after.realm);
            is_live(step.after, purpose, nonce, now + Span::micros(1), quota)
        };
        // Time only ends what is good.
        let (begun, ended) = (time_of_day(evidence.history.entries[*asked].at), time_of_day(happened.at));
        let always = steps.iter().all(|step| is_live(step, ended));
        let never = !steps.iter().any(|step| is_live(step, begun));
        let (invariant, said, is) = match live {
            false if always => (18, "dead", "good"),
            true if never => (3, "good", "dead"),
            _ => continue,
        };
        let what = format!("the page of a {purpose:?} of {account} says that it is {said}, and it is {is}");
        broken.push(Breach::new(invariant, happened.at, what));
    }
    broken
}

/// What a letter's link is about.
struct Code {
    account: AccountId,
    purpose: Purpose,
    nonce: Nonce,
}

/// The code that a mail had with it when it was handed over at that time.
fn code_of(evidence: &Evidence<'_>, timeline: &Timeline<'_>, mail: MailId, arrived: Elapsed) -> Option<Code> {
    let entries = &evidence.history.entries;
    let first = entries.partition_point(|happened| happened.at < arrived);
    let (entry, process) = entries.iter().enumerate().skip(first).find_map(|(entry, happened)| {
        let Fact::HandedOver { letter, process, .. } = &happened.fact else { return None };
        (letter.id == mail).then_some((entry, *process))
    })?;
    let mail = timeline.takings(mail, process, entry).next()?.mail;
    let (purpose, nonce) = mail.code()?;
    Some(Code { account: mail.account()?, purpose, nonce })
}
