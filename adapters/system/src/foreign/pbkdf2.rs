//! PBKDF2 (RFC 8018) by HMAC: `$pbkdf2-sha256$i=600000,l=32$salt$output` (PHC), or passlib's
//! `$pbkdf2-sha256$29000$salt$output`, where `.` stands for `+`. SHA-1 is named `pbkdf2` or `pbkdf2-sha1`.
//!
//! Only the first block of the output is derived and compared, so that each hash costs its rounds once: a longer output
//! costs whoever verifies more, and whoever attacks nothing.

use std::fmt::Write as _;

use accountable_core::port::PasswordHash;
use base64::{
    Engine as _,
    alphabet::Alphabet,
    engine::{
        GeneralPurpose,
        general_purpose::{NO_PAD, STANDARD_NO_PAD},
    },
};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{
    CostClass, Pbkdf2Digest,
    phc::{self, LONGEST, OUTPUT, SALT, decimal},
};

pub(crate) struct Pbkdf2 {
    digest: Pbkdf2Digest,
    rounds: u32,
    salt: Vec<u8>,
    /// Of the first block.
    output: Zeroizing<Vec<u8>>,
}

impl Pbkdf2 {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut read = Self::phc(text).or_else(|| Self::passlib(text))?;
        read.output.truncate(block(read.digest));
        Some(read)
    }

    fn phc(text: &str) -> Option<Self> {
        let fields = phc::Fields::read(text)?;
        let digest = digest(fields.name())?;
        let [rounds, length] = fields.numbers(["i", "l"])?;
        let output = fields.output()?;
        let fits = length.is_none_or(|length| usize::try_from(length) == Ok(output.len()));
        Some(Self { digest, rounds: rounds?, salt: fields.salt()?, output }).filter(|_| fits)
    }

    fn passlib(text: &str) -> Option<Self> {
        let mut fields = text.strip_prefix('$').filter(|_| text.len() <= LONGEST)?.split('$');
        let digest = digest(fields.next()?)?;
        let rounds = decimal(fields.next()?)?;
        let base64 = passlib_base64()?;
        let salt = base64.decode(fields.next()?).ok()?;
        let output = Zeroizing::new(base64.decode(fields.next()?).ok()?);
        let sane = fields.next().is_none() && phc::SALTS.contains(&salt.len());
        (sane && phc::OUTPUTS.contains(&output.len())).then_some(Self { digest, rounds, salt, output })
    }

    pub(super) fn class(&self) -> CostClass {
        CostClass::Pbkdf2 { digest: self.digest, rounds: self.rounds }
    }

    pub(super) fn verifies(&self, password: &[u8]) -> bool {
        let mut output = Zeroizing::new(vec![0; self.output.len()]);
        let derive = match self.digest {
            Pbkdf2Digest::Sha1 => ::pbkdf2::pbkdf2_hmac::<Sha1>,
            Pbkdf2Digest::Sha256 => ::pbkdf2::pbkdf2_hmac::<Sha256>,
            Pbkdf2Digest::Sha512 => ::pbkdf2::pbkdf2_hmac::<Sha512>,
        };
        derive(password, &self.salt, self.rounds, &mut output);
        output.ct_eq(&self.output).into()
    }
}

/// By the name of the scheme.
fn digest(name: &str) -> Option<Pbkdf2Digest> {
    match name {
        "pbkdf2" | "pbkdf2-sha1" => Some(Pbkdf2Digest::Sha1),
        "pbkdf2-sha256" => Some(Pbkdf2Digest::Sha256),
        "pbkdf2-sha512" => Some(Pbkdf2Digest::Sha512),
        _ => None,
    }
}

/// Bytes of one block of output.
fn block(digest: Pbkdf2Digest) -> usize {
    match digest {
        Pbkdf2Digest::Sha1 => 20,
        Pbkdf2Digest::Sha256 => 32,
        Pbkdf2Digest::Sha512 => 64,
    }
}

fn passlib_base64() -> Option<GeneralPurpose> {
    let alphabet = Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./").ok()?;
    Some(GeneralPurpose::new(&alphabet, NO_PAD))
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
