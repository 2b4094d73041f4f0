//! The rules as tests: what each command does where, what each clause promises, and what always holds.

mod code;
mod invariants;
mod log_in;
mod refusals;
mod table;
mod throttle;
