//! Upkeep: what goes on behind every command. Time passes for accounts, those that are over are erased, hashes are sealed
//! anew, and what nobody needs is trimmed.

pub(crate) mod bulk;
mod erase;
mod overdue;
pub(crate) mod presence;
mod reseal;
mod rounds;
mod trim;
