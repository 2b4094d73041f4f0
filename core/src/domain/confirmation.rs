//! Confirmations: what was mailed out to be confirmed, until when, and what became of the last one.

use serde::{Deserialize, Serialize};

use super::{KeyId, Nonce, Ordinal, ReturnUrl, Span, Timestamp};

/// What a mailed code is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To choose a first password.
    PasswordSet,
    /// To choose a new password in place of a forgotten one.
    PasswordReset,
    /// To take over the management of one's password, by choosing it.
    PasswordManagement,
    /// To confirm a new address.
    EmailConfirm,
    /// To cancel a change of address.
    EmailCancel,
    /// To get an old address back after a change of address.
    EmailRevert,
    /// To prove the current address of an account that has a password, by whoever is signed in to it.
    EmailProof,
}

impl Purpose {
    /// Every purpose, in the order of their declaration.
    pub const ALL: [Self; 7] = [
        Self::PasswordSet,
        Self::PasswordReset,
        Self::PasswordManagement,
        Self::EmailConfirm,
        Self::EmailCancel,
        Self::EmailRevert,
        Self::EmailProof,
    ];

    /// The stable name of the purpose, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordSet => "password_set",
            Self::PasswordReset => "password_reset",
            Self::PasswordManagement => "password_management",
            Self::EmailConfirm => "email_confirm",
            Self::EmailCancel => "email_cancel",
            Self::EmailRevert => "email_revert",
            Self::EmailProof => "email_proof",
        }
    }

    /// Whether its code lets the bearer choose a password.
    #[must_use]
    pub const fn chooses_a_password(self) -> bool {
        matches!(self, Self::PasswordSet | Self::PasswordReset | Self::PasswordManagement)
    }

    /// How long a code lives, and how far repeated requests can stretch it.
    #[must_use]
    pub const fn lifetime(self) -> Lifetime {
        let (each, longest) = match self {
            Self::PasswordReset => (1, 4),
            Self::EmailRevert => (72, 72),
            Self::PasswordSet
            | Self::PasswordManagement
            | Self::EmailConfirm
            | Self::EmailCancel
            | Self::EmailProof => (24, 72),
        };
        Lifetime { each: Span::hours(each), longest: Span::hours(longest) }
    }
}

/// How long a code can be redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Counted from each request on.
    pub each: Span,
    /// The upper bound, counted from the first request on, however often it is repeated.
    pub longest: Span,
}

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

    /// Asked for again while it lives: the same code, a later end, within its purpose's longest life.
    #[must_use]
    pub fn asked_again(mut self, purpose: Purpose, now: Timestamp) -> Self {
        let life = purpose.lifetime();
        self.expires_at = self.expires_at.max(now + life.each).min(self.issued_at + life.longest);
        self
    }

    /// Brings an issue in the future (the clock jumped back) to now. One further ahead than any code lives ends: it would
    /// live anew at each look, for as long as the jump was. Not a revert, whose loss would be worse.
    fn mended(&mut self, purpose: Purpose, now: Timestamp) {
        let longest = purpose.lifetime().longest;
        if purpose != Purpose::EmailRevert && self.issued_at > now + longest {
            self.expires_at = now;
        }
        self.issued_at = self.issued_at.min(now);
        self.expires_at = self.expires_at.min(self.issued_at + longest);
    }
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
}

/// The confirmations of one purpose: at most one live, and the last dead one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Confirmations {
    /// May be past its time: ask [`Confirmations::live`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Confirmation>,
    /// The last one that ended, while it is remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<DeadConfirmation>,
}

impl Confirmations {
    /// How long a dead confirmation is remembered.
    pub const REMEMBERED: Span = Span::days(7);

    /// The confirmation that can be redeemed now, if there is one.
    #[must_use]
    pub fn live(&self, now: Timestamp) -> Option<&Confirmation> {
        self.issued.as_ref().filter(|issued| issued.is_live(now))
    }

    /// Ends the one that is issued, if any.
    pub fn kill(&mut self, now: Timestamp) {
        if let Some(was) = self.issued.take() {
            let end = if was.is_live(now) { ConfirmationEnd::Used } else { ConfirmationEnd::Expired };
            self.dead = Some(DeadConfirmation { was, end, at: now });
        }
    }

    /// Does what time alone does. Whether anything is left to remember.
    pub(crate) fn tidy(&mut self, purpose: Purpose, now: Timestamp) -> bool {
        if let Some(issued) = &mut self.issued {
            issued.mended(purpose, now);
            if !issued.is_live(now) {
                let at = issued.expires_at;
                self.kill(now);
                if let Some(dead) = &mut self.dead {
                    dead.at = at;
                }
            }
        }
        if let Some(dead) = &mut self.dead {
            dead.at = dead.at.min(now);
        }
        self.dead = self.dead.take().filter(|dead| now < dead.at + Self::REMEMBERED);
        self.issued.is_some() || self.dead.is_some()
    }
}
