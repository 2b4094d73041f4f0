//! The command `accountable serve`, run as a person runs it: what it prints is pasted, what it mails is followed.
#![cfg(unix)]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

mod browser;
mod customer;
mod demonstration;
mod documented;
mod events;
mod full_disk;
mod keys;
mod kills;
mod mail;
mod openapi;
mod operate;
mod operator;
mod payway_events;
mod proxied;
mod realms;
mod receiver;
mod server;
mod settled;
