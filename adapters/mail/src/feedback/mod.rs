//! What comes back of mails: bounces and complaints, read from the mail that reports them.

mod bounce;
mod class;
mod codes;
mod complaint;
mod delivery;
mod fields;
mod parts;
mod prose;
mod stage;
mod tag;

use std::fmt;

use accountable_core::domain::{FeedbackTag, Report, Undeliverable};

#[cfg(feature = "webhooks")]
pub(crate) use self::tag::message_id;
use self::{
    class::Said,
    codes::Codes,
    delivery::{Action, Recipient},
    fields::Fields,
    parts::{Kind, Mail},
    prose::Prose,
    stage::Stage,
};
use crate::refusal::{EnhancedStatus, beginning};

/// How many octets of a mail are read: 1 MiB.
const READ: usize = 1024 * 1024;
/// How many recipients are taken from one mail.
const RECIPIENTS: usize = 64;
/// How many octets of what a server said are kept.
const DIAGNOSTIC: usize = 1_024;

/// What became of a mail, and who has to do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// There is no such mailbox, or its domain takes no mail: it gets no more.
    NoSuchMailbox,
    /// The mailbox is shut, or refuses us: it gets no more mail.
    Rejected,
    /// Its reader reported the mail as unwanted.
    Complaint,
    /// The mailbox is full, the mail is late, or it was given up after servers could not be reached: another may arrive.
    Delayed,
    /// The fault is ours: the sender's address, its reputation, its rights, or the mail's content. The host should look; the
    /// recipient is not to blame.
    Ours,
    /// It failed, and the report does not tell why.
    Unknown,
}

impl Class {
    /// The stable name of the class, in `snake_case`, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchMailbox => "no_such_mailbox",
            Self::Rejected => "rejected",
            Self::Complaint => "complaint",
            Self::Delayed => "delayed",
            Self::Ours => "ours",
            Self::Unknown => "unknown",
        }
    }
}

/// What a report says of one recipient. Whoever writes a report chooses all of it: only its genuine
/// [tag](FeedbackTag) says which mail it is about.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feedback {
    /// What became of the mail.
    pub class: Class,
    /// The recipient's address as the report states it, often not the one that we wrote to. For people only.
    pub recipient: Option<String>,
    /// The enhanced status (RFC 3463).
    pub status: Option<EnhancedStatus>,
    /// The reply of the server that refused (RFC 5321 section 4.2).
    pub reply: Option<u16>,
    /// What that server said, at most 1,024 octets. It may hold addresses: for people, not for logs.
    pub diagnostic: Option<String>,
    /// What looks like our tag, from the returned mail, or from the address that the report was sent to.
    pub tag: Option<FeedbackTag>,
    /// The `Message-ID` of the mail that it is about, without angle brackets.
    pub message_id: Option<String>,
}

impl Feedback {
    /// Feedback of this class that says nothing else.
    #[must_use]
    pub fn new(class: Class) -> Self {
        Self {
            class,
            recipient: None,
            status: None,
            reply: None,
            diagnostic: None,
            tag: None,
            message_id: None,
        }
    }

    /// What to tell [`Admin::report`](accountable_core::Admin::report), together with the [tag](Self::tag) and the
    /// [evidence](Self::evidence). None where nothing is to be held against the recipient, and nothing is late: the fault is
    /// ours, or unknown.
    #[must_use]
    pub fn report(&self) -> Option<Report> {
        match self.class {
            Class::NoSuchMailbox => Some(Report::Bounced(Undeliverable::NoSuchMailbox)),
            Class::Rejected => Some(Report::Bounced(Undeliverable::Rejected)),
            Class::Complaint => Some(Report::Complained),
            Class::Delayed => Some(Report::Delayed),
            Class::Ours | Class::Unknown => None,
        }
    }

    /// The reply and the enhanced status, such as `550 5.1.1`, without anything personal; else the name of the class.
    #[must_use]
    pub fn evidence(&self) -> String {
        match (self.reply, self.status) {
            (Some(reply), Some(status)) => format!("{reply} {status}"),
            (Some(reply), None) => reply.to_string(),
            (None, Some(status)) => status.to_string(),
            (None, None) => self.class.as_str().to_owned(),
        }
    }

    pub(crate) fn with_diagnostic(mut self, said: &str) -> Self {
        let said = beginning(said.trim(), DIAGNOSTIC);
        self.diagnostic = (!said.is_empty()).then(|| said.to_owned());
        self
    }
}

