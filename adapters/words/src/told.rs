//! What each message is told: the variables that its English uses, and those that its part tells every message.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use crate::{
    shipped::{Part, SHIPPED, read},
    spoken::made_of,
    uses::Uses,
};

static TOLD: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let english = SHIPPED.iter().take(1).flat_map(|(_, parts)| *parts);
    let parts: Vec<(Part, BTreeMap<_, _>)> =
        english.map(|(part, text)| (*part, made_of(&read(text)).collect())).collect();
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

/// Says that a rule of the host's own is broken, whichever it is.
pub(crate) const HOST_RULE: &str = "violation-host";

/// Says that a certain rule of the host's own is broken. There is such a message where a host says it.
pub(crate) fn of_host_rule(code: &str) -> String {
    format!("{HOST_RULE}-{code}")
}

/// The variables that this message is told; none if there is no such message.
pub(crate) fn told(message: &str) -> Option<&'static BTreeSet<String>> {
    let of_host_rule = || message.strip_prefix(HOST_RULE).is_some_and(|code| code.starts_with('-'));
    TOLD.get(message).or_else(|| of_host_rule().then(|| TOLD.get(HOST_RULE)).flatten())
}
