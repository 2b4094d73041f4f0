//! The engine behind the doors and the courier: what every part works with, and the one loop that all commands run in.
//!
//! [`core`] holds the ports and settings; [`decide`] is the loop; [`commit`] makes a commit of what was decided and
//! [`offer`] puts it to the store until its outcome is known. [`hashing`] answers what a rule asks about passwords,
//! [`requests`] fills the rules' requests, [`reservations`] what is taken of shared quotas, [`charges`] counts what failed, [`notices`] bounds those that
//! owners cause, [`keys`] asks whether the keyring is the realm's own, [`deadline`] bounds each wait, [`lease`] how long a
//! claimed mail may be handed over, and [`watch`] tells operators how calls end.
//! Ports that the host fills may panic: [`guard`] catches that where they are called, for the store and the hasher once
//! for all in [`guarded_store`] and [`hasher`]. [`service`] notices an outbox that nobody serves, [`relay`] a
//! mailer that does not work; [`hourly`] spares the host a notice for each mail that this costs. [`yielding`] has a
//! stranger's sign-up give way to whoever has more right to its address.

mod charges;
pub(crate) mod commit;
pub(crate) mod core;
pub(crate) mod deadline;
pub(crate) mod decide;
mod failing;
pub(crate) mod guard;
mod guarded_store;
mod hasher;
mod hashing;
pub(crate) mod health;
mod hourly;
mod keys;
mod lease;
mod machine;
pub(crate) mod moment;
mod note;
mod notices;
mod offer;
pub(crate) mod relay;
pub(crate) mod requests;
mod reservations;
mod service;
pub(crate) mod watch;
mod yielding;

pub(crate) use self::{
    commit::{Decided, Verdict, address_or_new},
    core::{Core, Host},
    deadline::Deadline,
    decide::{Call, DecideError, Told},
    failing::FailingDomains,
    guarded_store::GuardedStore,
    hasher::Hasher,
    health::OutboxHealth,
    hourly::Hourly,
    keys::KeysMet,
    lease::Lease,
    machine::MachineMet,
    moment::Moment,
    offer::{Pledge, Repeated},
    relay::Relay,
    service::Service,
};
