//! scrypt (RFC 7914): `$scrypt$ln=17,r=8,p=1$salt$output`, as passlib and the PHC string format have it; or as Ory Kratos
//! has it, which writes N itself for `ln`, and pads its base64: `$scrypt$ln=16384,r=8,p=1$c2FsdA==$..`.

use std::fmt::Write as _;

use accountable_core::{
    domain::UnusableHash,
    port::{PasswordHash, Source},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{
    Scheme, StoredHash,
    fields::{Octets, logarithm, numbers, parts},
    stored,
};
use crate::{
    CostClass, Peppers,
    phc::{LONGEST, OUTPUT, SALT},
    scratch::Scratch,
};

/// The form of PHC strings, and that of Kratos.
pub(super) struct Phc;

impl Scheme for Phc {
    fn read(&self, text: &str, _: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>> {
        text.strip_prefix("$scrypt$").map(|fields| read(fields).map(stored))
    }
}

fn read(fields: &str) -> Result<Scrypt, UnusableHash> {
    let [parameters, salt, output] = parts(fields, '$')?;
    let [Some(n), Some(r), Some(p)] = numbers(parameters, ["ln", "r", "p"])? else {
        return Err(UnusableHash::Malformed);
    };
    // No logarithm is larger than 63, and no N that anybody used is smaller than 64.
    let (log_n, octets) = match n {
        ..64 => (n, Octets::Unpadded),
        64.. => (logarithm(n)?, Octets::Padded),
    };
    Ok(Scrypt { log_n, r, p, salt: octets.salt(salt)?, output: octets.output(output)? })
}

pub(super) struct Scrypt {
    pub(super) log_n: u32,
    pub(super) r: u32,
    pub(super) p: u32,
    pub(super) salt: Vec<u8>,
    pub(super) output: Zeroizing<Vec<u8>>,
}

impl StoredHash for Scrypt {
    fn class(&self) -> CostClass {
        CostClass::Scrypt { log_n: self.log_n, r: self.r, p: self.p }
    }

    fn verifies(&self, password: &[u8], _: &mut Scratch) -> Result<bool, Source> {
        let params = ::scrypt::Params::new(u8::try_from(self.log_n)?, self.r, self.p)?;
        let mut output = Zeroizing::new(vec![0; self.output.len()]);
        ::scrypt::scrypt(password, &self.salt, &params, &mut output)?;
        Ok(output.ct_eq(&self.output).into())
    }
}

/// The string of this output.
pub(super) fn written(log_n: u32, r: u32, p: u32, salt: [u8; SALT], output: &[u8; OUTPUT]) -> PasswordHash {
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    // Writing to a string does not fail.
    let _ = write!(text, "$scrypt$ln={log_n},r={r},p={p}$");
    STANDARD_NO_PAD.encode_string(salt, &mut text);
    text.push('$');
    STANDARD_NO_PAD.encode_string(output, &mut text);
    PasswordHash::from_phc(text)
}
