//! The contract of [`PasswordHasher`].
//!
//! That a decoy takes as long as a real hash (9) is checked by its form, not by a watch.

use std::{
    error::Error,
    pin::Pin,
    sync::{Arc, mpsc},
    task::{Context, Poll, Wake, Waker},
};

use accountable_core::{
    domain::Password,
    port::{HashError, PasswordHash, PasswordHasher},
};

use crate::{block_on, store::NotOffered};

/// A hasher, made ready to be tested.
pub trait HasherUnderTest: Sized + Send + Sync + 'static {
    /// The hasher.
    fn fresh() -> Arc<dyn PasswordHasher>;
    /// One that works on threads of its own, slowly enough to be overtaken, of which few may wait.
    fn busy() -> Result<Arc<dyn PasswordHasher>, NotOffered>;
    /// Hashes of this password that the hasher reads, and that are of another scheme or cost than fresh ones.
    fn of_other_cost(password: &Password) -> Vec<PasswordHash>;
    /// Hashes that ask for more work than is configured.
    fn excessive() -> Vec<PasswordHash>;
    /// Hashes that ask for less work than is configured.
    fn feeble() -> Vec<PasswordHash>;
    /// Hashes of this password, of each scheme that looks at a part of a password only: at its first 72 octets.
    fn of_part(password: &Password) -> Result<Vec<PasswordHash>, NotOffered>;
    /// A hash string without salt and output: what tells scheme and cost.
    fn class(hash: &PasswordHash) -> String;
}

fn password(text: &str) -> Password {
    Password::parse(text).expect("a password")
}

fn hashed(hasher: &dyn PasswordHasher, text: &str) -> PasswordHash {
    block_on(hasher.hash(&password(text))).expect("a hash")
}

fn verified(hasher: &dyn PasswordHasher, text: &str, hash: &PasswordHash) -> bool {
    block_on(hasher.verify(&password(text), hash)).expect("an answer")
}

/// 1. A password verifies against its own hash and no other password does.
pub fn clause_01_a_password_verifies_against_its_own_hash_only<H: HasherUnderTest>() {
    let hasher = H::fresh();
    let hash = hashed(&*hasher, "correct horse");
    assert!(verified(&*hasher, "correct horse", &hash), "its own");
    for other in ["correct hors", "correct horse ", "Correct horse", "correct  horse", "x"] {
        assert!(!verified(&*hasher, other, &hash), "{other:?}");
    }
}

/// 2. Two hashes of one password differ.
pub fn clause_02_two_hashes_of_one_password_differ<H: HasherUnderTest>() {
    let hasher = H::fresh();
    let (one, other) = (hashed(&*hasher, "correct horse"), hashed(&*hasher, "correct horse"));
    assert!(one != other, "a salt came twice");
    assert!(verified(&*hasher, "correct horse", &other), "and both verify");
}

/// 3. All octets of the password count: none is cut off.
pub fn clause_03_all_octets_of_a_password_count<H: HasherUnderTest>() {
    let hasher = H::fresh();
    for length in [71, 72, 127, 128, 255, 256, 1_024, Password::MAX - 1] {
        let long = "p".repeat(length);
        let hash = hashed(&*hasher, &format!("{long}a"));
        assert!(verified(&*hasher, &format!("{long}a"), &hash), "{length} octets and one more");
        assert!(
            !verified(&*hasher, &format!("{long}b"), &hash),
            "the last octet of {length} and one was cut off"
        );
        assert!(!verified(&*hasher, &long, &hash), "the last octet of {length} and one is missing");
    }
}

/// Tells that it was woken.
struct Woken(mpsc::Sender<()>);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        // Nobody listens any more: then it is no matter.
        let _ = self.0.send(());
    }
}

/// 4. The work is not done on the thread that polls the future: it goes on while nobody polls.
pub fn clause_04_the_work_goes_on_while_nobody_polls<H: HasherUnderTest>() {
    let hasher = match H::busy() {
        Err(why) => return why.tell("clause 4, threads of its own"),
        Ok(hasher) => hasher,
    };
    let password = password("correct horse");
    for _ in 0..100 {
        let mut hash = hasher.hash(&password);
        let (tell, told) = mpsc::channel();
        let waker = Waker::from(Arc::new(Woken(tell)));
        let mut context = Context::from_waker(&waker);
        if hash.as_mut().poll(&mut context).is_ready() {
            continue; // The others were quicker than this thread. Once they will not be.
        }
        while told.recv().is_ok() {
            if let Poll::Ready(end) = hash.as_mut().poll(&mut context) {
                end.expect("a hash");
                return;
            }
        }
    }
    panic!("a hash was always there at the first poll: it is made by the thread that polls");
}

