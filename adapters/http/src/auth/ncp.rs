//! Requests signed as NAVER Cloud's API gateway has them signed (signature version 2).
//!
//! The signature covers neither the body nor a nonce, and is accepted until five minutes after its time stamp. Until then
//! whoever can read a request can repeat it, or send another body to its path. Only TLS guards against that.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use accountable_core::{
    domain::{Actor, Span, Timestamp},
    port::Clock,
};
use async_trait::async_trait;
use axum::http::{HeaderName, Method};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

use super::{AuthError, Authenticator, Caller, Head, Secret};

const TIMESTAMP: HeaderName = HeaderName::from_static("x-ncp-apigw-timestamp");
const ACCESS_KEY: HeaderName = HeaderName::from_static("x-ncp-iam-access-key");
pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("x-ncp-apigw-signature-v2");

/// The headers of a signed call, and what each is.
#[cfg(feature = "openapi")]
pub(crate) const NCP_HEADERS: [(HeaderName, &str); 3] = [
    (TIMESTAMP, "Milliseconds since 1970, in digits; at most 5 minutes from the clock, either way."),
    (ACCESS_KEY, "The access key."),
    (SIGNATURE, "The signature, in base64."),
];

/// How far a time stamp may be from the clock, either way (fixed by the contract).
const SKEW: Span = Span::minutes(5);

/// The caller that an access key names, and the secret that is shared with that caller.
///
/// Unlike a password's or a bearer key's, this secret must be at hand to check a signature: keep it as the keyring is
/// kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NcpKey {
    /// The secret that is shared with the caller: at least 16 octets.
    pub secret: Secret,
    /// The caller, as the events of the journal name it.
    pub name: Actor,
    /// The scopes of the caller: the calls that it may make. None by default.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// A shared secret has fewer than 16 octets: whoever sees one signature could find it by trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a shared secret has at least 16 octets")]
pub struct WeakSecret;

/// Why a file of access keys can't be used. No message repeats what was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NcpKeysError {
    /// The text is not the TOML that [`NcpSignatures::from_toml`] shows.
    #[error("not the TOML expected: [keys.ACCESS-KEY] with secret, name and scopes")]
    NotToml,
    /// One of the secrets has fewer than 16 octets.
    #[error(transparent)]
    Weak(#[from] WeakSecret),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysDocument {
    #[serde(default)]
    keys: BTreeMap<String, NcpKey>,
}

/// Accepts requests that are signed with one of a set of access keys. All clones share one set.
///
/// A time stamp may be at most five minutes from the clock, either way (signature version 2 of NAVER Cloud's API gateway).
#[derive(Clone)]
pub struct NcpSignatures {
    clock: Arc<dyn Clock>,
    keys: Arc<RwLock<BTreeMap<String, NcpKey>>>,
}

impl NcpSignatures {
    /// Accepts no access key until one is [added](Self::add).
    #[must_use]
    pub fn new(clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), keys: Arc::default() }
    }

    /// Accepts the access keys that a text in TOML names.
    ///
    /// ```
    /// use accountable_http::auth::NcpSignatures;
    /// # let clock = accountable_memory::ManualClock::new(accountable_core::domain::Timestamp::EPOCH);
    /// let signatures = NcpSignatures::from_toml(clock, r#"
    ///     [keys.D78BB444D6D3C84CA38A]
    ///     secret = "0123456789abcdef0123456789abcdef01234567"
    ///     name = "data-forest"
    /// "#)?;
    /// # let _ = signatures;
    /// # Ok::<(), accountable_http::auth::NcpKeysError>(())
    /// ```
    ///
    /// # Errors
    /// [`NcpKeysError::NotToml`], [`NcpKeysError::Weak`].
    pub fn from_toml(clock: impl Clock, text: &str) -> Result<Self, NcpKeysError> {
        let document: KeysDocument = toml::from_str(text).map_err(|_| NcpKeysError::NotToml)?;
        let signatures = Self::new(clock);
        document.keys.into_iter().try_for_each(|(access_key, key)| signatures.add(access_key, key))?;
        Ok(signatures)
    }

    /// Accepts an access key from now on. It replaces what was known by that access key before.
    ///
    /// # Errors
    /// [`WeakSecret`] if the secret has fewer than 16 octets.
    pub fn add(&self, access_key: impl Into<String>, key: NcpKey) -> Result<(), WeakSecret> {
        if key.secret.expose().len() < 16 {
            return Err(WeakSecret);
        }
        self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(access_key.into(), key);
        Ok(())
    }

    /// Accepts an access key no longer. Returns whether it was accepted until now.
    #[must_use]
    pub fn revoke(&self, access_key: &str) -> bool {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).remove(access_key).is_some()
    }

    fn key(&self, access_key: &str) -> Option<NcpKey> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(access_key).cloned()
    }

    fn in_time(&self, timestamp: &str) -> bool {
        let digits = (1..=15).contains(&timestamp.len()) && timestamp.bytes().all(|c| c.is_ascii_digit());
        let micros = timestamp.parse().ok().and_then(|millis: i64| millis.checked_mul(1_000));
        let (Some(micros), true) = (micros, digits) else { return false };
        let (stamp, now) = (Timestamp::from_micros(micros), self.clock.now());
        stamp.since(now) <= SKEW && now.since(stamp) <= SKEW
    }
}

