//! What people do with their mailboxes: they look for a link, wait for one, and know which they have used up.

use accountable_core::domain::{EmailAddress, MailId, MailedCode, Message, Purpose, Span, Timestamp};

use super::Turn;
use crate::{doors::world::code_of, simulator::executor::Elapsed};

/// A link in a mailbox.
#[derive(Clone)]
pub(in crate::simulator) struct Mailed {
    /// The letter that it is in, of all that arrived.
    pub(in crate::simulator) letter: usize,
    pub(in crate::simulator) at: Elapsed,
    pub(in crate::simulator) to: EmailAddress,
    pub(in crate::simulator) purpose: Purpose,
    pub(in crate::simulator) code: MailedCode,
    /// The letter's name.
    pub(in crate::simulator) mail: MailId,
    /// The end that it names.
    pub(in crate::simulator) end: Timestamp,
}

impl Turn {
    /// The links that an owner was mailed by their own realm for one of these, the last first.
    pub(super) fn mailed(&self, who: usize, of: &[Purpose]) -> Vec<Mailed> {
        let owner = self.owner(who);
        let realm = self.simulation.realm(owner.realm);
        let post = self.simulation.post();
        let letters = post.all().iter().enumerate().rev();
        letters
            .filter_map(|(at, arrived)| {
                let Message::Code { purpose, link, expires_at } = &arrived.letter.message else {
                    return None;
                };
                let letter = &arrived.letter;
                let theirs = letter.realm == realm && owner.mailboxes.contains(&letter.to);
                (theirs && of.contains(purpose)).then(|| Mailed {
                    letter: at,
                    at: arrived.at,
                    to: letter.to.clone(),
                    purpose: *purpose,
                    code: code_of(link.expose()),
                    mail: letter.id,
                    end: *expires_at,
                })
            })
            .collect()
    }

    /// The last of them that they do not know to be used up.
    pub(super) fn fresh(&self, who: usize, of: &[Purpose]) -> Option<Mailed> {
        let spent = self.owner(who).spent;
        self.mailed(who, of).into_iter().find(|mailed| !spent.contains(&mailed.letter))
    }

    /// As [`fresh`](Self::fresh), as soon as there is one, for some minutes.
    pub(super) async fn awaited(&self, who: usize, of: &[Purpose], minutes: u64) -> Option<Mailed> {
        let begin = self.simulation.time.elapsed();
        for _ in 0..minutes {
            self.simulation.time.sleep(Span::minutes(1)).await;
            if let Some(mailed) = self.fresh(who, of).filter(|mailed| mailed.at >= begin) {
                return Some(mailed);
            }
        }
        self.fresh(who, of)
    }

    /// They know that a link is used up.
    pub(super) fn spends(&self, who: usize, mailed: &Mailed) {
        self.learns(who, |owner| {
            owner.spent.insert(mailed.letter);
        });
    }
}
