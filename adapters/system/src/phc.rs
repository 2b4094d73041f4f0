//! Stored hashes as text: what of a PHC string is read here, and how one is written.

use std::fmt::Write as _;

use accountable_core::port::PasswordHash;
use argon2::{Algorithm, Version, password_hash::phc};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use zeroize::Zeroizing;

use crate::Argon2Cost;

/// Bytes of the salt of a new hash.
pub(crate) const SALT: usize = 16;
/// Bytes of output of a new hash.
pub(crate) const OUTPUT: usize = 32;
/// Longest PHC string that is looked at; a new hash has 97 characters.
const LONGEST: usize = 256;

/// All that the work on a password depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recipe {
    pub(crate) algorithm: Algorithm,
    pub(crate) version: Version,
    pub(crate) cost: Argon2Cost,
    pub(crate) salt: Vec<u8>,
    /// Bytes of output.
    pub(crate) output: usize,
}

impl Recipe {
    /// How new hashes are made.
    pub(crate) fn new(cost: Argon2Cost, salt: [u8; SALT]) -> Self {
        Self {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            cost,
            salt: salt.to_vec(),
            output: OUTPUT,
        }
    }

    /// Whether new hashes of this cost are made so.
    pub(crate) fn is_current(&self, cost: Argon2Cost) -> bool {
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && self.cost == cost
            && self.salt.len() == SALT
            && self.output == OUTPUT
    }

    /// The PHC string of this output.
    pub(crate) fn written(&self, output: &[u8]) -> PasswordHash {
        // Room for all of it, so that no copy stays behind as it grows.
        let mut phc = Zeroizing::new(String::with_capacity(LONGEST));
        // Writing to a string does not fail.
        let _ = write!(phc, "${}$v={}${}$", self.algorithm, u32::from(self.version), self.cost);
        STANDARD_NO_PAD.encode_string(&self.salt, &mut phc);
        phc.push('$');
        STANDARD_NO_PAD.encode_string(output, &mut phc);
        PasswordHash::from_phc(phc)
    }
}

/// A stored hash, read. Its cost is not judged.
pub(crate) struct StoredHash {
    pub(crate) recipe: Recipe,
    pub(crate) output: Zeroizing<Vec<u8>>,
}

impl StoredHash {
    /// Reads an Argon2 hash of any variant and version. Nothing if it is another scheme, is cut off, was made with a
    /// secret or associated data, or has a salt of less than 8 or an output of less than 16 bytes.
    pub(crate) fn read(hash: &PasswordHash) -> Option<Self> {
        let text = hash.expose();
        if text.len() > LONGEST {
            return None;
        }
        let read = phc::PasswordHash::new(text).ok()?;
        let output = read.hash.filter(|output| output.len() >= 16)?;
        Some(Self {
            recipe: Recipe {
                algorithm: Algorithm::new(read.algorithm.as_str()).ok()?,
                // Strings that name no version are older than the names.
                version: read.version.map_or(Ok(Version::V0x10), Version::try_from).ok()?,
                cost: cost(&read.params)?,
                salt: read.salt?.to_vec(),
                output: output.len(),
            },
            output: Zeroizing::new(output.as_bytes().to_vec()),
        })
    }
}

/// Exactly `m`, `t` and `p`, each once.
fn cost(params: &phc::ParamsString) -> Option<Argon2Cost> {
    let [mut memory_kib, mut passes, mut lanes] = [None; 3];
    for (name, value) in params.iter() {
        let place = match name.as_str() {
            "m" => &mut memory_kib,
            "t" => &mut passes,
            "p" => &mut lanes,
            _ => return None,
        };
        if place.replace(value.decimal().ok()?).is_some() {
            return None;
        }
    }
    Argon2Cost::new(memory_kib?, passes?, lanes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(phc: &str) -> Option<StoredHash> {
        StoredHash::read(&PasswordHash::from_phc(Zeroizing::new(phc.to_owned())))
    }

    const OUT: &str = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    #[test]
    fn what_is_written_reads_back() {
        let recipe = Recipe::new(Argon2Cost::OWASP, [9; SALT]);
        let hash = recipe.written(&[3; OUTPUT]);
        assert_eq!(
            hash.expose(),
            "$argon2id$v=19$m=19456,t=2,p=1$CQkJCQkJCQkJCQkJCQkJCQ$AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"
        );
        let read = StoredHash::read(&hash).unwrap();
        assert_eq!((read.recipe, read.output.as_slice()), (recipe, [3; OUTPUT].as_slice()));
    }

    #[test]
    fn a_string_without_a_version_is_of_the_first() {
        let read = read(&format!("$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ${OUT}")).unwrap();
        assert_eq!((read.recipe.algorithm, read.recipe.version), (Algorithm::Argon2i, Version::V0x10));
        assert_eq!(read.recipe.salt, b"somesalt");
    }

    #[test]
    fn only_what_can_be_verified_is_read() {
        for unreadable in [
            String::new(),
            "$".to_owned(),
            "plain text".to_owned(),
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".to_owned(),
            format!("$scrypt$ln=17,r=8,p=1$c29tZXNhbHQ${OUT}"),
            format!("$argon2x$v=19$m=65536,t=2,p=1$c29tZXNhbHQ${OUT}"),
            format!("$argon2id$v=18$m=65536,t=2,p=1$c29tZXNhbHQ${OUT}"),
            format!("$argon2id$v=19$m=65536,t=2,p=1,keyid=AAAA$c29tZXNhbHQ${OUT}"),
            format!("$argon2id$v=19$m=65536,t=2,p=1,data=AAAA$c29tZXNhbHQ${OUT}"),
            format!("$argon2id$v=19$m=65536,t=2,p=1,p=1$c29tZXNhbHQ${OUT}"),
            format!("$argon2id$v=19$m=65536,t=2$c29tZXNhbHQ${OUT}"),
            format!("$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ${OUT}"),
            format!("$argon2id$v=19$m=65536,t=-1,p=1$c29tZXNhbHQ${OUT}"),
            format!("$argon2id$v=19$m=4294967296,t=1,p=1$c29tZXNhbHQ${OUT}"),
            "$argon2id$v=19$m=65536,t=2,p=1".to_owned(),
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ".to_owned(),
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAA".to_owned(),
            format!("$argon2id$v=19$m=65536,t=2,p=1$c29t${OUT}"),
            format!("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ${OUT}$"),
            format!("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ${OUT}="),
            format!("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ${}", OUT.repeat(10)),
        ] {
            assert!(read(&unreadable).is_none(), "{unreadable}");
        }
    }
}
