//! The hashes of Django (`django.contrib.auth.hashers`), by the name in front: `pbkdf2_sha256$1000000$salt$output`,
//! `pbkdf2_sha1$..` (weak, by Django's own word for long), `argon2$argon2id$v=19$..`, `bcrypt_sha256$$2b$12$..` and
//! `bcrypt$$2b$12$..`, and `scrypt$N$salt$r$p$output`. A salt is used as it is written.

use accountable_core::domain::UnusableHash;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{
    Scheme, StoredHash,
    bcrypt::Bcrypt,
    fields::{Octets, logarithm, number, parts, verbatim_salt},
    pbkdf2::Pbkdf2,
    prehashed::Prehashed,
    scrypt::Scrypt,
    stored,
};
use crate::{Pbkdf2Digest, Peppers, phc::StoredArgon2};

/// All forms of Django.
pub(super) struct Django;

impl Scheme for Django {
    fn read(&self, text: &str, _: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>> {
        let (name, fields) = text.split_once('$')?;
        Some(match name {
            "pbkdf2_sha256" => pbkdf2(Pbkdf2Digest::Sha256, fields).map(stored),
            "pbkdf2_sha1" => pbkdf2(Pbkdf2Digest::Sha1, fields).map(Pbkdf2::called_weak).map(stored),
            // What follows the name begins with a dollar of its own.
            "argon2" => StoredArgon2::read(&format!("${fields}")).map(stored).ok_or(UnusableHash::Malformed),
            "bcrypt" => Bcrypt::read(fields).map(stored),
            "bcrypt_sha256" => {
                Bcrypt::read(fields).map(|inner| stored(Prehashed { inner, form: hex_of_sha256 }))
            }
            "scrypt" => scrypt(fields).map(stored),
            _ => return None,
        })
    }
}

fn pbkdf2(digest: Pbkdf2Digest, fields: &str) -> Result<Pbkdf2, UnusableHash> {
    let [rounds, salt, output] = parts(fields, '$')?;
    Ok(Pbkdf2::new(digest, number(rounds)?, verbatim_salt(salt)?, Octets::Padded.output(output)?))
}

fn scrypt(fields: &str) -> Result<Scrypt, UnusableHash> {
    let [n, salt, r, p, output] = parts(fields, '$')?;
    Ok(Scrypt {
        log_n: logarithm(number(n)?)?,
        r: number(r)?,
        p: number(p)?,
        salt: verbatim_salt(salt)?,
        output: Octets::Padded.output(output)?,
    })
}

fn hex_of_sha256(password: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(HEXLOWER.encode(&Sha256::digest(password)).into_bytes())
}