/// 5. At most a configured number wait; beyond that the answer is Overloaded, at once.
pub fn clause_05_beyond_its_queue_a_hasher_is_overloaded_at_once<H: HasherUnderTest>() {
    let hasher = match H::busy() {
        Err(why) => return why.tell("clause 5, a queue"),
        Ok(hasher) => hasher,
    };
    type Turn<'a> = Pin<Box<dyn Future<Output = Result<PasswordHash, HashError>> + Send + 'a>>;
    let (one, mut waiting) = (password("correct horse"), Vec::<Turn<'_>>::new());
    let mut context = Context::from_waker(futures_util::task::noop_waker_ref());
    for _ in 0..10_000 {
        let mut hash = hasher.hash(&one);
        match hash.as_mut().poll(&mut context) {
            Poll::Ready(Err(HashError::Overloaded)) => {
                // Those who were let in are served all the same.
                waiting.into_iter().for_each(|hash| drop(block_on(hash).expect("a hash")));
                drop(hashed(&*hasher, "correct horse"));
                return;
            }
            Poll::Ready(end) => drop(end.expect("a hash")),
            Poll::Pending => waiting.push(hash),
        }
    }
    panic!("{} wait, and nobody is turned away", waiting.len());
}

/// 6. A dropped future gives up its turn; those behind it are served.
pub fn clause_06_a_dropped_future_gives_up_its_turn<H: HasherUnderTest>() {
    let hasher = H::busy().unwrap_or_else(|_| H::fresh());
    let one = password("correct horse");
    let mut context = Context::from_waker(futures_util::task::noop_waker_ref());
    for round in 0..50 {
        let mut turns: Vec<_> = (0..8).map(|_| hasher.hash(&one)).collect();
        let polls: Vec<_> = turns.iter_mut().map(|turn| turn.as_mut().poll(&mut context)).collect();
        drop((polls, turns));
        // Whoever comes next finds room, at the latest when the work that was begun has ended.
        while let Err(error) = block_on(hasher.hash(&one)) {
            assert!(matches!(error, HashError::Overloaded), "{error:?} in round {round}");
            std::thread::yield_now();
        }
    }
}

/// What no hasher verifies.
fn unreadable<H: HasherUnderTest>(hasher: &dyn PasswordHasher) -> impl Iterator<Item = PasswordHash> {
    let fresh = hashed(hasher, "correct horse");
    let cut = fresh.expose().get(..fresh.expose().len() / 2).unwrap_or_default();
    let garbage =
        ["", "$", "correct horse", "$unheard-of$v=1$c2FsdA$aGFzaA", "$argon2id$v=19$m=8", "$2b$10$", cut];
    let garbage = garbage.map(|text| PasswordHash::from_phc(String::from(text).into()));
    garbage.into_iter().chain(H::excessive()).chain(H::feeble())
}

/// 7. A hash string that can't be read, or asks for more or less work than configured, is Unreadable; never a wrong
///    password.
pub fn clause_07_what_cant_be_read_is_unreadable_never_wrong<H: HasherUnderTest>() {
    let hasher = H::fresh();
    for hash in unreadable::<H>(&*hasher) {
        let answer = block_on(hasher.verify(&password("correct horse"), &hash));
        assert!(matches!(answer, Err(HashError::Unreadable)), "{:?}: {answer:?}", hash.expose());
    }
}

/// 8. `needs_rehash` is true exactly if a fresh hash would be of another scheme or cost.
pub fn clause_08_a_hash_of_another_cost_needs_a_rehash<H: HasherUnderTest>() {
    let hasher = H::fresh();
    assert!(!hasher.needs_rehash(&hashed(&*hasher, "correct horse")), "a fresh one");
    let others = H::of_other_cost(&password("correct horse"));
    assert!(!others.is_empty(), "no other cost is read: mend the fixture");
    for other in others {
        assert!(hasher.needs_rehash(&other), "one of another cost");
        assert!(verified(&*hasher, "correct horse", &other), "which verifies all the same");
    }
}

/// 9. A decoy verifies no password, is of a real hash's class, and is the same for the same seed.
pub fn clause_09_a_decoy_verifies_no_password_and_is_of_a_real_class<H: HasherUnderTest>() {
    let hasher = H::fresh();
    let real = H::class(&hashed(&*hasher, "correct horse"));
    for seed in [[0; 32], [1; 32], [0xff; 32]] {
        let decoy = hasher.decoy(&seed);
        assert!(decoy == hasher.decoy(&seed), "the same seed");
        assert!(decoy != hasher.decoy(&[7; 32]), "another seed");
        assert_eq!(H::class(&decoy), real, "its class");
        for text in ["correct horse", "x"] {
            assert!(!verified(&*hasher, text, &decoy), "it let {text:?} in");
        }
    }
}

/// 10. No error text contains a password or a hash.
pub fn clause_10_no_error_text_contains_a_password_or_a_hash<H: HasherUnderTest>() {
    let hasher = H::fresh();
    let marked = ["$secret$secret", "secret", "$argon2id$v=19$m=secret,t=1,p=1$c2VjcmV0$c2VjcmV0"];
    let marked = marked.map(|text| PasswordHash::from_phc(String::from(text).into()));
    for hash in marked.into_iter().chain(H::excessive()) {
        let error =
            block_on(hasher.verify(&password("secret password"), &hash)).expect_err("it can't be read");
        let mut text = format!("{error:?}");
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            text.push_str(&format!(" {error} {error:?}"));
            cause = error.source();
        }
        assert!(!text.contains("secret") && !text.contains("$argon2"), "an error says too much: {text}");
    }
}

