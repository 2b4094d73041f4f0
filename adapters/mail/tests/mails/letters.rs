//! Letters to compose, and what a reader finds in them.

use accountable_conformance::samples::{NOW, at, keyring, realm};
use accountable_core::domain::{
    AccountId, Circumstances, CoarseOrigin, CodeMint, Confirmation, Contact, EmailAddress, HostNotice,
    Incarnation, InitiatorKind, Letter, LinkUrl, Locale, MailId, MailKind, MailedLink, Message, Nonce,
    Notice, Ordinal, Purpose, ReturnUrl, SuppressionScope, Timestamp, Undeliverable,
};
use accountable_mail::{Composer, LetterWords, Letterhead, words::Words};
use mail_parser::{Message as Parsed, MessageParser};

/// When what the letters speak of ends.
pub(crate) const END: &str = "2026-12-24T18:30:59Z";
/// The same, as mails say it.
pub(crate) const END_IN_WORDS: &str = "24 December 2026, 18:30 UTC";

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn end() -> Timestamp {
    END.parse().unwrap()
}

pub(crate) fn composer() -> Composer {
    Composer::new(letterhead(), LetterWords::of("Orchard"))
}

pub(crate) fn letterhead() -> Letterhead {
    Letterhead::new(email("accounts@orchard.example")).with_name("Orchard")
}

/// The languages that mails come in.
pub(crate) const LANGUAGES: [&str; 5] = ["en", "ja", "ko", "de", "sv"];

pub(crate) fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

/// A composer with a message of English said anew.
pub(crate) fn saying(message: &str, text: &str) -> Composer {
    let words = Words::builtin().with_override(&locale("en"), &format!("{message} = {text}")).unwrap();
    Composer::new(letterhead(), LetterWords::of("Orchard").with_words(words))
}

pub(crate) fn letter(message: Message) -> Letter {
    letter_to("Ada.Lovelace@example.com", message)
}

pub(crate) fn letter_to(to: &str, message: Message) -> Letter {
    Letter::new(MailId::from_bytes([0xAB; 16]), realm(), email(to), message, NOW)
}

pub(crate) fn notice(notice: Notice) -> Letter {
    letter(Message::Notice(notice))
}

/// A letter with a code, and its link.
pub(crate) fn code(purpose: Purpose) -> (Letter, String) {
    let link = link(purpose, &LinkUrl::parse("https://app.example/page?a=1&b='2'").unwrap(), None);
    let text = link.expose().to_owned();
    (letter(Message::Code { purpose, link, expires_at: end() }), text)
}

pub(crate) fn link(purpose: Purpose, page: &LinkUrl, back: Option<&ReturnUrl>) -> MailedLink {
    let account = AccountId::from_bytes([1; 16]);
    let confirmation = Confirmation {
        nonce: Nonce::from_bytes([2; 16]),
        key: keyring().active().clone(),
        recipient: Ordinal::default(),
        issued_at: NOW,
        expires_at: at(1_000),
        latest_end: at(1_000),
        handed_over: false,
        return_url: None,
    };
    let mint = CodeMint { keys: keyring(), realm: &realm(), incarnation: Incarnation::from_bytes([3; 16]) };
    let code = mint.code(account, purpose, &email("ada@example.com"), &confirmation).unwrap();
    page.with_code(account, &code, back, None)
}

pub(crate) fn notices() -> [Notice; 10] {
    [
        Notice::PasswordChanged { email_change_dropped: true },
        Notice::EmailReplaced,
        Notice::EmailTaken,
        Notice::AlreadyRegistered,
        Notice::ClosedByStaff,
        Notice::Locked,
        Notice::Disabled { with_link: true },
        Notice::Disabled { with_link: false },
        Notice::Closed { erased_at: end() },
        Notice::PasswordExpires { expires_at: end() },
    ]
}

pub(crate) fn for_host(cause: Undeliverable) -> Letter {
    let account = AccountId::from_bytes([1; 16]);
    letter(Message::ForHost(HostNotice::SendingStopped { account, cause, scope: SuppressionScope::All }))
}

