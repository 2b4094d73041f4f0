//! The engine behind the doors and the courier: what every part works with, and the one loop that all commands run in.
//!
//! [`core`] holds the ports and settings; [`decide`] is the loop; [`commit`] makes a commit of what was decided and
//! [`offer`] puts it to the store until its outcome is known. [`hashing`] answers what a rule asks about passwords,
//! [`requests`] fills the rules' requests, [`deadline`] bounds each wait and [`watch`] tells operators how calls end.

pub(crate) mod commit;
pub(crate) mod core;
pub(crate) mod deadline;
pub(crate) mod decide;
mod hashing;
pub(crate) mod moment;
mod offer;
pub(crate) mod requests;
pub(crate) mod watch;

pub(crate) use self::{
    commit::{Decided, Verdict, address_or_new},
    core::{Core, Host},
    deadline::Deadline,
    decide::{Call, DecideError},
    moment::Moment,
};
