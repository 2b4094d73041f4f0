//! The secret keys: what they sign, seal and name, each use with a key derived for it alone.
//!
//! Codes and seals are made under keys that rotate, each with a [`KeyId`]. Names of addresses
//! and quotas are made under one key that never changes, since records are found by them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{
    AccountId, AddressTag, Carried, DomainTag, EmailAddress, EmailKey, KeyCheck, KeyChecks, KeyId, MailId,
    Realm, Seal, Sealed, SealedCarried, SealedIntent, SealedOrigin, Timestamp,
};

/// Why keys can't be used. Never says anything of a key itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// A key is not 32 bytes in standard base64.
    #[error("the key {0} is not 32 bytes in base64")]
    BadKey(String),
    /// All bytes of a key are the same, or, in a file, a text that can be typed: somebody did not draw it.
    #[error("the key {0} is not random")]
    NotRandom(String),
    /// `active` names no key.
    #[error("the active key {0} is not among the keys")]
    NoActiveKey(KeyId),
    /// New things are made under the key that is to be retired.
    #[error("the active key {0} can't be retired")]
    RetiredActive(KeyId),
    /// The text is not the TOML that [`Keyring::from_toml`] shows.
    #[error("the keyring is not the TOML expected: tags, active and a table of keys")]
    NotToml,
    /// A text that no keyring is as long as.
    #[error("the keyring has more than {} octets", Keyring::MAX)]
    TooLong,
}

/// 32 secret bytes; wiped on drop.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct Key([u8; 32]);

impl Key {
    fn new(name: &str, bytes: [u8; 32]) -> Result<Self, KeyringError> {
        let key = Self(bytes);
        let first = key.0.first();
        if key.0.iter().all(|byte| Some(byte) == first) {
            return Err(KeyringError::NotRandom(name.to_owned()));
        }
        Ok(key)
    }

    fn from_base64(name: &str, text: &str) -> Result<Self, KeyringError> {
        let bad = || KeyringError::BadKey(name.to_owned());
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| bad())?);
        // Of keys that are drawn, one in 10^13 is like this.
        if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) && bytes.len() == 32 {
            return Err(KeyringError::NotRandom(name.to_owned()));
        }
        Self::new(name, <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| bad())?)
    }

    /// The key for one use (HKDF-SHA256, RFC 5869), so that no two uses ever share one.
    fn derived(&self, label: &str) -> Key {
        let mut derived = Key([0; 32]);
        // 32 bytes are always within HKDF's limit of 255 blocks.
        let _ = Hkdf::<Sha256>::new(Some(b"accountable/1"), &self.0).expand(label.as_bytes(), &mut derived.0);
        derived
    }

    /// What tells it from another key.
    fn check(&self) -> KeyCheck {
        let [a, b, c, d, ..] = self.derived("check").0;
        KeyCheck::new([a, b, c, d])
    }
}

/// The keys of one rotation, derived once.
#[derive(Clone)]
struct Derived {
    code: Key,
    device: Key,
    hash_seal: Key,
    intent_seal: Key,
    origin_seal: Key,
    carried_seal: Key,
    check: KeyCheck,
}

impl Derived {
    fn of(key: &Key) -> Self {
        Self {
            code: key.derived("code"),
            device: key.derived("device token"),
            hash_seal: key.derived("hash seal"),
            intent_seal: key.derived("intent seal"),
            origin_seal: key.derived("origin seal"),
            carried_seal: key.derived("carried seal"),
            check: key.check(),
        }
    }
}

/// All secret keys of a host. Clones share nothing that could leak: `Debug` shows the names only.
///
/// ```
/// use accountable_core::domain::Keyring;
/// # let tags = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// # let key = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
/// // Each key is 32 random bytes in base64; `accountable init` draws them.
/// let keys = Keyring::from_toml(&format!(r#"
///     tags = "{tags}"   # never rotates
///     active = "2026-11"
///     [keys]
///     2026-11 = "{key}"
/// "#)).unwrap();
/// assert_eq!(format!("{keys:?}"), r#"Keyring { active: KeyId("2026-11"), keys: [KeyId("2026-11")] }"#);
/// ```
#[derive(Clone)]
pub struct Keyring {
    address_tags: Key,
    quota_tags: Key,
    domain_tags: Key,
    feedback: Key,
    imported: Key,
    tags_check: KeyCheck,
    active: KeyId,
    retired: BTreeSet<KeyId>,
    keys: BTreeMap<KeyId, Derived>,
}

