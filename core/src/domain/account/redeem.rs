//! Redeeming: telling a genuine code from any other, and what it still is good for.

use super::{Account, Facts, Mailbox};
use crate::domain::{CodeMint, CodeState, Confirmation, End, MailedCode, Purpose, Timestamp};

/// Somebody brings a code.
#[derive(Debug, Clone, Copy)]
pub struct Redemption<'a> {
    /// The code.
    pub code: &'a MailedCode,
    /// What recognises it.
    pub mint: CodeMint<'a>,
    /// Now.
    pub now: Timestamp,
}

impl Redemption<'_> {
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
                    true => CodeState::Live { purpose, expires_at: issued.expires_at },
                    false => CodeState::Expired { purpose },
                };
            }
            if let Some(dead) = &confirmations.dead
                && brought.is_genuine(self, facts, purpose, &dead.was)
            {
                return match dead.end {
                    End::Used => CodeState::Used { purpose },
                    End::Expired => CodeState::Expired { purpose },
                };
            }
        }
        CodeState::Invalid
    }

    /// The purpose of a live, genuine code that lets its bearer choose a password.
    pub(super) fn password_code(&self, brought: &Redemption<'_>) -> Option<(Purpose, Confirmation)> {
        let facts = self.facts().ok()?;
        facts.standing.active().ok()?;
        facts.confirmations.iter().filter(|(purpose, _)| purpose.chooses_a_password()).find_map(
            |(purpose, confirmations)| {
                let live = confirmations.live(brought.now)?;
                brought.is_genuine(self, facts, *purpose, live).then(|| (*purpose, live.clone()))
            },
        )
    }
}
