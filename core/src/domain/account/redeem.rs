//! Redeeming: telling a genuine code from any other, and what it still is good for.

use super::{Account, Facts, Mailbox};
use crate::domain::{
    CodeMint, CodeState, Confirmation, ConfirmationEnd, MailedCode, Purpose, Refusal, Timestamp,
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

    fn is_genuine(&self, account: &Account, facts: &Facts, purpose: Purpose, of: &Confirmation) -> bool {
        facts.mailbox(of.recipient).is_some_and(|Mailbox { address, .. }| {
            // Each of them is looked at, whichever it is.
            let matches = |code| self.mint.matches(self.code, account.id, purpose, address, &code);
            facts.codes_of(of).map(matches).fold(false, |any, one| any | one)
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
                        carried: self.carried_by(brought, issued),
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

    /// The confirmation of a live, genuine code that lets its bearer choose a password.
    pub(super) fn password_code(&self, brought: &Redemption<'_>) -> Option<Confirmation> {
        Purpose::ALL
            .into_iter()
            .filter(|purpose| purpose.chooses_a_password())
            .find_map(|purpose| self.live_code(brought, purpose))
    }

    /// The confirmation, if the code is live, genuine and for this purpose.
    pub(super) fn live_code(&self, brought: &Redemption<'_>, purpose: Purpose) -> Option<Confirmation> {
        let facts = self.facts().ok()?;
        facts.standing.active().ok()?;
        let live = facts.live(purpose, brought.now)?;
        brought.is_genuine(self, facts, purpose, live).then(|| live.clone())
    }
}