#[async_trait]
impl Authenticator for NcpSignatures {
    async fn authenticate(&self, head: &Head<'_>) -> Result<Caller, AuthError> {
        let timestamp = head.only(&TIMESTAMP)?;
        let access_key = head.only(&ACCESS_KEY)?;
        let shown = head.only(&SIGNATURE)?;
        if !self.in_time(timestamp) {
            return Err(AuthError::Skewed);
        }
        let shown = STANDARD.decode(shown).map_err(|_| AuthError::NotAccepted)?;
        let key = self.key(access_key);
        // An access key that nobody has costs what a wrong secret costs.
        let secret = key.as_ref().map_or(&[0; 40][..], |key| key.secret.expose());
        let signed = mac(secret, head.method, head.target, timestamp, access_key)
            .is_some_and(|mac| mac.verify_slice(&shown).is_ok());
        let key = key.filter(|_| signed).ok_or(AuthError::NotAccepted)?;
        Ok(Caller::new(key.name, key.scopes))
    }
}

/// HMAC-SHA256 over `METHOD SP target LF timestamp LF access-key`. None of the parts can hold a line feed: a target
/// is percent-encoded, the others are headers.
fn mac(
    secret: &[u8],
    method: &Method,
    target: &str,
    timestamp: &str,
    access_key: &str,
) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    for part in [method.as_str(), " ", target, "\n", timestamp, "\n", access_key] {
        mac.update(part.as_bytes());
    }
    Some(mac)
}

/// The signature that a caller sends as `x-ncp-apigw-signature-v2`: for clients, and for the tests of a host.
///
/// `target` is the path with its query, `timestamp` milliseconds since 1970 in digits, both as they are sent.
#[must_use]
pub fn signature(
    secret: &Secret,
    method: &Method,
    target: &str,
    timestamp: &str,
    access_key: &str,
) -> String {
    let mac = mac(secret.expose(), method, target, timestamp, access_key);
    mac.map(|mac| STANDARD.encode(mac.finalize().into_bytes())).unwrap_or_default()
}

