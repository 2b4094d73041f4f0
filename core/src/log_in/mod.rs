//! Log-in: the gate that bounds how many guesses are verified at once, one attempt from entering it to its outcome, and
//! the renewal of hashes that are out of date.

mod attempt;
mod gate;
mod rehash;

pub(crate) use self::{
    attempt::{Attempt, Entry, Right, Verified},
    gate::{Gate, Overloaded},
};
