//! Redeeming: telling a genuine code from any other, and what it still is good for.

use super::{Account, Facts, Mailbox};
use crate::domain::{
    CodeMint, CodeState, Confirmation, ConfirmationEnd, Keyring, MailedCode, Purpose, Refusal, Timestamp,
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
}

impl Redemption<'_> {
    /// For what opens an account. A code that only takes something back is good from everywhere.
    ///
    /// # Errors
    /// [`Refusal::OriginRefused`]; the code is not consumed.
    pub(super) fn admitted(&self) -> Result<(), Refusal> {
        if self.origin_admitted { Ok(()) } else { Err(Refusal::OriginRefused) }
    }

    /// A mail with that code was answered: the next one waits for none.
    pub(super) fn frees(&self, facts: &mut Facts, purpose: Purpose, of: &Confirmation) {
        if let Some(mailbox) = facts.mailbox(of.recipient) {
            let recipient = self.mint.keys.throttle_tag(self.mint.realm, &mailbox.key);
            facts.free_throttle(purpose, recipient);
        }
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
            let genuine = |of: &&Confirmation| brought.is_genuine(self, facts, purpose, of);
            if let Some(mailed) = confirmations.mailed().find(genuine) {
                return match mailed.is_live(brought.now) {
                    true => CodeState::Live {
                        purpose,
                        expires_at: mailed.expires_at,
                        return_url: mailed.return_url.clone(),
                    },
                    false => CodeState::Expired { purpose },
                };
            }
            if let Some(dead) = &confirmations.dead
                && [&dead.was].into_iter().chain(&dead.predecessor).any(|was| genuine(&was))
            {
                return match dead.end {
                    ConfirmationEnd::Used => CodeState::Used { purpose },
                    ConfirmationEnd::Expired => CodeState::Expired { purpose },
                };
            }
        }
        CodeState::Invalid
    }

    /// Whether the owner has a link of that purpose, or one is under way, that can be redeemed: at the present address,
    /// under a key that is held.
    #[must_use]
    pub fn has_live_code(&self, purpose: Purpose, keys: &Keyring, now: Timestamp) -> bool {
        self.facts().is_ok_and(|facts| {
            facts
                .live(purpose, now)
                .is_some_and(|live| live.recipient == facts.mailbox.ordinal && keys.holds(&live.key))
        })
    }

    /// The purpose and the confirmation of a live, genuine code that lets its bearer choose a password.
    pub(super) fn password_code(&self, brought: &Redemption<'_>) -> Option<(Purpose, Confirmation)> {
        Purpose::ALL
            .into_iter()
            .filter(|purpose| purpose.chooses_a_password())
            .find_map(|purpose| Some((purpose, self.live_code(brought, purpose)?)))
    }

    /// The confirmation, if the code is live, genuine and for this purpose.
    pub(super) fn live_code(&self, brought: &Redemption<'_>, purpose: Purpose) -> Option<Confirmation> {
        let facts = self.facts().ok()?;
        facts.standing.active().ok()?;
        let mut live =
            facts.confirmations.get(&purpose)?.mailed().filter(|mailed| mailed.is_live(brought.now));
        live.find(|mailed| brought.is_genuine(self, facts, purpose, mailed)).cloned()
    }
}
