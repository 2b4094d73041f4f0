//! The life of an account: its rules, pure, and the ports they need.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    expect(clippy::arithmetic_side_effects, reason = "a test that overflows has failed, as it should")
)]

mod accounts;
mod authenticate;
mod courier;
mod deadline;
mod decide;
mod delivery;
pub mod domain;
mod door;
mod error;
mod fulfil;
mod gate;
pub mod port;
mod watch;

pub use self::{
    accounts::{Accounts, BuildError, Builder, Machine},
    courier::Swept,
    delivery::Delivery,
    door::{
        Accepted, AccountView, Admin, Authentication, DeliveryOptions, Journal, JournalError, MailOptions,
        NewAccount, Owner, Public, Undisclosed,
    },
    error::{Error, Fault, PublicError},
};
