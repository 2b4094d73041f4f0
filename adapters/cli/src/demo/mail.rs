//! A mailed letter as a report shows it: whom it goes to, what it says, its link, and what the mail server answered.
//!
//! A link is a secret: only a demonstration, whose accounts are nobody's, may show it.

use accountable::{
    domain::{Letter, MailedCode, Message, NoticeKind, Purpose, Timestamp},
    testing::Answer,
};
use serde::Serialize;

use crate::words;

/// A letter that was handed to the mail server.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ShownMail {
    pub(crate) to: String,
    pub(crate) subject: String,
    /// The letter's name, which further attempts share.
    pub(crate) mail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purpose: Option<Purpose>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notice: Option<NoticeKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Timestamp>,
    /// Whether the server took it.
    pub(crate) accepted: bool,
    /// What the server answered.
    pub(crate) answer: &'static str,
}

impl ShownMail {
    pub(crate) fn new(letter: &Letter, answer: Answer) -> Self {
        let (purpose, expires_at) = match &letter.message {
            Message::Code { purpose, expires_at, .. } => (Some(*purpose), Some(*expires_at)),
            _ => (None, None),
        };
        let notice = match &letter.message {
            Message::Notice(notice) => Some(notice.kind()),
            _ => None,
        };
        let wording = words::of_demonstration().wording(letter).ok();
        Self {
            to: letter.to.to_string(),
            subject: wording.map(|wording| wording.subject().to_owned()).unwrap_or_default(),
            mail: letter.id.to_string(),
            purpose,
            notice,
            link: letter.link().map(|link| link.expose().to_owned()),
            expires_at,
            accepted: answer == Answer::Accept,
            answer: answered(answer),
        }
    }
}

/// What a mail server says where the recording one stands in for it.
fn answered(answer: Answer) -> &'static str {
    match answer {
        Answer::Accept => "250 accepted",
        Answer::NoSuchMailbox => "550 5.1.1 no such mailbox",
        Answer::Rejected => "550 5.7.1 rejected",
        Answer::Transient => "450 try again later",
        Answer::Unreachable => "no connection",
        Answer::Ours => "a fault of ours",
        _ => "no answer",
    }
}

/// Takes the code out of a mailed link, as the page behind it does.
pub(crate) fn code_of(link: &str) -> MailedCode {
    MailedCode::new(query(link, "id"), query(link, "confirmation_code"))
}

/// Puts another code in the place of a link's, as somebody would who forges one.
pub(crate) fn forged_code_of(link: &str) -> MailedCode {
    let code = query(link, "confirmation_code");
    let forged: String = code.chars().rev().collect();
    MailedCode::new(query(link, "id"), &forged)
}

/// A value in a link's query. Ids and codes need no decoding.
fn query<'a>(link: &'a str, name: &str) -> &'a str {
    let (_, query) = link.split_once('?').unwrap_or_default();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_gives_its_parts_in_any_order_and_others_give_nothing() {
        let link = "https://a.example/p?x=1&confirmation_code=abc&id=def";
        assert_eq!((query(link, "id"), query(link, "confirmation_code")), ("def", "abc"));
        assert_eq!(query(link, "return_url"), "");
        assert_eq!(query("https://a.example/p", "id"), "");
    }
}
