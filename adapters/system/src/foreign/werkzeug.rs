//! The hashes of Werkzeug (Flask): `scrypt:32768:8:1$salt$output` and `pbkdf2:sha256:1000000$salt$output`. The output is in
//! lower-case hexadecimal digits, and the salt is used as it is written.

use accountable_core::domain::UnusableHash;

use super::{
    Scheme, StoredHash,
    fields::{Octets, logarithm, number, parts, verbatim_salt},
    pbkdf2::{self, Pbkdf2},
    scrypt::Scrypt,
    stored,
};
use crate::Peppers;

/// Both forms of Werkzeug.
pub(super) struct Werkzeug;

impl Scheme for Werkzeug {
    fn read(&self, text: &str, _: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>> {
        let scrypt = text.strip_prefix("scrypt:").map(|fields| scrypt(fields).map(stored));
        scrypt.or_else(|| text.strip_prefix("pbkdf2:").map(|fields| pbkdf2(fields).map(stored)))
    }
}

fn scrypt(fields: &str) -> Result<Scrypt, UnusableHash> {
    let [parameters, salt, output] = parts(fields, '$')?;
    let [n, r, p] = parts(parameters, ':')?;
    Ok(Scrypt {
        log_n: logarithm(number(n)?)?,
        r: number(r)?,
        p: number(p)?,
        salt: verbatim_salt(salt)?,
        output: Octets::Hex.output(output)?,
    })
}

fn pbkdf2(fields: &str) -> Result<Pbkdf2, UnusableHash> {
    let [parameters, salt, output] = parts(fields, '$')?;
    let [digest, rounds] = parts(parameters, ':')?;
    let digest = pbkdf2::digest(digest).ok_or(UnusableHash::Malformed)?;
    let output = Octets::Hex.output(output)?;
    // All that the digest gives, which is one block.
    if output.len() != pbkdf2::block(digest) {
        return Err(UnusableHash::Malformed);
    }
    Ok(Pbkdf2::new(digest, number(rounds)?, verbatim_salt(salt)?, output))
}
