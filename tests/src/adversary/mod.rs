//! Adversaries at the doors: strangers, a thief with the password, a reader of a mailbox that its owner left, in any order,
//! against an owner, with staff at its ordinary work and a mail server that is away at times.
//!
//! Each life has a store of its own and a seed, from which all follows; a life that fails prints it, and what was done.
//! `ACCOUNTABLE_SEED` begins with that one, `ACCOUNTABLE_LIVES` says how many are lived. What is held, by the numbers of the
//! list of invariants that the crate keeps:
//!
//! - **16**: an owner who reads their mailbox or keeps a known device gets in, whatever strangers do: by the device at once, by
//!   the mailbox within `PATIENCE` (in `life`) of asking, once the mail server answers. What staff may do to an address, it may do
//!   after strangers were at it.
//! - **17**: after each thing that a thief does, the mailbox of the rightful owner holds a live remedy for it; and in the end
//!   its reader has the account back, and nobody else is in.
//! - **18**: each code is live until the end that its letter names, unless owner or staff did something since; what a letter
//!   tells is so when it leaves.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod letters;
mod life;
mod owner;
mod staff;
mod stranger;
mod thief;

use accountable_core::domain::Incarnation;

use self::life::Life;
use crate::{deadline, dice::Dice, doors::world::World, store::StoreUnderTest};

/// Where the seeds begin unless `ACCOUNTABLE_SEED` says.
const SEED: u64 = 20_261_121;

/// Invariants 16 and 18: strangers against an owner and staff.
///
/// # Panics
/// With the seed of a life in which a promise is broken, and all that was done in it.
pub fn no_stranger_keeps_an_owner_or_staff_from_anything<S: StoreUnderTest>() {
    lives::<S>("no_stranger_keeps_an_owner_or_staff_from_anything", async |mut life| {
        life.settles_in().await;
        for _ in 0..life.dice.between(6, 18) {
            match life.dice.below(10) {
                0..=5 => life.stranger_acts().await,
                6 => life.staff_acts().await,
                7 => life.owner_acts().await,
                8 => life.mail_server_leaves(),
                _ => life.time_passes_at_random().await,
            }
            if life.dice.one_in(3) {
                life.owner_gets_in().await;
            }
        }
        life.owner_gets_in().await;
    });
}

/// Invariants 17 and 18: a thief with the password against whoever reads the mailbox.
///
/// # Panics
/// With the seed of a life in which a promise is broken, and all that was done in it.
pub fn no_thief_keeps_what_the_mailbox_holds_against_them<S: StoreUnderTest>() {
    lives::<S>("no_thief_keeps_what_the_mailbox_holds_against_them", async |mut life| {
        life.settles_in().await;
        life.is_robbed();
        for _ in 0..life.dice.between(2, 10) {
            match life.dice.below(12) {
                0..=7 => life.thief_acts().await,
                8 => life.stranger_acts().await,
                9 => life.staff_shuts_or_opens().await,
                10 => life.mail_server_leaves(),
                _ => life.an_hour_or_so_passes().await,
            }
        }
        life.owner_takes_it_back().await;
    });
}

fn lives<S: StoreUnderTest>(name: &'static str, lived: impl AsyncFn(Life) + Send + Sync + 'static) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first = number("ACCOUNTABLE_SEED").unwrap_or(SEED);
    let count = number("ACCOUNTABLE_LIVES").unwrap_or(u64::from(S::ROUNDS));
    deadline::within(S::DEADLINE.saturating_mul(10), name, move || {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_time().build().expect("a runtime");
        runtime.block_on(async {
            for seed in first..first.saturating_add(count) {
                let fixture = S::fresh(Incarnation::from_bytes([7; 16])).await;
                let world = World::on(fixture.store(), fixture, |builder| builder);
                lived(Life::new(world, Dice::new(seed), name)).await;
            }
        });
    });
}
