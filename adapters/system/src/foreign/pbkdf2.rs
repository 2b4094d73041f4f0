//! PBKDF2 (RFC 8018) by HMAC: `$pbkdf2-sha256$i=600000,l=32$salt$output` (PHC strings, Ory Kratos), or passlib's
//! `$pbkdf2-sha256$29000$salt$output`, where `.` stands for `+`. SHA-1 is named `pbkdf2` or `pbkdf2-sha1`.
//!
//! Only the first block of the output is derived and compared, so that each hash costs its rounds once: a longer output
//! costs whoever verifies more, and whoever attacks nothing.

use std::fmt::Write as _;

use accountable_core::{
    domain::UnusableHash,
    port::{PasswordHash, Source},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{
    Scheme, StoredHash,
    fields::{Octets, number, numbers, parts},
    stored,
};
use crate::{
    CostClass, Pbkdf2Digest, Peppers,
    phc::{LONGEST, OUTPUT, SALT},
    scratch::Scratch,
};

/// The form of PHC strings, and that of passlib.
pub(super) struct Phc;

impl Scheme for Phc {
    fn read(&self, text: &str, _: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>> {
        let (name, fields) = text.strip_prefix('$')?.split_once('$')?;
        let digest = match name {
            "pbkdf2" => Pbkdf2Digest::Sha1,
            _ => digest(name.strip_prefix("pbkdf2-")?)?,
        };
        Some(read(digest, fields).map(stored))
    }
}

fn read(digest: Pbkdf2Digest, fields: &str) -> Result<Pbkdf2, UnusableHash> {
    let [parameters, salt, output] = parts(fields, '$')?;
    if !parameters.contains('=') {
        let (salt, output) = (Octets::Passlib.salt(salt)?, Octets::Passlib.output(output)?);
        return Ok(Pbkdf2::new(digest, number(parameters)?, salt, output));
    }
    let [Some(rounds), length] = numbers(parameters, ["i", "l"])? else {
        return Err(UnusableHash::Malformed);
    };
    let (salt, output) = (Octets::Unpadded.salt(salt)?, Octets::Unpadded.output(output)?);
    if length.is_some_and(|length| usize::try_from(length) != Ok(output.len())) {
        return Err(UnusableHash::Malformed);
    }
    Ok(Pbkdf2::new(digest, rounds, salt, output))
}

/// By the name that most systems give it.
pub(super) fn digest(name: &str) -> Option<Pbkdf2Digest> {
    match name {
        "sha1" => Some(Pbkdf2Digest::Sha1),
        "sha224" => Some(Pbkdf2Digest::Sha224),
        "sha256" => Some(Pbkdf2Digest::Sha256),
        "sha384" => Some(Pbkdf2Digest::Sha384),
        "sha512" => Some(Pbkdf2Digest::Sha512),
        _ => None,
    }
}

pub(super) struct Pbkdf2 {
    digest: Pbkdf2Digest,
    rounds: u32,
    salt: Vec<u8>,
    /// Of the first block.
    output: Zeroizing<Vec<u8>>,
    /// Its system calls it weak, whatever its rounds.
    weak: bool,
}

impl Pbkdf2 {
    pub(super) fn new(
        digest: Pbkdf2Digest,
        rounds: u32,
        salt: Vec<u8>,
        mut output: Zeroizing<Vec<u8>>,
    ) -> Self {
        output.truncate(block(digest));
        Self { digest, rounds, salt, output, weak: false }
    }

    /// The hash, weak whatever its rounds.
    pub(super) fn called_weak(mut self) -> Self {
        self.weak = true;
        self
    }
}

impl StoredHash for Pbkdf2 {
    fn class(&self) -> CostClass {
        CostClass::Pbkdf2 { digest: self.digest, rounds: self.rounds }
    }

    fn is_weak(&self) -> bool {
        self.weak
    }

    fn verifies(&self, password: &[u8], _: &mut Scratch) -> Result<bool, Source> {
        let mut output = Zeroizing::new(vec![0; self.output.len()]);
        let derive = match self.digest {
            Pbkdf2Digest::Sha1 => ::pbkdf2::pbkdf2_hmac::<Sha1>,
            Pbkdf2Digest::Sha224 => ::pbkdf2::pbkdf2_hmac::<Sha224>,
            Pbkdf2Digest::Sha256 => ::pbkdf2::pbkdf2_hmac::<Sha256>,
            Pbkdf2Digest::Sha384 => ::pbkdf2::pbkdf2_hmac::<Sha384>,
            Pbkdf2Digest::Sha512 => ::pbkdf2::pbkdf2_hmac::<Sha512>,
        };
        derive(password, &self.salt, self.rounds, &mut output);
        Ok(output.ct_eq(&self.output).into())
    }
}

/// Bytes of one block of output.
pub(super) fn block(digest: Pbkdf2Digest) -> usize {
    match digest {
        Pbkdf2Digest::Sha1 => 20,
        Pbkdf2Digest::Sha224 => 28,
        Pbkdf2Digest::Sha256 => 32,
        Pbkdf2Digest::Sha384 => 48,
        Pbkdf2Digest::Sha512 => 64,
    }
}

/// The string of this output, or of as much of it as a block has.
pub(super) fn written(
    digest: Pbkdf2Digest,
    rounds: u32,
    salt: [u8; SALT],
    output: &[u8; OUTPUT],
) -> PasswordHash {
    let output = output.get(..block(digest)).unwrap_or(output);
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    // Writing to a string does not fail.
    let _ = write!(text, "${digest}$i={rounds},l={}$", output.len());
    STANDARD_NO_PAD.encode_string(salt, &mut text);
    text.push('$');
    STANDARD_NO_PAD.encode_string(output, &mut text);
    PasswordHash::from_phc(text)
}