impl fmt::Debug for NcpSignatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.read().unwrap_or_else(PoisonError::into_inner).keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use accountable_memory::ManualClock;
    use axum::http::{HeaderMap, HeaderValue};
    use futures_util::FutureExt as _;
    use zeroize::Zeroizing;

    use super::*;

    /// The time stamp of the contract's example.
    const MILLIS: i64 = 1_505_290_625_682;
    const STAMP: &str = "1505290625682";
    const SECRET: &str = "0123456789abcdef0123456789abcdef01234567";
    const KEY: &str = "D78BB444D6D3C84CA38A";
    const PATH: &str = "/api/v2/accounts/resetPassword";

    fn secret(text: &str) -> Secret {
        Secret::new(Zeroizing::new(text.into()))
    }

    fn signatures(now: Timestamp) -> NcpSignatures {
        let signatures = NcpSignatures::new(ManualClock::new(now));
        let name = Actor::parse("data-forest").unwrap();
        signatures.add(KEY, NcpKey { secret: secret(SECRET), name, scopes: vec![] }).unwrap();
        signatures
    }

    fn then() -> Timestamp {
        Timestamp::from_micros(MILLIS * 1_000)
    }

    fn with(
        signatures: &NcpSignatures,
        method: &Method,
        target: &str,
        headers: &[(HeaderName, &str)],
    ) -> Result<Caller, AuthError> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_str(value).unwrap());
        }
        let head = Head { method, target, headers: &map };
        signatures.authenticate(&head).now_or_never().unwrap()
    }

    fn signed(now: Timestamp, stamp: &str) -> Result<Caller, AuthError> {
        let signed = signature(&secret(SECRET), &Method::POST, PATH, stamp, KEY);
        let headers = [(TIMESTAMP, stamp), (ACCESS_KEY, KEY), (SIGNATURE, signed.as_str())];
        with(&signatures(now), &Method::POST, PATH, &headers)
    }

    #[test]
    fn a_signature_is_what_another_implementation_computes() {
        // printf 'POST %s\n%s\n%s' PATH STAMP KEY | openssl dgst -sha256 -hmac "$SECRET" -binary | base64
        let ours = signature(&secret(SECRET), &Method::POST, PATH, STAMP, KEY);
        assert_eq!(ours, "YEqX0TiGu6q69dfCXaTD09e8CRgSp9JlYZFoOU7Z/DE=");
    }

    #[test]
    fn a_short_secret_is_not_taken() {
        for weak in ["", "123456789012345"] {
            let key = NcpKey { secret: secret(weak), name: Actor::parse("a").unwrap(), scopes: vec![] };
            assert_eq!(signatures(then()).add("NEW", key), Err(WeakSecret));
        }
    }

    #[test]
    fn a_time_stamp_within_five_minutes_either_way_is_accepted() {
        let five = Span::minutes(5);
        for (now, accepted) in [
            (then(), true),
            (then() + five, true),
            (then() - five, true),
            (then() + five + Span::micros(1), false),
            (then() - five - Span::micros(1), false),
            (Timestamp::MAX, false),
            (Timestamp::MIN, false),
        ] {
            let answer = signed(now, STAMP);
            assert_eq!(answer.is_ok(), accepted, "{now}");
            assert!(accepted || matches!(answer, Err(AuthError::Skewed)));
        }
        for odd in [
            "",
            "-1",
            "+1505290625682",
            " 1505290625682",
            "1505290625.682",
            "99999999999999999999",
            "1e12",
            "０",
        ] {
            let Ok(_) = HeaderValue::from_str(odd) else { continue };
            assert!(signed(then(), odd).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn whatever_is_not_what_was_signed_is_refused() {
        let signatures = signatures(then());
        let right = signature(&secret(SECRET), &Method::POST, PATH, STAMP, KEY);
        let other = signature(&secret("another secret!!"), &Method::POST, PATH, STAMP, KEY);
        let of_nobody =
            signature(&Secret::new(Zeroizing::new("\0".repeat(40))), &Method::POST, PATH, STAMP, "NOBODY");
        let short: String = right.chars().take(40).collect();
        let call = |method: Method, target: &str, key: &str, shown: &str| {
            let headers = [(TIMESTAMP, STAMP), (ACCESS_KEY, key), (SIGNATURE, shown)];
            with(&signatures, &method, target, &headers)
        };
        assert_eq!(call(Method::POST, PATH, KEY, &right).unwrap().name().as_str(), "data-forest");
        for (what, answer) in [
            ("method", call(Method::PUT, PATH, KEY, &right)),
            ("query", call(Method::POST, &format!("{PATH}?"), KEY, &right)),
            ("path", call(Method::POST, &format!("{PATH}/"), KEY, &right)),
            ("encoding", call(Method::POST, "/api/v2/accounts/reset%50assword", KEY, &right)),
            ("key's case", call(Method::POST, PATH, &KEY.to_lowercase(), &right)),
            ("secret", call(Method::POST, PATH, KEY, &other)),
            ("nobody", call(Method::POST, PATH, "NOBODY", &of_nobody)),
            ("short", call(Method::POST, PATH, KEY, &short)),
            ("empty", call(Method::POST, PATH, KEY, "")),
            ("no base64", call(Method::POST, PATH, KEY, "*")),
            ("url-safe", call(Method::POST, PATH, KEY, right.trim_end_matches('='))),
        ] {
            assert!(matches!(answer, Err(AuthError::NotAccepted)), "{what}");
        }
    }

    #[test]
    fn each_header_must_be_there_once() {
        let signatures = signatures(then());
        let right = signature(&secret(SECRET), &Method::POST, PATH, STAMP, KEY);
        let headers = [(TIMESTAMP, STAMP), (ACCESS_KEY, KEY), (SIGNATURE, right.as_str())];
        for left_out in 0..3 {
            let some: Vec<_> = (0..3).filter(|at| *at != left_out).map(|at| headers[at].clone()).collect();
            assert!(matches!(with(&signatures, &Method::POST, PATH, &some), Err(AuthError::NoCredentials)));
            let twice: Vec<_> = headers.iter().cloned().chain([headers[left_out].clone()]).collect();
            assert!(matches!(with(&signatures, &Method::POST, PATH, &twice), Err(AuthError::NotAccepted)));
        }
    }

    #[test]
    fn a_revoked_key_is_good_no_more_and_no_secret_is_shown() {
        let signatures = signatures(then());
        let shown = format!("{signatures:?} {:?}", signatures.key(KEY));
        assert!(shown.contains(KEY) && !shown.contains(SECRET), "{shown}");
        assert!(signatures.revoke(KEY) && !signatures.revoke(KEY));
        let right = signature(&secret(SECRET), &Method::POST, PATH, STAMP, KEY);
        let headers = [(TIMESTAMP, STAMP), (ACCESS_KEY, KEY), (SIGNATURE, right.as_str())];
        assert!(with(&signatures, &Method::POST, PATH, &headers).is_err());
    }
}
