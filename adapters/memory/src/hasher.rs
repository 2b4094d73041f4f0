//! A password hasher that costs nothing, so that tests need not wait for it. Insecure by intent.

use std::fmt;

use accountable_core::{
    domain::{Password, UnusableHash},
    port::{Entropy, HashError, PasswordHash, PasswordHasher},
};
use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::SeededEntropy;

/// SHA-256 once, whatever the cost says: instant, and worthless against anybody who holds a hash.
///
/// Its hashes look like PHC strings: `$insecure-test$v=1$c=<cost>$<salt>$<hash>`, salt and hash in hexadecimal
/// digits. The cost is a label, so that a test can tell a hash of yesterday from one of today.
///
/// It also reads hashes as another system might have left them, `$insecure-foreign$<salt>$<hash>`, which look at the
/// first 72 octets of a password only, as bcrypt does: see [`foreign`](Self::foreign).
///
/// It keeps the contract of [`PasswordHasher`] but clause 4: the little work is done on the thread that polls. Since
/// nobody ever waits, it is never overloaded.
pub struct InsecureTestHasher {
    salts: Box<dyn Entropy>,
    cost: u32,
    decoys: Vec<u32>,
}

const OWN: &str = "$insecure-test$v=1$c=";
const FOREIGN: &str = "$insecure-foreign$";

impl InsecureTestHasher {
    /// The highest cost that it verifies.
    pub const MAX_COST: u32 = 100;

    /// A hasher whose salts come from this seed, with cost 1.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::salted_by(SeededEntropy::new(seed))
    }

    /// A hasher whose salts come from this source, with cost 1.
    #[must_use]
    pub fn salted_by(salts: impl Entropy) -> Self {
        Self { salts: Box::new(salts), cost: 1, decoys: Vec::new() }
    }

    /// Gives new hashes this cost, 1..=[`MAX_COST`](Self::MAX_COST); those of another cost need a rehash.
    #[must_use]
    pub fn with_cost(mut self, cost: u32) -> Self {
        self.cost = cost.clamp(1, Self::MAX_COST);
        self
    }

    /// Sets the costs that decoys are drawn from; without any, decoys have the cost of new hashes.
    #[must_use]
    pub fn with_decoys(mut self, classes: impl IntoIterator<Item = u32>) -> Self {
        let classes = classes.into_iter().map(|cost| cost.clamp(1, Self::MAX_COST));
        self.decoys = classes.collect();
        self
    }

    /// The most octets of a password that a [foreign](Self::foreign) hash looks at.
    pub const FOREIGN_READS: usize = 72;

    /// Makes a hash of this password as another system would have made it: to import, and to see replaced.
    #[must_use]
    pub fn foreign(password: &Password) -> PasswordHash {
        Parts::of(password, Scheme::Foreign, [0xf0; 16]).write()
    }

    /// The cost of a hash of this crate's; none for any other hash, or one above what is verified.
    #[must_use]
    pub fn cost_of(hash: &PasswordHash) -> Option<u32> {
        Parts::read(hash).and_then(|parts| parts.scheme.cost())
    }
}

impl fmt::Debug for InsecureTestHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InsecureTestHasher(cost {})", self.cost)
    }
}

/// How a hash was made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Own { cost: u32 },
    Foreign,
}

impl Scheme {
    fn cost(self) -> Option<u32> {
        match self {
            Self::Own { cost } => Some(cost),
            Self::Foreign => None,
        }
    }

    /// What of a password it looks at.
    fn reads(self, password: &Password) -> &[u8] {
        let all = password.expose().as_bytes();
        match self {
            Self::Own { .. } => all,
            Self::Foreign => all.get(..InsecureTestHasher::FOREIGN_READS).unwrap_or(all),
        }
    }
}

/// What a hash string says.
struct Parts {
    scheme: Scheme,
    salt: [u8; 16],
    digest: [u8; 32],
}

