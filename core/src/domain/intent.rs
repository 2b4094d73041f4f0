//! What a stranger asked for, before anybody looked whether an account is behind it.
//!
//! At the public door a request for mail becomes a sealed intent and nothing else, the same for every address.
//! A courier opens it later and decides; so nothing about an account can be observed by asking.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    Carried, CoarseOrigin, EmailAddress, Keyring, LinkUrl, Locale, MailId, MailKind, Realm, ReturnUrl,
    SealError, SealedIntent,
};

/// A request for mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What is asked for.
    pub kind: IntentKind,
    /// The address that was typed. Used to find an account, never to mail to.
    pub email: EmailAddress,
    /// The page to lead to, if not the standard one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<LinkUrl>,
    /// Where that page sends its reader at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<ReturnUrl>,
    /// Roughly from where it was asked, for whoever is told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_from: Option<CoarseOrigin>,
    /// The language of an account that comes to be by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// What the host lets a sign-up carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Carried>,
}

/// What a stranger can ask to be mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentKind {
    /// A way to a new password, in place of a forgotten one.
    PasswordReset,
    /// An account, and a way to its first password.
    SignUp,
    /// Nothing that the stranger asked for: failed log-ins locked the address, and its owner is told, if it has one.
    LockNotice,
    /// As a lock's notice; so many that the address is disabled until its password is replaced.
    DisabledNotice,
}

impl IntentKind {
    /// Which kind of mail it leads to.
    #[must_use]
    pub const fn mail_kind(self) -> MailKind {
        match self {
            Self::PasswordReset => MailKind::Reset,
            Self::SignUp => MailKind::SignUp,
            Self::LockNotice | Self::DisabledNotice => MailKind::LogIn,
        }
    }
}

/// Sealed intents of any address are as long as this, or a multiple.
const BLOCK: usize = 512;

/// No address is longer: 254 octets, of which those of a quoted local part may need one more each.
const LONGEST: usize = 254 + 64;

impl Intent {
    /// Seals the request to its mail, padded so that its length says nothing of the address.
    #[must_use]
    pub fn seal(&self, keys: &Keyring, realm: &Realm, mail: MailId, nonce: [u8; 24]) -> SealedIntent {
        // Never fails: the form has no map with keys that are not texts.
        let mut plain = Zeroizing::new(serde_json::to_vec(self).unwrap_or_default());
        // As if the address were the longest: what else there is may end close to a block.
        let rest = plain.len().saturating_sub(self.email.as_str().len());
        let padded = rest.saturating_add(LONGEST).max(plain.len()).div_ceil(BLOCK).saturating_mul(BLOCK);
        plain.resize(padded, b' ');
        keys.seal_intent(realm, mail, nonce, &plain)
    }

    /// Opens a sealed request, in the realm and the mail that it was sealed to.
    ///
    /// # Errors
    /// [`SealError`] if its key is not held, or it was sealed to another mail or realm.
    pub fn open(
        keys: &Keyring,
        realm: &Realm,
        mail: MailId,
        sealed: &SealedIntent,
    ) -> Result<Self, SealError> {
        let plain = keys.open_intent(realm, mail, sealed)?;
        serde_json::from_slice(&plain).map_err(|_| SealError::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::KeyId;

    fn keys() -> Keyring {
        let key = |first: u8| {
            let mut bytes = [7; 32];
            bytes[0] = first;
            bytes
        };
        Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap()
    }

    fn sealed(email: &str) -> SealedIntent {
        let email = EmailAddress::parse(email).unwrap();
        let kind = IntentKind::PasswordReset;
        let intent = Intent {
            kind,
            email,
            page: None,
            return_url: None,
            seen_from: None,
            locale: None,
            carried: None,
        };
        intent.seal(&keys(), &Realm::default(), MailId::from_bytes([1; 16]), [2; 24])
    }

    #[test]
    fn a_sealed_request_is_as_long_for_any_address() {
        let long = format!("{}@{}example.com", "a".repeat(64), "b.".repeat(80));
        let length = |email: &str| sealed(email).seal().cipher_text.len();
        assert_eq!(length("a@b.co"), length(&long));
    }

    #[test]
    fn a_sealed_request_opens_in_its_own_mail_and_realm_only() {
        let sealed = sealed("ada@example.com");
        let open =
            |realm: &Realm, mail| Intent::open(&keys(), realm, MailId::from_bytes([mail; 16]), &sealed);
        let (home, other) = (Realm::default(), Realm::parse("other").unwrap());
        assert_eq!(open(&home, 1).unwrap().email.as_str(), "ada@example.com");
        assert!(matches!(open(&home, 2), Err(SealError::Broken)));
        assert!(matches!(open(&other, 1), Err(SealError::Broken)));
    }
}