/// A value was sealed under a key that the keyring does not hold, or is not what was sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The keyring does not hold this key.
    #[error("the keyring does not hold the key {0}")]
    UnknownKey(KeyId),
    /// The keyring holds another key under this name than the one that the value was sealed with.
    #[error("the keyring holds another key {0}")]
    WrongKey(KeyId),
    /// The seal is broken: changed, moved from another account, or damaged.
    #[error("a sealed value was changed, or moved to where it does not belong")]
    Broken,
}

impl Keyring {
    /// Most octets of a TOML text that are looked at: some 900 keys.
    pub const MAX: usize = 65_536;

    /// A keyring with one rotating key. `tags` must never change while its records live.
    ///
    /// # Errors
    /// [`KeyringError::NotRandom`] if all bytes of a key are the same.
    pub fn new(tags: [u8; 32], active: KeyId, key: [u8; 32]) -> Result<Self, KeyringError> {
        let tags = Key::new("tags", tags)?;
        let key = Key::new(active.as_str(), key)?;
        Ok(Self::assemble(&tags, active.clone(), BTreeMap::from([(active, Derived::of(&key))])))
    }

    /// Adds a key beside the active one: what was made under it stays valid.
    ///
    /// # Errors
    /// [`KeyringError::NotRandom`].
    pub fn with_key(mut self, id: KeyId, key: [u8; 32]) -> Result<Self, KeyringError> {
        let key = Key::new(id.as_str(), key)?;
        self.keys.insert(id, Derived::of(&key));
        Ok(self)
    }

    /// Makes new things under this key from now on.
    ///
    /// # Errors
    /// [`KeyringError::NoActiveKey`].
    pub fn with_active(mut self, id: KeyId) -> Result<Self, KeyringError> {
        if !self.keys.contains_key(&id) {
            return Err(KeyringError::NoActiveKey(id));
        }
        self.retired.remove(&id);
        self.active = id;
        Ok(self)
    }

    /// Nothing is to rest on this key any more: hashes under it are sealed anew, under the active key. Retire a key once
    /// no process makes new things under it; take it out of the keyring once nothing rests on it.
    ///
    /// # Errors
    /// [`KeyringError::RetiredActive`] for the active key.
    pub fn with_retired(mut self, id: KeyId) -> Result<Self, KeyringError> {
        if id == self.active {
            return Err(KeyringError::RetiredActive(id));
        }
        self.retired.insert(id);
        Ok(self)
    }

    /// The keys on which nothing is to rest any more.
    pub fn retired(&self) -> impl Iterator<Item = &KeyId> {
        self.retired.iter()
    }

    /// Reads the TOML form: `tags`, `active`, perhaps `retired`, and a table `[keys]`, each key 32 bytes in standard base64.
    ///
    /// # Errors
    /// [`KeyringError`]; its text never contains a key.
    pub fn from_toml(text: &str) -> Result<Self, KeyringError> {
        if text.len() > Self::MAX {
            return Err(KeyringError::TooLong);
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            tags: Zeroizing<String>,
            active: KeyId,
            #[serde(default)]
            retired: Vec<KeyId>,
            keys: BTreeMap<KeyId, Zeroizing<String>>,
        }
        let file: File = toml::from_str(text).map_err(|_| KeyringError::NotToml)?;
        let tags = Key::from_base64("tags", &file.tags)?;
        let mut keys = BTreeMap::new();
        for (id, text) in &file.keys {
            keys.insert(id.clone(), Derived::of(&Key::from_base64(id.as_str(), text)?));
        }
        if !keys.contains_key(&file.active) {
            return Err(KeyringError::NoActiveKey(file.active));
        }
        file.retired.into_iter().try_fold(Self::assemble(&tags, file.active, keys), Self::with_retired)
    }

    fn assemble(tags: &Key, active: KeyId, keys: BTreeMap<KeyId, Derived>) -> Self {
        Self {
            address_tags: tags.derived("address tag"),
            quota_tags: tags.derived("quota tag"),
            domain_tags: tags.derived("domain tag"),
            feedback: tags.derived("feedback tag"),
            imported: tags.derived("imported name"),
            tags_check: tags.check(),
            active,
            retired: BTreeSet::new(),
            keys,
        }
    }

