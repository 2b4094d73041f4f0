//! The machine's clock, randomness and hashing keep their contracts.
#![expect(clippy::expect_used, reason = "a fixture that can't be made ready has failed its tests")]

use std::{num::NonZeroUsize, sync::Arc};

use accountable_conformance::{
    clock::ClockUnderTest, entropy::EntropyUnderTest, hasher::HasherUnderTest, store::NotOffered,
};
use accountable_core::{
    domain::{Password, Span, Timestamp},
    port::{Clock, Entropy, PasswordHash, PasswordHasher},
};
use accountable_system::{Argon2Cost, Argon2Pool, Argon2Settings, OsEntropy, SystemClock};

struct Machine;

impl ClockUnderTest for Machine {
    fn fresh() -> Self {
        Self
    }
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock)
    }
    fn advance(&self, _: Span) -> Result<(), NotOffered> {
        Err(NotOffered("the machine's time passes by itself"))
    }
    fn jump(&self, _: Timestamp) -> Result<(), NotOffered> {
        Err(NotOffered("a test does not set the machine's clock"))
    }
}

mod clock {
    accountable_conformance::clock_contract!(super::Machine);
}

impl EntropyUnderTest for Machine {
    fn fresh() -> Arc<dyn Entropy> {
        Arc::new(OsEntropy)
    }
    fn seeded(_: u64) -> Result<Arc<dyn Entropy>, NotOffered> {
        Err(NotOffered("the operating system seeds it"))
    }
}

mod entropy {
    accountable_conformance::entropy_contract!(super::Machine);
}

fn cost(memory_kib: u32, passes: u32) -> Argon2Cost {
    Argon2Cost::new(memory_kib, passes, 1).expect("a cost")
}

fn pool(settings: &Argon2Settings) -> Argon2Pool {
    Argon2Pool::new(settings).expect("threads")
}

/// Hashes of these schemes and costs, of no password.
fn stored<const N: usize>(classes: [&str; N]) -> Vec<PasswordHash> {
    let (salt, output) = ("c2FsdHNhbHRzYWx0c2FsdA", "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g");
    classes.map(|class| PasswordHash::from_phc(format!("{class}${salt}${output}").into())).into()
}

/// As another system would have made it.
fn bcrypt(password: &Password, cost: u32) -> PasswordHash {
    let parts = bcrypt::hash_with_salt(password.expose(), cost, [7; 16]).expect("a hash");
    PasswordHash::from_phc(parts.format_for_version(bcrypt::Version::TwoB).into())
}

impl HasherUnderTest for Machine {
    fn fresh() -> Arc<dyn PasswordHasher> {
        Arc::new(pool(&Argon2Settings::insecure_for_tests().with_ceiling(cost(64, 3))))
    }
    fn busy() -> Result<Arc<dyn PasswordHasher>, NotOffered> {
        let settings = Argon2Settings::insecure_for_tests();
        let one = NonZeroUsize::MIN;
        Ok(Arc::new(pool(&settings.with_cost(cost(1_024, 2)).with_threads(one).with_waiting(4))))
    }
    fn of_other_cost(password: &Password) -> Vec<PasswordHash> {
        let costs = [cost(16, 1), cost(64, 1), cost(32, 2)];
        let made = costs.map(|cost| {
            let other = pool(&Argon2Settings::insecure_for_tests().with_cost(cost));
            accountable_conformance::block_on(other.hash(password)).expect("a hash")
        });
        made.into_iter().chain([bcrypt(password, 8)]).collect()
    }
    fn excessive() -> Vec<PasswordHash> {
        stored([
            "$argon2id$v=19$m=65,t=1,p=1",
            "$argon2id$v=19$m=32,t=4,p=1",
            "$argon2id$v=19$m=32,t=1,p=4",
            "$argon2id$v=19$m=4294967295,t=4294967295,p=16777215",
            "$scrypt$ln=19,r=8,p=1",
            "$scrypt$ln=63,r=4294967295,p=4294967295",
            "$pbkdf2-sha256$i=4294967295",
        ])
    }
    fn feeble() -> Vec<PasswordHash> {
        let mut feeble =
            stored(["$argon2id$v=19$m=7,t=1,p=1", "$scrypt$ln=13,r=8,p=1", "$pbkdf2-sha256$i=9999"]);
        feeble.push(bcrypt(&Password::parse("correct horse").expect("a password"), 7));
        feeble
    }
    fn of_part(password: &Password) -> Result<Vec<PasswordHash>, NotOffered> {
        Ok(vec![bcrypt(password, 8)])
    }
    fn class(hash: &PasswordHash) -> String {
        hash.expose().split('$').take(4).collect::<Vec<_>>().join("$")
    }
}

mod hasher {
    accountable_conformance::hasher_contract!(super::Machine);
}
