//! Confirmations: what was mailed out to be confirmed, until when, and what became of the last one.

use serde::{Deserialize, Serialize};

use super::{KeyId, Lifetime, Nonce, Ordinal, Purpose, ReturnUrl, Span, Timestamp};

/// One thing that was mailed out to be confirmed. Its code is not here: see [`Code`](super::Code).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The random part that makes its code differ from any other.
    pub nonce: Nonce,
    /// The key that its code is made under.
    pub key: KeyId,
    /// The account's address that it was mailed to.
    pub recipient: Ordinal,
    /// When it was first mailed.
    pub issued_at: Timestamp,
    /// The first moment at which it can no longer be redeemed.
    pub expires_at: Timestamp,
    /// How far its end can be put off, as was the rule when it was issued.
    pub latest_end: Timestamp,
    /// Whether a mail with it was handed over: only kept of a revert, whose life is counted from then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub handed_over: bool,
    /// Where the page sends its reader at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<ReturnUrl>,
}

impl Confirmation {
    /// Whether it can still be redeemed, as far as time goes.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Where its end would be, were its life counted from now: never before what its mails name.
    #[must_use]
    pub fn put_off(&self, life: Lifetime, now: Timestamp) -> Timestamp {
        (now + life.each).min(self.latest_end).max(self.expires_at)
    }

    /// Whether less than half a life of its purpose is left.
    #[must_use]
    pub fn is_short(&self, life: Lifetime, now: Timestamp) -> bool {
        is_short(self.expires_at, life, now)
    }

    /// Whether not even putting its end off leaves half a life.
    #[must_use]
    pub fn is_worn(&self, life: Lifetime, now: Timestamp) -> bool {
        is_short(self.put_off(life, now), life, now)
    }

    /// The end that a mail names which is handed over now: that of a revert is set by its first one.
    #[must_use]
    pub fn end_named(&self, purpose: Purpose, life: Lifetime, now: Timestamp) -> Timestamp {
        if purpose == Purpose::EmailRevert && !self.handed_over {
            (now + life.each).min(self.expires_at)
        } else {
            self.expires_at
        }
    }

    /// Brings an issue in the future (the clock jumped back) to now, and what was meant to lie behind it with it. One further
    /// ahead than it was to live ends: it would live anew at each look, for as long as the jump was. Not a revert, whose loss
    /// would be worse.
    fn mended(&mut self, purpose: Purpose, now: Timestamp) {
        let (left, longest) = (self.expires_at.since(self.issued_at), self.latest_end.since(self.issued_at));
        if self.issued_at > now {
            if purpose != Purpose::EmailRevert && self.issued_at > now + longest {
                self.expires_at = now;
            }
            self.issued_at = now;
            self.expires_at = self.expires_at.min(now + left);
        }
        self.latest_end = self.latest_end.min(self.issued_at + longest);
    }
}

/// An end that leaves less than half of a life.
fn is_short(end: Timestamp, life: Lifetime, now: Timestamp) -> bool {
    end.since(now) < Span::micros(life.each.as_micros() / 2)
}

/// How a confirmation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationEnd {
    /// Redeemed, or made void by something newer.
    Used,
    /// Its time ran out.
    Expired,
}

/// A confirmation that can no longer be redeemed, kept so that its page can say why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadConfirmation {
    /// The confirmation as it was issued.
    pub was: Confirmation,
    /// How it ended.
    pub end: ConfirmationEnd,
    /// When it ended.
    pub at: Timestamp,
    /// The one before it, which ended with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<Confirmation>,
}

/// The confirmations of one purpose: the one that is mailed, its predecessor until its end, and the last dead one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Confirmations {
    /// May be past its time: ask [`Confirmations::live`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Confirmation>,
    /// The one that was mailed before the one that is issued took its place, since its own end could no longer be put off far
    /// enough. It can be redeemed as well, until the end that its mails name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<Confirmation>,
    /// The last one that ended, while it is remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<DeadConfirmation>,
    /// When one was last redeemed, or made void by something newer: a mail that was queued before has lost its sense, while
    /// any later one whose code is no longer known was too late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<Timestamp>,
}

