//! All that the pages say, in one place, so that a host can say it in its own words and language.

mod english;

use std::{borrow::Cow, ops::RangeInclusive};

use accountable_core::domain::{InputError, MustChangeReason, Purpose, Span, Violation};

/// A plain text, not HTML: what it contains is escaped.
pub type Text = Cow<'static, str>;

/// The texts of an action that a link leads to: of the page that asks for it, and of the page that says it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionTexts {
    /// The heading of the page that asks.
    pub heading: Text,
    /// What is about to happen, and what follows from it.
    pub lead: Text,
    /// The label of the button.
    pub button: Text,
    /// The heading of the page that says it is done.
    pub done_heading: Text,
    /// What that page says: what happened, and what comes next.
    pub done_text: Text,
}

/// The texts of a page that only gives a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageTexts {
    /// The heading of the page.
    pub heading: Text,
    /// The message below the heading.
    pub text: Text,
}

/// All texts of the pages. Start from [`Texts::english`] and replace those that are to be different.
///
/// ```
/// use accountable_http::pages::Texts;
/// let mut texts = Texts::english();
/// texts.lang = "en-GB".into();
/// texts.password_reset.heading = "A new password".into();
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Texts {
    /// The language of the texts, as a BCP 47 tag.
    pub lang: Text,
    /// The direction of the script: `ltr` or `rtl`.
    pub direction: Text,

    /// The action of choosing a first password.
    pub password_set: ActionTexts,
    /// The action of choosing a new password in place of a forgotten one.
    pub password_reset: ActionTexts,
    /// The action of taking over one's password from an administrator, by choosing it.
    pub password_management: ActionTexts,
    /// The action of confirming a new address.
    pub email_confirm: ActionTexts,
    /// The action of cancelling a change of address.
    pub email_cancel: ActionTexts,
    /// The action of taking an old address back.
    pub email_revert: ActionTexts,
    /// The action of opening a closed account again, by choosing a new password.
    pub reopen: ActionTexts,
    /// The action of proving the present address.
    pub email_proof: ActionTexts,
    /// The action of asking for a new link to choose a password. Its `done_text` must not say whether there is an account.
    pub new_link: ActionTexts,

    /// The message that the code was redeemed, or replaced by a newer one.
    pub used: MessageTexts,
    /// The message that the code has expired.
    pub expired: MessageTexts,
    /// The message that no such code was ever mailed, as far as can be told; also for a link that was cut off.
    pub invalid: MessageTexts,
    /// The message that no link was opened, or too long ago.
    pub nothing_open: MessageTexts,
    /// The message that the code is genuine, but what it was for can't be done any more.
    pub overtaken: MessageTexts,
    /// The message that a form came from another site, or was made for another link.
    pub not_ours: MessageTexts,
    /// The message that a form can't be read.
    pub unreadable: MessageTexts,
    /// The message that the account may not be used from this network.
    pub origin_refused: MessageTexts,
    /// The message that the service refused it, by a veto of the host.
    pub refused: MessageTexts,
    /// The message that the account is suspended or closed. Only somebody who signed in sees it.
    pub not_active: MessageTexts,
    /// The message that another account has the new address by now. Only somebody who signed in sees it.
    pub email_taken: MessageTexts,
    /// The message that there were too many tries; how long to wait is added to it.
    pub too_many: MessageTexts,
    /// The message that something is not working right now, and may work later.
    pub unavailable: MessageTexts,
    /// The message that something is broken, and will not work before somebody repairs it.
    pub failed: MessageTexts,

    /// The label of the field for a new password.
    pub new_password: Text,
    /// The label of the field for the new password, typed again.
    pub repeat_password: Text,
    /// The label of the field for the current password.
    pub password: Text,
    /// The label of the field for the address that an account has now.
    pub email: Text,
    /// The label of the field for the address of an account that a new link is asked for.
    pub account_email: Text,
    /// What stands before the title of a page that has an error on it.
    pub error: Text,
    /// The error that the two passwords differ.
    pub passwords_differ: Text,
    /// The error that the address or the password is wrong, or that there were too many tries: one text for all three.
    pub not_signed_in: Text,
    /// The error that the password is right, but of another account than the link.
    pub other_account: Text,
    /// The error that the text can't be an e-mail address.
    pub bad_address: Text,
    /// The label of the link to the return URL.
    pub go_on: Text,
    /// The label of the link back to the page, to try again.
    pub try_again: Text,
    /// The label of the link to the page that asks for a new link.
    pub ask_for_new_link: Text,

    /// Says how many characters a password must have.
    pub length: fn(&RangeInclusive<usize>) -> String,
    /// The error that the password is right, but must be changed first, and why. Only somebody who signed in sees it.
    pub must_change: fn(MustChangeReason) -> String,
    /// Says what is wrong with a password.
    pub violation: fn(&Violation) -> String,
    /// Says why a text can't be a password at all.
    pub no_password: fn(&InputError) -> String,
    /// Says how long to wait before another try.
    pub wait: fn(Span) -> String,
}

impl Texts {
    pub(super) const fn action(&self, purpose: Purpose) -> &ActionTexts {
        match purpose {
            Purpose::PasswordSet => &self.password_set,
            Purpose::PasswordReset => &self.password_reset,
            Purpose::PasswordManagement => &self.password_management,
            Purpose::EmailConfirm => &self.email_confirm,
            Purpose::EmailCancel => &self.email_cancel,
            Purpose::EmailRevert => &self.email_revert,
            Purpose::Reopen => &self.reopen,
            Purpose::EmailProof => &self.email_proof,
        }
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self::english()
    }
}
