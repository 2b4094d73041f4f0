//! What each command does to an account, in each standing and each shape that the rules tell apart.
//!
//! A code in `code type` is a refusal's, a purpose, a status or a notice; a refused command changes nothing. The tests
//! hold every line of it, and write it.
//!
#![doc = include_str!("table.md")]
