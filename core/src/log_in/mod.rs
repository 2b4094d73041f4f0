//! Log-in: the gate that bounds how many guesses are verified at once, one attempt from entering it to its outcome, and
//! the renewal of hashes that are out of date.
//!
//! [`gate`] has a [`lane`] for each address, each known device and each owner at their own door, and an attempt's [`slot`]
//! is its place there; [`origins`] count beside it what comes from one network, each level's [`crowd`] by itself, and who
//! waits stands in one [`queue`]. An [`attempt`] goes through its [`steps`] in order; [`verifying`] compares, [`failure`]
//! counts a wrong password, [`right`] lets a right one in, and [`noting`] has what a host asks to be kept of it.

mod attempt;
mod crowd;
mod failure;
mod gate;
mod lane;
mod noting;
mod origins;
mod queue;
mod rehash;
mod right;
mod slot;
mod steps;
mod verifying;

pub(crate) use self::{
    attempt::{Attempt, Claim, Outcome},
    gate::{Gate, LaneName},
    noting::LogInOptions,
    origins::{OriginPass, Share},
    queue::Overloaded,
    right::Right,
    steps::Verified,
};
