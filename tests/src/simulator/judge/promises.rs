//! Invariant 18: what a letter tells is so as it leaves, and the end that it names is not undercut.
//!
//! It is judged by the records, and not by what the doors say of them: what is so is what the account would be a microsecond
//! before the named end, were nothing done to it any more. Judged is what befalls an account whose stamps were never mended:
//! where a clock goes back, stamps of what was done by the clock before are brought to the present, and ends with them.

use accountable_core::domain::{
    Account, ClosedBy, Content, Dispatch, EventKind, Facts, Letter, Message, Nonce, Notice, Purpose, Span,
    Standing, Subject, Timestamp,
};

use super::{
    Breach, Evidence,
    right_clocks::RightClocks,
    timeline::{Hand, Step, Taken, Timeline},
};
use crate::simulator::{clock::time_of_day, executor::Elapsed, history::Fact};

/// How long a letter may be on its way from the mail server's taking it up to our writing down that it did: no longer than
/// a delivery, and what is written before.
const ON_ITS_WAY: Span = Span::minutes(5);

pub(super) fn breaches(evidence: &Evidence<'_>, timeline: &Timeline<'_>) -> Vec<Breach> {
    let mut broken = Vec::new();
    let mut clocks = RightClocks::default();
    for (entry, happened) in evidence.history.entries.iter().enumerate() {
        clocks.sees(entry, happened);
        match &happened.fact {
            Fact::HandedOver { letter, outcome, process } if outcome.arrives() => {
                let told = |taken: &Taken<'_>| {
                    let Content::Letter(dispatch) = &taken.mail.content else { return None };
                    let sent = Sent { evidence, timeline, letter, dispatch, taken, entry, at: happened.at };
                    // It reckoned with the clock that it has, since it took the mail up.
                    let clock_is_right =
                        clocks.since(*process).is_some_and(|(_, since)| since == 0 || since < taken.at);
                    sent.breach(clock_is_right)
                };
                // A process whose clock jumps ahead takes up again what it has in hand: the letter may be of either time.
                let is_in_hand = |taken: &&Taken<'_>| happened.at <= taken.at + ON_ITS_WAY.as_micros();
                let mut takings = timeline.takings(letter.id, *process, entry);
                let last = takings.next().and_then(told);
                let is_so = takings.take_while(is_in_hand).any(|taken| told(taken).is_none());
                broken.extend(last.filter(|_| !is_so));
            }
            _ => {}
        }
    }
    broken
}

/// A letter that arrived.
struct Sent<'a> {
    evidence: &'a Evidence<'a>,
    timeline: &'a Timeline<'a>,
    letter: &'a Letter,
    dispatch: &'a Dispatch,
    taken: &'a Taken<'a>,
    entry: usize,
    at: Elapsed,
}

