//! The words of `accountable`, in the language of whoever reads them: messages, dates, and which language that is.
//!
//! The words are [Fluent](https://projectfluent.org) messages, one file a language and part in `languages/`: English,
//! Japanese, Korean, German and Swedish come with the crate. A host replaces any message, or adds a language, as it runs.
//!
//! ```
//! use accountable_core::domain::Locale;
//! use accountable_words::{Args, Words, Zone};
//!
//! let swiss = Locale::parse("de-CH")?;
//! let words = Words::builtin()
//!     .with_override(&Locale::parse("de")?, "password-changed-subject = Neues Passwort bei { $service }")?
//!     .in_zone(Zone::named("Europe/Zurich")?);
//!
//! let german = words.negotiate(&[swiss]);
//! let service = Args::new().with_text("service", "Orchard");
//! assert_eq!(words.say(german, "password-changed-subject", &service), "Neues Passwort bei Orchard");
//! assert_eq!(words.say(german, "fact-when", &Args::new()), "Wann");
//! let at = "2026-01-31T16:30:00Z".parse()?;
//! assert_eq!(words.moment(german, at), "31. Januar 2026, 17:30 Uhr (UTC+1)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In a host's own forms
//! What is wrong with a password, how long one must be and how long to wait is said in any form, as it is on the pages that
//! come with `accountable`.
//!
//! ```
//! use accountable_core::domain::{Span, Violation};
//! use accountable_words::{Words, accepted_languages};
//!
//! let words = Words::builtin();
//! let language = words.negotiate(&accepted_languages("de-CH, de;q=0.9, en;q=0.8"));
//! let violation = Violation::TooShort { least: 15, actual: 8 };
//! assert_eq!(words.violation(language, &violation), "Es hat nur 8 Zeichen; mindestens 15 sind nötig.");
//! assert_eq!(words.wait(language, Span::seconds(90)), "Versuchen Sie es in 90 Sekunden noch einmal.");
//! ```
//!
//! # Add a language
//! 1. Copy `languages/en` to a folder named by the language's BCP 47 tag, and write each message anew: the sentence as
//!    somebody says it who never saw the English. Keep the variables (`{ $service }`), and the choices that a message makes
//!    (`{ $channel -> .. }`) where the language needs them; `dates.ftl` says how a date is written.
//! 2. Name the folder in `src/shipped.rs`.
//! 3. The tests of `tests/` say what is missing: a message, a variable, or the month that a date forgot.
//!
//! A host that adds a language of its own calls [`Words::with_language`] with the same text.
#![forbid(unsafe_code)]

mod accepted;
mod args;
mod checked;
mod error;
mod forms;
mod language;
mod shipped;
mod spoken;
mod told;
mod uses;
mod words;
mod zone;

pub use self::{
    accepted::accepted_languages,
    args::Args,
    error::{Fault, WordsError},
    language::{Direction, Language},
    words::Words,
    zone::{UnknownZone, Zone},
};
