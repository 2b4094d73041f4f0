//! Upkeep: what goes on behind every command. Accounts are erased, hashes sealed anew, and what nobody needs is trimmed.

mod erase;
mod reseal;
