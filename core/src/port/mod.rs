//! What the domain needs from outside, one trait a file.
//!
//! Each trait's documentation numbers the clauses of its contract; the conformance kit has one named test for each.
//! No trait has default bodies: an adapter that forgets a duty does not compile.

mod clock;
mod entropy;
mod hasher;
mod mailer;
mod record;
mod routing;
mod screen;
mod shared;
mod store;
mod veto;

pub use self::{
    clock::Clock,
    entropy::{Entropy, EntropyError},
    hasher::{HashError, PasswordHash, PasswordHasher},
    mailer::{MailError, Mailer, Receipt},
    record::{
        By, Claim, Claimed, Commit, Dossier, IllegalCommit, Key, Limit, Reservation, Stored, Swap, Trim, Who,
        Write,
    },
    routing::MailRouting,
    screen::PasswordScreen,
    store::{
        AccountFilter, AccountQuery, CommitError, Cursor, Feed, FeedError, MailQuery, Page, Source, Store,
        StoreError,
    },
    veto::ErasureVeto,
};
