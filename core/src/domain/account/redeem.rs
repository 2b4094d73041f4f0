//! Redeeming: telling a genuine code from any other, and what it still is good for.

use super::{Account, Change, Facts, Mailbox, Ordinal};
use crate::domain::{
    Address, AddressBook, Carried, CodeMint, CodeState, Confirmation, ConfirmationEnd, Confirmations,
    EventKind, Keyring, MailedCode, Purpose, Refusal, Timestamp,
};

/// Somebody brings a code.
#[derive(Debug, Clone, Copy)]
pub struct Redemption<'a> {
    /// The code as the link brought it back.
    pub code: &'a MailedCode,
    /// What recognises a genuine code.
    pub mint: CodeMint<'a>,
    /// The time of the command.
    pub now: Timestamp,
    /// The account's group of networks lets its bearer's origin in, or it has none.
    pub origin_admitted: bool,
    /// What is known of the account's addresses: the one that the code was mailed to gets its mail again.
    pub addresses: &'a dyn AddressBook,
}

/// A live, genuine code of an account. All that it is good for is done by [`redeem`](Self::redeem), so that no code can be
/// redeemed without proving the address that it was mailed to.
#[derive(Debug, Clone)]
pub(super) struct GenuineCode<'a> {
    account: &'a Account,
    brought: Redemption<'a>,
    purpose: Purpose,
    confirmation: Confirmation,
}

impl GenuineCode<'_> {
    /// The number of the address that it was mailed to.
    pub(super) fn recipient(&self) -> Ordinal {
        self.confirmation.recipient
    }

    /// What it hands over of what its sign-up carried.
    pub(super) fn carried(&self) -> Option<Carried> {
        self.account.carried_by(&self.brought, &self.confirmation)
    }

    /// A mail with that code was answered: the next one waits for none.
    pub(super) fn frees(&self, facts: &mut Facts) {
        if let Some(mailbox) = facts.mailbox(self.recipient()) {
            let mint = &self.brought.mint;
            let recipient = mint.keys.throttle_tag(mint.realm, &mailbox.key);
            facts.free_throttle(self.purpose, recipient);
        }
    }

    /// What the code does, beside proving the address that it was mailed to.
    ///
    /// # Errors
    /// Whatever the closure refuses with.
    pub(super) fn redeem(
        &self,
        command: impl FnOnce(&mut Facts, &mut Change) -> Result<(), Refusal>,
    ) -> Result<Change, Refusal> {
        Change::unless(self.account, |facts, change| {
            facts.prove(self.recipient(), &self.brought, change);
            command(facts, change)
        })
    }
}

impl Facts {
    /// Somebody redeemed a code that was mailed there: they receive its mail, and what was reported before is outweighed.
    fn prove(&mut self, recipient: Ordinal, brought: &Redemption<'_>, change: &mut Change) {
        if self.mailbox.ordinal == recipient && !self.proven {
            self.proven = true;
            change.events.push(EventKind::EmailProven { address: recipient });
            // There is nothing left that it could prove.
            self.kill_code(Purpose::EmailProof, brought.now);
        }
        let Some(tag) = self.mailbox(recipient).map(|mailbox| mailbox.tag) else { return };
        let known = brought.addresses.address(tag).cloned().unwrap_or_else(|| Address::new(tag));
        if !known.suppressions.is_empty() {
            change.events.push(EventKind::SuppressionCleared { tag, scope: None });
        }
        change.amend(known, |known| known.proven(brought.now));
    }
}

impl Redemption<'_> {
    /// For what opens an account. A code that only takes something back is good from everywhere.
    ///
    /// # Errors
    /// [`Refusal::OriginRefused`]; the code is not consumed.
    pub(super) fn admitted(&self) -> Result<(), Refusal> {
        if self.origin_admitted { Ok(()) } else { Err(Refusal::OriginRefused) }
    }

    fn is_genuine(&self, account: &Account, facts: &Facts, purpose: Purpose, of: &Confirmation) -> bool {
        facts.mailbox(of.recipient).is_some_and(|Mailbox { address, .. }| {
            // Each of them is looked at, whichever it is.
            let matches = |code| self.mint.matches(self.code, account.id, purpose, address, &code);
            facts.codes_of(of).map(matches).fold(false, |any, one| any | one)
        })
    }
}

impl Account {
    /// What the bearer of a genuine code may be told of it: that it is live exactly where its redemption would do its work,
    /// the policy of passwords and the IP filter aside. Consumes nothing.
    #[must_use]
    pub fn inspect_code(&self, brought: &Redemption<'_>) -> CodeState {
        let Ok(facts) = self.facts() else {
            return CodeState::Invalid;
        };
        for (&purpose, confirmations) in &facts.confirmations {
            let genuine = |of: &&Confirmation| brought.is_genuine(self, facts, purpose, of);
            let mailed = confirmations.mailed().find(genuine);
            if let Some((mailed, to)) = mailed.and_then(|of| Some((of, facts.mailbox(of.recipient)?))) {
                let return_url = mailed.return_url.clone();
                return if !mailed.is_live(brought.now) {
                    CodeState::Expired { purpose, return_url }
                } else if !facts.standing.redeems(purpose, brought.now) {
                    CodeState::Used { purpose, return_url }
                } else {
                    CodeState::Live {
                        purpose,
                        expires_at: facts.end_told(purpose, mailed.expires_at),
                        return_url,
                        carried: self.carried_by(brought, mailed),
                        mailed_to: to.address.clone(),
                    }
                };
            }
            if let Some(dead) = &confirmations.dead
                && let Some(was) = [&dead.was].into_iter().chain(&dead.predecessor).find(genuine)
            {
                let return_url = was.return_url.clone();
                return match dead.end {
                    ConfirmationEnd::Used => CodeState::Used { purpose, return_url },
                    ConfirmationEnd::Expired => CodeState::Expired { purpose, return_url },
                };
            }
        }
        CodeState::Invalid
    }

    /// Whether the owner has a link of that purpose, or one is under way, that can be redeemed: at the present address,
    /// under a key that is held; of the latest code, or of the one before it.
    #[must_use]
    pub fn has_live_code(&self, purpose: Purpose, keys: &Keyring, now: Timestamp) -> bool {
        self.facts().is_ok_and(|facts| {
            let mut mailed = facts.confirmations.get(&purpose).into_iter().flat_map(Confirmations::mailed);
            mailed.any(|mailed| {
                mailed.is_live(now) && mailed.recipient == facts.mailbox.ordinal && keys.holds(&mailed.key)
            })
        })
    }

    /// The code, if it is live and genuine and lets its bearer choose a password.
    pub(super) fn password_code<'a>(&'a self, brought: &Redemption<'a>) -> Option<GenuineCode<'a>> {
        Purpose::ALL
            .into_iter()
            .filter(|purpose| purpose.chooses_a_password())
            .find_map(|purpose| self.live_code(brought, purpose))
    }

    /// The code, if it is live, genuine and for this purpose.
    pub(super) fn live_code<'a>(
        &'a self,
        brought: &Redemption<'a>,
        purpose: Purpose,
    ) -> Option<GenuineCode<'a>> {
        let facts = self.facts().ok()?;
        if !facts.standing.redeems(purpose, brought.now) {
            return None;
        }
        let mut live =
            facts.confirmations.get(&purpose)?.mailed().filter(|mailed| mailed.is_live(brought.now));
        let confirmation = live.find(|mailed| brought.is_genuine(self, facts, purpose, mailed))?.clone();
        Some(GenuineCode { account: self, brought: *brought, purpose, confirmation })
    }
}
