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
mod tests;