/// 11. `check` is Ok exactly for the hashes that `verify` reads.
pub fn clause_11_check_passes_exactly_what_verify_reads<H: HasherUnderTest>() {
    let hasher = H::fresh();
    let one = password("correct horse");
    let fresh = [hashed(&*hasher, "correct horse"), hasher.decoy(&[0; 32]), hasher.decoy(&[1; 32])];
    let foreign = H::of_part(&one).unwrap_or_default();
    for hash in fresh.into_iter().chain(H::of_other_cost(&one)).chain(foreign) {
        let answer = hasher.check(&hash);
        assert!(answer.is_ok(), "{:?} is read: {answer:?}", hash.expose());
        assert!(block_on(hasher.verify(&one, &hash)).is_ok(), "{:?} is read", hash.expose());
    }
    for hash in unreadable::<H>(&*hasher) {
        let answer = hasher.check(&hash);
        assert!(answer.is_err(), "{:?} is not read", hash.expose());
    }
}

/// 12. `reads_part_only` is true exactly if the hash can be read and its scheme looks at a part of this password only.
pub fn clause_12_a_scheme_that_looks_at_a_part_says_so<H: HasherUnderTest>() {
    let hasher = H::fresh();
    let longest = "p".repeat(Password::MAX);
    assert!(!hasher.reads_part_only(&password(&longest), &hashed(&*hasher, &longest)), "a hash made here");
    for hash in unreadable::<H>(&*hasher) {
        assert!(!hasher.reads_part_only(&password(&longest), &hash), "{:?} can't be read", hash.expose());
    }
    for (length, part_only) in [(13, false), (72, false), (73, true), (Password::MAX, true)] {
        let text = "p".repeat(length);
        let hashes = match H::of_part(&password(&text)) {
            Err(why) => return why.tell("clause 12, schemes that look at a part"),
            Ok(hashes) => hashes,
        };
        assert!(!hashes.is_empty(), "no such scheme is read: mend the fixture");
        for hash in hashes {
            assert!(verified(&*hasher, &text, &hash), "its own, of {length} octets");
            assert_eq!(hasher.reads_part_only(&password(&text), &hash), part_only, "{length} octets");
            let other = format!("{}q", "p".repeat(length - 1));
            assert_eq!(verified(&*hasher, &other, &hash), part_only, "another of {length} octets");
        }
    }
}