/// Without what is personal: not the address, nor the server's words.
impl fmt::Debug for Feedback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feedback")
            .field("class", &self.class)
            .field("status", &self.status)
            .field("reply", &self.reply)
            .field("tagged", &self.tag.is_some())
            .finish_non_exhaustive()
    }
}

/// Reads a mail that came back: a delivery status (RFC 3464), an abuse report (RFC 5965), or a bounce in prose, as many servers
/// write them. For each recipient that it failed to reach, or that complained, one [`Feedback`]; 64 recipients at most. The list is
/// empty where a mail is neither: an ordinary mail, an out-of-office note, a notice of success.
///
/// `raw` is the mail as it arrived, header and body. Nothing in it is trusted: of its first MiB, eight levels of multiparts and 64
/// parts are read, a returned mail is not opened further than its header, and the time it takes grows with the size alone.
///
/// ```
/// use accountable_core::domain::{Report, Undeliverable};
///
/// let raw = b"From: MAILER-DAEMON@mx.example.net\r\n\
///     To: bounces@orchard.example\r\n\
///     Subject: failure notice\r\n\
///     \r\n\
///     Hi. This is the qmail-send program at mx.example.net.\r\n\
///     I'm afraid I wasn't able to deliver your message to the following addresses.\r\n\
///     This is a permanent error; I've given up. Sorry it didn't work out.\r\n\
///     \r\n\
///     <ada@example.com>:\r\n\
///     Sorry, no mailbox here by that name. (#5.1.1)\r\n";
/// let read = accountable_mail::read_feedback(raw);
/// assert_eq!(read.len(), 1);
/// assert_eq!(read[0].report(), Some(Report::Bounced(Undeliverable::NoSuchMailbox)));
/// assert_eq!(read[0].evidence(), "5.1.1");
///
/// assert!(accountable_mail::read_feedback(b"Subject: Lunch?\r\n\r\nAt noon.\r\n").is_empty());
/// ```
#[must_use]
pub fn read_feedback(raw: &[u8]) -> Vec<Feedback> {
    let mail = Mail::parse(raw.get(..READ).unwrap_or(raw));
    let prose = Prose::of(&mail);
    let mut found = if mail.texts(Kind::Feedback).next().is_some() {
        complaint::read(&mail, RECIPIENTS)
    } else if mail.texts(Kind::Disposition).next().is_some() {
        Vec::new()
    } else if let Some(complaint) = complaint::without_report(&mail) {
        vec![complaint]
    } else {
        bounced(&mail, &prose, true)
    };
    if !found.is_empty() {
        let origin = tag::origin(&mail, &prose);
        for feedback in &mut found {
            feedback.tag.clone_from(&origin.tag);
            feedback.message_id.clone_from(&origin.message_id);
        }
    }
    found
}

/// What a bounce says, by its delivery status, or in prose; one that somebody wrapped into a letter of their own is unwrapped, once.
fn bounced(mail: &Mail, prose: &Prose, unwraps: bool) -> Vec<Feedback> {
    let mut stated: Vec<Recipient> = mail
        .texts(Kind::Status)
        .flat_map(|text| delivery::recipients(text, RECIPIENTS))
        .take(RECIPIENTS)
        .collect();
    if stated.is_empty() && bounce::is_bounce(mail, prose) {
        // Some copy the delivery status into the text.
        stated = delivery::recipients(&prose.report, RECIPIENTS);
        if stated.is_empty() {
            let wrapped = wrapped(mail, prose).filter(|_| unwraps).map(|raw| Mail::parse(raw.as_bytes()));
            let found = wrapped.map(|mail| bounced(&mail, &Prose::of(&mail), false)).unwrap_or_default();
            return if found.is_empty() { in_prose(mail, prose) } else { found };
        }
    }
    let failed = stated.iter().filter(|it| it.action != Action::Done);
    let filtered = is_filtered(mail);
    let passages = prose.passages(mail, RECIPIENTS);
    let alone = stated.len() == 1;
    failed
        .map(|recipient| {
            let same = |it: &&prose::Passage| it.address.is_some() && it.address == recipient.address;
            let passage = passages.iter().find(same).map(|it| it.text.as_str());
            let beside = [passage, alone.then_some(prose.report.as_str())];
            judged(recipient, beside.into_iter().flatten(), filtered)
        })
        .collect()
}

