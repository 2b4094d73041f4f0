//! What goes wrong around the loop and the courier: callers that go away, domains that are slow, ports that panic, disks
//! that are full, mails that nobody looks for. Each harms what it must and nothing else.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for; and so have its ports"
)]

mod broken;
mod crowds;
mod dropped;
mod panics;
mod sealing;
mod vetoes;
mod world;