impl Parts {
    fn of(password: &Password, scheme: Scheme, salt: [u8; 16]) -> Self {
        let digest = Sha256::new()
            .chain_update(b"insecure-test hash")
            .chain_update(scheme.cost().unwrap_or(0).to_be_bytes())
            .chain_update(salt)
            .chain_update(scheme.reads(password));
        Self { scheme, salt, digest: digest.finalize().into() }
    }

    /// Only the very form that [`Parts::write`] writes is read.
    fn read(hash: &PasswordHash) -> Option<Self> {
        let text = hash.expose();
        let (own, rest) = match text.strip_prefix(FOREIGN) {
            Some(rest) => (false, rest),
            None => (true, text.strip_prefix(OWN)?),
        };
        let mut fields = rest.split('$');
        let scheme = if own { Scheme::Own { cost: fields.next()?.parse().ok()? } } else { Scheme::Foreign };
        let parts = Self { scheme, salt: bytes(fields.next()?)?, digest: bytes(fields.next()?)? };
        let allowed = scheme.cost().is_none_or(|cost| (1..=InsecureTestHasher::MAX_COST).contains(&cost));
        (allowed && parts.write() == *hash).then_some(parts)
    }

    fn write(&self) -> PasswordHash {
        let (salt, digest) = (hex(&self.salt), hex(&self.digest));
        let text = match self.scheme {
            Scheme::Own { cost } => format!("{OWN}{cost}${salt}${digest}"),
            Scheme::Foreign => format!("{FOREIGN}{salt}${digest}"),
        };
        PasswordHash::from_phc(Zeroizing::new(text))
    }
}

#[async_trait]
impl PasswordHasher for InsecureTestHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        let mut salt = [0; 16];
        self.salts.fill(&mut salt).map_err(|error| HashError::Failed(error.into()))?;
        Ok(Parts::of(password, Scheme::Own { cost: self.cost }, salt).write())
    }

    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<bool, HashError> {
        let parts = Parts::read(hash).ok_or(HashError::Unreadable)?;
        Ok(Parts::of(password, parts.scheme, parts.salt).digest == parts.digest)
    }

    fn check(&self, hash: &PasswordHash) -> Result<(), UnusableHash> {
        let known = [OWN, FOREIGN].iter().any(|scheme| hash.expose().starts_with(scheme));
        let why = if known { UnusableHash::Malformed } else { UnusableHash::UnknownScheme };
        Parts::read(hash).map(drop).ok_or(why)
    }

    fn reads_part_only(&self, password: &Password, hash: &PasswordHash) -> bool {
        let read = Parts::read(hash).map(|parts| parts.scheme.reads(password).len());
        read.is_some_and(|read| read < password.expose().len())
    }

    fn needs_rehash(&self, hash: &PasswordHash) -> bool {
        Self::cost_of(hash) != Some(self.cost)
    }

    fn decoy(&self, seed: &[u8; 32]) -> PasswordHash {
        // No password's hash begins with these words, and so none is this one.
        let digest: [u8; 32] =
            Sha256::new().chain_update(b"insecure-test decoy").chain_update(seed).finalize().into();
        let [first, ..] = digest;
        let class = usize::from(first).checked_rem(self.decoys.len());
        let cost = class.and_then(|class| self.decoys.get(class));
        let mut salt = [0; 16];
        salt.iter_mut().zip(seed).for_each(|(to, from)| *to = *from);
        let scheme = Scheme::Own { cost: cost.copied().unwrap_or(self.cost) };
        Parts { scheme, salt, digest }.write()
    }
}

fn hex(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}

