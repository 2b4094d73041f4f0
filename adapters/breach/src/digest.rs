//! What of a hash names its password in a filter: its shard, and its key there.

use std::fmt;

use accountable_core::domain::Password;
use md4::Md4;
use sha1::{Digest as _, Sha1};
use zeroize::{Zeroize, Zeroizing};

/// How the passwords of a list are hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HashKind {
    /// SHA-1 over UTF-8: 40 hexadecimal digits.
    Sha1,
    /// MD4 over UTF-16LE, as Windows keeps passwords: 32 hexadecimal digits.
    Ntlm,
}

impl HashKind {
    /// The kind whose hashes have so many hexadecimal digits.
    pub(crate) fn of_digits(count: usize) -> Option<Self> {
        match count {
            40 => Some(Self::Sha1),
            32 => Some(Self::Ntlm),
            _ => None,
        }
    }

    /// Hashes a password.
    pub(crate) fn digest(self, password: &Password) -> Zeroizing<Digest> {
        let text = password.expose();
        let digest = match self {
            Self::Sha1 => {
                let hash = Zeroizing::new(<[u8; 20]>::from(Sha1::digest(text)));
                Digest::of(hash.as_slice())
            }
            Self::Ntlm => {
                // No text has more units than octets, so this never grows and leaves no copy behind.
                let mut units = Zeroizing::new(Vec::with_capacity(text.len().saturating_mul(2)));
                text.encode_utf16().for_each(|unit| units.extend_from_slice(&unit.to_le_bytes()));
                let hash = Zeroizing::new(<[u8; 16]>::from(Md4::digest(units.as_slice())));
                Digest::of(hash.as_slice())
            }
        };
        Zeroizing::new(digest)
    }
}

impl fmt::Display for HashKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "SHA-1",
            Self::Ntlm => "NTLM",
        })
    }
}

/// The first nine octets of a hash. Ordered as hashes are. No `Debug`: it may be a secret.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Zeroize)]
pub(crate) struct Digest {
    pub(crate) shard: u8,
    pub(crate) key: u64,
}

impl Digest {
    /// Of a hash, which has more octets than are needed.
    pub(crate) fn of(hash: &[u8]) -> Self {
        match hash.first_chunk::<9>() {
            Some([shard, key @ ..]) => Self { shard: *shard, key: u64::from_be_bytes(*key) },
            None => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes of "password" that anybody can look up.
    #[test]
    fn a_password_is_hashed_as_the_lists_do_it() {
        let password = Password::parse("password").unwrap();
        let sha1 = HashKind::Sha1.digest(&password);
        assert_eq!((sha1.shard, sha1.key), (0x5b, 0xaa61_e4c9_b93f_3f06));
        let ntlm = HashKind::Ntlm.digest(&password);
        assert_eq!((ntlm.shard, ntlm.key), (0x88, 0x46f7_eaee_8fb1_17ad));
    }

    /// MD4 over `E4 00 3D D8 11 DE`, by another program (`iconv -t utf-16le | openssl md4`).
    #[test]
    fn ntlm_hashes_code_units_and_so_both_halves_of_what_lies_beyond_65535() {
        let ntlm = HashKind::Ntlm.digest(&Password::parse("ä😑").unwrap());
        assert_eq!((ntlm.shard, ntlm.key), (0x51, 0xb728_dd33_c885_73da));
    }
}