    /// The key that new things are made under.
    #[must_use]
    pub fn active(&self) -> &KeyId {
        &self.active
    }

    /// Whether the key of that name is there, and was not revoked.
    #[must_use]
    pub fn holds(&self, id: &KeyId) -> bool {
        self.keys.contains_key(id)
    }

    /// The name under which this address keeps its record, in this realm.
    #[must_use]
    pub fn address_tag(&self, realm: &Realm, address: &EmailAddress) -> AddressTag {
        self.address_tag_of(realm, &address.key())
    }

    /// The name under which the address with this key keeps its record, in this realm: for callers that have the key at
    /// hand, since folding an address is most of the work.
    #[must_use]
    pub fn address_tag_of(&self, realm: &Realm, key: &EmailKey) -> AddressTag {
        AddressTag::from_bytes(mac(&self.address_tags, &[realm.as_str().as_bytes(), key.as_str().as_bytes()]))
    }

    /// The name of the domain that an address is at.
    #[must_use]
    pub fn domain_tag(&self, realm: &Realm, address: &EmailAddress) -> DomainTag {
        DomainTag::from_bytes(mac(
            &self.domain_tags,
            &[realm.as_str().as_bytes(), address.domain().as_bytes()],
        ))
    }

    /// The id of an account that came to be in another system, at that time and under this name, which is no id of ours. It is
    /// the same whenever it is asked for, and nobody without the keyring can tell it from the name.
    pub(crate) fn imported_id(&self, realm: &Realm, created_at: Timestamp, name: &str) -> AccountId {
        let mac = mac(&self.imported, &[realm.as_str().as_bytes(), name.as_bytes()]);
        let mut random = [0; 16];
        random.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
        AccountId::new(created_at, random)
    }