/// One of each kind.
pub(crate) fn all() -> Vec<Letter> {
    let codes = Purpose::ALL.into_iter().map(|purpose| code(purpose).0);
    let causes = [Undeliverable::NoSuchMailbox, Undeliverable::Rejected];
    codes.chain(notices().map(notice)).chain(causes.map(for_host)).collect()
}

/// One of each kind that goes to an address of an account.
pub(crate) fn to_owners() -> Vec<Letter> {
    let codes = Purpose::ALL.into_iter().map(|purpose| code(purpose).0);
    codes.chain(notices().map(notice)).collect()
}

/// One of each kind with all that can be told in it, by names that tell them apart.
pub(crate) fn named() -> Vec<(String, Letter)> {
    let told = |by| Some(Circumstances::new(NOW, by).from(CoarseOrigin::of("Firefox on Linux, near Seoul")));
    let codes = Purpose::ALL.into_iter().map(|purpose| {
        let page = LinkUrl::parse("https://app.example/password").unwrap();
        let back = matches!(purpose, Purpose::PasswordSet | Purpose::PasswordReset)
            .then(|| ReturnUrl::parse("https://app.example/home?from=mail").unwrap());
        let link = link(purpose, &page, back.as_ref());
        let by = match purpose {
            Purpose::PasswordReset => InitiatorKind::Stranger,
            Purpose::PasswordSet | Purpose::PasswordManagement => InitiatorKind::Administrator,
            Purpose::EmailRevert => InitiatorKind::CodeBearer,
            _ => InitiatorKind::Owner,
        };
        let letter = letter(Message::Code { purpose, link, expires_at: end() });
        let contact = Contact::parse("help@orchard.example").ok();
        (purpose.as_str().to_owned(), letter.with_circumstances(told(by)).with_contact(contact))
    });
    let notices = notices().map(|notice| {
        let name = match &notice {
            Notice::Disabled { with_link: true } => "disabled_with_link",
            other => other.kind().as_str(),
        };
        let by = match notice {
            Notice::PasswordExpires { .. } => InitiatorKind::Courier,
            Notice::EmailReplaced | Notice::Closed { .. } => InitiatorKind::Administrator,
            Notice::PasswordChanged { .. } => InitiatorKind::Owner,
            _ => InitiatorKind::Stranger,
        };
        let letter = letter(Message::Notice(notice));
        let contact = Contact::parse("https://orchard.example/help").ok();
        (name.to_owned(), letter.with_circumstances(told(by)).with_contact(contact))
    });
    let account = AccountId::from_bytes([1; 16]);
    let stopped =
        |cause, scope| letter(Message::ForHost(HostNotice::SendingStopped { account, cause, scope }));
    let scopes = MailKind::ALL.map(|kind| {
        let stopped = stopped(Undeliverable::Rejected, SuppressionScope::Only(kind));
        (format!("sending_stopped_{}", kind.as_str()), stopped)
    });
    let all = stopped(Undeliverable::NoSuchMailbox, SuppressionScope::All);
    let expired = HostNotice::MailExpired { account, purpose: Purpose::PasswordSet };
    let others =
        [("sending_stopped".to_owned(), all), ("mail_expired".to_owned(), letter(Message::ForHost(expired)))];
    codes.chain(notices).chain(scopes).chain(others).collect()
}

/// A mail's octets.
pub(crate) fn written(letter: &Letter) -> Vec<u8> {
    composer().compose(letter).unwrap().as_bytes().to_vec()
}

pub(crate) fn parsed(octets: &[u8]) -> Parsed<'_> {
    MessageParser::default().parse(octets).expect("a mail")
}

/// What a reader reads: the subject, and both bodies.
pub(crate) fn read(letter: &Letter) -> [String; 3] {
    let octets = written(letter);
    let mail = parsed(&octets);
    assert_eq!((mail.text_body_count(), mail.html_body_count(), mail.attachment_count()), (1, 1, 0));
    [mail.subject().unwrap().into(), mail.body_text(0).unwrap().into(), mail.body_html(0).unwrap().into()]
}
