//! Redeeming: telling a genuine code from any other, and what it still is good for.

use super::{Account, Change, Facts, Mailbox, Ordinal};
use crate::domain::{
    Address, AddressBook, CodeMint, CodeState, Confirmation, ConfirmationEnd, EventKind, MailedCode, Purpose,
    Refusal, Timestamp,
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
    confirmation: Confirmation,
}

impl GenuineCode<'_> {
    /// The number of the address that it was mailed to.
    pub(super) fn recipient(&self) -> Ordinal {
        self.confirmation.recipient
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
            self.mint.matches(self.code, account.id, purpose, address, of)
        })
    }
}

impl Account {
    /// What the bearer of a genuine code may be told of it. Consumes nothing.
    #[must_use]
    pub fn inspect_code(&self, brought: &Redemption<'_>) -> CodeState {
        let Ok(facts) = self.facts() else {
            return CodeState::Invalid;
        };
        for (&purpose, confirmations) in &facts.confirmations {
            if let Some(issued) = &confirmations.issued
                && brought.is_genuine(self, facts, purpose, issued)
            {
                return match issued.is_live(brought.now) {
                    true => CodeState::Live {
                        purpose,
                        expires_at: issued.expires_at,
                        return_url: issued.return_url.clone(),
                    },
                    false => CodeState::Expired { purpose },
                };
            }
            if let Some(dead) = &confirmations.dead
                && brought.is_genuine(self, facts, purpose, &dead.was)
            {
                return match dead.end {
                    ConfirmationEnd::Used => CodeState::Used { purpose },
                    ConfirmationEnd::Expired => CodeState::Expired { purpose },
                };
            }
        }
        CodeState::Invalid
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
        facts.standing.active().ok()?;
        let live = facts.live(purpose, brought.now)?;
        let genuine = || GenuineCode { account: self, brought: *brought, confirmation: live.clone() };
        brought.is_genuine(self, facts, purpose, live).then(genuine)
    }
}
