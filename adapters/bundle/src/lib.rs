//! The life of an account, embedded in your program: registration, set-password mails, resets, throttles, lock-out.
//!
//! # Using it
//! Add this one crate, give it a file, a mailer and keys, and open a door:
//!
//! ```
//! # use accountable::{testing::Sandbox, *, domain::*};
//! # async_io::block_on(async {
//! # let sandbox = Sandbox::new();
//! # let accounts = &sandbox.accounts;
//! // In a program: accountable::builder(sqlite::open("accounts.db")?, mailer, keys, links)?.open().await?
//! let admin = accounts.admin(Actor::parse("staff:7")?);
//! let ada = admin.register(NewAccount::new(EmailAddress::parse("ada@example.com")?)).await?;
//! let delivery = admin.request_password_set(ada.id, DeliveryOptions::default()).await?;
//! assert_eq!(delivery, Delivery::Delivered);
//!
//! let too_soon = admin.request_password_set(ada.id, DeliveryOptions::default()).await.unwrap_err();
//! assert_eq!((too_soon.code(), too_soon.http_status()), ("throttled", 429));
//! assert_eq!(too_soon.retry_after(), Some(Span::seconds(600)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! | door | for | made by |
//! |---|---|---|
//! | [`Public`] | strangers; its answers never tell who has an account | [`Accounts::public`] |
//! | [`Owner`] | a signed-in person, one account | [`Accounts::owner`] |
//! | [`Admin`] | staff, and the host itself | [`Accounts::admin`] |
//!
//! What goes wrong is an [`Error`] or a [`PublicError`]: either the rules say no ([`domain::Refusal`]) or the world
//! failed ([`Fault`]). Each has a stable code, an HTTP status and, where waiting helps, a wait; the tables are there.
//!
//! Run the courier once in each process, or call [`Accounts::sweep`] from a scheduler of your own:
//! it delivers mails and does what time asks for.
//!
//! # Testing a host
//! With the feature `testing`, `testing::Sandbox` is the whole library in memory, with a clock in hand and the mails
//! to look at.
//!
//! # Filling a port
//! Stores, mailers, clocks, entropy and hashers are traits in [`port`], each with a numbered contract. The crate
//! `accountable-conformance` has a named test for each clause. The crate `accountable-keyed` makes a store of anything that
//! keeps sorted rows; the store in memory is its example.
//!
//! # Features
//! | feature | default | what it brings |
//! |---|---|---|
//! | `sqlite` | yes | accounts in an SQLite file |
//! | `bundled-sqlite` | yes | SQLite itself, built in; without it the system's library is linked |
//! | `foreign-hashes` | yes | imported hashes of other systems (bcrypt, scrypt, PBKDF2, ..) are verified, and replaced as their owners log in |
//! | `breach` | no | `breach`: new passwords looked up, off-line, among those known from breaches |
//! | `tracing` | yes | a span and an outcome for each call, through `tracing` |
//! | `metrics` | no | counters of calls and mails, through `metrics` |
//! | `axum` | no | `http`: the published contracts and the pages that mailed links lead to, as axum routers |
//! | `mail` | no | `mail`: letters as mails, in words that a host can replace, and a folder that takes them |
//! | `smtp` | no | `smtp`: mails handed to mail servers; it needs Tokio, and brings its own where the host has none |
//! | `testing` | no | `testing`: the whole library in memory, for a host's own tests |
#![forbid(unsafe_code)]

#[cfg(feature = "breach")]
pub use accountable_breach as breach;
pub use accountable_core::{
    About, Accepted, AccountChanges, AccountList, AccountPage, AccountView, Accounts, AccountsPage, Admin,
    Authentication, Bookmark, BookmarkError, BuildError, Builder, BulkWork, Delivery, DeliveryOptions, Error,
    Export, ExportedAccount, ExportedHash, ExportedPassword, Fault, FollowerName, Import, ImportedOnce,
    ImportedPassword, IssuedCode, Journal, JournalError, KeyUse, Machine, MailList, MailOptions, NewAccount,
    OpenError, OutboxHealth, OutboxMail, Owner, PasswordView, Presence, Public, PublicError, SessionsThen,
    Suppressed, Swept, Undisclosed, domain, port,
};
#[cfg(feature = "axum")]
pub use accountable_http as http;
#[cfg(feature = "mail")]
pub use accountable_mail as mail;
#[cfg(feature = "smtp")]
pub use accountable_smtp as smtp;
pub use accountable_system::{
    Argon2Cost, Argon2Error, Argon2Pool, Argon2Settings, CostClass, ForeignCeiling, KeyFileEditError,
    KeyFileError, OsEntropy, Pbkdf2Digest, Pepper, SystemClock, add_key_to_file, keyring_from_env,
    keyring_from_file, machine_id, new_keyring_toml, remove_key_from_file, secrets_from_file,
    use_key_of_file, write_new_keyring,
};
/// For implementing a port.
pub use async_trait::async_trait;

pub mod settings;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;

#[doc(no_inline)]
pub use self::settings::{Settings, SettingsError};

use accountable_core::{
    domain::{Keyring, Links},
    port::{Mailer, Store},
};

/// Accounts in this store, on this machine: its clock, its randomness, and Argon2id on threads of its own.
///
/// For another machine use [`Accounts::builder`]; for other hashing costs, or for settings in a file, [`Settings`].
///
/// # Errors
/// [`Argon2Error`] where the hashing threads can't be started.
pub fn builder(
    store: impl Store,
    mailer: impl Mailer,
    keys: Keyring,
    links: Links,
) -> Result<Builder, Argon2Error> {
    let hasher = Argon2Pool::new(&Argon2Settings::default())?;
    Ok(Accounts::builder(
        Machine::new(SystemClock, OsEntropy, hasher).named(machine_id()),
        store,
        mailer,
        keys,
        links,
    ))
}

/// The README's program compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
