//! bcrypt: `$2b$10$` and 53 characters of salt and output, in an alphabet of its own.
//!
//! `2a`, `2b` and `2y` are read: one function, but for passwords of 255 octets and more under OpenBSD's `2a`. `2x` is not:
//! it marks hashes of a version that garbled octets above 127, so that many passwords verify against one of them.

use std::fmt::Write as _;

use accountable_core::port::PasswordHash;
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{
    CostClass,
    phc::{OUTPUT, SALT, decimal},
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

pub(crate) struct Bcrypt {
    cost: u32,
    salt: [u8; SALT],
    output: Zeroizing<[u8; KEPT]>,
}

impl Bcrypt {
    pub(super) fn read(text: &str) -> Option<Self> {
        let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|version| text.strip_prefix(version))?;
        let (cost, rest) = rest.split_once('$')?;
        // Two digits, of which the first may be zero.
        let cost = decimal(cost.strip_prefix('0').unwrap_or(cost))?;
        let (salt, output) = rest.split_at_checked(SALT_LENGTH).filter(|_| text.len() == LENGTH)?;
        let mut read = Self { cost, salt: [0; SALT], output: Zeroizing::new([0; KEPT]) };
        let salt_length = BASE64.decode_slice(salt, &mut read.salt).ok()?;
        let kept = BASE64.decode_slice(output, read.output.as_mut_slice()).ok()?;
        (salt_length == SALT && kept == KEPT).then_some(read)
    }

    pub(super) fn class(&self) -> CostClass {
        CostClass::Bcrypt { cost: self.cost }
    }

    /// By the rule of all sources that bcrypt hashes come from: what is beyond [`READS`] octets is not looked at.
    pub(super) fn verifies(&self, password: &[u8]) -> bool {
        // A shorter password is ended by a zero, which is part of the key.
        let mut key = Zeroizing::new([0; READS]);
        key.iter_mut().zip(password).for_each(|(place, octet)| *place = *octet);
        let length = password.len().saturating_add(1).min(READS);
        let key = key.get(..length).unwrap_or_default();
        let output = Zeroizing::new(::bcrypt::bcrypt(self.cost, self.salt, key));
        output.get(..KEPT).is_some_and(|output| output.ct_eq(self.output.as_slice()).into())
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
