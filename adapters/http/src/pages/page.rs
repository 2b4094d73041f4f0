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
        email_label: String,
        password_label: String,
        /// The address that was typed before.
        typed: &'a str,
        error: Option<&'a str>,
    },
    /// Asks to press a button.
    Press { lead: String, button: String, action: String, token: String },
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
