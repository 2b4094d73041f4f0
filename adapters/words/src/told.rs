//! What each message is told: the variables that its English uses, and those that its part tells every message.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use fluent_bundle::FluentResource;

use crate::{
    shipped::{Part, SHIPPED},
    spoken::made_of,
    uses::Uses,
};

static TOLD: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let parts: Vec<_> = SHIPPED.iter().take(1).flat_map(|(_, parts)| *parts).map(read).collect();
    let entries: BTreeMap<_, _> = parts.iter().flat_map(|(_, entries)| entries.clone()).collect();
    let told = |part: Part, message: &String| {
        let used = Uses::variables_of(message, &entries).unwrap_or_default();
        used.into_iter().chain(part.tells_all().iter().copied()).map(str::to_owned).collect()
    };
    parts
        .iter()
        .flat_map(|(part, entries)| entries.keys().map(|message| (message.clone(), told(*part, message))))
        .filter(|(message, _)| !message.starts_with('-'))
        .collect()
});

fn read((part, text): &(Part, &str)) -> (Part, BTreeMap<String, Uses>) {
    let text = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(half, _)| half);
    (*part, made_of(&text).collect())
}

/// The variables that this message is told; none if there is no such message.
pub(crate) fn told(message: &str) -> Option<&'static BTreeSet<String>> {
    TOLD.get(message)
}
