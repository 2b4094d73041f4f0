//! What goes wrong around the loop and the courier: callers that go away, domains that are slow, ports that panic, disks
//! that are full, mails that nobody looks for. Each harms what it must and nothing else.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod broken;
mod crowds;
mod dropped;
mod panics;
mod world;