    /// What a quota's level is named by. What can be named stands in a file of its own, all of it.
    pub(super) fn quota_mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        mac(&self.quota_tags, parts)
    }

    /// The names of all keys that new things are made under or that old ones rest on.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.keys.keys()
    }

    /// The check values of all its keys, by which a store tells this keyring from another.
    #[must_use]
    pub fn checks(&self) -> KeyChecks {
        let keys = self.keys.iter().map(|(id, keys)| (id.clone(), keys.check));
        KeyChecks::new(self.tags_check, keys.collect())
    }

    /// What proves that a report speaks of a mail of ours. Its key never rotates: reports come late.
    pub(crate) fn feedback_mac(&self, realm: &Realm, tag: &[u8]) -> [u8; 32] {
        mac(&self.feedback, &[realm.as_str().as_bytes(), tag])
    }

    /// The MAC that a code is made of, under the key of that name. `None`: that key is gone.
    pub(crate) fn code(&self, key: &KeyId, parts: &[&[u8]]) -> Option<Zeroizing<[u8; 32]>> {
        let keys = self.keys.get(key)?;
        Some(Zeroizing::new(mac(&keys.code, parts)))
    }

    /// The MAC that proves a device token, under the key of that name. `None`: that key is gone.
    pub(crate) fn device(&self, key: &KeyId, parts: &[&[u8]]) -> Option<Zeroizing<[u8; 32]>> {
        let keys = self.keys.get(key)?;
        Some(Zeroizing::new(mac(&keys.device, parts)))
    }

    /// Seals a PHC string to one account: in another account's row it does not open.
    #[must_use]
    pub fn seal_hash(&self, realm: &Realm, account: AccountId, nonce: [u8; 24], phc: &str) -> Sealed {
        let bound = bound_to(realm, account.as_bytes());
        Sealed::new(self.seal(|keys| &keys.hash_seal, nonce, &bound, phc.as_bytes()))
    }

    /// Opens a sealed PHC string.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn open_hash(
        &self,
        realm: &Realm,
        account: AccountId,
        sealed: &Sealed,
    ) -> Result<Zeroizing<String>, SealError> {
        let bound = bound_to(realm, account.as_bytes());
        let opened = self.open(|keys| &keys.hash_seal, sealed.seal(), &bound)?;
        String::from_utf8(opened).map(Zeroizing::new).map_err(|_| SealError::Broken)
    }

    /// Seals what a sign-up carried to its account.
    #[must_use]
    pub fn seal_carried(
        &self,
        realm: &Realm,
        account: AccountId,
        nonce: [u8; 24],
        carried: &Carried,
    ) -> SealedCarried {
        let bound = bound_to(realm, account.as_bytes());
        SealedCarried::new(self.seal(|keys| &keys.carried_seal, nonce, &bound, carried.as_bytes()))
    }

    /// Opens what a sign-up carried.
    ///
    /// # Errors
    /// [`SealError`].
    pub(crate) fn open_carried(
        &self,
        realm: &Realm,
        account: AccountId,
        sealed: &SealedCarried,
    ) -> Result<Carried, SealError> {
        let bound = bound_to(realm, account.as_bytes());
        let opened = self.open(|keys| &keys.carried_seal, sealed.seal(), &bound).map(Zeroizing::new)?;
        Carried::new(&*opened).map_err(|_| SealError::Broken)
    }

    /// Seals what a stranger asked for to one mail.
    pub(crate) fn seal_intent(
        &self,
        realm: &Realm,
        mail: MailId,
        nonce: [u8; 24],
        intent: &[u8],
    ) -> SealedIntent {
        let bound = bound_to(realm, mail.as_bytes());
        SealedIntent::new(self.seal(|keys| &keys.intent_seal, nonce, &bound, intent))
    }

    /// Opens what a stranger asked for.
    pub(crate) fn open_intent(
        &self,
        realm: &Realm,
        mail: MailId,
        sealed: &SealedIntent,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let bound = bound_to(realm, mail.as_bytes());
        self.open(|keys| &keys.intent_seal, sealed.seal(), &bound).map(Zeroizing::new)
    }

    /// Seals to one mail from where it was caused. No two mails have one name, so each is a nonce of its own.
    pub(crate) fn seal_origin(&self, realm: &Realm, mail: MailId, origin: &str) -> SealedOrigin {
        let mut nonce = [0; 24];
        nonce.iter_mut().zip(mail.as_bytes()).for_each(|(to, from)| *to = *from);
        let bound = bound_to(realm, mail.as_bytes());
        SealedOrigin::new(self.seal(|keys| &keys.origin_seal, nonce, &bound, origin.as_bytes()))
    }

    /// Opens from where a mail was caused.
    pub(crate) fn open_origin(
        &self,
        realm: &Realm,
        mail: MailId,
        sealed: &SealedOrigin,
    ) -> Result<Zeroizing<String>, SealError> {
        let bound = bound_to(realm, mail.as_bytes());
        let opened = self.open(|keys| &keys.origin_seal, sealed.seal(), &bound)?;
        let text = String::from_utf8(opened).map_err(|_| SealError::Broken)?;
        Ok(Zeroizing::new(text))
    }

    fn seal(&self, of: impl Fn(&Derived) -> &Key, nonce: [u8; 24], bound_to: &[u8], plain: &[u8]) -> Seal {
        let active = self.keys.get(&self.active);
        let cipher_text = active.and_then(|keys| {
            let cipher = XChaCha20Poly1305::new((&of(keys).0).into());
            cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: bound_to }).ok()
        });
        // Never empty: the active key is always held, and the cipher takes anything under 256 GiB.
        let check = active.map_or(KeyCheck::new([0; 4]), |keys| keys.check);
        Seal { key: self.active.clone(), check, nonce, cipher_text: cipher_text.unwrap_or_default() }
    }

    fn open(
        &self,
        of: impl Fn(&Derived) -> &Key,
        seal: &Seal,
        bound_to: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let keys = self.keys.get(&seal.key).ok_or_else(|| SealError::UnknownKey(seal.key.clone()))?;
        if keys.check != seal.check {
            return Err(SealError::WrongKey(seal.key.clone()));
        }
        let cipher = XChaCha20Poly1305::new((&of(keys).0).into());
        cipher
            .decrypt(&XNonce::from(seal.nonce), Payload { msg: &seal.cipher_text, aad: bound_to })
            .map_err(|_| SealError::Broken)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.keys.keys().collect();
        f.debug_struct("Keyring").field("active", &self.active).field("keys", &names).finish()
    }
}

