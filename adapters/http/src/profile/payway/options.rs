//! What a host may choose of Payway.

use serde::{Deserialize, Serialize};

use super::event::Events;

/// How Payway answers, where a host has the choice. Each default is the safe one.
///
/// This is the section `http.payway` of the settings file, but for the events, which go to code.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    pub(super) strict: bool,
    #[serde(skip)]
    pub(super) events: Events,
}

impl Options {
    /// Answers as documented where that is less safe: an unknown address is 404 `not_found`, so that whoever has a token
    /// can list who has an account; and an address must match the document's pattern, so that many which receive mail are
    /// refused. What is stored is as strict as ever.
    #[must_use]
    pub const fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Publishes the contract's events; by default none is published.
    #[must_use]
    pub fn publishing(mut self, events: Events) -> Self {
        self.events = events;
        self
    }
}
