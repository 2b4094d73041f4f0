//! The hashes of WordPress: `$wp$2y$10$..` since its version 6.8, bcrypt of base64 of an HMAC of the password; before that,
//! phpass (`$P$B..`), which is weak. WordPress trims a password whenever it takes one: blanks around it don't count.

use accountable_core::domain::UnusableHash;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha384;
use zeroize::Zeroizing;

use super::{Scheme, StoredHash, bcrypt::Bcrypt, phpass::Phpass, prehashed::Prehashed, stored};
use crate::Peppers;

/// Both forms of WordPress.
pub(super) struct WordPress;

impl Scheme for WordPress {
    fn read(&self, text: &str, _: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>> {
        let portable = || text.strip_prefix("$P$").map(|fields| Phpass::read(fields).map(trimming));
        let bcrypt = || {
            let bcrypt = text.strip_prefix("$wp").filter(|rest| rest.starts_with("$2"))?;
            Some(Bcrypt::read(bcrypt).map(|inner| stored(Prehashed { inner, form: base64_of_hmac })))
        };
        portable().or_else(bcrypt)
    }
}

fn trimming(inner: Phpass) -> Box<dyn StoredHash> {
    stored(Prehashed { inner, form: |password| Zeroizing::new(trimmed(password).to_vec()) })
}

/// Without what PHP's `trim` takes away.
fn trimmed(password: &[u8]) -> &[u8] {
    let blank = |octet: &u8| matches!(octet, b' ' | b'\t' | b'\n' | b'\r' | 0 | 0x0b);
    let begin = password.iter().position(|octet| !blank(octet)).unwrap_or(password.len());
    let end = password.iter().rposition(|octet| !blank(octet)).map_or(begin, |last| last.saturating_add(1));
    password.get(begin..end).unwrap_or_default()
}

fn base64_of_hmac(password: &[u8]) -> Zeroizing<Vec<u8>> {
    // An HMAC takes a key of any length.
    let mac = Hmac::<Sha384>::new_from_slice(b"wp-sha384").map(|mac| mac.chain_update(trimmed(password)));
    let mac = mac.map(|mac| STANDARD.encode(mac.finalize().into_bytes())).unwrap_or_default();
    Zeroizing::new(mac.into_bytes())
}
