//! bcrypt: `$2b$10$` and 53 characters of salt and output, in an alphabet of its own.
//!
//! `2a`, `2b` and `2y` are read: one function, but for passwords of 255 octets and more under OpenBSD's `2a`, and for NUL.
//! PHP, whose `2y` is, takes a password as a string of C: the first NUL ends it. Where `2a` and `2b` are made (Go, Java,
//! Python, Ruby), NUL is an octet like any other, or refused. `2x` is not read: it marks hashes of a version that garbled
//! octets above 127, so that many passwords verify against one of them.

use std::fmt::Write as _;

use accountable_core::{
    domain::UnusableHash,
    port::{PasswordHash, Source},
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{Scheme, StoredHash, fields::number, stored};
use crate::{
    CostClass, Peppers,
    phc::{OUTPUT, SALT},
    scratch::Scratch,
};

/// Octets of a password that bcrypt looks at.
pub(super) const READS: usize = 72;
/// Bytes of output in the string: the 24th is left out.
const KEPT: usize = 23;
/// Characters of a string.
const LENGTH: usize = 60;
/// Characters of a string that are the salt.
const SALT_LENGTH: usize = 22;

/// Implementations differ in whether they clear the bits that a last character has to spare.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::BCRYPT,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The modular form.
pub(super) struct Modular;

impl Scheme for Modular {
    fn read(&self, text: &str, _: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>> {
        let names_version = |version: &str| text.strip_prefix("$2")?.strip_prefix(version)?.strip_prefix('$');
        let known = ["", "a", "b", "x", "y"].into_iter().any(|version| names_version(version).is_some());
        known.then(|| Bcrypt::read(text).map(stored))
    }
}

pub(super) struct Bcrypt {
    cost: u32,
    salt: [u8; SALT],
    output: Zeroizing<[u8; KEPT]>,
    /// A NUL ends the password, and is not looked at.
    ends_at_nul: bool,
}

impl Bcrypt {
    pub(super) fn read(text: &str) -> Result<Self, UnusableHash> {
        Self::parse(text).ok_or(UnusableHash::Malformed)
    }

    fn parse(text: &str) -> Option<Self> {
        let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|version| text.strip_prefix(version))?;
        let (cost, rest) = rest.split_once('$')?;
        // Two digits, of which the first may be zero.
        let cost = number(cost.strip_prefix('0').unwrap_or(cost)).ok()?;
        let (salt, output) = rest.split_at_checked(SALT_LENGTH).filter(|_| text.len() == LENGTH)?;
        let ends_at_nul = text.starts_with("$2y$");
        let mut read = Self { cost, salt: [0; SALT], output: Zeroizing::new([0; KEPT]), ends_at_nul };
        let salt_length = BASE64.decode_slice(salt, &mut read.salt).ok()?;
        let kept = BASE64.decode_slice(output, read.output.as_mut_slice()).ok()?;
        (salt_length == SALT && kept == KEPT).then_some(read)
    }

    /// What of a password its system takes for the password.
    fn taken<'p>(&self, password: &'p [u8]) -> &'p [u8] {
        let end = password.iter().position(|octet| *octet == 0).filter(|_| self.ends_at_nul);
        end.and_then(|end| password.get(..end)).unwrap_or(password)
    }
}

impl StoredHash for Bcrypt {
    fn class(&self) -> CostClass {
        CostClass::Bcrypt { cost: self.cost }
    }

    fn reads_part_only(&self, password: &[u8]) -> bool {
        self.taken(password).len().min(READS) < password.len()
    }

    /// By the rule of all sources that bcrypt hashes come from: what is beyond [`READS`] octets is not looked at.
    fn verifies(&self, password: &[u8], _: &mut Scratch) -> Result<bool, Source> {
        let password = self.taken(password);
        // A shorter password is ended by a zero, which is part of the key.
        let mut key = Zeroizing::new([0; READS]);
        key.iter_mut().zip(password).for_each(|(place, octet)| *place = *octet);
        let length = password.len().saturating_add(1).min(READS);
        let key = key.get(..length).unwrap_or_default();
        let output = Zeroizing::new(::bcrypt::bcrypt(self.cost, self.salt, key));
        Ok(output.get(..KEPT).is_some_and(|output| output.ct_eq(self.output.as_slice()).into()))
    }
}

/// The string of this output.
pub(super) fn written(cost: u32, salt: [u8; SALT], output: &[u8; OUTPUT]) -> PasswordHash {
    let mut text = Zeroizing::new(String::with_capacity(LENGTH));
    // Writing to a string does not fail.
    let _ = write!(text, "$2b${cost:02}$");
    BASE64.encode_string(salt, &mut text);
    BASE64.encode_string(output.get(..KEPT).unwrap_or_default(), &mut text);
    PasswordHash::from_phc(text)
}
