//! What is hashed and verified, by whom, and when the threads are there.

use std::{collections::BTreeSet, num::NonZeroUsize};

use accountable_core::port::EntropyError;
use async_io::block_on;
use futures_util::{FutureExt as _, future::join_all};

use super::*;

fn pool(settings: &Argon2Settings) -> Argon2Pool {
    Argon2Pool::new(settings).unwrap()
}

fn quick() -> Argon2Settings {
    Argon2Settings::insecure_for_tests()
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn stored(phc: &str) -> PasswordHash {
    PasswordHash::from_phc(Zeroizing::new(phc.to_owned()))
}

#[test]
fn a_password_verifies_against_its_own_hash_only() {
    let pool = pool(&quick());
    block_on(async {
        let [one, other] = ["correct horse", "correct horsf"].map(password);
        let hash = pool.hash(&one).await.unwrap();
        assert!(pool.verify(&one, &hash).await.unwrap());
        assert!(!pool.verify(&other, &hash).await.unwrap());
        assert_ne!(pool.hash(&one).await.unwrap(), hash, "each hash has a salt of its own");
    });
}

#[test]
fn a_pool_that_starts_later_has_no_threads_before_there_is_a_password() {
    let later = Argon2Pool::starting_later(&quick()).unwrap();
    assert!(later.check(&later.decoy(&[7; 32])).is_ok());
    assert!(later.0.workers.get().is_none());
    let one = password("correct horse");
    let hash = block_on(later.hash(&one)).unwrap();
    assert!(later.0.workers.get().is_some());
    assert!(block_on(later.verify(&one, &hash)).unwrap());

    assert!(pool(&quick()).0.workers.get().is_some(), "any other has them at once");
    assert!(Argon2Pool::starting_later(&quick().with_waiting(usize::MAX)).is_err(), "settings are judged");
}

/// From the tests of the reference implementation (phc-winner-argon2, src/test.c).
#[test]
fn the_hashes_of_the_reference_implementation_verify() {
    let pool = pool(&quick());
    for hash in [
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY",
    ] {
        let hash = stored(hash);
        assert!(block_on(pool.verify(&password("password"), &hash)).unwrap(), "{}", hash.expose());
        assert!(!block_on(pool.verify(&password("Password"), &hash)).unwrap());
        assert!(pool.needs_rehash(&hash));
    }
}

#[test]
fn the_default_hash_is_what_owasp_names_and_is_current() {
    let pool = pool(&Argon2Settings::default().with_threads(NonZeroUsize::MIN));
    let hash = block_on(pool.hash(&password("correct horse"))).unwrap();
    assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(!pool.needs_rehash(&hash));
    assert!(block_on(pool.verify(&password("correct horse"), &hash)).unwrap());
}

#[test]
fn any_other_scheme_version_cost_or_length_needs_a_new_hash() {
    let pool = pool(&quick());
    let salt = "c29tZXNhbHRzb21lc2FsdA";
    let out = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assert!(!pool.needs_rehash(&stored(&format!("$argon2id$v=19$m=32,t=1,p=1${salt}${out}"))));
    for other in [
        format!("$argon2i$v=19$m=32,t=1,p=1${salt}${out}"),
        format!("$argon2id$v=16$m=32,t=1,p=1${salt}${out}"),
        format!("$argon2id$v=19$m=33,t=1,p=1${salt}${out}"),
        format!("$argon2id$v=19$m=32,t=2,p=1${salt}${out}"),
        format!("$argon2id$v=19$m=32,t=1,p=2${salt}${out}"),
        format!("$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHQ${out}"),
        format!("$argon2id$v=19$m=32,t=1,p=1${salt}$AAAAAAAAAAAAAAAAAAAAAA"),
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".to_owned(),
        "$2b$99$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".to_owned(),
    ] {
        assert!(pool.needs_rehash(&stored(&other)), "{other}");
    }
}

#[test]
fn a_hash_that_asks_for_more_or_less_than_configured_is_unreadable_before_any_work() {
    // Nobody may wait and the only thread is at work: any attempt to queue would say Overloaded.
    let settings = Argon2Settings::default().with_threads(NonZeroUsize::MIN).with_waiting(0);
    let pool = pool(&settings);
    let password = password("correct horse");
    let mut working = pool.hash(&password);
    assert!((&mut working).now_or_never().is_none());
    let rest = "c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    for cost in ["m=262145,t=1,p=1", "m=19456,t=11,p=1", "m=19456,t=2,p=17", "m=7167,t=9,p=1"] {
        let hash = stored(&format!("$argon2id$v=19${cost}${rest}"));
        let answer = pool.verify(&password, &hash).now_or_never();
        assert!(matches!(answer, Some(Err(HashError::Unreadable))), "{cost}: {answer:?}");
    }
    block_on(working).unwrap();
}

#[test]
fn a_decoy_is_the_same_for_the_same_seed_and_verifies_nothing() {
    let pool = pool(&quick());
    let decoy = pool.decoy(&[1; 32]);
    assert_eq!(decoy, pool.clone().decoy(&[1; 32]));
    assert_ne!(decoy, pool.decoy(&[2; 32]));
    assert!(!pool.needs_rehash(&decoy), "a decoy looks like a fresh hash");
    assert!(!block_on(pool.verify(&password("correct horse"), &decoy)).unwrap());
    let other = Argon2Pool::new(&quick()).unwrap().decoy(&[1; 32]);
    assert_ne!(decoy, other, "each pool has a secret of its own");
}

#[test]
fn decoys_are_of_every_class_configured_and_stay_in_theirs() {
    let classes: Vec<_> = (1..=3).map(|passes| crate::Argon2Cost::new(64, passes, 1).unwrap()).collect();
    let [one, other] = [0, 1].map(|_| pool(&quick().with_decoys(classes.clone())));
    let class =
        |pool: &Argon2Pool, seed| Stored::read(&pool.decoy(&seed), &Peppers::default()).ok().unwrap().class();
    let mut seen = BTreeSet::new();
    for number in 0..64 {
        let seed = [number; 32];
        assert_eq!(class(&one, seed), class(&other, seed), "a class outlives the process");
        seen.insert(class(&one, seed).to_string());
    }
    assert_eq!(seen, classes.iter().map(|cost| format!("argon2 {cost}")).collect());
}

#[test]
fn all_who_fit_are_served_and_the_rest_overloaded() {
    let settings = Argon2Settings::default().with_threads(NonZeroUsize::MIN).with_waiting(3);
    let pool = pool(&settings);
    let password = password("correct horse");
    // The first poll of all ends long before the first hash; whichever way, none is lost.
    let answers = block_on(join_all((0..100).map(|_| pool.hash(&password))));
    let served = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers.iter().filter(|answer| matches!(answer, Err(HashError::Overloaded))).count();
    assert!(served >= 4);
    assert_eq!(served.saturating_add(refused), 100);
    assert!(block_on(pool.hash(&password)).is_ok());
}

struct NoEntropy;
impl Entropy for NoEntropy {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError("none".into()))
    }
}

#[test]
fn without_entropy_there_is_no_pool() {
    let refused = Argon2Pool::with_entropy(&quick(), NoEntropy);
    assert!(matches!(refused, Err(Argon2Error::NoEntropy(_))));
}

#[test]
fn nothing_shown_holds_a_password_a_hash_or_the_secret() {
    let pool = pool(&quick());
    let hash = stored("$2x$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW");
    let error = block_on(pool.verify(&password("correct horse"), &hash)).unwrap_err();
    let shown = format!("{pool:?} {error:?} {error}");
    for secret in ["correct horse", "R9h/cIPz", "secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
