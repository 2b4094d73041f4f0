//! The letters of `accountable` as mails: their words, their form by RFC 5322, a mailer that writes them to a folder, and the reading
//! of what comes back.
//!
//! A [`Composer`] makes a mail of a letter: the words come from [`LetterWords`], the sender from a [`Letterhead`]. Each letter is
//! in the language of its account: English, Japanese, Korean, German or Swedish, or one that the host adds.
//!
//! ```
//! use accountable_core::domain::*;
//! use accountable_mail::{Composer, LetterWords, Letterhead};
//!
//! let from = EmailAddress::parse("accounts@orchard.example")?;
//! let composer = Composer::new(Letterhead::new(from).with_name("Orchard"), LetterWords::of("Orchard"));
//!
//! let ada = EmailAddress::parse("ada@example.com")?;
//! let notice = Message::Notice(Notice::PasswordChanged { email_change_dropped: false });
//! let letter = Letter::new(MailId::from_bytes([7; 16]), Realm::default(), ada, notice, Timestamp::EPOCH);
//! let mail = composer.compose(&letter).expect("there are words for everything");
//! assert_eq!(mail.message_id(), "07070707070707070707070707070707@orchard.example");
//! assert!(mail.as_bytes().starts_with(b"From: \"Orchard\" <accounts@orchard.example>\r\n"));
//! # Ok::<(), AddressError>(())
//! ```
//!
//! # Words and layout of the host's own
//! The words are those of [`words`]: a host says any message anew, adds a language, or names the zone in which readers are told
//! the time. The layout is that of [`Templates`]. A mail that is not to be made of them is made by a
//! [`Mailer`](accountable_core::port::Mailer) of the host's own.
//!
//! ```
//! use accountable_core::domain::Locale;
//! use accountable_mail::{LetterWords, Templates, words::{Words, Zone}};
//!
//! let swedish = Locale::parse("sv")?;
//! let words = Words::builtin()
//!     .with_default(&swedish)?
//!     .with_override(&swedish, "password-reset-subject = { $service }: välj ett nytt lösenord")?
//!     .in_zone(Zone::named("Europe/Stockholm")?);
//! let html = r#"<title>{{ subject }}</title>
//!     {% for part in parts %}{% if part.url is defined %}<a href="{{ part.url }}">{{ part.label }}</a>
//!     {% elif part.text is defined %}<p>{{ part.text }}</p>{% endif %}{% endfor %}"#;
//! let letters = LetterWords::of("Orchard").with_words(words).with_templates(Templates::builtin().with_html(html)?);
//! # let _ = letters;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # When mails come back
//! Give [`read_feedback`] whatever arrives at the address of the envelope's sender and at the one that providers send complaints to,
//! and [`take_in`] what it finds. Only what bears a genuine tag of ours counts, so it does no harm if others write there.
//!
//! ```
//! use accountable_core::{Admin, Error};
//! use accountable_mail::{read_feedback, take_in};
//!
//! async fn came_back(admin: &Admin, raw: &[u8]) -> Result<(), Error> {
//!     let taken_in = take_in(admin, &read_feedback(raw)).await?;
//!     println!("{} of {} reports counted", taken_in.counted, taken_in.recipients);
//!     Ok(())
//! }
//! # let _ = came_back;
//! ```
//!
//! How well bounces are told apart can be measured by a folder of them: `cargo run -p accountable-mail --example measure_feedback`.
//! What a provider tells by webhook is read by `webhooks`, with the feature of that name; a [`Letterhead`] that is told of the
//! [`Provider`] gives it the tag in the field that it hands back.
//!
//! # For development
//! A [`FolderMailer`] writes each mail into a folder, for development, or for a program that sends what it finds there.
#![forbid(unsafe_code)]

mod compose;
mod feedback;
mod folder;
mod letter_words;
mod page;
mod provider;
pub mod refusal;
mod take_in;
mod templates;
#[cfg(feature = "webhooks")]
pub mod webhooks;
mod wording;

pub use accountable_words as words;

pub use self::{
    compose::{Composer, FEEDBACK_HEADER, Letterhead, Mail},
    feedback::{Class, Feedback, read_feedback},
    folder::FolderMailer,
    letter_words::{LetterWords, WordingError},
    provider::{FEEDBACK_FIELD, Provider},
    refusal::EnhancedStatus,
    take_in::{TakenIn, take_in, take_in_by_realm},
    templates::{TemplateError, Templates},
    wording::Wording,
};
