//! Device tokens: how a device that its owner has used before is told from a stranger's, before anything is loaded.
//!
//! A right password, a genuine code and each command that renews a session earn one. The host keeps it in a cookie of its
//! own and shows it at the next log-in. Whoever brings a genuine one is not held back by what strangers did to the address:
//! so nobody can lock an owner out from outside (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). It opens
//! nothing by itself: the password is asked for all the same.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{AccountId, Epoch, KeyId, Keyring, Nonce, QuotaTag, Realm, SessionStamp, Span, Timestamp};

/// The version of what goes into a token, and of its text.
const SCHEME: &[u8] = b"device/1";
const VERSION: u8 = 1;

/// What a device shows of an earlier log-in: whose account it was, in which epoch, on which day, and a MAC that proves it.
///
/// It is a secret of its bearer, as a session's cookie is: `Debug` shows nothing of it. It stays good for
/// [`DeviceToken::LIFE`], unless the account's sessions end meanwhile.
///
/// ```
/// use accountable_core::domain::DeviceToken;
/// // A cookie that is no token is as good as none.
/// assert!(DeviceToken::parse("not-a-token").is_none());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceToken {
    account: AccountId,
    epoch: Epoch,
    /// Days since 1970-01-01, UTC.
    day: u32,
    nonce: Nonce,
    key: KeyId,
    mac: Zeroizing<[u8; 32]>,
}

impl DeviceToken {
    /// How long a device stays known after the day on which its token was made: 180 days.
    pub const LIFE: Span = Span::days(180);
    /// Most characters that a token's text has.
    pub const MAX: usize = 146;
    /// The octets before the name of the key.
    const FIXED: usize = 1 + 16 + 8 + 4 + 16 + 32;

    /// Reads the text that [`expose`](Self::expose) gave. Any other text is no token; whether one is genuine is found out
    /// by the log-in that it is shown to.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > Self::MAX {
            return None;
        }
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        let (version, rest) = bytes.split_first_chunk::<1>()?;
        let (account, rest) = rest.split_first_chunk::<16>()?;
        let (epoch, rest) = rest.split_first_chunk::<8>()?;
        let (day, rest) = rest.split_first_chunk::<4>()?;
        let (nonce, rest) = rest.split_first_chunk::<16>()?;
        let (mac, key) = rest.split_first_chunk::<32>()?;
        let key = KeyId::parse(std::str::from_utf8(key).ok()?).ok()?;
        (*version == [VERSION]).then(|| Self {
            account: AccountId::from_bytes(*account),
            epoch: Epoch::new(u64::from_be_bytes(*epoch)),
            day: u32::from_be_bytes(*day),
            nonce: Nonce::from_bytes(*nonce),
            key,
            mac: Zeroizing::new(*mac),
        })
    }

    /// The text for a cookie: at most 146 characters of base64url (RFC 4648 §5). Keep it `Secure`, `HttpOnly` and
    /// `SameSite=Lax`, for 180 days, beside the session's own cookie, and not within it: it is to outlive the session.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::FIXED.saturating_add(32)));
        bytes.push(VERSION);
        bytes.extend_from_slice(self.account.as_bytes());
        bytes.extend_from_slice(&self.epoch.as_u64().to_be_bytes());
        bytes.extend_from_slice(&self.day.to_be_bytes());
        bytes.extend_from_slice(self.nonce.as_bytes());
        bytes.extend_from_slice(&*self.mac);
        bytes.extend_from_slice(self.key.as_str().as_bytes());
        Zeroizing::new(URL_SAFE_NO_PAD.encode(&*bytes))
    }

    /// The session that it was earned in.
    pub(crate) fn stamp(&self) -> SessionStamp {
        SessionStamp { account: self.account, epoch: self.epoch }
    }
}

impl fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceToken(..)")
    }
}

/// What makes device tokens and recognises them: the keyring, in one realm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeviceMint<'a> {
    pub(crate) keys: &'a Keyring,
    pub(crate) realm: &'a Realm,
}

impl DeviceMint<'_> {
    /// The token of a device that has just been let in.
    pub(crate) fn token(&self, stamp: SessionStamp, now: Timestamp, nonce: Nonce) -> DeviceToken {
        let key = self.keys.active().clone();
        let mut token = DeviceToken {
            account: stamp.account,
            epoch: stamp.epoch,
            day: day_of(now),
            nonce,
            key,
            mac: Zeroizing::default(),
        };
        // The active key is always held.
        token.mac = self.mac(&token).unwrap_or_default();
        token
    }

    /// Whether the token is one of ours and not too old. Nothing is loaded for it.
    ///
    /// A day that is yet to come is of a clock that jumped back, and counts as too old; but tomorrow's may be of another
    /// machine, whose clock is a little ahead.
    pub(crate) fn is_genuine(&self, token: &DeviceToken, now: Timestamp) -> bool {
        let (today, life) = (day_of(now), days(DeviceToken::LIFE));
        let in_time = token.day <= today.saturating_add(1) && today <= token.day.saturating_add(life);
        // Compared in constant time; a key that was revoked makes nothing genuine.
        let ours = self.mac(token).is_some_and(|mac| bool::from(mac.ct_eq(&*token.mac)));
        ours && in_time
    }

    /// The name of the level that counts wrong passwords shown with this token.
    pub(crate) fn level(&self, token: &DeviceToken) -> QuotaTag {
        self.keys.quota_tag(self.realm, "log-in failures", "device", token.nonce.as_bytes())
    }

    fn mac(&self, token: &DeviceToken) -> Option<Zeroizing<[u8; 32]>> {
        let parts: [&[u8]; 7] = [
            SCHEME,
            self.realm.as_str().as_bytes(),
            token.account.as_bytes(),
            &token.epoch.as_u64().to_be_bytes(),
            &token.day.to_be_bytes(),
            token.nonce.as_bytes(),
            token.key.as_str().as_bytes(),
        ];
        self.keys.device(&token.key, &parts)
    }
}