impl Sent<'_> {
    fn breach(&self, clock_is_right: bool) -> Option<Breach> {
        match (&self.letter.message, &self.dispatch.subject) {
            (Message::Code { purpose, expires_at, .. }, Subject::Code { nonce, .. }) => {
                self.keeps_its_word(*purpose, *nonce, *expires_at, clock_is_right)
            }
            (Message::Notice(notice), _) => {
                let is_so = self.tells_the_truth(notice, clock_is_right);
                (!is_so).then(|| self.said(18, self.at, &format!("{notice:?} is not so")))
            }
            _ => None,
        }
    }

    fn said(&self, invariant: u8, at: Elapsed, what: &str) -> Breach {
        Breach::new(
            invariant,
            at,
            format!("letter {:?} to {}: {what}", self.letter.id, self.letter.to.as_str()),
        )
    }

    /// The account as it was from when the mail was taken up until the letter left.
    fn meanwhile(&self) -> &[Step<'_>] {
        self.timeline.account_between(self.dispatch.account, self.taken.entry, self.entry)
    }

    fn keeps_its_word(
        &self,
        purpose: Purpose,
        nonce: Nonce,
        end: Timestamp,
        clock_is_right: bool,
    ) -> Option<Breach> {
        let stands = |step: &Step<'_>| {
            let quota = self.evidence.quota(&step.after.realm);
            is_live(step.after, purpose, nonce, end, quota)
        };
        let meanwhile = self.meanwhile();
        if meanwhile.iter().any(|step| step.mended) {
            return None;
        }
        let Some(told) = meanwhile.iter().rposition(stands) else {
            let what = format!("{purpose:?} is not good until {end}, as it says");
            return Some(self.said(18, self.at, &what));
        };
        if clock_is_right && let Some(what) = self.is_short(purpose, nonce, end, &meanwhile[told]) {
            return Some(self.said(18, self.at, &what));
        }
        let since = self.timeline.account_from(self.dispatch.account, meanwhile[told].entry);
        for step in since.iter().skip(1) {
            if step.mended || end <= step.when {
                return None;
            }
            if stands(step) {
                continue;
            }
            let invariant = match step.hand {
                Hand::Staff | Hand::Owner | Hand::Bearer(_) => return None,
                Hand::Stranger => 16,
                // The way back counts from its first hand-over. Where clocks differ two processes may have it in hand at once.
                Hand::Time
                    if purpose == Purpose::EmailRevert
                        && !(clock_is_right && self.is_by_right_clock(step)) =>
                {
                    return None;
                }
                Hand::Time => 18,
            };
            let events: Vec<_> = step.commit.events().iter().map(|event| &event.what).collect();
            let what = format!("{purpose:?} dies before {end}, of {events:?}");
            return Some(self.said(invariant, step.at, &what));
        }
        None
    }

    fn is_by_right_clock(&self, step: &Step<'_>) -> bool {
        let entry = &self.evidence.history.entries[step.entry];
        matches!(entry.fact, Fact::Applied { ahead: 0, .. })
    }

    /// A link gives half of its life at least, unless no rule lets its end be put off so far: of a closed account it ends with
    /// the grace. The way back to an old address gives all of it, from its first hand-over on.
    fn is_short(&self, purpose: Purpose, nonce: Nonce, end: Timestamp, told: &Step<'_>) -> Option<String> {
        let facts = told.after.facts().ok()?;
        let code = facts.live_under(purpose, nonce, end - Span::micros(1))?;
        let life = self.evidence.rules(&told.after.realm).code_lives.of(purpose);
        let half = Span::micros(life.each.as_micros() / 2);
        let taken_up = time_of_day(self.taken.at);
        let least = match purpose {
            Purpose::EmailRevert if code.handed_over => return None,
            Purpose::EmailRevert => (taken_up + life.each).min(code.latest_end),
            // They end with what they take back.
            Purpose::EmailCancel | Purpose::Reopen => return None,
            // A session confirms them, which a password that is too old by then does not allow.
            Purpose::EmailConfirm | Purpose::EmailProof if facts.attributes.validity.span().is_some() => {
                return None;
            }
            _ => (taken_up + half).min(code.latest_end).min(end_of_grace(facts)),
        };
        let late = ON_ITS_WAY < Span::micros(self.at.saturating_sub(self.taken.at));
        (end < least && !late).then(|| format!("{purpose:?} leaves {least:?} with an end at {end}"))
    }

    fn tells_the_truth(&self, notice: &Notice, clock_is_right: bool) -> bool {
        let meanwhile = self.meanwhile();
        let facts = || meanwhile.iter().filter_map(|step| step.after.facts().ok());
        let so_far = || {
            let steps = self.timeline.account_between(self.dispatch.account, 0, self.entry);
            steps.iter().flat_map(|step| step.commit.events()).map(|event| &event.what)
        };
        match notice {
            Notice::EmailTaken => {
                let (realm, key) = (&self.letter.realm, self.letter.to.key());
                let mut holders = self.timeline.holders(realm, &key, self.taken.entry, self.entry);
                holders.any(|holder| holder.id != self.dispatch.account && !holder.is_sign_up())
            }
            Notice::AlreadyRegistered => facts()
                .any(|facts| facts.mailbox.address == self.letter.to && facts.standing == Standing::Active),
            Notice::ClosedByStaff => facts().any(|facts| {
                matches!(facts.standing, Standing::Closed { by: ClosedBy::Administrator, .. })
            }),
            Notice::Disabled { .. } => facts().any(|facts| {
                let tag = facts.mailbox.tag;
                let mut known = self.timeline.address_between(tag, self.taken.entry, self.entry);
                facts.password.is_some() && known.any(|address| address.log_ins.disabled)
            }),
            Notice::Closed { erased_at } => facts().any(|facts| {
                let ends = facts.ends_at().is_some_and(|end| *erased_at <= end);
                matches!(facts.standing, Standing::Closed { .. }) && ends
            }),
            Notice::PasswordExpires { expires_at } => facts().any(|facts| {
                let password = facts.password.as_ref();
                let ends = password.and_then(|it| it.expires_at(facts.attributes.validity));
                let to_come = !clock_is_right || time_of_day(self.taken.at) < *expires_at;
                ends == Some(*expires_at) && to_come
            }),
            Notice::PasswordChanged { .. } => {
                so_far().any(|what| matches!(what, EventKind::PasswordSet { .. }))
            }
            Notice::EmailReplaced => so_far().any(|what| {
                matches!(what, EventKind::EmailReplaced { from, .. } if *from == self.dispatch.recipient)
            }),
            // A lock is over soon, and the letter tells of what was.
            _ => true,
        }
    }
}

/// When nothing opens a closed account any more; of one that is open, at no time.
fn end_of_grace(facts: &Facts) -> Timestamp {
    match facts.standing {
        Standing::Closed { until, .. } => until,
        Standing::Active | Standing::Suspended { .. } => Timestamp::MAX,
    }
}

/// Whether a code would be good until that end, were nothing done to its account any more.
pub(super) fn is_live(
    account: &Account,
    purpose: Purpose,
    nonce: Nonce,
    end: Timestamp,
    quota: accountable_core::domain::Quota,
) -> bool {
    let just_before = end - Span::micros(1);
    let (then, _) = account.as_of(just_before, quota);
    let Ok(facts) = then.facts() else { return false };
    let live = facts.live_under(purpose, nonce, just_before);
    let is_known = live.is_some_and(|live| facts.mailbox(live.recipient).is_some());
    is_known && facts.standing.redeems(purpose, just_before) && !then.is_over(just_before)
}
