//! The credentials of Keycloak, as its export has them: a JSON object with the two strings `secretData` and
//! `credentialData`, each JSON itself. Its other members (`id`, `type`, `createdDate`, ..) are not looked at. Algorithms are
//! `pbkdf2`, `pbkdf2-sha256`, `pbkdf2-sha512` and `argon2`.

use accountable_core::domain::UnusableHash;
use argon2::{Algorithm, Version};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{
    Scheme, StoredHash,
    fields::{Octets, number},
    pbkdf2::Pbkdf2,
    stored,
};
use crate::{
    Argon2Cost, Pbkdf2Digest, Peppers,
    phc::{self, Recipe, StoredArgon2},
};

/// The form of an export.
pub(super) struct Keycloak;

impl Scheme for Keycloak {
    fn read(&self, text: &str, _: &Peppers) -> Option<Result<Box<dyn StoredHash>, UnusableHash>> {
        text.trim_ascii_start()
            .starts_with('{')
            .then(|| {
                let credential: Credential = read(text)?;
                let secret: SecretData = read(&credential.secret_data)?;
                read::<CredentialData>(&credential.credential_data)?.hash(&secret)
            })
            // Others begin with a brace, too: `{SHA}..`.
            .filter(|read| read.is_ok() || text.contains("secretData"))
    }
}

/// An element of `credentials` of a user, or a row of the table `credential`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    secret_data: Zeroizing<String>,
    credential_data: String,
}

#[derive(Deserialize)]
struct SecretData {
    value: Zeroizing<String>,
    salt: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialData {
    hash_iterations: u32,
    algorithm: String,
    #[serde(default)]
    additional_parameters: Option<Parameters>,
}

/// Each is a list of one. Those of other algorithms are not looked at.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Parameters {
    hash_length: Vec<String>,
    memory: Vec<String>,
    parallelism: Vec<String>,
    r#type: Vec<String>,
    version: Vec<String>,
}

impl CredentialData {
    fn hash(&self, secret: &SecretData) -> Result<Box<dyn StoredHash>, UnusableHash> {
        let digest = match self.algorithm.as_str() {
            "pbkdf2" => Pbkdf2Digest::Sha1,
            "pbkdf2-sha256" => Pbkdf2Digest::Sha256,
            "pbkdf2-sha512" => Pbkdf2Digest::Sha512,
            "argon2" => {
                let parameters = self.additional_parameters.as_ref().ok_or(UnusableHash::Malformed)?;
                return parameters.argon2(self.hash_iterations, secret).map(stored);
            }
            // Keycloak can be given algorithms by extensions.
            _ => return Err(UnusableHash::UnknownScheme),
        };
        let (salt, output) = (Octets::Padded.salt(&secret.salt)?, Octets::Padded.output(&secret.value)?);
        Ok(stored(Pbkdf2::new(digest, self.hash_iterations, salt, output)))
    }
}

impl Parameters {
    fn argon2(&self, passes: u32, secret: &SecretData) -> Result<StoredArgon2, UnusableHash> {
        let output = Octets::Padded.read(&secret.value, &phc::OUTPUTS)?;
        if usize::try_from(number(one(&self.hash_length)?)?) != Ok(output.len()) {
            return Err(UnusableHash::Malformed);
        }
        let algorithm = match one(&self.r#type)? {
            "id" => Algorithm::Argon2id,
            "i" => Algorithm::Argon2i,
            "d" => Algorithm::Argon2d,
            _ => return Err(UnusableHash::Malformed),
        };
        let version = match one(&self.version)? {
            "1.3" => Version::V0x13,
            "1.0" => Version::V0x10,
            _ => return Err(UnusableHash::Malformed),
        };
        let (memory_kib, lanes) = (number(one(&self.memory)?)?, number(one(&self.parallelism)?)?);
        let cost = Argon2Cost::new(memory_kib, passes, lanes).map_err(|_| UnusableHash::Malformed)?;
        let salt = Octets::Padded.read(&secret.salt, &phc::SALTS)?.to_vec();
        Ok(StoredArgon2 { recipe: Recipe { algorithm, version, cost, salt, output: output.len() }, output })
    }
}

/// The one value of a parameter.
fn one(values: &[String]) -> Result<&str, UnusableHash> {
    match values {
        [value] => Ok(value),
        _ => Err(UnusableHash::Malformed),
    }
}

fn read<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, UnusableHash> {
    serde_json::from_str(text).map_err(|_| UnusableHash::Malformed)
}
