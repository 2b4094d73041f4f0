//! What every store has to do alike, written once: for authors of adapters.
//!
//! Nothing here reads or writes anything. A store says what is there, and this says what follows from it:
//!
//! | for | a store asks | and gets |
//! |---|---|---|
//! | keeping a record | [`encode`], [`decode`] | its form: versioned, self-describing, no newer field lost |
//! | [`Store::load`](super::Store::load) | [`dossier`] over its own [`Reads`] | all that a decision rests on |
//! | [`Store::commit`](super::Store::commit) | [`needs`], then [`judge`] over what is [`Present`] | a repeat, a refusal, or what to write ([`Judged`]) |
//! | who holds which address | [`keys`] | an account's keys, each once |
//! | pages | [`page`], or [`sift`] where records have to be looked at one by one | a [`Page`](super::Page) that ends right |
//! | [`Store::events`](super::Store::events) | [`Place`] | cursors, and when one is no longer good |
//! | [`Store::trim`](super::Store::trim) | [`Trim::removes_mail`](super::Trim::removes_mail) and its like, [`is_stray`], [`Level`] | what goes and what stays |
//!
//! A store that keeps sorted rows of bytes need not even do that: the crate `accountable-keyed` makes a whole store of
//! anything that can look up a row, walk through a range of them, and change several at once.

mod codec;
mod dossier;
mod judge;
mod keys;
mod level;
mod page;
mod place;
mod query;
#[cfg(test)]
mod tests;
mod trim;

pub use self::{
    codec::{CodecError, decode, encode},
    dossier::{Reads, dossier},
    judge::{Judged, Needs, Present, judge, needs},
    keys::{HeldKey, keys},
    level::{Level, RaisedLevel},
    page::{page, sift},
    place::Place,
    trim::is_stray,
};
