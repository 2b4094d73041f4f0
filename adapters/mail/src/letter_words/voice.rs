//! A voice: says messages to one letter's reader, in their language, with what every message of a mail is told.

use accountable_core::domain::{Circumstances, Contact, InitiatorKind, Letter, Message, Notice, Timestamp};
use accountable_words::{Args, Language, Words};

use crate::page::{Fact, Link, Part};

/// Says what one letter says.
pub(super) struct Voice<'a> {
    pub(super) words: &'a Words,
    pub(super) language: &'a Language,
    pub(super) service: &'a str,
    pub(super) letter: &'a Letter,
}

impl Voice<'_> {
    /// Says a message.
    pub(super) fn say(&self, message: &str) -> String {
        self.say_with(message, Args::new())
    }

    /// Says a message that tells of a point in time.
    pub(super) fn say_until(&self, message: &str, until: Timestamp) -> String {
        self.say_with(message, Args::new().with_text("until", self.words.moment(self.language, until)))
    }

    /// Says a message that is told more than all are: the service's name, and whom to turn to.
    pub(super) fn say_with(&self, message: &str, args: Args<'_>) -> String {
        let (channel, contact) = match &self.letter.contact {
            Some(Contact::Email(address)) => ("email", address.as_str()),
            Some(contact) => ("page", contact.as_str()),
            None => ("none", ""),
        };
        let args = args
            .with_text("service", self.service)
            .with_text("channel", channel)
            .with_text("contact", contact);
        self.words.say(self.language, message, &args).into_owned()
    }

    /// What is said, and a further sentence where the host names a contact: in that case, turn there.
    pub(super) fn or_turn_to(&self, said: String, in_that_case: &str) -> String {
        match &self.letter.contact {
            Some(_) => {
                let further = self.say(in_that_case);
                self.say_with("sentences", Args::new().with_text("first", said).with_text("second", further))
            }
            None => said,
        }
    }

    /// A link with what is said on it.
    pub(super) fn link(&self, label: &str, url: &str) -> Link {
        let label = self.say(label);
        let above = self.say_with("above-link", Args::new().with_text("label", label.clone()));
        Link { label, above, url: url.to_owned() }
    }

    /// When it happened, by whom, and roughly from where, as far as that is known. Nothing, where it was only a matter of time.
    pub(super) fn circumstances(&self) -> Option<Part> {
        let Circumstances { at, by, from, .. } = self.letter.circumstances.as_ref()?;
        let by = match by {
            InitiatorKind::Courier => return None,
            InitiatorKind::Stranger => "by-stranger",
            InitiatorKind::CodeBearer => "by-code-bearer",
            InitiatorKind::Owner => "by-owner",
            InitiatorKind::Administrator => "by-administrator",
        };
        // Who fails to log in may have been anybody: the letter says "somebody" already.
        let anybody = matches!(self.letter.message, Message::Notice(Notice::Locked));
        let facts = [
            Some(self.fact("fact-when", self.words.moment(self.language, *at))),
            (!anybody).then(|| self.fact("fact-by", self.say(by))),
            from.as_ref().map(|from| self.fact("fact-from", from.as_str().to_owned())),
        ];
        Some(Part::Facts { facts: facts.into_iter().flatten().collect() })
    }

    fn fact(&self, label: &str, value: String) -> Fact {
        let label = self.say(label);
        let both = Args::new().with_text("label", label.clone()).with_text("value", value.clone());
        let line = self.say_with("fact", both);
        Fact { label, value, line }
    }
}
