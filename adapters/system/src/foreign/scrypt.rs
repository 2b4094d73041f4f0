//! scrypt (RFC 7914): `$scrypt$ln=17,r=8,p=1$salt$output`, as passlib and the PHC string format have it.

use std::fmt::Write as _;

use accountable_core::port::{PasswordHash, Source};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{
    CostClass,
    phc::{self, LONGEST, OUTPUT, SALT},
};

pub(crate) struct Scrypt {
    log_n: u32,
    r: u32,
    p: u32,
    salt: Vec<u8>,
    output: Zeroizing<Vec<u8>>,
}

impl Scrypt {
    pub(super) fn read(text: &str) -> Option<Self> {
        let fields = phc::Fields::read(text).filter(|fields| fields.name() == "scrypt")?;
        let [log_n, r, p] = fields.numbers(["ln", "r", "p"])?;
        let (log_n, r, p) = (log_n?, r?, p?);
        Some(Self { log_n, r, p, salt: fields.salt()?, output: fields.output()? })
    }

    pub(super) fn class(&self) -> CostClass {
        CostClass::Scrypt { log_n: self.log_n, r: self.r, p: self.p }
    }

    pub(super) fn verifies(&self, password: &[u8]) -> Result<bool, Source> {
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
