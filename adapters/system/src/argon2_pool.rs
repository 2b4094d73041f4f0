//! Password hashing by Argon2id, on threads of its own; and the verification of older and foreign hashes.

use std::{
    fmt, io,
    sync::{Arc, OnceLock},
};

use accountable_core::{
    domain::{Password, UnusableHash},
    port::{Entropy, HashError, PasswordHash, PasswordHasher, Source},
};
use async_trait::async_trait;
use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

use crate::{
    Argon2Error, Argon2Settings, CostClass, OsEntropy, Peppers,
    phc::{OUTPUT, Recipe, SALT},
    scratch::Scratch,
    stored::{self, Stored},
    workers::{NoAnswer, Workers},
};

/// Hashes passwords by Argon2id (RFC 9106) on threads that do nothing else.
///
/// Verifies Argon2 hashes of all variants and versions; and, with the feature `foreign-hashes`, those that other systems
/// made, in the form in which each exports them:
///
/// | system | form |
/// |---|---|
/// | many (PHP, Laravel, Rails, Spring, Go) | bcrypt: `$2a$10$..`, `$2b$..`, `$2y$..` |
/// | passlib, PHC strings | `$scrypt$ln=16,r=8,p=1$..`, `$pbkdf2-sha256$i=600000$..`, `$pbkdf2-sha256$29000$..`; SHA-1 to SHA-512 |
/// | Django | `pbkdf2_sha256$..`, `argon2$argon2id$..`, `bcrypt_sha256$$2b$..`, `bcrypt$$2b$..`, `scrypt$..`; weak: `pbkdf2_sha1$..` |
/// | Werkzeug (Flask) | `scrypt:32768:8:1$..`, `pbkdf2:sha256:1000000$..` |
/// | Keycloak | a credential as JSON, `{"secretData":"{..}","credentialData":"{..}"}`: PBKDF2 or Argon2 |
/// | Ory Kratos | its bcrypt, Argon2, PBKDF2 and `$scrypt$ln=16384,..` |
/// | WordPress | `$wp$2y$10$..`; weak: `$P$B..` |
/// | Devise (Rails) with a pepper | `$devise$2a$12$..`: you put `$devise` in front, and the settings name the pepper |
/// | better-auth, Lucia | `salt:key` in hexadecimal digits, `s2:salt:key` |
/// | ASP.NET Core Identity | the base64 of version 3; weak: version 2 |
///
/// Any other scheme is [`HashError::Unreadable`], and so is what asks for more or less work than the
/// [settings](Argon2Settings) say; [`check`](PasswordHasher::check) tells which. Those marked weak are read only where
/// the settings [accept weak hashes](Argon2Settings::accept_weak_imported_hashes). Every foreign hash needs a rehash.
///
/// Keycloak's database has the two strings in columns; its export has the object as it is read here:
///
/// ```
/// # #[cfg(feature = "foreign-hashes")] {
/// use accountable_core::port::{PasswordHash, PasswordHasher as _};
/// use accountable_system::{Argon2Pool, Argon2Settings};
/// let secret_data = r#"{"value":"bLMNoNaOmtrNHfDIHrcEVTGyZUUWqAnKj4tPwzqWVwU=","salt":"c2FsdHNhbHRzYWx0c2FsdA=="}"#;
/// let credential_data = r#"{"hashIterations":210000,"algorithm":"pbkdf2-sha256","additionalParameters":{}}"#;
/// let credential = serde_json::json!({ "secretData": secret_data, "credentialData": credential_data });
/// let pool = Argon2Pool::new(&Argon2Settings::default())?;
/// pool.check(&PasswordHash::from_phc(credential.to_string().into()))?;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Clones share the threads, which end when the last clone is dropped: the drop waits for the hash that each may be
/// making.
///
/// The class of a decoy depends on the seed and the settings alone, so that an address without an account takes the
/// same time in every process and after each restart; its salt and output depend on a secret of this pool too.
#[derive(Clone)]
pub struct Argon2Pool(Arc<Pool>);

struct Pool {
    settings: Argon2Settings,
    entropy: Box<dyn Entropy>,
    decoy_secret: Zeroizing<[u8; 32]>,
    peppers: Peppers,
    /// There once they were started.
    workers: OnceLock<Workers<Scratch>>,
}

impl Pool {
    /// The threads, which are started where they were not.
    fn started(&self) -> io::Result<&Workers<Scratch>> {
        if let Some(workers) = self.workers.get() {
            return Ok(workers);
        }
        let settings = &self.settings;
        let keep = usize::try_from(settings.cost.memory_kib()).unwrap_or(usize::MAX);
        let scratch = || Scratch::new(keep);
        let workers = Workers::start("password-hash", settings.thread_count(), settings.waiting, scratch)?;
        // Of two that start them at once, the threads of one end again.
        Ok(self.workers.get_or_init(|| workers))
    }
}

impl Argon2Pool {
    /// Starts the threads. Salts come from [`OsEntropy`].
    ///
    /// # Errors
    /// An [`Argon2Error`] where the settings are weak or contradict themselves, or a thread can't be started.
    pub fn new(settings: &Argon2Settings) -> Result<Self, Argon2Error> {
        Self::with_entropy(settings, OsEntropy)
    }