/// Exactly `N` bytes in hexadecimal digits, or nothing.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut digits = text.chars().map(|digit| digit.to_digit(16));
    let mut bytes = [0; N];
    for byte in &mut bytes {
        let (high, low) = (digits.next()??, digits.next()??);
        *byte = u8::try_from((high << 4) | low).ok()?;
    }
    digits.next().is_none().then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use futures_util::FutureExt as _;

    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    fn hash(hasher: &InsecureTestHasher, text: &str) -> PasswordHash {
        hasher.hash(&password(text)).now_or_never().unwrap().unwrap()
    }

    fn verify(text: &str, hash: &PasswordHash) -> Result<bool, HashError> {
        let hasher = InsecureTestHasher::new(0);
        hasher.verify(&password(text), hash).now_or_never().unwrap()
    }

    #[test]
    fn a_password_verifies_against_its_own_hash_and_no_other_does() {
        let hash = hash(&InsecureTestHasher::new(1), "correct horse");
        assert!(verify("correct horse", &hash).unwrap());
        for wrong in ["correct horse ", "correct hors", "Correct horse", "$"] {
            assert!(!verify(wrong, &hash).unwrap(), "{wrong}");
        }
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let hasher = InsecureTestHasher::new(1);
        assert_ne!(hash(&hasher, "correct horse"), hash(&hasher, "correct horse"));
    }

    #[test]
    fn all_octets_of_the_longest_password_count() {
        let long = "x".repeat(Password::MAX);
        let hash = hash(&InsecureTestHasher::new(1), &long);
        assert!(verify(&long, &hash).unwrap());
        assert!(!verify(&"x".repeat(Password::MAX - 1), &hash).unwrap());
    }

    #[test]
    fn a_hash_of_another_cost_verifies_and_needs_a_rehash() {
        let old = hash(&InsecureTestHasher::new(1), "correct horse");
        let hasher = InsecureTestHasher::new(2).with_cost(5);
        assert!(verify("correct horse", &old).unwrap());
        assert!(hasher.needs_rehash(&old));
        assert!(!hasher.needs_rehash(&hash(&hasher, "correct horse")));
    }

    #[test]
    fn a_foreign_hash_verifies_by_its_first_72_octets_and_needs_a_rehash() {
        let hasher = InsecureTestHasher::new(1);
        let read = "x".repeat(InsecureTestHasher::FOREIGN_READS);
        let long = format!("{read}tail");
        let foreign = InsecureTestHasher::foreign(&password(&long));
        assert!(verify(&long, &foreign).unwrap());
        assert!(verify(&format!("{long}s"), &foreign).unwrap());
        assert!(!verify(&read.replacen('x', "y", 1), &foreign).unwrap());
        assert!(hasher.needs_rehash(&foreign) && hasher.check(&foreign).is_ok());
        assert!(hasher.reads_part_only(&password(&long), &foreign));
        assert!(!hasher.reads_part_only(&password(&read), &foreign));
        assert!(!hasher.reads_part_only(&password(&long), &hash(&hasher, &long)));
    }

    #[test]
    fn what_can_not_be_read_is_never_a_wrong_password() {
        let good = hash(&InsecureTestHasher::new(1), "correct horse");
        let good = good.expose();
        let bad = [
            String::new(),
            "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".to_owned(),
            good.replace("c=1", "c=101"),
            good.replace("c=1", "c=0"),
            good.replace("c=1", "c=+1"),
            format!("{good}$"),
            format!("{good}00"),
            good.chars().skip(1).collect(),
            good.chars().take(good.len() - 1).collect(),
        ];
        for text in bad {
            let hash = PasswordHash::from_phc(Zeroizing::new(text.clone()));
            assert!(matches!(verify("x", &hash), Err(HashError::Unreadable)), "{text}");
            assert!(InsecureTestHasher::new(1).needs_rehash(&hash), "{text}");
        }
    }

    #[test]
    fn decoys_are_of_every_class_the_same_for_the_same_seed_and_verify_nothing() {
        let hasher = InsecureTestHasher::new(1).with_decoys([3, 7]);
        let decoys: Vec<_> = (0..32).map(|n| hasher.decoy(&[n; 32])).collect();
        let costs: BTreeSet<_> = decoys.iter().filter_map(InsecureTestHasher::cost_of).collect();
        assert_eq!(costs, BTreeSet::from([3, 7]));
        assert_eq!(hasher.decoy(&[9; 32]), decoys[9]);
        assert!(decoys.iter().all(|decoy| !verify("correct horse", decoy).unwrap()));
        assert!(!hasher.needs_rehash(&InsecureTestHasher::new(2).decoy(&[0; 32])));
    }
}
