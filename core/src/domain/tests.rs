//! The rules as tests: what each command does where, what each clause promises, and what always holds.

mod code;
mod due;
mod email_change;
mod import;
mod invariants;
mod log_in;
mod notices;
mod password;
mod refusals;
mod remedies;
mod table;
mod throttle;
mod update;
