//! Stored hashes as PHC strings: what of one is read here, and how an Argon2 hash is written.

use std::{fmt::Write as _, ops::RangeInclusive};

use accountable_core::port::{PasswordHash, Source};
use argon2::{Algorithm, Argon2, Version, password_hash::phc};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{Argon2Cost, scratch::Scratch};

/// Bytes of the salt of a new hash.
pub(crate) const SALT: usize = 16;
/// Bytes of output of a new hash.
pub(crate) const OUTPUT: usize = 32;
/// Bytes of salt that a stored hash may have.
pub(crate) const SALTS: RangeInclusive<usize> = phc::Salt::MIN_LENGTH..=phc::Salt::MAX_LENGTH;
/// Bytes of output that a stored hash may have.
pub(crate) const OUTPUTS: RangeInclusive<usize> = 16..=phc::Output::MAX_LENGTH;
/// Longest hash string that is looked at; a new hash has 97 characters.
pub(crate) const LONGEST: usize = 256;

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

    /// The output that a password has by it.
    pub(crate) fn output_of(
        &self,
        password: &[u8],
        scratch: &mut Scratch,
    ) -> Result<Zeroizing<Vec<u8>>, Source> {
        let params = self.cost.params(self.output)?;
        let memory = scratch.lend(params.block_count())?;
        let mut output = Zeroizing::new(vec![0; self.output]);
        Argon2::new(self.algorithm, self.version, params).hash_password_into_with_memory(
            password,
            &self.salt,
            &mut output,
            memory,
        )?;
        Ok(output)
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

/// A stored Argon2 hash, read. Its cost is not judged.
pub(crate) struct StoredArgon2 {
    pub(crate) recipe: Recipe,
    pub(crate) output: Zeroizing<Vec<u8>>,
}

impl StoredArgon2 {
    /// Reads an Argon2 hash of any variant and version. Nothing if it is another scheme, is cut off, was made with a
    /// secret or associated data, or has a salt of less than 8 or an output of less than 16 bytes.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let fields = Fields::read(text)?;
        let [memory_kib, passes, lanes] = fields.numbers(["m", "t", "p"])?;
        let output = fields.output()?;
        Some(Self {
            recipe: Recipe {
                algorithm: Algorithm::new(fields.name()).ok()?,
                // Strings that name no version are older than the names.
                version: fields.0.version.map_or(Ok(Version::V0x10), Version::try_from).ok()?,
                cost: Argon2Cost::new(memory_kib?, passes?, lanes?).ok()?,
                salt: fields.salt()?,
                output: output.len(),
            },
            output,
        })
    }
}

impl StoredArgon2 {
    /// Does the work: whether the hash was made of this password.
    pub(crate) fn is_of(&self, password: &[u8], scratch: &mut Scratch) -> Result<bool, Source> {
        let made = self.recipe.output_of(password, scratch)?;
        Ok(made.ct_eq(&self.output).into())
    }
}

/// What a PHC string says.
pub(crate) struct Fields(phc::PasswordHash);

impl Fields {
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST { None } else { phc::PasswordHash::new(text).ok().map(Self) }
    }

    /// The name of the scheme.
    pub(crate) fn name(&self) -> &str {
        self.0.algorithm.as_str()
    }

    /// The parameters of these names. Nothing if there are others, or one is there twice or no number.
    pub(crate) fn numbers<const N: usize>(&self, names: [&str; N]) -> Option<[Option<u32>; N]> {
        let mut numbers = [None; N];
        for (name, value) in self.0.params.iter() {
            let at = names.iter().position(|known| *known == name.as_str())?;
            if numbers.get_mut(at)?.replace(value.decimal().ok()?).is_some() {
                return None;
            }
        }
        Some(numbers)
    }

    /// The salt, if it is long enough.
    pub(crate) fn salt(&self) -> Option<Vec<u8>> {
        self.0.salt.map(|salt| salt.to_vec()).filter(|salt| SALTS.contains(&salt.len()))
    }

    /// The output, if it is long enough.
    pub(crate) fn output(&self) -> Option<Zeroizing<Vec<u8>>> {
        let output = self.0.hash.as_ref().filter(|output| OUTPUTS.contains(&output.len()))?;
        Some(Zeroizing::new(output.as_bytes().to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUT: &str = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    #[test]
    fn what_is_written_reads_back() {
        let recipe = Recipe::new(Argon2Cost::OWASP, [9; SALT]);
        let hash = recipe.written(&[3; OUTPUT]);
        assert_eq!(
            hash.expose(),
            "$argon2id$v=19$m=19456,t=2,p=1$CQkJCQkJCQkJCQkJCQkJCQ$AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"
        );
        let read = StoredArgon2::read(hash.expose()).unwrap();
        assert_eq!((read.recipe, read.output.as_slice()), (recipe, [3; OUTPUT].as_slice()));
    }

    #[test]
    fn a_string_without_a_version_is_of_the_first() {
        let read = StoredArgon2::read(&format!("$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ${OUT}")).unwrap();
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
            assert!(StoredArgon2::read(&unreadable).is_none(), "{unreadable}");
        }
    }
}
