//! The letters of `accountable` as mails: their words, their form by RFC 5322, and a mailer that writes them to a folder.
//!
//! A [`Composer`] makes a mail of a letter: the words come from [`Templates`], the sender from a [`Letterhead`]. [`English`]
//! words come with the crate; a host may have its own, for all letters or by language ([`ByLocale`]).
//!
//! ```
//! use accountable_core::domain::*;
//! use accountable_mail::{Composer, English, Letterhead};
//!
//! let from = EmailAddress::parse("accounts@orchard.example")?;
//! let composer = Composer::new(Letterhead::new(from).with_name("Orchard"), English::of("Orchard"));
//!
//! let ada = EmailAddress::parse("ada@example.com")?;
//! let notice = Message::Notice(Notice::PasswordChanged);
//! let letter = Letter::new(MailId::from_bytes([7; 16]), Realm::default(), ada, notice, Timestamp::EPOCH);
//! let mail = composer.compose(&letter).expect("English has words for everything");
//! assert_eq!(mail.message_id(), "07070707070707070707070707070707@orchard.example");
//! assert!(mail.as_bytes().starts_with(b"From: \"Orchard\" <accounts@orchard.example>\r\n"));
//! # Ok::<(), AddressError>(())
//! ```
//!
//! A [`FolderMailer`] writes each mail into a folder, for development, or for a program that sends what it finds there.
#![forbid(unsafe_code)]

mod body;
mod compose;
mod english;
mod folder;
mod locale;
mod moment;
mod templates;

pub use self::{
    body::Body,
    compose::{Composer, FEEDBACK_HEADER, Letterhead, Mail},
    english::English,
    folder::FolderMailer,
    locale::ByLocale,
    moment::moment,
    templates::{Templates, Wording},
};
