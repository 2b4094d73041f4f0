//! What a stranger asked for, before anybody looked whether an account is behind it.
//!
//! At the public door a request for mail becomes a sealed intent and nothing else, the same for every address.
//! A courier opens it later and decides; so nothing about an account can be observed by asking.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{EmailAddress, Keyring, LinkUrl, MailId, Realm, ReturnUrl, SealError, SealedIntent};

/// A request for mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What for.
    pub wish: Wish,
    /// The address that was typed. Used to find an account, never to mail to.
    pub email: EmailAddress,
    /// The page to lead to, if not the standard one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<LinkUrl>,
    /// Where that page sends its reader at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<ReturnUrl>,
}

/// What a stranger can ask to be mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// A way to a new password.
    PasswordReset,
}

/// Sealed intents of any address are as long as this, or a multiple.
const BLOCK: usize = 512;

impl Intent {
    /// Sealed to its mail, padded so that its length says nothing.
    #[must_use]
    pub fn seal(&self, keys: &Keyring, realm: &Realm, mail: MailId, nonce: [u8; 24]) -> SealedIntent {
        // Never fails: the form has no map with keys that are not texts.
        let mut plain = Zeroizing::new(serde_json::to_vec(self).unwrap_or_default());
        let padded = plain.len().div_ceil(BLOCK).saturating_mul(BLOCK);
        plain.resize(padded, b' ');
        keys.seal_intent(realm, mail, nonce, &plain)
    }

    /// Opened again.
    ///
    /// # Errors
    /// [`SealError`].
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
