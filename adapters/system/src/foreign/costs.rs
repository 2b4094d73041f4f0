//! What the ceilings cost on the machine at hand, printed on demand:
//!
//! ```text
//! cargo test --release -p accountable-system --features foreign-hashes --lib ceilings -- --ignored --nocapture
//! ```

use std::time::{Duration, Instant};

use super::*;
use crate::{Argon2Cost, Pbkdf2Digest, stored};

/// The least of three, in processor time where the system tells it, since other work may run beside it.
#[expect(clippy::disallowed_methods, reason = "it measures what a hash costs this machine")]
fn time(class: CostClass, password: &Password) -> Duration {
    let decoy = stored::decoy(class, [7; SALT], &[9; OUTPUT]).unwrap();
    let read = stored::Stored::read(&decoy, &Peppers::default()).unwrap_or_else(|why| panic!("{why}"));
    let mut scratch = Scratch::new(usize::MAX);
    let mut took = || {
        let (begun, worked) = (Instant::now(), worked());
        assert!(!read.verifies(password, &mut scratch).unwrap());
        self::worked()
            .zip(worked)
            .map_or_else(|| begun.elapsed(), |(after, before)| after.saturating_sub(before))
    };
    took().min(took()).min(took())
}

/// What this thread has worked until now; none where the system does not tell.
fn worked() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

#[test]
#[ignore = "prints figures, and takes a minute"]
fn what_the_ceilings_cost() {
    let pbkdf2 = |digest| CostClass::Pbkdf2 { digest, rounds: 1_000_000 };
    let scrypt = |log_n, r, p| CostClass::Scrypt { log_n, r, p };
    let argon2 = |memory, passes| CostClass::from(Argon2Cost::new(memory, passes, 1).unwrap());
    let password = Password::parse("correct horse battery staple").unwrap();
    let longest = Password::parse(&"p".repeat(Password::MAX)).unwrap();
    for class in [
        CostClass::Bcrypt { cost: 13 },
        CostClass::Bcrypt { cost: 14 },
        scrypt(17, 8, 1),
        scrypt(14, 8, 8),
        pbkdf2(Pbkdf2Digest::Sha1),
        pbkdf2(Pbkdf2Digest::Sha256),
        pbkdf2(Pbkdf2Digest::Sha512),
        CostClass::Phpass { log_rounds: 14 },
        argon2(65_536, 3),
        argon2(262_144, 2),
    ] {
        println!("{class}: {:.2?}", time(class, &password));
    }
    // Of phpass alone the length counts, too.
    let class = CostClass::Phpass { log_rounds: 14 };
    println!("{class}, of a password of 4 KiB: {:.2?}", time(class, &longest));
}
