//! The doors on the store under test: what the whole library promises its callers, over an adapter's store.
//!
//! Each test has accounts over a fresh store of the fixture's, with a clock in hand, mails to look at and hashes to hold.
//! They run in a runtime of their own, with four threads. See [`accounts_contract!`](crate::accounts_contract).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed, which is what it is for"
)]

pub mod accidents;
pub mod code;
pub mod courier;
pub mod demands;
pub mod devices;
pub mod email_change;
pub mod equality;
pub mod equality_matrix;
pub mod faults;
pub mod feedback;
pub mod import;
pub mod ip_filter;
pub mod keyrings;
pub mod keys;
pub mod lock_notice;
pub mod log_in;
pub mod mailing;
pub mod management;
pub mod noted;
pub mod notices;
pub mod origins;
pub mod outage;
pub mod outbox;
pub mod pages;
pub mod password_age;
pub mod passwords;
pub mod proof;
pub mod quotas;
pub mod races;
pub mod recheck;
pub mod register;
pub mod remedies;
pub mod retention;
pub mod review;
pub mod round_trips;
pub mod sign_up;
pub mod standing;
pub mod update;
pub mod world;
pub mod yielding;

use accountable_core::{Builder, domain::Incarnation};

use self::world::World;
use crate::{deadline, store::StoreUnderTest};

/// Runs one test of the doors.
///
/// # Panics
/// As the test does.
pub fn run<S: StoreUnderTest, F: Future<Output = ()> + 'static>(
    name: &str,
    built: fn(Builder) -> Builder,
    holds: fn(World) -> F,
) {
    deadline::within(S::DEADLINE, name, move || {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(4).enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let fixture = S::fresh(Incarnation::from_bytes([7; 16])).await;
            let world = World::on(fixture.store(), fixture, built);
            // A process looks at its keys once: no test counts that among the calls of what it is about.
            world.meet_keys().await;
            holds(world).await;
        });
    });
}
