//! What becomes of letters after they arrived, as providers tell it: bounces, complaints and delays, late, more than once and
//! in any order; and what others tell who were never mailed.

use std::fmt;

use accountable_core::domain::{FeedbackTag, Letter, Report, Undeliverable};
use serde::{Deserialize, Serialize};

use super::{Turn, question, staff};
use crate::{
    dice::Dice,
    simulator::{
        history::Fact,
        simulation::{REALMS, realm_of},
    },
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::simulator) enum Act {
    /// Of a letter that arrived: the last, or any before it, however old it is by now.
    Genuine { realm: usize, report: Report, times: u64, last: bool },
    /// With a tag that is made up, or one that was changed or cut off on its way.
    Forged { realm: usize, report: Report },
    /// Of another realm's letter.
    Elsewhere { realm: usize, report: Report },
}

impl Act {
    pub(in crate::simulator) fn drawn(dice: &mut Dice) -> Self {
        let realm = dice.below(REALMS as u64) as usize;
        let report = match dice.below(6) {
            0 => Report::Complained,
            1 => Report::Bounced(Undeliverable::Rejected),
            2 | 3 => Report::Bounced(Undeliverable::NoSuchMailbox),
            _ => Report::Delayed,
        };
        match dice.below(5) {
            0 | 1 => {
                let times = if dice.one_in(3) { dice.between(2, 3) } else { 1 };
                Self::Genuine { realm, report, times, last: dice.one_in(2) }
            }
            2 | 3 => Self::Forged { realm, report },
            _ => Self::Elsewhere { realm, report },
        }
    }

    pub(in crate::simulator) async fn perform(self, turn: Turn) {
        match self {
            Self::Genuine { realm, report, times, last } => {
                let Some(letter) = letter_of(realm, last, &turn) else { return };
                let Some(tag) = letter.feedback.clone() else { return };
                for _ in 0..times {
                    // Each time by another process, as it may be.
                    reports(realm, &tag, Some(&letter), report, &turn).await;
                }
            }
            Self::Forged { realm, report } => {
                let known = letter_of(realm, false, &turn).and_then(|letter| letter.feedback);
                let tag = forged(known.as_ref(), &turn);
                let heeded = reports(realm, &tag, None, report, &turn).await;
                turn.must_not(heeded, "a report with a forged tag counts");
            }
            Self::Elsewhere { realm, report } => {
                let Some(letter) = letter_of((realm + 1) % REALMS, false, &turn) else { return };
                let Some(tag) = letter.feedback.clone() else { return };
                let heeded = reports(realm, &tag, Some(&letter), report, &turn).await;
                turn.must_not(heeded, "a report of another realm's letter counts");
            }
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Genuine { realm, report, times, last } => {
                let which = if *last { "the last letter" } else { "a letter" };
                write!(f, "of {which} of realm {realm}, {times} times: {report:?}")
            }
            Self::Forged { realm, report } => write!(f, "with a forged tag, in realm {realm}: {report:?}"),
            Self::Elsewhere { realm, report } => {
                write!(f, "of the other realm's letter, in realm {realm}: {report:?}")
            }
        }
    }
}

impl Turn {
    /// What ought not to be is said where it is met with.
    pub(super) fn must_not(&self, is_so: bool, what: &str) {
        if is_so {
            self.complain(16, what);
        }
    }
}

/// A letter of a realm that arrived, the last of all or any.
fn letter_of(realm: usize, last: bool, turn: &Turn) -> Option<Letter> {
    let name = turn.simulation.realm(realm);
    let throw = turn.chance(Dice::throw);
    let post = turn.simulation.post();
    let of: Vec<_> = post.all().iter().filter(|arrived| arrived.letter.realm == name).collect();
    let at = if last { of.len().checked_sub(1)? } else { throw.checked_rem(of.len() as u64)? as usize };
    Some(of[at].letter.clone())
}

fn forged(known: Option<&FeedbackTag>, turn: &Turn) -> FeedbackTag {
    let (how, at, letter) =
        turn.chance(|dice| (dice.below(4), dice.below(61) as usize, dice.below(25) as u8));
    let Some(known) = known.filter(|_| how > 0) else {
        return FeedbackTag::new(&format!("{}a", "a2".repeat(30)));
    };
    let mut text = known.as_str().to_owned();
    match how {
        1 => text.truncate(at),
        2 => {
            let other = char::from(b'a' + letter);
            let other = if text.as_bytes().get(at) == Some(&(other as u8)) { 'z' } else { other };
            text.replace_range(at..=at, &other.to_string());
        }
        _ => text.push('a'),
    }
    FeedbackTag::new(&text)
}

/// Whether it counted.
async fn reports(
    realm: usize,
    tag: &FeedbackTag,
    letter: Option<&Letter>,
    report: Report,
    turn: &Turn,
) -> bool {
    let Some((process, accounts)) = turn.accounts(realm) else { return false };
    let (letter, realm) = (letter.cloned().map(Box::new), turn.simulation.realm(realm_of(process)));
    turn.simulation.write(Fact::Reported { letter, realm, report });
    let admin = accounts.admin(staff());
    turn.ask(question("admin.report", process), admin.report(tag, report, "550 5.1.1")).await.unwrap_or(false)
}
