//! Profiles: the published contracts, each a router with one service's paths, field names, status codes and error bodies,
//! over [`Accounts`](accountable_core::Accounts).
//!
//! By default a profile answers safely where its document does not; its `strict` options answer to the letter of the
//! document. They never loosen what is stored.
//!
//! # A profile of one's own
//! A profile is a folder here, mounted by one line below. It has `router`, `says` for what a [`Guard`](crate::Guard) refuses,
//! and `Options`; its error responses (`error.rs`), a struct for each request body (`requests.rs`) and the calls themselves
//! are its own. It stands on [`intake`](crate::intake), [`wire`](crate::wire), [`auth`](crate::auth) and
//! [`answer`](crate::answer), and on no other profile.

pub mod data_forest;
pub mod payway;
mod standings;
pub mod webconnect;
