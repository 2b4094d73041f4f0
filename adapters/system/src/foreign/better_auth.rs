//! The hashes of better-auth and of Lucia: `salt:key`, both in lower-case hexadecimal digits, or `s2:salt:key`. The key is
//! scrypt of N = 2^14, r = 16, p = 1 and 64 octets, of the password in NFKC; the salt is used as it is written.

use accountable_core::domain::UnusableHash;
use icu_normalizer::ComposingNormalizerBorrowed;
use zeroize::Zeroizing;

use super::{
    Scheme, StoredHash,
    fields::{Octets, parts, verbatim_salt},
    prehashed::Prehashed,
    scrypt::Scrypt,
    stored,
};
use crate::Peppers;

/// Octets of a key.
const KEY: usize = 64;

/// The form of both.
pub(super) struct SaltAndKey;

impl Scheme for SaltAndKey {
    fn read(&self, text: &str, _: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>> {
        let named = text.strip_prefix("s2:");
        let [salt, key] = parts(named.unwrap_or(text), ':').ok()?;
        // Others use colons, too: it is no hash of this form without digits on both sides.
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        (named.is_some() || digits(salt) && digits(key)).then(|| read(salt, key))
    }
}

fn read(salt: &str, key: &str) -> Result<Box<dyn StoredHash>, UnusableHash> {
    Octets::Hex.salt(salt)?;
    let output = Octets::Hex.read(key, &(KEY..=KEY))?;
    let inner = Scrypt { log_n: 14, r: 16, p: 1, salt: verbatim_salt(salt)?, output };
    Ok(stored(Prehashed { inner, form: nfkc }))
}

fn nfkc(password: &[u8]) -> Zeroizing<Vec<u8>> {
    // Whatever is not text can't have come from a system of these.
    let Ok(text) = str::from_utf8(password) else {
        return Zeroizing::new(password.to_vec());
    };
    Zeroizing::new(ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned().into_bytes())
}
