//! Keys that callers send as they are: `Authorization: Bearer KEY` (RFC 6750 section 2.1).
//!
//! Only the hash of a key is kept. A key is 32 random bytes, so nobody can find it from its hash: plain SHA-256 is right
//! here. A slow hash is for passwords that people choose; here it would only let strangers keep the machine busy.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use accountable_core::{
    domain::{Actor, KeyId},
    port::{Entropy, EntropyError},
};
use async_trait::async_trait;
use axum::http::header::AUTHORIZATION;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use zeroize::Zeroizing;

use super::{AuthError, Authenticator, Caller, Head};

/// The text of a new bearer key, which its bearer gets to see once. It is wiped on drop, and `Debug` does not show it.
pub struct BearerKey(Zeroizing<String>);

impl BearerKey {
    /// The text for the bearer: 43 characters of base64url. Nothing can recover it later, since only its hash is kept.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BearerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerKey(..)")
    }
}

/// A bearer key that was just drawn: its text for the bearer, and the entry that a host keeps.
#[derive(Debug)]
pub struct NewBearerKey {
    /// The key itself, for its bearer; it is shown once.
    pub key: BearerKey,
    /// What is kept of the key: write it to where the host keeps its keys.
    pub entry: BearerKeyEntry,
}

/// What is kept of a bearer key. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BearerKeyEntry {
    /// The name of the key, by which it is revoked. Each of several keys of one bearer has its own.
    pub id: KeyId,
    /// The bearer, as the events of the journal name it.
    pub name: Actor,
    /// The scopes of the key: the calls that its bearer may make. None by default.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The SHA-256 of the key's text. In TOML and JSON it is written in standard base64.
    #[serde(with = "digest")]
    pub sha256: [u8; 32],
}

/// Why bearer keys can't be used. No message repeats what was read: somebody may have put a key there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// The text is not the TOML that [`BearerKeys::from_toml`] shows.
    #[error("not the TOML expected: [[keys]] with id, name, scopes and sha256")]
    NotToml,
    /// The text is not the JSON that [`BearerKeys::from_json`] describes.
    #[error("not the JSON expected: {{\"keys\": [{{\"id\", \"name\", \"scopes\", \"sha256\"}}]}}")]
    NotJson,
    /// Two keys have one id.
    #[error("two keys have the id {0}")]
    SameId(KeyId),
    /// Two entries are of one key: to revoke one of them would not revoke the key.
    #[error("the key {0} is there already, by another id")]
    SameKey(KeyId),
}

/// The bearer keys that are accepted now. A bearer may have several, so that a new key can follow an old one without a gap.
///
/// All clones share one set: what is added or revoked through one of them holds for all at once.
///
/// ```
/// use accountable_core::domain::{Actor, KeyId};
/// use accountable_http::auth::BearerKeys;
/// # let entropy = accountable_memory::SeededEntropy::new(7);
/// let keys = BearerKeys::default();
/// let new = BearerKeys::draw(&entropy, KeyId::parse("billing-2026")?, Actor::parse("billing")?, ["accounts"])?;
/// keys.add(new.entry)?;
/// println!("for the bearer, once: {}", new.key.expose());
/// assert!(keys.revoke(&KeyId::parse("billing-2026")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct BearerKeys(Arc<RwLock<Vec<BearerKeyEntry>>>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysDocument {
    #[serde(default)]
    keys: Vec<BearerKeyEntry>,
}