/// The bounce that stands where a returned mail would.
fn wrapped<'a>(mail: &'a Mail, prose: &'a Prose) -> Option<&'a str> {
    let of_bounce = |fields: &Fields| {
        let reports =
            fields.get("content-type").is_some_and(|it| it.to_ascii_lowercase().contains("delivery-status"));
        reports || fields.get("return-path") == Some("<>")
    };
    let below = Some(prose.below.as_str()).filter(|_| of_bounce(&prose.returned));
    below.or_else(|| {
        mail.texts(Kind::Returned)
            .find(|text| of_bounce(&Fields::parse(text.trim_start())))
            .map(str::trim_start)
    })
}

/// What a bounce in prose says.
fn in_prose(mail: &Mail, prose: &Prose) -> Vec<Feedback> {
    let action = if prose.is_warning(&mail.words("subject")) { Action::Delayed } else { Action::Failed };
    let passages = prose.passages(mail, RECIPIENTS);
    let filtered = is_filtered(mail);
    passages
        .into_iter()
        .map(|passage| {
            let recipient = Recipient { address: passage.address, action, ..Recipient::default() };
            judged(&recipient, [passage.text.as_str(), prose.report.as_str()].into_iter(), filtered)
        })
        .collect()
}

/// Whether a carrier marks its bounce as the work of its subscriber's filter, whatever it says (au of KDDI).
fn is_filtered(mail: &Mail) -> Option<Stage> {
    mail.fields.get("x-spasign").filter(|sign| sign.eq_ignore_ascii_case("ng")).map(|_| Stage::Content)
}

/// Judges a recipient by the server's own words, and where they don't tell enough, by what else the report says of it.
fn judged<'a>(
    recipient: &'a Recipient,
    beside: impl Iterator<Item = &'a str>,
    stage: Option<Stage>,
) -> Feedback {
    let own = recipient.diagnostic.as_deref();
    let texts: Vec<&str> = own.into_iter().chain(beside).filter(|text| !text.trim().is_empty()).collect();
    let stage = stage.or_else(|| texts.iter().find_map(|text| Stage::find(text)));
    let mut said = Said { stage, passing: recipient.action == Action::Delayed, ..Said::default() };
    said.codes.status = recipient.status;
    let mut judged = class::class(&said);
    let mut decisive = None;
    let mut codes = Codes::default();
    for text in &texts {
        let here = Codes::find(text);
        codes = Codes { reply: codes.reply.or(here.reply), status: more_specific(codes.status, here.status) };
        said = Said { codes: with_status(codes, recipient.status), text, ..said };
        judged = class::class(&said);
        if judged.1 {
            decisive = Some(*text);
            break;
        }
    }
    let codes = with_status(codes, recipient.status);
    let diagnostic = own.or(decisive).or(texts.first().copied()).unwrap_or_default();
    Feedback {
        recipient: recipient.address.clone(),
        status: codes.status,
        reply: codes.reply,
        ..Feedback::new(judged.0)
    }
    .with_diagnostic(diagnostic)
}

/// The codes with the status that the reporting server gives, where the refusing one gave none that says more.
fn with_status(codes: Codes, reported: Option<EnhancedStatus>) -> Codes {
    Codes { status: more_specific(codes.status, reported), ..codes }
}

fn more_specific(first: Option<EnhancedStatus>, second: Option<EnhancedStatus>) -> Option<EnhancedStatus> {
    match (first, second) {
        (Some(first), Some(second)) if !first.is_specific() && second.is_specific() => Some(second),
        (first, second) => first.or(second),
    }
}

/// What a server said, as a provider tells it who knows the recipient; the status apart, where it is told so. To `RCPT`, unless it says
/// otherwise.
#[cfg(feature = "webhooks")]
pub(crate) fn said(words: &str, status: Option<&str>) -> Feedback {
    let diagnostic = Some(delivery::after_type(words).to_owned()).filter(|words| !words.trim().is_empty());
    let status = status.and_then(|status| EnhancedStatus::parse(status.trim()));
    let stage = Stage::find(words).or(Some(Stage::Recipient));
    judged(&Recipient { diagnostic, status, ..Recipient::default() }, std::iter::empty(), stage)
}

#[cfg(test)]
mod work_tests;
