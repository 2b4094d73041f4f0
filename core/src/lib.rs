//! The life of an account: its rules, pure, and the ports they need.
//!
//! A host adds the crate `accountable` instead, which brings a store, a clock, randomness and hashing with it. This
//! crate is for those who write an adapter, or want to read the rules.
//!
//! | where | what |
//! |---|---|
//! | [`domain`] | every rule, pure and total: facts and a request in, a change or a typed refusal out |
//! | [`port`] | what the rules need from outside: [`Store`](port::Store), [`Mailer`](port::Mailer), [`Clock`](port::Clock), [`Entropy`](port::Entropy), [`PasswordHasher`](port::PasswordHasher) |
//! | [`standards`] | what NIST SP 800-63B-4 and OWASP ASVS 5.0 ask, how it is met, and where it is not |
//! | [`architecture`], [`glossary`], [`decisions`] | the way of the data and why it is this way; the words; what was decided, at what price |
//! | [`Accounts`] and the doors [`Public`], [`Owner`], [`Admin`] | what may be done, by whom |
//!
//! Behind the doors there is one loop: load a dossier, let time pass, decide, commit exactly what the decision rests on;
//! again if somebody came between. Beside it stand the gate, which bounds how many guesses are verified at once, and the
//! courier, which delivers and does what time asks for. No runtime is named: futures run wherever they are polled.
//!
//! To write an adapter, read the contract at its trait and let the crate `accountable-conformance` say which clause is
//! broken. The crate `accountable-keyed` makes a whole store of anything that keeps sorted rows; `accountable-memory`
//! is the example of each port.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    expect(clippy::arithmetic_side_effects, reason = "a test that overflows has failed, as it should")
)]

mod accounts;
#[doc = include_str!("architecture.md")]
pub mod architecture {}
#[doc = include_str!("decisions.md")]
pub mod decisions {}
pub mod domain;
mod door;
mod engine;
mod error;
#[doc = include_str!("glossary.md")]
pub mod glossary {}
mod log_in;
pub mod port;
mod post;
pub mod standards;
mod upkeep;

pub use self::{
    accounts::{Accounts, BuildError, Builder, Machine, OpenError},
    domain::{AccountChanges, NewAccount},
    door::{
        About, Accepted, AccountList, AccountPage, AccountView, AccountsPage, Admin, Authentication,
        Bookmark, DeliveryOptions, Export, ExportedAccount, ExportedHash, ExportedPassword, FollowerName,
        Import, ImportedOnce, ImportedPassword, IssuedCode, Journal, KeyUse, LogInsView, MailList,
        MailOptions, OutboxMail, Owner, OwnerView, PasswordView, Public, SessionsThen, Suppressed,
        SuppressionView, Undisclosed,
    },
    engine::health::OutboxHealth,
    error::{BookmarkError, Error, Fault, JournalError, PublicError},
    post::{delivery::Delivery, swept::Swept},
    upkeep::{bulk::BulkWork, presence::Presence},
};
