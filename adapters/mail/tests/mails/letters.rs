//! Letters to compose, and what a reader finds in them.

use accountable_conformance::samples::{NOW, at, keyring, realm};
use accountable_core::domain::{
    AccountId, CodeMint, Confirmation, EmailAddress, HostNotice, Incarnation, Letter, LinkUrl, MailId,
    MailedLink, Message, Nonce, Notice, Ordinal, Purpose, ReturnUrl, SuppressionScope, Timestamp,
    Undeliverable,
};
use accountable_mail::{Composer, English, Letterhead};
use mail_parser::{Message as Parsed, MessageParser};

/// When what the letters speak of ends.
pub(crate) const END: &str = "2026-12-24T18:30:59Z";
/// The same, as mails say it.
pub(crate) const END_IN_WORDS: &str = "2026-12-24 18:30 UTC";

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn end() -> Timestamp {
    END.parse().unwrap()
}

pub(crate) fn composer() -> Composer {
    Composer::new(letterhead(), English::of("Orchard"))
}

pub(crate) fn letterhead() -> Letterhead {
    Letterhead::new(email("accounts@orchard.example")).with_name("Orchard")
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
