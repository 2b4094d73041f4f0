//! A delivery status (RFC 3464 section 2): a group of fields about the mail, then one for each recipient.

use super::fields::{Fields, address};
use crate::refusal::EnhancedStatus;

/// What a delivery status says of one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recipient {
    /// Its address: the original one where it is stated, since it is the one that we wrote to.
    pub(crate) address: Option<String>,
    /// What became of it.
    pub(crate) action: Action,
    /// The status that the reporting server gives.
    pub(crate) status: Option<EnhancedStatus>,
    /// What the refusing server said.
    pub(crate) diagnostic: Option<String>,
}

/// What became of a recipient (RFC 3464 section 2.3.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Action {
    /// It failed, or nothing is said.
    #[default]
    Failed,
    /// It may still arrive.
    Delayed,
    /// It arrived, as far as is known: delivered, relayed, expanded.
    Done,
}

/// Reads the groups. Servers are read that put empty lines into a group, or none between two.
pub(crate) fn recipients(text: &str, at_most: usize) -> Vec<Recipient> {
    let mut groups: Vec<Fields> = Vec::new();
    for block in blocks(text) {
        for fields in apart(&Fields::parse(&block)) {
            let joins =
                groups.last().filter(|last| !names_recipient(&fields) && last.get("action").is_none());
            if joins.is_some() && fields.get("action").is_some() {
                if let Some(last) = groups.last_mut() {
                    fields.iter().for_each(|(name, value)| last.push(name, value));
                }
            } else if names_recipient(&fields) {
                groups.push(fields);
            }
        }
        if groups.len() > at_most {
            break;
        }
    }
    groups.iter().take(at_most).map(recipient).collect()
}

fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in text.lines() {
        let last = blocks.last_mut();
        match last {
            Some(last) if !line.trim().is_empty() => {
                last.push_str(line);
                last.push('\n');
            }
            Some(last) if last.is_empty() => {}
            _ => blocks.push(String::new()),
        }
    }
    blocks
}

/// A group that names several recipients, as one each.
fn apart(fields: &Fields) -> Vec<Fields> {
    let mut groups = vec![Fields::default()];
    for (name, value) in fields.iter() {
        let again = name == "final-recipient" && groups.last().is_some_and(|last| last.get(name).is_some());
        if again {
            groups.push(Fields::default());
        }
        if let Some(last) = groups.last_mut() {
            last.push(name, value);
        }
    }
    groups
}

fn names_recipient(fields: &Fields) -> bool {
    ["final-recipient", "original-recipient"].iter().any(|name| fields.get(name).is_some())
}

fn recipient(fields: &Fields) -> Recipient {
    let stated = |name| fields.get(name).and_then(|value| address(after_type(value)));
    let status = fields.get("status").and_then(|value| {
        let first =
            value.split(|c: char| c.is_whitespace() || "(;,".contains(c)).find(|word| !word.is_empty());
        EnhancedStatus::parse(first?)
    });
    let action = fields.get("action").unwrap_or_default().to_ascii_lowercase();
    let action = match action.split(|c: char| !c.is_ascii_alphabetic()).next() {
        Some("delayed") => Action::Delayed,
        Some("delivered" | "relayed" | "expanded" | "deliverable") => Action::Done,
        Some("failed") => Action::Failed,
        _ if status.is_some_and(|status| status.class == 2) => Action::Done,
        _ => Action::Failed,
    };
    let said = fields.all("diagnostic-code").map(after_type).collect::<Vec<_>>().join("\n");
    Recipient {
        address: stated("original-recipient").or_else(|| stated("final-recipient")).map(str::to_owned),
        action,
        status,
        diagnostic: (!said.is_empty()).then_some(said),
    }
}

/// What stands after `smtp;` or `rfc822;`.
pub(crate) fn after_type(value: &str) -> &str {
    match value.split_once(';') {
        Some((kind, rest))
            if kind.trim().bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_') =>
        {
            rest.trim()
        }
        _ => value,
    }
}
