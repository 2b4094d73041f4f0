//! What a message is told: the values of its variables.

use std::borrow::Cow;

use fluent_bundle::FluentArgs;

/// The values of a message's variables, by name. A message may use fewer than it is given.
///
/// ```
/// use accountable_words::Args;
/// let args = Args::new().with_text("service", "Orchard").with_number("attempts", 3);
/// # let _ = args;
/// ```
#[derive(Debug, Default)]
pub struct Args<'a>(FluentArgs<'a>);

impl<'a> Args<'a> {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text. It stands in the message as it is, whatever it holds.
    #[must_use]
    pub fn with_text(mut self, name: &'a str, text: impl Into<Cow<'a, str>>) -> Self {
        self.0.set(name, text.into());
        self
    }

    /// Adds a number, by which a message may choose a plural.
    #[must_use]
    pub fn with_number(mut self, name: &'a str, number: u32) -> Self {
        self.0.set(name, number);
        self
    }

    pub(crate) fn as_fluent(&self) -> &FluentArgs<'a> {
        &self.0
    }
}