impl Confirmations {
    /// How long a dead confirmation is remembered.
    pub const REMEMBERED: Span = Span::days(7);

    /// The confirmation that can be redeemed now and is mailed, if there is one.
    #[must_use]
    pub fn live(&self, now: Timestamp) -> Option<&Confirmation> {
        self.issued.as_ref().filter(|issued| issued.is_live(now))
    }

    /// The one that is issued and its predecessor, whether their time is over or not.
    pub fn mailed(&self) -> impl Iterator<Item = &Confirmation> {
        self.issued.iter().chain(&self.predecessor)
    }

    /// The one of that nonce that can be redeemed now.
    #[must_use]
    pub fn live_of(&self, nonce: Nonce, now: Timestamp) -> Option<&Confirmation> {
        self.mailed().find(|mailed| mailed.nonce == nonce && mailed.is_live(now))
    }

    /// The one of that nonce, to be changed.
    pub(super) fn of_mut(&mut self, nonce: Nonce) -> Option<&mut Confirmation> {
        let mut mailed = self.issued.iter_mut().chain(&mut self.predecessor);
        mailed.find(|mailed| mailed.nonce == nonce)
    }

    /// Ends the one that is issued, and its predecessor with it.
    pub fn kill(&mut self, now: Timestamp) {
        let predecessor = self.predecessor.take();
        let lived = self.issued.iter().chain(&predecessor).any(|mailed| mailed.is_live(now));
        if lived {
            self.voided_at = Some(now);
        }
        let Some(was) = self.issued.take() else { return };
        let end = if was.is_live(now) { ConfirmationEnd::Used } else { ConfirmationEnd::Expired };
        self.dead = Some(DeadConfirmation { was, end, at: now, predecessor });
    }

    /// Puts another one in the place of the one that is issued, which stays good until its end.
    pub(super) fn succeed(&mut self, by: Confirmation) -> &Confirmation {
        self.predecessor = self.issued.take().or(self.predecessor.take());
        self.issued.insert(by)
    }

    /// Whether the mail of that nonce, queued then, came too late, and not what it was for has lost its sense.
    #[must_use]
    pub fn has_expired(&self, nonce: Nonce, queued_at: Timestamp, now: Timestamp) -> bool {
        if let Some(mailed) = self.mailed().find(|mailed| mailed.nonce == nonce) {
            return !mailed.is_live(now);
        }
        match &self.dead {
            Some(dead) if dead.was.nonce == nonce => dead.end == ConfirmationEnd::Expired,
            _ => self.voided_at.is_none_or(|voided_at| voided_at < queued_at),
        }
    }

    /// Whether the one of that nonce is remembered as redeemed, or made void by something newer.
    #[must_use]
    pub fn was_used(&self, nonce: Nonce) -> bool {
        let used = self.dead.iter().filter(|dead| dead.end == ConfirmationEnd::Used);
        used.flat_map(|dead| [&dead.was].into_iter().chain(&dead.predecessor)).any(|was| was.nonce == nonce)
    }

    /// Does what time alone does. Whether anything is left to remember.
    pub(crate) fn tidy(&mut self, purpose: Purpose, now: Timestamp) -> bool {
        for mailed in [&mut self.predecessor, &mut self.issued] {
            let Some(mut was) = mailed.take() else { continue };
            was.mended(purpose, now);
            if was.is_live(now) {
                *mailed = Some(was);
                continue;
            }
            let at = was.expires_at;
            self.dead = Some(DeadConfirmation { was, end: ConfirmationEnd::Expired, at, predecessor: None });
        }
        // It outlives its successor only where a host has made lives shorter since.
        if self.issued.is_none() {
            self.issued = self.predecessor.take();
        }
        if let Some(dead) = &mut self.dead {
            dead.at = dead.at.min(now);
        }
        self.dead = self.dead.take().filter(|dead| now < dead.at + Self::REMEMBERED);
        self.voided_at = self.voided_at.map(|at| at.min(now)).filter(|at| now < *at + Self::REMEMBERED);
        self.issued.is_some() || self.dead.is_some() || self.voided_at.is_some()
    }
}
