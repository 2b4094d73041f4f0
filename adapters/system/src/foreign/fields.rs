//! What the texts of hashes are made of: numbers, base64 and hexadecimal digits, read strictly and within bounds.

use std::ops::RangeInclusive;

use accountable_core::domain::UnusableHash;
use base64::{
    Engine,
    alphabet::Alphabet,
    engine::{
        GeneralPurpose,
        general_purpose::{NO_PAD, STANDARD, STANDARD_NO_PAD},
    },
};
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

/// Octets of salt that a stored hash may have.
pub(super) const SALTS: RangeInclusive<usize> = 4..=128;
/// Octets of output that a stored hash may have.
pub(super) const OUTPUTS: RangeInclusive<usize> = 16..=512;

/// How a system writes octets. None of them takes the form of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Octets {
    /// RFC 4648, base64, with `=` where it belongs.
    Padded,
    /// RFC 4648, base64, without `=`, as PHC strings have it.
    Unpadded,
    /// passlib's base64, without `=`: `.` stands for `+`.
    Passlib,
    /// Hexadecimal digits in lower case.
    Hex,
}

impl Octets {
    /// The octets that the text stands for, if they are as many as they may be.
    pub(super) fn read(
        self,
        text: &str,
        lengths: &RangeInclusive<usize>,
    ) -> Result<Zeroizing<Vec<u8>>, UnusableHash> {
        let octets = match self {
            Self::Padded => STANDARD.decode(text).ok(),
            Self::Unpadded => STANDARD_NO_PAD.decode(text).ok(),
            Self::Passlib => passlib_base64().and_then(|base64| base64.decode(text).ok()),
            Self::Hex => HEXLOWER.decode(text.as_bytes()).ok(),
        };
        let octets = octets.map(Zeroizing::new).ok_or(UnusableHash::Malformed)?;
        if lengths.contains(&octets.len()) { Ok(octets) } else { Err(UnusableHash::Malformed) }
    }

    pub(super) fn salt(self, text: &str) -> Result<Vec<u8>, UnusableHash> {
        self.read(text, &SALTS).map(|salt| salt.to_vec())
    }

    pub(super) fn output(self, text: &str) -> Result<Zeroizing<Vec<u8>>, UnusableHash> {
        self.read(text, &OUTPUTS)
    }
}

fn passlib_base64() -> Option<GeneralPurpose> {
    let alphabet = Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./").ok()?;
    Some(GeneralPurpose::new(&alphabet, NO_PAD))
}

/// A salt that is used as it is written.
pub(super) fn verbatim_salt(text: &str) -> Result<Vec<u8>, UnusableHash> {
    if SALTS.contains(&text.len()) { Ok(text.as_bytes().to_vec()) } else { Err(UnusableHash::Malformed) }
}

/// A decimal number as hashes have it: digits, without a sign and without a zero in front. A number is at least one.
pub(super) fn number(text: &str) -> Result<u32, UnusableHash> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if digits { text.parse().map_err(|_| UnusableHash::Malformed) } else { Err(UnusableHash::Malformed) }
}

/// The binary logarithm of a number that is a power of two.
pub(super) fn logarithm(number: u32) -> Result<u32, UnusableHash> {
    if number.is_power_of_two() { Ok(number.trailing_zeros()) } else { Err(UnusableHash::Malformed) }
}

/// The parts of a text, if they are that many.
pub(super) fn parts<const N: usize>(text: &str, separator: char) -> Result<[&str; N], UnusableHash> {
    let mut found = text.split(separator);
    let mut parts = [""; N];
    for part in &mut parts {
        *part = found.next().ok_or(UnusableHash::Malformed)?;
    }
    if found.next().is_none() { Ok(parts) } else { Err(UnusableHash::Malformed) }
}

/// The numbers of these names in a list as `ln=14,r=8,p=1`, in any order. An error, if there are others, or one twice.
pub(super) fn numbers<const N: usize>(
    text: &str,
    names: [&str; N],
) -> Result<[Option<u32>; N], UnusableHash> {
    let mut numbers = [None; N];
    for parameter in text.split(',') {
        let (name, value) = parameter.split_once('=').ok_or(UnusableHash::Malformed)?;
        let mut known = names.iter().zip(&mut numbers).filter(|(known, _)| **known == name);
        let (_, place) = known.next().ok_or(UnusableHash::Malformed)?;
        if place.replace(number(value)?).is_some() {
            return Err(UnusableHash::Malformed);
        }
    }
    Ok(numbers)
}
