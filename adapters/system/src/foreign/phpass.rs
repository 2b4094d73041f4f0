//! phpass, the "portable" hash: iterated MD5. `$P$`, the binary logarithm of the rounds as one character, eight characters
//! of salt, and 22 of output. Weak whatever its rounds: a graphics card tries millions of passwords a second.

use accountable_core::{
    domain::UnusableHash,
    port::{PasswordHash, Source},
};
use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::StoredHash;
use crate::{
    CostClass,
    phc::{OUTPUT, SALT},
    scratch::Scratch,
};

const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters of salt.
const SALT_LENGTH: usize = 8;
/// Characters of output.
const OUTPUT_LENGTH: usize = 22;

pub(super) struct Phpass {
    log_rounds: u32,
    salt: [u8; SALT_LENGTH],
    output: Zeroizing<[u8; OUTPUT_LENGTH]>,
}

impl Phpass {
    /// Reads what follows `$P$`.
    pub(super) fn read(fields: &str) -> Result<Self, UnusableHash> {
        Self::parse(fields.as_bytes()).ok_or(UnusableHash::Malformed)
    }

    fn parse(fields: &[u8]) -> Option<Self> {
        let (rounds, rest) = fields.split_first()?;
        let (salt, output) = rest.split_first_chunk::<SALT_LENGTH>()?;
        let output: &[u8; OUTPUT_LENGTH] = output.try_into().ok()?;
        let place = |octet: &u8| ALPHABET.iter().position(|known| known == octet);
        // The last character has two bits.
        let canonical = output.iter().all(|octet| place(octet).is_some())
            && place(output.last()?).is_some_and(|at| at < 4);
        let salted = salt.iter().all(|octet| octet.is_ascii_graphic() && *octet != b'$');
        let log_rounds = u32::try_from(place(rounds)?).ok()?;
        (canonical && salted).then(|| Self { log_rounds, salt: *salt, output: Zeroizing::new(*output) })
    }
}

impl StoredHash for Phpass {
    fn class(&self) -> CostClass {
        CostClass::Phpass { log_rounds: self.log_rounds }
    }

    fn is_weak(&self) -> bool {
        true
    }

    fn verifies(&self, password: &[u8], _: &mut Scratch) -> Result<bool, Source> {
        let mut digest = Md5::new().chain_update(self.salt).chain_update(password).finalize();
        for _ in 0..1_u64.checked_shl(self.log_rounds).unwrap_or(0) {
            digest = Md5::new().chain_update(digest).chain_update(password).finalize();
        }
        Ok(letters(&digest).ct_eq(self.output.as_slice()).into())
    }
}

/// Sixteen octets in the scheme's alphabet, the lowest six bits of each three first.
fn letters(octets: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut letters = Zeroizing::new(Vec::with_capacity(OUTPUT_LENGTH));
    for three in octets.chunks(3) {
        let mut bits = three.iter().rev().fold(0_u32, |bits, octet| (bits << 8) | u32::from(*octet));
        for _ in 0..=three.len() {
            let at = usize::try_from(bits & 63).unwrap_or_default();
            letters.extend(ALPHABET.get(at));
            bits >>= 6;
        }
    }
    letters
}

/// The string of this output.
pub(super) fn written(log_rounds: u32, salt: [u8; SALT], output: &[u8; OUTPUT]) -> PasswordHash {
    let letter = |at: usize| ALPHABET.get(at).map_or('.', |octet| char::from(*octet));
    let mut text = Zeroizing::new(String::with_capacity(34));
    text.push_str("$P$");
    text.push(letter(usize::try_from(log_rounds).unwrap_or_default()));
    text.extend(salt.iter().take(SALT_LENGTH).map(|octet| letter(usize::from(octet & 63))));
    let output = letters(output.get(..16).unwrap_or_default());
    text.extend(output.iter().map(|octet| char::from(*octet)));
    PasswordHash::from_phc(text)
}