impl BearerKeys {
    /// Draws a key of 32 random bytes. It is accepted once its entry is [added](Self::add).
    ///
    /// # Errors
    /// [`EntropyError`] if the machine has no randomness to give.
    pub fn draw(
        entropy: &dyn Entropy,
        id: KeyId,
        name: Actor,
        scopes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<NewBearerKey, EntropyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut_slice())?;
        let key = BearerKey(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())));
        let scopes = scopes.into_iter().map(Into::into).collect();
        let entry = BearerKeyEntry { id, name, scopes, sha256: sha256(key.expose()) };
        Ok(NewBearerKey { key, entry })
    }

    /// Reads the entries of keys from TOML.
    ///
    /// ```
    /// use accountable_http::auth::BearerKeys;
    /// let keys = BearerKeys::from_toml(r#"
    ///     [[keys]]
    ///     id = "billing-2026"
    ///     name = "billing"
    ///     scopes = ["/external/account/w"]
    ///     sha256 = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
    /// "#)?;
    /// assert_eq!(keys.entries().len(), 1);
    /// # Ok::<(), accountable_http::auth::KeysError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeysError::NotToml`], [`KeysError::SameId`], [`KeysError::SameKey`].
    pub fn from_toml(text: &str) -> Result<Self, KeysError> {
        let document: KeysDocument = toml::from_str(text).map_err(|_| KeysError::NotToml)?;
        Self::of(document.keys)
    }

    /// Reads the entries of keys from JSON: `{"keys": [{"id", "name", "scopes", "sha256"}]}`.
    ///
    /// # Errors
    /// [`KeysError::NotJson`], [`KeysError::SameId`], [`KeysError::SameKey`].
    pub fn from_json(text: &str) -> Result<Self, KeysError> {
        let document: KeysDocument = serde_json::from_str(text).map_err(|_| KeysError::NotJson)?;
        Self::of(document.keys)
    }

    /// Accepts the keys of these entries.
    ///
    /// # Errors
    /// [`KeysError::SameId`], [`KeysError::SameKey`].
    pub fn of(entries: impl IntoIterator<Item = BearerKeyEntry>) -> Result<Self, KeysError> {
        let keys = Self::default();
        entries.into_iter().try_for_each(|entry| keys.add(entry))?;
        Ok(keys)
    }

    /// Accepts a key from now on.
    ///
    /// # Errors
    /// [`KeysError::SameId`], [`KeysError::SameKey`].
    pub fn add(&self, entry: BearerKeyEntry) -> Result<(), KeysError> {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if entries.iter().any(|other| other.id == entry.id) {
            return Err(KeysError::SameId(entry.id));
        }
        if entries.iter().any(|other| other.sha256 == entry.sha256) {
            return Err(KeysError::SameKey(entry.id));
        }
        entries.push(entry);
        Ok(())
    }

    /// Accepts a key no longer. Returns whether it was accepted until now.
    #[must_use]
    pub fn revoke(&self, id: &KeyId) -> bool {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = entries.len();
        entries.retain(|entry| entry.id != *id);
        entries.len() < before
    }

    /// The entries of all keys that are accepted now.
    #[must_use]
    pub fn entries(&self) -> Vec<BearerKeyEntry> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The bearer of this key. Looks at every entry, whichever it is.
    fn bearer(&self, text: &str) -> Option<Caller> {
        let shown = sha256(text);
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (mut found, mut at) = (Choice::from(0), 0);
        for (index, entry) in (0_u64..).zip(entries.iter()) {
            let same = entry.sha256.ct_eq(&shown);
            at.conditional_assign(&index, same);
            found |= same;
        }
        let entry = entries.get(usize::try_from(at).ok()?).filter(|_| found.into())?;
        Some(Caller::new(entry.name.clone(), entry.scopes.iter().cloned()))
    }
}

#[async_trait]
impl Authenticator for BearerKeys {
    async fn authenticate(&self, head: &Head<'_>) -> Result<Caller, AuthError> {
        let credentials = head.only(&AUTHORIZATION)?;
        let (scheme, key) = credentials.split_once(' ').ok_or(AuthError::NotAccepted)?;
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(AuthError::NotAccepted);
        }
        self.bearer(key.trim_start_matches(' ')).ok_or(AuthError::NotAccepted)
    }
}

fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl fmt::Debug for BearerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.entries().iter().map(|entry| entry.id.as_str().to_owned())).finish()
    }
}

/// 32 bytes in standard base64.
mod digest {
    use super::*;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        STANDARD.encode(bytes).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let bytes = STANDARD.decode(String::deserialize(deserializer)?).ok();
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.ok_or_else(|| serde::de::Error::custom("not 32 bytes in base64"))
    }
}

#[cfg(test)]
mod tests {
    use accountable_memory::SeededEntropy;
    use axum::http::{HeaderMap, HeaderValue, Method};
    use futures_util::FutureExt as _;

    use super::*;

    fn id(text: &str) -> KeyId {
        KeyId::parse(text).unwrap()
    }

    fn draw(seed: u64, name: &str) -> NewBearerKey {
        let entropy = SeededEntropy::new(seed);
        BearerKeys::draw(&entropy, id(&format!("{name}-{seed}")), Actor::parse(name).unwrap(), ["w"]).unwrap()
    }

    fn with(keys: &BearerKeys, authorization: &[&str]) -> Result<Caller, AuthError> {
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        let head = Head { method: &Method::POST, target: "/", headers: &headers };
        keys.authenticate(&head).now_or_never().unwrap()
    }