    /// Starts the threads as [`Argon2Pool::new`] does, with salts from another source.
    ///
    /// # Errors
    /// An [`Argon2Error`] where the settings are weak or contradict themselves, a thread can't be started, or the
    /// source has no randomness ([`Argon2Error::NoEntropy`]).
    pub fn with_entropy(settings: &Argon2Settings, entropy: impl Entropy) -> Result<Self, Argon2Error> {
        let pool = Self::without_threads(settings, entropy)?;
        pool.0.started().map_err(Argon2Error::NoThread)?;
        Ok(pool)
    }

    /// A pool whose threads are started once there is a password to hash or to verify, for a program that seldom has one.
    /// A thread that can't be started then is [`HashError::Failed`].
    ///
    /// # Errors
    /// An [`Argon2Error`] where the settings are weak or contradict themselves.
    pub fn starting_later(settings: &Argon2Settings) -> Result<Self, Argon2Error> {
        Self::without_threads(settings, OsEntropy)
    }

    fn without_threads(settings: &Argon2Settings, entropy: impl Entropy) -> Result<Self, Argon2Error> {
        settings.check()?;
        let mut decoy_secret = Zeroizing::new([0; 32]);
        entropy.fill(decoy_secret.as_mut_slice())?;
        let peppers = settings.peppers()?;
        Ok(Self(Arc::new(Pool {
            settings: settings.clone(),
            entropy: Box::new(entropy),
            decoy_secret,
            peppers,
            workers: OnceLock::new(),
        })))
    }

    /// Has a thread do this work on a password.
    async fn work<T: Send + 'static>(
        &self,
        password: &Password,
        work: impl FnOnce(&Password, &mut Scratch) -> Result<T, Source> + Send + 'static,
    ) -> Result<T, HashError> {
        // The copy is wiped when the work is done, or when the turn is given up.
        let password = password.clone();
        let workers = self.0.started().map_err(|error| HashError::Failed(Box::new(error)))?;
        match workers.run(move |scratch| work(&password, scratch)).await {
            Ok(done) => done.map_err(HashError::Failed),
            Err(NoAnswer::Full) => Err(HashError::Overloaded),
            Err(panicked @ NoAnswer::Panicked) => Err(HashError::Failed(Box::new(panicked))),
        }
    }

    /// The hash, if it could be verified here; else why not.
    fn readable(&self, hash: &PasswordHash) -> Result<Stored, UnusableHash> {
        let stored = Stored::read(hash, &self.0.peppers)?;
        self.0.settings.judge(stored.class(), stored.is_weak())?;
        Ok(stored)
    }
}

#[async_trait]
impl PasswordHasher for Argon2Pool {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        let mut salt = [0; SALT];
        self.0.entropy.fill(&mut salt).map_err(|error| HashError::Failed(Box::new(error)))?;
        let recipe = Recipe::new(self.0.settings.cost, salt);
        self.work(password, move |password, scratch| {
            recipe.output_of(password.expose().as_bytes(), scratch).map(|output| recipe.written(&output))
        })
        .await
    }

    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<bool, HashError> {
        let stored = self.readable(hash).map_err(|_| HashError::Unreadable)?;
        self.work(password, move |password, scratch| stored.verifies(password, scratch)).await
    }

    fn check(&self, hash: &PasswordHash) -> Result<(), UnusableHash> {
        self.readable(hash).map(drop)
    }

    fn reads_part_only(&self, password: &Password, hash: &PasswordHash) -> bool {
        self.readable(hash).is_ok_and(|stored| stored.reads_part_only(password))
    }

    fn needs_rehash(&self, hash: &PasswordHash) -> bool {
        !Stored::read(hash, &self.0.peppers).is_ok_and(|stored| stored.is_current(self.0.settings.cost))
    }

    fn decoy(&self, seed: &[u8; 32]) -> PasswordHash {
        let settings = &self.0.settings;
        // 64 bytes that nobody knows a password for: to find one is to invert the scheme.
        let bytes: [u8; 64] = Sha512::new()
            .chain_update(b"accountable decoy/1")
            .chain_update(self.0.decoy_secret.as_slice())
            .chain_update(seed)
            .finalize()
            .into();
        let (mut salt, mut output) = ([0; SALT], [0; OUTPUT]);
        let places = salt.iter_mut().chain(&mut output);
        places.zip(bytes).for_each(|(place, byte)| *place = byte);
        let drawn = drawn(&settings.decoys, seed).and_then(|class| stored::decoy(class, salt, &output));
        drawn.unwrap_or_else(|| Recipe::new(settings.cost, salt).written(&output))
    }
}

/// The class that the seed draws. Through a hash, for a seed need not be evenly spread.
fn drawn(classes: &[CostClass], seed: &[u8; 32]) -> Option<CostClass> {
    let bytes: [u8; 64] =
        Sha512::new().chain_update(b"accountable decoy class/1").chain_update(seed).finalize().into();
    let number = bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let count = u64::try_from(classes.len()).ok()?;
    let index = usize::try_from(number.checked_rem(count)?).ok()?;
    classes.get(index).copied()
}

impl fmt::Debug for Argon2Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Argon2Pool").field(&self.0.settings).finish()
    }
}

#[cfg(test)]
mod tests {
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
        assert!(
            Argon2Pool::starting_later(&quick().with_waiting(usize::MAX)).is_err(),
            "settings are judged"
        );
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
        let class = |pool: &Argon2Pool, seed| {
            Stored::read(&pool.decoy(&seed), &Peppers::default()).ok().unwrap().class()
        };
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
}
