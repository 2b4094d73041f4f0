//! The secret that an endpoint's messages are signed with: symmetric signatures, by the Standard Webhooks specification.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A secret that is shared with the receiver of webhooks. It is wiped on drop, and `Debug` does not show it.
#[derive(Clone)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

/// A text that is no secret for webhooks. It is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret for webhooks is whsec_ and 24 to 64 octets in base64")]
pub struct BadSigningSecret;

impl SigningSecret {
    const PREFIX: &str = "whsec_";

    /// Reads `whsec_` and 24 to 64 octets in standard base64, as the specification has it. Blanks around it are passed over.
    ///
    /// # Errors
    /// [`BadSigningSecret`].
    pub fn parse(text: &str) -> Result<Self, BadSigningSecret> {
        let encoded = text.trim().strip_prefix(Self::PREFIX).ok_or(BadSigningSecret)?;
        let octets = STANDARD.decode(encoded).map(Zeroizing::new).map_err(|_| BadSigningSecret)?;
        if (24..=64).contains(&octets.len()) { Ok(Self(octets)) } else { Err(BadSigningSecret) }
    }

    /// The signature of a message, as its header has it.
    pub(super) fn sign(&self, id: &str, timestamp: &str, body: &str) -> String {
        // A key of any length will do.
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).map(|mut mac| {
            for part in [id, ".", timestamp, ".", body] {
                mac.update(part.as_bytes());
            }
            mac.finalize().into_bytes()
        });
        format!("v1,{}", mac.map(|mac| STANDARD.encode(mac)).unwrap_or_default())
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_specification_s_own_libraries_do() {
        // The example of the specification's reference libraries.
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_24_to_64_octets_and_shown_nowhere() {
        let of = |octets: usize| SigningSecret::parse(&format!("whsec_{}", STANDARD.encode(vec![7; octets])));
        assert!(of(24).is_ok() && of(64).is_ok());
        for bad in [
            of(23),
            of(65),
            SigningSecret::parse("whsec_"),
            SigningSecret::parse("MfKQ"),
            SigningSecret::parse(""),
        ] {
            assert_eq!(bad.unwrap_err(), BadSigningSecret);
        }
        assert_eq!(format!("{:?}", of(24).unwrap()), "SigningSecret(..)");
    }
}
