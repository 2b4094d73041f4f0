//! All that the pages say, in one place, so that a host can say it in its own words and language.

mod english;

use std::{borrow::Cow, ops::RangeInclusive};

use accountable_core::domain::{InputError, Purpose, Span, Violation};

/// A text: plain, not HTML.
pub type Text = Cow<'static, str>;

/// What a code does: the page that asks for it, and the page that says it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionTexts {
    /// The heading of the page that asks.
    pub heading: Text,
    /// What is about to happen, and what it entails.
    pub lead: Text,
    /// The button.
    pub button: Text,
    /// The heading once it is done.
    pub done_heading: Text,
    /// What happened, and what comes next.
    pub done_text: Text,
}

/// A page that only says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageTexts {
    /// Its heading.
    pub heading: Text,
    /// Its text.
    pub text: Text,
}

/// All texts. Start from [`Texts::english`] and replace what shall be otherwise.
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
    /// The language of the texts (BCP 47).
    pub lang: Text,
    /// `ltr` or `rtl`.
    pub direction: Text,

    /// To choose a first password.
    pub password_set: ActionTexts,
    /// To choose a new password in place of a forgotten one.
    pub password_reset: ActionTexts,
    /// To take over the management of one's password, by choosing it.
    pub password_management: ActionTexts,
    /// To confirm a new address.
    pub email_confirm: ActionTexts,
    /// To cancel a change of address.
    pub email_cancel: ActionTexts,
    /// To get an old address back.
    pub email_revert: ActionTexts,
    /// To ask for a new link to choose a password. Its `done_text` must not say whether there is an account.
    pub new_link: ActionTexts,

    /// A code that was redeemed, or replaced.
    pub used: MessageTexts,
    /// A code whose time is over.
    pub expired: MessageTexts,
    /// Not a code that was ever mailed, as far as can be told; a link that was cut off, too.
    pub invalid: MessageTexts,
    /// No link was opened, or too long ago.
    pub nothing_open: MessageTexts,
    /// The code is genuine, but what it was for can't be done any more.
    pub overtaken: MessageTexts,
    /// A form that another site sent, or that was made for another link.
    pub not_ours: MessageTexts,
    /// A form that can't be read.
    pub unreadable: MessageTexts,
    /// The account may not be used from this network.
    pub origin_refused: MessageTexts,
    /// The host refused it.
    pub refused: MessageTexts,
    /// The account is suspended or closed. MessageTexts to who signed in only.
    pub not_active: MessageTexts,
    /// The new address is another account's by now. MessageTexts to who signed in only.
    pub email_taken: MessageTexts,
    /// Too many tries; how long to wait goes with it.
    pub too_many: MessageTexts,
    /// It may work later.
    pub unavailable: MessageTexts,
    /// It will not work before somebody mends it.
    pub failed: MessageTexts,

    /// The label of a new password.
    pub new_password: Text,
    /// The label of the same, typed again.
    pub repeat_password: Text,
    /// The label of the current password.
    pub password: Text,
    /// The label of the address that an account has now.
    pub email: Text,
    /// The label of the address of an account, of whoever asks for a new link.
    pub account_email: Text,
    /// Before the title of a page that has an error on it.
    pub error: Text,
    /// The two passwords are not the same.
    pub passwords_differ: Text,
    /// The address or the password is wrong, or there were too many tries: it is the same answer.
    pub not_signed_in: Text,
    /// The password is right, but must be changed first.
    pub must_change: Text,
    /// The password is right, and of another account than the link.
    pub other_account: Text,
    /// The address can't be one.
    pub bad_address: Text,
    /// The link to where the reader came from.
    pub go_on: Text,
    /// The link to the page, to try again.
    pub try_again: Text,
    /// The link to ask for a new link.
    pub ask_for_new_link: Text,

    /// Says how long a password must be.
    pub length: fn(&RangeInclusive<usize>) -> String,
    /// Says what is wrong with a password.
    pub violation: fn(&Violation) -> String,
    /// Says why a text is no password at all.
    pub no_password: fn(&InputError) -> String,
    /// Says how long to wait.
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
        }
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self::english()
    }
}