    #[test]
    fn keys_of_one_bearer_are_good_side_by_side_until_revoked() {
        let (old, new, other) = (draw(1, "billing"), draw(2, "billing"), draw(3, "shop"));
        let keys = BearerKeys::of([old.entry, other.entry.clone()]).unwrap();
        let clone = keys.clone();
        let bearer = |key: &BearerKey| with(&clone, &[&format!("Bearer {}", key.expose())]);

        assert!(bearer(&new.key).is_err());
        keys.add(new.entry).unwrap();
        for key in [&old.key, &new.key] {
            assert_eq!(bearer(key).unwrap().name().as_str(), "billing");
        }
        assert_eq!(bearer(&other.key).unwrap().name().as_str(), "shop");
        assert!(bearer(&new.key).unwrap().has_scope("w") && !bearer(&new.key).unwrap().has_scope("r"));

        assert!(keys.revoke(&id("billing-1")) && !keys.revoke(&id("billing-1")));
        assert!(bearer(&old.key).is_err());
        assert!(bearer(&new.key).is_ok());
    }

    #[test]
    fn only_one_whole_key_of_the_right_scheme_is_accepted() {
        let new = draw(1, "billing");
        let keys = BearerKeys::of([new.entry]).unwrap();
        let key = new.key.expose();
        assert!(with(&keys, &[&format!("bearer  {key}")]).is_ok(), "the scheme's case is free");
        assert!(matches!(with(&keys, &[]), Err(AuthError::NoCredentials)));
        let good = format!("Bearer {key}");
        let short: String = key.chars().take(42).collect();
        for wrong in [
            &[good.as_str(), good.as_str()][..],
            &[&good, "Bearer x"],
            &[key],
            &[&format!("Basic {key}")],
            &[&format!("Bearer{key}")],
            &[&format!("Bearer {key}=")],
            &[&format!("Bearer {key} ")],
            &[&format!("Bearer {key},{key}")],
            &[&format!("Bearer {short}")],
            &[&format!("Bearer {}", key.to_uppercase())],
            &["Bearer "],
            &["Bearer"],
            &[""],
            &["Bearer null"],
        ] {
            assert!(matches!(with(&keys, wrong), Err(AuthError::NotAccepted)), "{wrong:?}");
        }
        assert!(matches!(with(&BearerKeys::default(), &["Bearer "]), Err(AuthError::NotAccepted)));
    }

    #[test]
    fn the_hash_of_a_key_opens_nothing() {
        let entry = draw(1, "billing").entry;
        let written = serde_json::to_value(&entry).unwrap();
        let keys = BearerKeys::of([entry]).unwrap();
        let hash = written["sha256"].as_str().unwrap();
        assert!(with(&keys, &[&format!("Bearer {hash}")]).is_err());
    }

    #[test]
    fn what_is_kept_is_written_and_read_back_without_the_key() {
        let new = draw(1, "billing");
        let json = serde_json::json!({ "keys": [new.entry] }).to_string();
        assert!(!json.contains(new.key.expose()));
        let keys = BearerKeys::from_json(&json).unwrap();
        assert_eq!(keys.entries(), [new.entry]);
        assert!(with(&keys, &[&format!("Bearer {}", new.key.expose())]).is_ok());
        assert_eq!(format!("{keys:?} {:?}", new.key), r#"{"billing-1"} BearerKey(..)"#);
    }

    #[test]
    fn a_text_that_is_not_entries_of_hashes_is_refused_and_not_repeated() {
        let entry =
            |sha256: &str, more: &str| format!("[[keys]]\nid='a'\nname='b'\nsha256='{sha256}'\n{more}\n");
        let [hash, other] = [[0; 32], [1; 32]].map(|bytes| STANDARD.encode(bytes));
        let short = STANDARD.encode([0; 31]);
        assert!(BearerKeys::from_toml(&entry(&hash, "")).is_ok());
        assert!(BearerKeys::from_toml("").unwrap().entries().is_empty());
        for bad in [
            entry(&hash, "key='a secret in the wrong place'"),
            entry("a secret in the wrong place", ""),
            entry(&short, ""),
            entry("", ""),
            entry(&"é".repeat(32), ""),
            entry(&hash, "scopes='w'"),
            "[keys]".into(),
            "other = 1".into(),
        ] {
            assert_eq!(BearerKeys::from_toml(&bad).unwrap_err(), KeysError::NotToml, "{bad}");
        }
        let twice = entry(&hash, "") + &entry(&other, "");
        assert_eq!(BearerKeys::from_toml(&twice).unwrap_err(), KeysError::SameId(id("a")));
        let same = entry(&hash, "") + &entry(&hash, "").replace("'a'", "'c'");
        assert_eq!(BearerKeys::from_toml(&same).unwrap_err(), KeysError::SameKey(id("c")));
    }
}
