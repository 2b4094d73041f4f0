//! Codes that carry what their sign-up brought: each mail of an account's set code under a nonce of its own, where what it
//! is to hand over differs.
//!
//! While a set code lives, a repeated request mails it again, whoever repeats it. Were there one place for what is carried,
//! the last stranger would put theirs under a link that somebody else was mailed. So what is carried hangs on the code
//! that was mailed with it: all of them live as long as the one confirmation does, redeeming any ends all, and the one that
//! is redeemed decides.

use serde::{Deserialize, Serialize};

use super::{Account, Facts, MailRequest, Redemption};
use crate::domain::{
    Carried, Confirmation, Confirmations, DeadConfirmation, Nonce, Purpose, SealedCarried, Timestamp,
};

/// A code of a confirmation, for one that carries something: the same but for its nonce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedCode {
    /// The nonce of the confirmation that it stands for.
    pub of: Nonce,
    /// Its own nonce; the confirmation's, if it is that code itself.
    pub nonce: Nonce,
    /// What it hands over, sealed to the account; none if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<SealedCarried>,
}

impl CarriedCode {
    /// The most that an account keeps. Of a sign-up beyond these the link works as any other, and hands over
    /// nothing: no stranger can take what another's link carries, nor make the row grow for ever.
    pub const MOST: usize = 8;

    fn as_confirmation(&self, of: &Confirmation) -> Confirmation {
        Confirmation { nonce: self.nonce, ..of.clone() }
    }
}

impl Facts {
    /// The nonce of the code that hands over just this, among those that are the confirmation's. It may be a new one.
    pub(super) fn nonce_carrying(
        &mut self,
        account: &Account,
        base: Nonce,
        request: &MailRequest<'_>,
    ) -> Nonce {
        let hands_over_this = |code: &&CarriedCode| match (&code.carried, request.carried) {
            (None, None) => true,
            (Some(sealed), Some(wanted)) => request
                .keys
                .open_carried(&account.realm, account.id, sealed)
                .is_ok_and(|carried| carried == *wanted),
            _ => false,
        };
        let known = || self.carried.iter().filter(|code| code.of == base);
        if let Some(code) = known().find(hands_over_this) {
            return code.nonce;
        }
        let room = self.carried.iter().filter(|code| code.carried.is_some()).count() < CarriedCode::MOST;
        let carried = request.carried.filter(|_| room);
        if carried.is_none() {
            if let Some(plain) = known().find(|code| code.carried.is_none()) {
                return plain.nonce;
            }
            if known().all(|code| code.nonce != base) {
                return base;
            }
        }
        // The confirmation's own, where it was made for this request.
        let nonce = request.nonce;
        let carried = carried.map(|carried| {
            request.keys.seal_carried(&account.realm, account.id, seal_nonce(request), carried)
        });
        self.carried.push(CarriedCode { of: base, nonce, carried });
        nonce
    }

    /// The nonce of the confirmation that a code of this nonce stands for: its own, unless it carries something.
    #[must_use]
    pub fn stands_for(&self, nonce: Nonce) -> Nonce {
        self.carried.iter().find(|code| code.nonce == nonce).map_or(nonce, |code| code.of)
    }

    /// The code of that purpose under that nonce, while it can be redeemed.
    #[must_use]
    pub fn live_under(&self, purpose: Purpose, nonce: Nonce, now: Timestamp) -> Option<Confirmation> {
        let live = self.confirmations.get(&purpose)?.live_of(self.stands_for(nonce), now)?;
        self.code_under(nonce, live)
    }

    /// The code of the confirmation under that nonce; none if it is no code of it.
    #[must_use]
    pub fn code_under(&self, nonce: Nonce, of: &Confirmation) -> Option<Confirmation> {
        if of.nonce == nonce {
            return Some(of.clone());
        }
        let code = self.carried.iter().find(|code| code.of == of.nonce && code.nonce == nonce)?;
        Some(code.as_confirmation(of))
    }

    /// The code of the confirmation that hands over nothing.
    #[must_use]
    pub fn code_carrying_nothing(&self, of: &Confirmation) -> Confirmation {
        let plain = self.carried.iter().find(|code| code.of == of.nonce && code.carried.is_none());
        plain.map_or_else(|| of.clone(), |plain| plain.as_confirmation(of))
    }

    /// All codes of a confirmation: its own, and those that stand for it.
    pub(super) fn codes_of(&self, of: &Confirmation) -> impl Iterator<Item = Confirmation> {
        let others = self.carried.iter().filter(|code| code.of == of.nonce && code.nonce != of.nonce);
        std::iter::once(of.clone()).chain(others.map(|code| code.as_confirmation(of)))
    }

    /// Forgets codes whose confirmation is forgotten, and what was carried by those that can't be redeemed any more.
    pub(super) fn tidy_carried(&mut self) {
        let known = self.confirmations.get(&Purpose::PasswordSet);
        self.carried.retain_mut(|code| {
            let redeemable = known.is_some_and(|known| known.can_redeem(code.of));
            if !redeemable {
                code.carried = None;
            }
            redeemable || known.is_some_and(|known| known.remembers(code.of))
        });
    }
}

impl Confirmations {
    /// Whether the code under this nonce can be redeemed, as far as time does not end it.
    fn can_redeem(&self, nonce: Nonce) -> bool {
        self.mailed().any(|mailed| mailed.nonce == nonce)
    }

    fn remembers(&self, nonce: Nonce) -> bool {
        let of = |dead: &DeadConfirmation| {
            std::iter::once(&dead.was).chain(&dead.predecessor).any(|was| was.nonce == nonce)
        };
        self.dead.as_ref().is_some_and(of)
    }
}

impl Account {
    /// What the code hands over that was brought; none if nothing, or if the key that it was sealed under is gone.
    pub(super) fn carried_by(&self, brought: &Redemption<'_>, of: &Confirmation) -> Option<Carried> {
        let facts = self.facts().ok()?;
        let to = &facts.mailbox(of.recipient)?.address;
        let mint = brought.mint;
        let is_brought = |code: &&CarriedCode| {
            let code = code.as_confirmation(of);
            mint.matches(brought.code, self.id, Purpose::PasswordSet, to, &code)
        };
        let code = facts.carried.iter().filter(|code| code.of == of.nonce).find(is_brought)?;
        mint.keys.open_carried(mint.realm, self.id, code.carried.as_ref()?).ok()
    }
}

/// Drawn with the mail's own name and the code's nonce, each for this attempt alone.
fn seal_nonce(request: &MailRequest<'_>) -> [u8; 24] {
    let mut nonce = [0; 24];
    let drawn = request.nonce.as_bytes().iter().chain(request.mail.as_bytes());
    nonce.iter_mut().zip(drawn).for_each(|(to, from)| *to = *from);
    nonce
}