/// HMAC-SHA256 over length-prefixed parts, so that no two lists of parts look alike.
fn mac(key: &Key, parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&key.0) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn bound_to(realm: &Realm, name: &[u8; 16]) -> Vec<u8> {
    let mut bytes = Vec::from(realm.as_str().as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(name);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: u8) -> [u8; 32] {
        let mut bytes = [7; 32];
        bytes[0] = first;
        bytes
    }

    fn keyring() -> Keyring {
        Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap()
    }

    #[test]
    fn a_sealed_hash_opens_only_in_its_own_account_and_realm() {
        let keys = keyring();
        let (realm, one, other) =
            (Realm::default(), AccountId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
        let sealed = keys.seal_hash(&realm, one, [3; 24], "$argon2id$x");
        assert_eq!(keys.open_hash(&realm, one, &sealed).unwrap().as_str(), "$argon2id$x");
        assert_eq!(keys.open_hash(&realm, other, &sealed), Err(SealError::Broken));
        assert_eq!(keys.open_hash(&Realm::parse("b").unwrap(), one, &sealed), Err(SealError::Broken));
    }

    #[test]
    fn a_key_that_is_gone_is_named() {
        let sealed = keyring().seal_hash(&Realm::default(), AccountId::from_bytes([1; 16]), [3; 24], "x");
        let two = KeyId::parse("two").unwrap();
        let other = Keyring::new(key(1), two, key(4)).unwrap();
        let opened = other.open_hash(&Realm::default(), AccountId::from_bytes([1; 16]), &sealed);
        assert_eq!(opened, Err(SealError::UnknownKey(KeyId::parse("one").unwrap())));
    }

    #[test]
    fn another_key_under_the_same_name_is_told_from_damage() {
        let (realm, account) = (Realm::default(), AccountId::from_bytes([1; 16]));
        let sealed = keyring().seal_hash(&realm, account, [3; 24], "x");
        let one = KeyId::parse("one").unwrap();
        let other = Keyring::new(key(1), one.clone(), key(4)).unwrap();
        assert_eq!(other.open_hash(&realm, account, &sealed), Err(SealError::WrongKey(one)));
        let mut damaged = sealed.seal().clone();
        damaged.cipher_text[0] ^= 1;
        assert_eq!(keyring().open_hash(&realm, account, &Sealed::new(damaged)), Err(SealError::Broken));
    }

    #[test]
    fn a_check_value_is_of_its_key_alone_and_not_a_part_of_it() {
        let two = KeyId::parse("two").unwrap();
        let more = keyring().with_key(two, key(9)).unwrap().checks();
        assert_eq!(keyring().checks().met_by(&more).map(|next| next.is_some()), Ok(true));
        assert_eq!(more.met_by(&keyring().checks()), Ok(None));
        let shown = format!("{:?}", keyring().checks());
        assert!(!shown.contains("02070707") && !shown.contains("01070707"), "{shown}");
    }

    #[test]
    fn rotation_changes_neither_tags_nor_what_was_sealed() {
        let old = keyring();
        let two = KeyId::parse("two").unwrap();
        let new = old.clone().with_key(two.clone(), key(9)).unwrap().with_active(two).unwrap();
        let (realm, account) = (Realm::default(), AccountId::from_bytes([1; 16]));
        let address = EmailAddress::parse("ada@example.com").unwrap();
        assert_eq!(old.address_tag(&realm, &address), new.address_tag(&realm, &address));
        let sealed = old.seal_hash(&realm, account, [3; 24], "x");
        assert_eq!(new.open_hash(&realm, account, &sealed).unwrap().as_str(), "x");
    }

    #[test]
    fn parts_are_told_apart() {
        let secret = Key(key(1));
        assert_ne!(mac(&secret, &[b"ab", b"c"]), mac(&secret, &[b"a", b"bc"]));
        assert_ne!(mac(&secret, &[b"ab"]), mac(&secret, &[b"ab", b""]));
    }

    #[test]
    fn keys_that_nobody_drew_are_refused() {
        let typed = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHk=";
        let typed =
            Keyring::from_toml(&format!("tags = \"{typed}\"\nactive = \"a\"\n[keys]\na = \"{typed}\""));
        assert_eq!(typed.unwrap_err(), KeyringError::NotRandom("tags".into()));
        let zero = Keyring::new([0; 32], KeyId::parse("a").unwrap(), key(1));
        assert_eq!(zero.unwrap_err(), KeyringError::NotRandom("tags".into()));
        let short = Keyring::from_toml("tags = \"AAAA\"\nactive = \"a\"\n[keys]\na = \"AAAA\"");
        assert_eq!(short.unwrap_err(), KeyringError::BadKey("tags".into()));
        assert_eq!(Keyring::from_toml("tags = 3").unwrap_err(), KeyringError::NotToml);
    }
}
