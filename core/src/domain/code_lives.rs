//! How long codes live: a number for each purpose, and how far repeated requests can put a code's end off.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{OutOfBounds, Purpose, Span};

/// How long a mailed code can be redeemed, by what it is good for.
///
/// A request that is repeated while its code lives mails the code again and puts its end off: to one life from then, and at
/// most to 72 h from when the code was first made; a reset to 24 h (NIST SP 800-63B-4, 4.2.1), and no code to less than one
/// life. A request that could no longer be given half a life begins a new code, and the old one stays good until the end
/// that its mails name.
///
/// A life of more than 24 h is a deviation from NIST SP 800-63B-4, 4.2.1: see [`standards`](crate::standards).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CodeLives {
    /// How long a link for a first password lives: 24 h; 5 min to 14 days.
    pub password_set: Span,
    /// How long a link for a new password in place of a forgotten one lives: 1 h; 5 min to 14 days.
    pub password_reset: Span,
    /// How long a link by which an owner takes over the management of the password lives: 24 h; 5 min to 14 days.
    pub password_management: Span,
    /// How long a link that confirms a new address lives, and with it the link that cancels the change: 24 h; 5 min to 14
    /// days.
    pub email_confirm: Span,
    /// How long a link that proves the present address lives: 24 h; 5 min to 14 days.
    pub email_proof: Span,
    /// How long a link that takes an old address back lives, from when it was first handed over: 72 h; 5 min to 7 days. It
    /// ends 7 days after the change at the latest, and is never put off.
    pub email_revert: Span,
}

impl Default for CodeLives {
    fn default() -> Self {
        Self {
            password_set: Span::hours(24),
            password_reset: Span::hours(1),
            password_management: Span::hours(24),
            email_confirm: Span::hours(24),
            email_proof: Span::hours(24),
            email_revert: Span::hours(72),
        }
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

impl CodeLives {
    /// How long the way back to an old address stays open at the longest (fixed): 7 days after the change.
    pub const REVERT_MOST: Span = Span::days(7);
    /// How far repeats put the end of a code off (fixed), from when it was first made: 72 h.
    const SLIDES: Span = Span::hours(72);
    /// How far repeats put the end of a reset off (fixed), from when it was first made: 24 h.
    const RESET_SLIDES: Span = Span::hours(24);

    /// How long a code of that purpose lives, and until when at most.
    #[must_use]
    pub fn of(&self, purpose: Purpose) -> Lifetime {
        let sliding = |each: Span, slides: Span| Lifetime { each, longest: slides.max(each) };
        match purpose {
            Purpose::PasswordSet => sliding(self.password_set, Self::SLIDES),
            Purpose::PasswordReset => sliding(self.password_reset, Self::RESET_SLIDES),
            Purpose::PasswordManagement => sliding(self.password_management, Self::SLIDES),
            // A change can be cancelled as long as it can be confirmed.
            Purpose::EmailConfirm | Purpose::EmailCancel => sliding(self.email_confirm, Self::SLIDES),
            Purpose::EmailProof => sliding(self.email_proof, Self::SLIDES),
            // As long as the grace, which the account's standing has: at the longest as long as that can be.
            Purpose::Reopen => Lifetime { each: Span::days(30), longest: Span::days(3_660) },
            Purpose::EmailRevert => Lifetime { each: self.email_revert, longest: Self::REVERT_MOST },
        }
    }

    /// Refuses a life that is too short to read a mail in, or longer than a link should be good.
    pub(super) fn check(&self) -> Result<(), OutOfBounds> {
        const ANY: RangeInclusive<Span> = Span::minutes(5)..=Span::days(14);
        const REVERT: RangeInclusive<Span> = Span::minutes(5)..=CodeLives::REVERT_MOST;
        let Self {
            password_set,
            password_reset,
            password_management,
            email_confirm,
            email_proof,
            email_revert,
        } = *self;
        OutOfBounds::check("code_lives.password_set", password_set, ANY)?;
        OutOfBounds::check("code_lives.password_reset", password_reset, ANY)?;
        OutOfBounds::check("code_lives.password_management", password_management, ANY)?;
        OutOfBounds::check("code_lives.email_confirm", email_confirm, ANY)?;
        OutOfBounds::check("code_lives.email_proof", email_proof, ANY)?;
        OutOfBounds::check("code_lives.email_revert", email_revert, REVERT)
    }
}

impl Purpose {
    /// Whether a request that is repeated puts the end of its code off, and begins a new one once it no longer can. What
    /// takes something back lives by what it takes back.
    #[must_use]
    pub const fn slides(self) -> bool {
        !matches!(self, Self::EmailCancel | Self::EmailRevert | Self::Reopen)
    }
}
