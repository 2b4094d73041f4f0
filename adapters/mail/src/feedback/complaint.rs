//! Complaints: abuse reports (ARF, RFC 5965), which providers send where a reader presses "this is spam".

use super::{
    Class, Feedback,
    fields::{Fields, address, addresses},
    parts::{Kind, Mail},
};

/// Reads the feedback reports of a mail. Of a type that says nothing of the reader's will, none.
pub(crate) fn read(mail: &Mail, at_most: usize) -> Vec<Feedback> {
    let mut found = Vec::new();
    for report in mail.texts(Kind::Feedback) {
        let fields = Fields::parse(report.trim_start());
        let said = fields.get("feedback-type").unwrap_or_default();
        let Some(class) = class(said) else { continue };
        let stated = ["original-rcpt-to", "removal-recipient"].iter().flat_map(|name| fields.all(name));
        let mut recipients: Vec<String> = Vec::new();
        for stated in stated.flat_map(addresses).take(at_most) {
            if !recipients.iter().any(|known| known.eq_ignore_ascii_case(stated)) {
                recipients.push(stated.to_owned());
            }
        }
        let one = |recipient| Feedback { recipient, ..Feedback::new(class) }.with_diagnostic(said);
        if recipients.is_empty() {
            found.push(one(returned_to(mail)));
        }
        found.extend(recipients.into_iter().map(|recipient| one(Some(recipient))));
    }
    found.truncate(at_most);
    found
}

/// Reads complaints that come without a report: what Apple's mail program sends where a reader presses "unsubscribe", and what
/// Microsoft's programme for senders (JMRP) does, which marks the returned mail with its recipient.
pub(crate) fn without_report(mail: &Mail) -> Option<Feedback> {
    let complaint = |recipient: Option<&str>, said: &str| {
        Feedback { recipient: recipient.map(str::to_owned), ..Feedback::new(Class::Complaint) }
            .with_diagnostic(said)
    };
    if mail.fields.get("x-apple-unsubscribe").is_some_and(|stated| stated.eq_ignore_ascii_case("true")) {
        return Some(complaint(mail.fields.get("from").and_then(address), "opt-out"));
    }
    let returned = mail.texts(Kind::Returned).next().map(|text| Fields::parse(text.trim_start()))?;
    returned.get("x-hmxmroriginalrecipient").map(|stated| complaint(address(stated), "abuse"))
}

/// The class of a feedback type (registry of RFC 5965 section 7.3): that a mail was unwanted, or is feared to be a fraud, is a
/// complaint; `virus` and `auth-failure` (RFC 6591) tell of the mail, `not-spam` of nothing wrong, `other` of nothing known.
fn class(feedback_type: &str) -> Option<Class> {
    match feedback_type.trim().to_ascii_lowercase().as_str() {
        "abuse" | "fraud" | "opt-out" | "opt-out-list" | "miscategorized" => Some(Class::Complaint),
        "virus" => Some(Class::Ours),
        _ => None,
    }
}

/// The recipient of the returned mail.
fn returned_to(mail: &Mail) -> Option<String> {
    let returned = mail.texts(Kind::Returned).next()?;
    let fields = Fields::parse(returned.trim_start());
    fields.get("to").and_then(address).map(str::to_owned)
}
