//! Scripts: commands in a file, played one after the other, with a report of what happened to each.
//!
//! The language is described in `SCRIPTS.md`, which a test holds against the parser.

mod command;
mod echo;
mod fields;
mod guesses;
mod line;
mod names;
pub(crate) mod play;
mod player;
mod unplayable;
