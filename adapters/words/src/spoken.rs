//! One language as it is spoken: its messages, ready to be said.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use fluent_bundle::{FluentResource, concurrent::FluentBundle};
use fluent_syntax::ast::Entry;

use crate::{Args, Language, uses::Uses};

/// A language with all its messages. Later texts say anew what earlier ones said.
pub(crate) struct Spoken {
    pub(crate) language: Language,
    texts: Vec<Arc<FluentResource>>,
    bundle: FluentBundle<Arc<FluentResource>>,
    /// What each message and each term is made of, by its name; a term's begins with `-`.
    pub(crate) uses: BTreeMap<String, Uses>,
}

impl Spoken {
    pub(crate) fn new(language: Language, texts: Vec<Arc<FluentResource>>) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.as_ref().clone()]);
        // The marks would stand around addresses and names, and be copied along.
        bundle.set_use_isolating(false);
        for text in &texts {
            bundle.add_resource_overriding(Arc::clone(text));
        }
        let uses = texts.iter().flat_map(|text| made_of(text)).collect();
        Self { language, texts, bundle, uses }
    }

    /// This language, with these messages in place of its own.
    pub(crate) fn with(&self, text: Arc<FluentResource>) -> Self {
        let texts = self.texts.iter().cloned().chain([text]).collect();
        Self::new(self.language.clone(), texts)
    }

    /// Says a message; none where this language does not.
    pub(crate) fn say(&self, message: &str, args: &Args<'_>) -> Option<Cow<'_, str>> {
        let pattern = self.bundle.get_message(message)?.value()?;
        // Whatever could go wrong was refused with the text, so nothing is lost here.
        Some(self.bundle.format_pattern(pattern, Some(args.as_fluent()), &mut Vec::new()))
    }
}

/// The messages and terms of a text, by their names, with what each is made of. A message without a text of its own counts as
/// none.
pub(crate) fn made_of(text: &FluentResource) -> impl Iterator<Item = (String, Uses)> {
    text.entries().filter_map(|entry| match entry {
        Entry::Message(message) => Some((message.id.name.to_owned(), Uses::of(message.value.as_ref()?))),
        Entry::Term(term) => Some((format!("-{}", term.id.name), Uses::of(&term.value))),
        _ => None,
    })
}