const MICROS_A_DAY: u64 = Span::days(1).as_micros();

fn days(span: Span) -> u32 {
    u32::try_from(span.as_micros().checked_div(MICROS_A_DAY).unwrap_or(0)).unwrap_or(u32::MAX)
}

/// Days since 1970-01-01, UTC; before that, the first.
fn day_of(now: Timestamp) -> u32 {
    days(now.since(Timestamp::EPOCH))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn keys(first: u8, id: &str) -> Keyring {
        let key = |n: u8| std::array::from_fn(|at| if at == 0 { n } else { 7 });
        Keyring::new(key(1), KeyId::parse(id).unwrap(), key(first)).unwrap()
    }

    fn stamp(epoch: u64) -> SessionStamp {
        SessionStamp { account: AccountId::from_bytes([3; 16]), epoch: Epoch::new(epoch) }
    }

    fn nonce(n: u8) -> Nonce {
        Nonce::from_bytes([n; 16])
    }

    #[test]
    fn a_token_survives_its_text_and_is_known_again() {
        let (keys, realm) = (keys(2, "a-name-of-thirty-two-characters."), Realm::default());
        let mint = DeviceMint { keys: &keys, realm: &realm };
        let token = mint.token(stamp(4), NOW, nonce(5));
        let text = token.expose();
        assert_eq!(text.len(), DeviceToken::MAX);
        assert!(text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_')));
        let read = DeviceToken::parse(&text).unwrap();
        assert!(read == token && mint.is_genuine(&read, NOW));
        assert_eq!(read.stamp(), stamp(4));
        assert_eq!(format!("{read:?}"), "DeviceToken(..)");
    }

    #[test]
    fn each_part_of_a_token_is_under_its_mac() {
        let (keys, realm) = (keys(2, "one"), Realm::default());
        let mint = DeviceMint { keys: &keys, realm: &realm };
        let token = mint.token(stamp(4), NOW, nonce(5));
        let changed = [
            DeviceToken { account: AccountId::from_bytes([4; 16]), ..token.clone() },
            DeviceToken { epoch: Epoch::new(5), ..token.clone() },
            DeviceToken { day: token.day.saturating_sub(1), ..token.clone() },
            DeviceToken { nonce: nonce(6), ..token.clone() },
            DeviceToken { mac: Zeroizing::default(), ..token.clone() },
            DeviceToken { key: KeyId::parse("two").unwrap(), ..token.clone() },
        ];
        for (at, token) in changed.iter().enumerate() {
            assert!(!mint.is_genuine(token, NOW), "{at}");
        }
        let elsewhere = Realm::parse("elsewhere").unwrap();
        assert!(!DeviceMint { realm: &elsewhere, ..mint }.is_genuine(&token, NOW));
        let others = super::tests::keys(9, "one");
        assert!(!DeviceMint { keys: &others, ..mint }.is_genuine(&token, NOW));
    }

    #[test]
    fn a_token_lives_180_days_after_its_day_and_a_key_that_was_revoked_ends_it() {
        let (keys, realm) = (keys(2, "one"), Realm::default());
        let mint = DeviceMint { keys: &keys, realm: &realm };
        let token = mint.token(stamp(4), NOW, nonce(5));
        assert!(mint.is_genuine(&token, NOW + Span::days(180)));
        assert!(!mint.is_genuine(&token, NOW + Span::days(181)));
        assert!(mint.is_genuine(&token, NOW - Span::days(1)), "a machine whose clock is behind");
        assert!(!mint.is_genuine(&token, NOW - Span::days(2)), "a clock that jumped back");
        let without = super::tests::keys(3, "two");
        assert!(!DeviceMint { keys: &without, ..mint }.is_genuine(&token, NOW));
        let rotated = without.with_key(KeyId::parse("one").unwrap(), {
            std::array::from_fn(|at| if at == 0 { 2 } else { 7 })
        });
        assert!(
            DeviceMint { keys: &rotated.unwrap(), ..mint }.is_genuine(&token, NOW),
            "a key that was rotated"
        );
    }

    #[test]
    fn each_token_has_a_level_of_its_own() {
        let (keys, realm) = (keys(2, "one"), Realm::default());
        let mint = DeviceMint { keys: &keys, realm: &realm };
        let [one, two] = [5, 6].map(|n| mint.level(&mint.token(stamp(4), NOW, nonce(n))));
        assert_ne!(one, two);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,200}") {
            let _ = DeviceToken::parse(&text);
        }

        #[test]
        fn no_moment_makes_a_day_overflow(micros: i64) {
            let _ = day_of(Timestamp::from_micros(micros));
        }
    }
}
