//! The machine under `accountable`: its clock, its randomness, its key files, and threads that hash passwords.
//!
//! Nothing here needs an async runtime, and everything works under any.
//!
//! ```
//! use accountable_core::{domain::Password, port::PasswordHasher as _};
//! use accountable_system::{Argon2Pool, Argon2Settings};
//! # async_io::block_on(async {
//! let pool = Argon2Pool::new(&Argon2Settings::default())?;
//! let hash = pool.hash(&Password::parse("correct horse battery staple")?).await?;
//! assert!(!pool.verify(&Password::parse("correct horse battery stable")?, &hash).await?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
#![forbid(unsafe_code)]

mod argon2_pool;
mod clock;
mod cost;
mod cost_class;
mod entropy;
#[cfg_attr(not(feature = "foreign-hashes"), path = "foreign/absent.rs")]
mod foreign;
#[cfg_attr(feature = "foreign-hashes", cfg(test))]
mod foreign_marks;
mod key_file;
mod key_file_edit;
mod machine_id;
mod pepper;
mod phc;
mod scratch;
mod settings;
mod stored;
mod workers;

pub(crate) use self::pepper::Peppers;
pub use self::{
    argon2_pool::Argon2Pool,
    clock::SystemClock,
    cost::Argon2Cost,
    cost_class::{CostClass, ForeignCeiling, Pbkdf2Digest},
    entropy::OsEntropy,
    key_file::{
        KeyFileError, keyring_from_env, keyring_from_file, new_keyring_toml, secrets_from_file,
        write_new_keyring,
    },
    key_file_edit::{KeyFileEditError, add_key_to_file, remove_key_from_file, use_key_of_file},
    machine_id::machine_id,
    pepper::Pepper,
    settings::{Argon2Error, Argon2Settings},
};
