//! What the domain needs from outside, one trait a file.
//!
//! Each trait's documentation numbers the clauses of its contract; the conformance kit has one named test for each.
//! No trait has default bodies: an adapter that forgets a duty does not compile.

mod clock;
mod commit;
mod delegate;
mod dossier;
mod entropy;
mod hasher;
mod journal;
mod mailer;
mod note;
mod outbox;
mod query;
mod record;
pub mod records;
mod routing;
mod screen;
mod shared;
mod store;
mod trim;
mod veto;

pub use self::{
    clock::Clock,
    commit::{Commit, IllegalCommit},
    delegate::{StoreAnswer, StoreCall},
    dossier::{By, Dossier, Who},
    entropy::{Entropy, EntropyError},
    hasher::{HashError, PasswordHash, PasswordHasher},
    journal::{Cursor, Feed, FeedError, Scope},
    mailer::{MailError, Mailer, Receipt},
    note::{IllegalNote, Note, NoteName},
    outbox::{Backlog, Claim, Claimed, Claims},
    query::{AccountFilter, AccountQuery, Limit, MailQuery, Page},
    record::{Key, Reservation, Stored, Swap, Write},
    routing::MailRouting,
    screen::PasswordScreen,
    store::{CommitError, Source, Store, StoreError},
    trim::Trim,
    veto::ErasureVeto,
};
// For `delegate_store!`, which is expanded in other crates.
#[doc(hidden)]
pub use async_trait::async_trait as __async_trait;
