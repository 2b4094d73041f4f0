//! Which mail a report is about: our tag, and the `Message-ID`.

use accountable_core::domain::FeedbackTag;

use super::{
    fields::Fields,
    parts::{Kind, Mail},
    prose::Prose,
};
use crate::FEEDBACK_HEADER;

/// Which mail a report is about, as far as it says.
#[derive(Default)]
pub(crate) struct Origin {
    pub(crate) tag: Option<FeedbackTag>,
    pub(crate) message_id: Option<String>,
}

/// Looks for it: first in the returned mail, then in the report's own fields, then where the report was sent to (VERP), then in the
/// report's text.
pub(crate) fn origin(mail: &Mail, prose: &Prose) -> Origin {
    let header = FEEDBACK_HEADER.to_ascii_lowercase();
    let mut returned: Vec<Fields> =
        mail.texts(Kind::Returned).map(|text| Fields::parse(text.trim_start())).collect();
    returned.push(prose.returned.clone());
    let message_id = returned.iter().find_map(|fields| fields.get("message-id")).and_then(message_id);
    let in_field = |name: &str| returned.iter().flat_map(|it| it.all(name)).find_map(FeedbackTag::find);
    let reports = || mail.texts(Kind::Status).chain(mail.texts(Kind::Feedback)).find_map(FeedbackTag::find);
    let sent_to = || {
        let names = ["to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"];
        names.iter().flat_map(|name| mail.fields.all(name)).find_map(FeedbackTag::find)
    };
    let tag = in_field(&header)
        .or_else(|| in_field("message-id"))
        .or_else(|| in_field("return-path"))
        .or_else(reports)
        .or_else(sent_to)
        .or_else(|| mail.texts(Kind::Returned).chain(mail.texts(Kind::Text)).find_map(FeedbackTag::find));
    Origin { tag, message_id }
}

/// A `Message-ID` without its angle brackets.
pub(crate) fn message_id(stated: &str) -> Option<String> {
    let id = stated.trim().trim_start_matches('<').split('>').next()?.trim();
    (!id.is_empty() && id.len() <= 998).then(|| id.to_owned())
}
