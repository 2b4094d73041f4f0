//! The hashes of ASP.NET Core Identity (`PasswordHasher`): octets in base64. Version 3 is `01`, the digest, the rounds and
//! the length of the salt (each four octets, the highest first), salt and output of PBKDF2. Version 2 is `00`, sixteen
//! octets of salt and 32 of output, by 1,000 rounds of SHA-1: weak.

use accountable_core::domain::UnusableHash;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{
    Scheme, StoredHash,
    fields::{OUTPUTS, SALTS},
    pbkdf2::Pbkdf2,
    stored,
};
use crate::{Pbkdf2Digest, Peppers};

/// Characters of a hash of version 2.
const VERSION_2: usize = 68;
/// Octets of salt of version 2.
const SALT: usize = 16;
/// How version 3 begins: digests are small numbers.
const VERSION_3: &str = "AQAAAA";

/// Both versions.
pub(super) struct Identity;

impl Scheme for Identity {
    fn read(&self, text: &str, _: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>> {
        let claims = text.starts_with(VERSION_3) || text.len() == VERSION_2 && text.starts_with('A');
        claims.then(|| {
            let octets = STANDARD.decode(text).map(Zeroizing::new).map_err(|_| UnusableHash::Malformed)?;
            parse(&octets).map(stored).ok_or(UnusableHash::Malformed)
        })
    }
}

fn parse(octets: &[u8]) -> Option<Pbkdf2> {
    let (version, rest) = octets.split_first()?;
    let (digest, rounds, salt, output) = match version {
        0 => {
            let (salt, output) = rest.split_at_checked(SALT)?;
            (Pbkdf2Digest::Sha1, 1_000, salt, output)
        }
        1 => {
            let (digest, rest) = rest.split_first_chunk()?;
            let (rounds, rest) = rest.split_first_chunk()?;
            let (length, rest) = rest.split_first_chunk()?;
            let digest = match u32::from_be_bytes(*digest) {
                0 => Pbkdf2Digest::Sha1,
                1 => Pbkdf2Digest::Sha256,
                2 => Pbkdf2Digest::Sha512,
                _ => return None,
            };
            let (salt, output) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
            (digest, u32::from_be_bytes(*rounds), salt, output)
        }
        _ => return None,
    };
    let sane = SALTS.contains(&salt.len()) && OUTPUTS.contains(&output.len());
    sane.then(|| Pbkdf2::new(digest, rounds, salt.to_vec(), Zeroizing::new(output.to_vec())))
}
