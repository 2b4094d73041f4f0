//! What every letter says beside its own matter: when it happened, by whom, roughly from where, and whom to turn to.

use accountable_core::domain::{Circumstances, Contact, InitiatorKind, Letter, Message, Notice};

use super::English;
use crate::{Body, moment};

impl English {
    /// What happened; and below it when, by whom, and roughly from where, as far as that is known.
    pub(super) fn tells(&self, letter: &Letter, what: impl Into<String>) -> Body {
        let body = Body::new("en").says(what);
        match letter.circumstances.as_ref().and_then(|known| self.circumstances(letter, known)) {
            Some(circumstances) => body.says(circumstances),
            None => body,
        }
    }

    /// Nothing, where it was only a matter of time.
    fn circumstances(&self, letter: &Letter, known: &Circumstances) -> Option<String> {
        let by = match known.by {
            InitiatorKind::Courier => return None,
            InitiatorKind::Stranger => "somebody who was not signed in".to_owned(),
            InitiatorKind::CodeBearer => "somebody who used a link that was mailed to you".to_owned(),
            InitiatorKind::Owner => "somebody who was signed in to the account".to_owned(),
            InitiatorKind::Administrator => format!("the staff of {}", self.service),
        };
        // Who fails to log in may have been anybody: the letter says "somebody" already.
        let anybody = matches!(letter.message, Message::Notice(Notice::Locked));
        let when = Some(format!("When: {}", moment(known.at)));
        let by = (!anybody).then(|| format!("By: {by}"));
        let from = known.from.as_ref().map(|from| format!("From: {}", from.as_str()));
        Some([when, by, from].into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    /// As in "If it was not you, write to help@orchard.example."
    pub(super) fn turn_to(&self, letter: &Letter) -> String {
        match &letter.contact {
            Some(Contact::Email(address)) => format!("write to {address}"),
            Some(contact) => format!("turn to {contact}"),
            None => format!("write to {}", self.service),
        }
    }

    /// A further sentence where the host names a contact: in that case, turn there.
    pub(super) fn or_turn_to(&self, letter: &Letter, in_that_case: &str) -> String {
        match &letter.contact {
            Some(_) => format!(" {in_that_case}, {}.", self.turn_to(letter)),
            None => String::new(),
        }
    }
}
