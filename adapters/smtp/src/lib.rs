//! Mails handed to mail servers: SMTP over TLS, and each refusal put down to whose fault it is.
//!
//! An [`SmtpMailer`] composes a letter and hands it to the first of its relays that can be reached. Its [`SmtpSettings`] say which
//! those are.
//!
//! ```no_run
//! use accountable_core::domain::EmailAddress;
//! use accountable_mail::{Composer, LetterWords, Letterhead};
//! use accountable_smtp::{Relay, RelayPassword, SmtpMailer, SmtpSettings};
//!
//! let from = EmailAddress::parse("accounts@orchard.example")?;
//! let composer = Composer::new(Letterhead::new(from).with_name("Orchard"), LetterWords::of("Orchard"));
//! let relay = Relay::at("smtps://accounts@mail.example".parse()?)
//!     .with_password(RelayPassword::new("correct horse").ok_or("no password")?);
//! let mailer = SmtpMailer::new(composer, &SmtpSettings::default().with_relay(relay))?;
//! # let _ = mailer;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # It needs Tokio
//! Deliveries run on the Tokio runtime that they are called from, which must have its I/O and its time enabled. Where there is none,
//! the mailer starts a runtime of one thread at its first delivery, and stops it when the last clone is dropped: then it works under
//! any executor. A delivery whose future is dropped stops; its connection is closed if anything was under way, and whether the mail
//! left is unknown if it had been handed over.
//!
//! # What goes over the wire
//! - With `smtps` and `smtp` URLs nothing but `EHLO` and `STARTTLS` is said in clear, and the relay's certificate must be for its
//!   name, from an authority that is trusted ([`Roots`]). There is no way to skip that. The log-in (`AUTH PLAIN`, else `LOGIN`)
//!   follows TLS only. Only `smtp+plaintext`, which says what it is, goes without.
//! - A mail has one recipient, and each command waits for its reply: so a reply is known to be about this recipient.
//! - The envelope's sender is the sender's address, [`SmtpSettings::with_bounces_to`], or by [`Verp`] one that carries the mail's
//!   feedback tag; it is never empty. The tag also stands in the mail's `Message-ID` and in a header.
//! - `SMTPUTF8` (RFC 6531) and `BODY=8BITMIME` (RFC 6152) are asked for where an address or the mail needs them, and `SIZE` (RFC
//!   1870) is told. A relay that lacks one is not even told the sender: [`SmtpError`] says what it lacks.
//! - No value can begin a command or a header of its own: addresses, names and tags come in types that have no line ends, and
//!   a mail with lines that servers read differently is refused before it is sent.
//!
//! # Whose fault a refusal is
//! By the command that was answered, the reply's code, its enhanced status (RFC 3463), and its text where the codes say nothing. Until
//! the recipient is named, nothing has been said of any letter, so what is refused would befall each: `Unreachable`, and the
//! next relay is asked. From then on a refusal is the letter's own, so that one letter never holds up the others. What silences an
//! address (`NoSuchMailbox`, `Rejected`) must be said of that recipient; in doubt it is `Ours`, or passes.
//!
#![doc = include_str!("classes.md")]
//!
//! Where no reply comes: before the recipient is named that is `Unreachable`, later `Transient`. After the mail itself it is an
//! unknown outcome, and the next attempt goes out under the same `Message-ID`, by which readers drop the copy.
//!
//! A connection that is used again may have come to its end meanwhile. Where it turns out so before the mail was handed over, by
//! a lost connection, a 421 or a 4xx to `MAIL`, the mail is offered over a new one, which tells.
//!
//! # Why `mail-send`
//! What was looked for: each command with its own reply, text and all; a way to put one deadline over everything; rustls with
//! `ring`, and our own roots. Two were read, `mail-send` 0.7 and `lettre` 0.11; both are kept up and widely used.
//!
//! - `lettre`'s connection tells an answer's code, but a refusal's text only as part of an error message, and not which of greeting
//!   and `EHLO` was refused. It reads a line of any length into memory, and takes a reply that is not UTF-8 (as old servers in
//!   Japan write) for a broken connection. It brings an address parser, a URL parser and a parser library that we have no use for.
//! - `mail-send`'s client gives the reply to each command, of 4 KiB at most and in any charset, with the enhanced status taken
//!   apart, and runs over any stream. It stuffs dots after a bare CR or LF as well, which stops smuggling. What it does by itself
//!   is not used where it says too little or does too much: its `connect` does not tell which command was refused, its log-in keeps
//!   copies of the password and knows few prompts, and its `data` puts an empty line at the end of a mail that ends with CR LF.
#![forbid(unsafe_code)]

mod classify;
mod envelope;
mod fault;
mod mailer;
mod pool;
mod queue_id;
mod relay;
mod runtime;
mod secret;
mod session;
mod settings;
mod status;
mod tls;
mod verp;

pub use self::{
    fault::SmtpError,
    mailer::SmtpMailer,
    relay::{Relay, RelayUrl, RelayUrlError, Security},
    secret::RelayPassword,
    settings::{HelloName, NotAHelloName, SmtpSettings, SmtpSetupError},
    status::{Command, Status},
    tls::Roots,
    verp::{Verp, VerpError},
};
