//! Codes in mailed links: derived when a mail is delivered, never stored.
//!
//! A code is HMAC-SHA256, under a key of the keyring, over everything it is good for. Who reads the database sees
//! nonces, and no key; who reads the mail sees a code that opens one account, for one purpose, at one address.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{
    AccountId, Carried, Confirmation, EmailAddress, Incarnation, Keyring, Purpose, Realm, ReturnUrl,
    Timestamp,
};

/// The version of what goes into a code.
const SCHEME: &[u8] = b"code/1";

/// A code as a mail carries it: 32 bytes, 43 characters of base64url. Wiped on drop, never shown by `Debug`.
#[derive(Clone)]
pub struct Code(Zeroizing<[u8; 32]>);

impl Code {
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The text that goes into a link: 43 characters of base64url (RFC 4648 §5).
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(*self.0))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// What a link brought back: whose account, and which code. Any text makes one; only a genuine one matches.
///
/// ```
/// use accountable_core::domain::MailedCode;
/// // What a page's query says is handed on as it is; nonsense simply matches nothing.
/// let code = MailedCode::new("abababababababababababababababab", "not-a-code");
/// assert_eq!(format!("{code:?}"), "MailedCode(..)");
/// ```
#[derive(Clone)]
pub struct MailedCode {
    account: Option<AccountId>,
    code: Option<Code>,
}

impl MailedCode {
    /// Takes the link's `id` and `confirmation_code` as they came.
    #[must_use]
    pub fn new(id: &str, confirmation_code: &str) -> Self {
        let decoded = || -> Option<Code> {
            if confirmation_code.len() != 43 {
                return None;
            }
            let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(confirmation_code).ok()?);
            Some(Code::from_bytes(<[u8; 32]>::try_from(bytes.as_slice()).ok()?))
        };
        Self { account: AccountId::parse(id), code: decoded() }
    }

    /// Takes the link that was mailed, as it came: the whole URL, or what follows its path. Parameters of other names are
    /// passed over; a link that names an id or a code more than once matches nothing.
    ///
    /// ```
    /// # use accountable_core::domain::MailedCode;
    /// let url = "https://app.example/password?lang=ko&id=abababababababababababababababab&confirmation_code=not-a-code";
    /// assert!(MailedCode::from_url(url).account().is_some());
    /// assert!(MailedCode::from_url("https://app.example/password").account().is_none());
    /// ```
    #[must_use]
    pub fn from_url(url: &str) -> Self {
        let whole = url.split_once('#').map_or(url, |(before, _)| before);
        let query = whole.split_once('?').map_or(whole, |(_, query)| query);
        let only = |name: &str| {
            let mut values = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
            let value = values.next().map(|(_, value)| Zeroizing::new(value.into_owned()));
            if values.next().is_some() { None } else { value }
        };
        match (only("id"), only("confirmation_code")) {
            (Some(id), Some(code)) => Self::new(&id, &code),
            _ => Self { account: None, code: None },
        }
    }

    /// The account that the link names, if any account can have that name.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.account
    }
}

impl fmt::Debug for MailedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailedCode(..)")
    }
}

/// What makes codes and recognises them: the keyring, in one realm, of one incarnation of the store.
#[derive(Debug, Clone, Copy)]
pub struct CodeMint<'a> {
    /// The keys that codes are made under.
    pub keys: &'a Keyring,
    /// The tenant whose codes they are.
    pub realm: &'a Realm,
    /// The store's present incarnation.
    pub incarnation: Incarnation,
}

impl CodeMint<'_> {
    /// The code of a confirmation. `None`: its key was revoked, and the code with it.
    #[must_use]
    pub fn code(
        &self,
        account: AccountId,
        purpose: Purpose,
        mailed_to: &EmailAddress,
        of: &Confirmation,
    ) -> Option<Code> {
        let bytes = self.keys.code(
            &of.key,
            &[
                SCHEME,
                self.incarnation.as_bytes(),
                self.realm.as_str().as_bytes(),
                account.as_bytes(),
                purpose.as_str().as_bytes(),
                mailed_to.as_str().as_bytes(),
                of.nonce.as_bytes(),
            ],
        )?;
        Some(Code(bytes))
    }

    /// Whether this is the confirmation's code; compared in constant time.
    #[must_use]
    pub fn matches(
        &self,
        brought: &MailedCode,
        account: AccountId,
        purpose: Purpose,
        mailed_to: &EmailAddress,
        of: &Confirmation,
    ) -> bool {
        let (Some(brought), Some(genuine)) = (&brought.code, self.code(account, purpose, mailed_to, of))
        else {
            return false;
        };
        bool::from(brought.0.as_slice().ct_eq(genuine.0.as_slice()))
    }
}

/// What a page may tell the bearer of a link. Anything but a genuine code is `Invalid`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeState {
    /// It can be redeemed.
    Live {
        /// What it is good for.
        purpose: Purpose,
        /// Until when it can be redeemed, as things stand.
        expires_at: Timestamp,
        /// Where its page sends its reader at the end: as it was asked for, and allowed.
        return_url: Option<ReturnUrl>,
        /// What the sign-up carried that the code was mailed for: a stranger's word, which redeeming this very code hands
        /// to the host. None for any other code.
        carried: Option<Carried>,
        /// The address that it was mailed to: the account's, or the new one that it confirms. Mails are forwarded, so a page
        /// shows it [`masked`](EmailAddress::masked).
        mailed_to: EmailAddress,
    },
    /// It was redeemed, or something newer took its place.
    Used {
        /// What it was good for.
        purpose: Purpose,
        /// Where its page would have sent its reader, so that the link that takes its place can.
        return_url: Option<ReturnUrl>,
    },
    /// Its time ran out.
    Expired {
        /// What it was good for.
        purpose: Purpose,
        /// Where its page would have sent its reader, so that the link that takes its place can.
        return_url: Option<ReturnUrl>,
    },
    /// Not a code that was ever mailed, as far as can be told.
    Invalid,
}
