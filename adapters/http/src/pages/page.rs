//! What a template is told of a page.

use serde::Serialize;

use super::templates::Template;

/// A page: what every one has, and what this one is about.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    pub(super) lang: &'a str,
    pub(super) dir: &'a str,
    /// The heading; and that something is wrong, where it is.
    pub(super) title: &'a str,
    pub(super) heading: &'a str,
    pub(super) service: Option<&'a str>,
    /// Where the style sheet is.
    pub(super) style: &'a str,
    /// Where else its reader may go: the host's page to sign in at, and its contact.
    pub(super) ways: &'a [Next],
    #[serde(flatten)]
    pub(super) content: &'a Content<'a>,
}

/// What a page is about. Which template it is laid out by follows from it.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    /// Asks for a new password.
    Choose {
        lead: String,
        button: String,
        action: String,
        token: String,
        /// Whose account it is, where that is told masked.
        account: Option<String>,
        /// The address of the account, for a password manager, where that may be told.
        username: Option<String>,
        username_label: String,
        password_label: String,
        repeat_label: String,
        hint: String,
        /// The fewest characters that a password may have.
        least: usize,
        errors: &'a [String],
    },
    /// Asks who is there.
    SignIn {
        lead: String,
        button: String,
        action: String,
        token: String,
        /// Where the link was mailed to.
        account: String,
        email_label: String,
        password_label: String,
        /// The address that was typed before.
        typed: &'a str,
        error: Option<&'a str>,
    },
    /// Asks to press a button.
    Press {
        lead: String,
        button: String,
        action: String,
        token: String,
        /// Where the link was mailed to.
        account: String,
    },
    /// Asks for the address that a new link goes to.
    Ask {
        lead: String,
        button: String,
        action: String,
        email_label: String,
        /// What was typed before.
        typed: &'a str,
        error: Option<&'a str>,
    },
    /// Only says something.
    Message { text: String, more: Option<String>, next: Option<Next> },
}

/// A link to where the reader goes from here.
#[derive(Serialize)]
pub(super) struct Next {
    pub(super) url: String,
    pub(super) label: String,
}

impl Content<'_> {
    /// The template that lays it out.
    pub(super) const fn template(&self) -> Template {
        match self {
            Self::Choose { .. } => Template::Choose,
            Self::SignIn { .. } => Template::SignIn,
            Self::Press { .. } => Template::Press,
            Self::Ask { .. } => Template::Ask,
            Self::Message { .. } => Template::Message,
        }
    }

    /// Whether something on the page is wrong.
    pub(super) const fn is_wrong(&self) -> bool {
        match self {
            Self::Choose { errors, .. } => !errors.is_empty(),
            Self::SignIn { error, .. } | Self::Ask { error, .. } => error.is_some(),
            Self::Press { .. } | Self::Message { .. } => false,
        }
    }
}
