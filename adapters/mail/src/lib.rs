//! The letters of `accountable` as mails: their words, their form by RFC 5322, a mailer that writes them to a folder, and the reading
//! of what comes back.
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
//! let notice = Message::Notice(Notice::PasswordChanged { email_change_dropped: false });
//! let letter = Letter::new(MailId::from_bytes([7; 16]), Realm::default(), ada, notice, Timestamp::EPOCH);
//! let mail = composer.compose(&letter).expect("English has words for everything");
//! assert_eq!(mail.message_id(), "07070707070707070707070707070707@orchard.example");
//! assert!(mail.as_bytes().starts_with(b"From: \"Orchard\" <accounts@orchard.example>\r\n"));
//! # Ok::<(), AddressError>(())
//! ```
//!
//! # Add a language
//! Each letter goes out in the language of its account, where there are templates for it. From an empty file:
//!
//! 1. Write [`Templates`] with words for each letter: [`Templates`] shows some in German, and `src/english.rs` has all. A letter
//!    without words is left to the templates that are asked next, so that half a language is better than none.
//! 2. Say the language by its BCP 47 tag in [`Body::new`], and times by [`moment`], which everybody can read.
//! 3. Name the templates for the letters of their language:
//!
//!    ```
//!    use accountable_core::domain::{InputError, Letter, Locale, Message, Notice};
//!    use accountable_mail::{Body, ByLocale, English, Templates, Wording};
//!
//!    struct German;
//!
//!    impl Templates for German {
//!        fn wording(&self, letter: &Letter) -> Option<Wording> {
//!            matches!(letter.message, Message::Notice(Notice::PasswordChanged { .. })).then(|| {
//!                let body = Body::new("de").says("Das Passwort Ihres Kontos bei Orchard wurde geändert.");
//!                Wording::new("Ihr Passwort wurde geändert", body)
//!            })
//!        }
//!    }
//!
//!    let templates = ByLocale::or_else(English::of("Orchard")).with(&Locale::parse("de")?, German);
//!    # let _ = templates;
//!    # Ok::<(), InputError>(())
//!    ```
//!
//! A language that comes with this crate is its file in `src` and two lines of `src/lib.rs`, with tests like those of
//! `tests/mails/words.rs`: each letter has words, and says what it must.
//!
//! # When mails come back
//! Give [`read_feedback`] whatever arrives at the address of the envelope's sender and at the one that providers send complaints to,
//! and pass on what it finds. Only what bears a genuine tag of ours counts, so it does no harm if others write there.
//!
//! ```
//! use accountable_core::{Admin, Error};
//!
//! async fn take_in(admin: &Admin, raw: &[u8]) -> Result<(), Error> {
//!     for feedback in accountable_mail::read_feedback(raw) {
//!         if let (Some(tag), Some(report)) = (&feedback.tag, feedback.report()) {
//!             admin.report(tag, report, &feedback.evidence()).await?;
//!         }
//!     }
//!     Ok(())
//! }
//! # let _ = take_in;
//! ```
//!
//! How well bounces are told apart can be measured by a folder of them: `cargo run -p accountable-mail --example measure_feedback`.
//! What a provider tells by webhook is read by `webhooks`, with the feature of that name.
//!
//! # For development
//! A [`FolderMailer`] writes each mail into a folder, for development, or for a program that sends what it finds there.
#![forbid(unsafe_code)]

mod body;
mod compose;
mod english;
mod feedback;
mod folder;
mod locale;
mod moment;
mod templates;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use self::{
    body::Body,
    compose::{Composer, FEEDBACK_HEADER, Letterhead, Mail},
    english::English,
    feedback::{Class, EnhancedStatus, Feedback, read_feedback},
    folder::FolderMailer,
    locale::ByLocale,
    moment::moment,
    templates::{Templates, Wording},
};
