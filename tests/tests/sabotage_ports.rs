//! The kit finds what it looks for in the smaller ports too: a bad adapter fails the clause that it breaks.
#![expect(clippy::expect_used, reason = "a fixture that can't be made ready has failed its tests")]

use std::sync::Arc;

use accountable_conformance::{
    clock::{self, ClockUnderTest},
    entropy::{self, EntropyUnderTest},
    hasher::{self, HasherUnderTest},
    mailer::{self, Arrival, Fate, MailerUnderTest},
    store::NotOffered,
};
use accountable_core::{
    domain::{EmailAddress, FeedbackTag, Letter, Password, Span, Timestamp, UnusableHash},
    port::{
        Clock, Entropy, EntropyError, HashError, MailError, Mailer, PasswordHash, PasswordHasher, Receipt,
    },
};
use accountable_memory::{InsecureTestHasher, ManualClock, RecordingMailer, SeededEntropy};
use async_trait::async_trait;

#[track_caller]
fn finds(check: fn()) {
    assert!(std::thread::spawn(check).join().is_err(), "the check found nothing");
}

/// Ends every sleep a microsecond early.
struct Hasty(ManualClock);

#[async_trait]
impl Clock for Hasty {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
    async fn sleep(&self, span: Span) {
        self.0.sleep(Span::micros(span.as_micros().saturating_sub(1))).await;
    }
}

impl ClockUnderTest for Hasty {
    fn fresh() -> Self {
        Self(ManualClock::new(Timestamp::EPOCH))
    }
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(Self(self.0.clone()))
    }
    fn advance(&self, span: Span) -> Result<(), NotOffered> {
        self.0.advance(span);
        Ok(())
    }
    /// Takes a jump of the time of day for time that passes.
    fn jump(&self, to: Timestamp) -> Result<(), NotOffered> {
        self.0.advance(to.since(self.0.now()));
        self.0.set(to);
        Ok(())
    }
}

#[test]
fn a_hasty_clock_is_found() {
    finds(clock::clause_02_a_jump_neither_shortens_nor_lengthens_a_sleep::<Hasty>);
    finds(clock::clause_03_a_sleep_ends_no_earlier_than_asked::<Hasty>);
}

/// Forgets the last byte, and begins anew with each source.
struct Short(SeededEntropy);

impl Entropy for Short {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        match bytes.split_last_mut() {
            Some((_, bytes)) => self.0.fill(bytes),
            None => Ok(()),
        }
    }
}

/// The same bytes each time, whatever the seed.
struct Constant;

impl Entropy for Constant {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        SeededEntropy::new(7).fill(bytes)
    }
}

impl EntropyUnderTest for Short {
    fn fresh() -> Arc<dyn Entropy> {
        Arc::new(Self(SeededEntropy::new(7)))
    }
    fn seeded(_: u64) -> Result<Arc<dyn Entropy>, NotOffered> {
        Ok(Self::fresh())
    }
}

impl EntropyUnderTest for Constant {
    fn fresh() -> Arc<dyn Entropy> {
        Arc::new(Self)
    }
    fn seeded(_: u64) -> Result<Arc<dyn Entropy>, NotOffered> {
        Ok(Self::fresh())
    }
}

#[test]
fn poor_randomness_is_found() {
    finds(entropy::clause_01_all_bytes_are_filled::<Short>);
    finds(entropy::clause_02_no_two_calls_return_the_same_bytes::<Constant>);
    finds(entropy::clause_03_a_seeded_source_can_be_replayed::<Constant>);
}

/// Cuts passwords at 72 octets and does not say so, salts with nothing, takes what it can't read for a wrong password,
/// passes any import, works on the thread that polls and never turns anybody away.
struct Careless(InsecureTestHasher);

#[async_trait]
impl PasswordHasher for Careless {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        let salted_alike = InsecureTestHasher::new(7);
        salted_alike.hash(&cut(password)).await
    }
    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<bool, HashError> {
        Ok(self.0.verify(&cut(password), hash).await.unwrap_or(false))
    }
    fn check(&self, _: &PasswordHash) -> Result<(), UnusableHash> {
        Ok(())
    }
    fn reads_part_only(&self, _: &Password, _: &PasswordHash) -> bool {
        false
    }
    fn needs_rehash(&self, _: &PasswordHash) -> bool {
        false
    }
    fn decoy(&self, _: &[u8; 32]) -> PasswordHash {
        self.0.decoy(&[0; 32])
    }
}

fn cut(password: &Password) -> Password {
    let cut: String = password.expose().chars().take(72).collect();
    Password::parse(&cut).expect("a password")
}

impl HasherUnderTest for Careless {
    fn fresh() -> Arc<dyn PasswordHasher> {
        Arc::new(Self(InsecureTestHasher::new(7)))
    }
    fn busy() -> Result<Arc<dyn PasswordHasher>, NotOffered> {
        Ok(Self::fresh())
    }
    fn of_other_cost(password: &Password) -> Vec<PasswordHash> {
        let other = InsecureTestHasher::new(7).with_cost(2);
        vec![accountable_conformance::block_on(other.hash(password)).expect("a hash")]
    }
    fn excessive() -> Vec<PasswordHash> {
        Vec::new()
    }
    fn feeble() -> Vec<PasswordHash> {
        Vec::new()
    }
    fn of_part(password: &Password) -> Result<Vec<PasswordHash>, NotOffered> {
        Ok(vec![InsecureTestHasher::foreign(password)])
    }
    fn class(hash: &PasswordHash) -> String {
        hash.expose().split('$').take(4).collect::<Vec<_>>().join("$")
    }
}

#[test]
fn a_careless_hasher_is_found() {
    finds(hasher::clause_02_two_hashes_of_one_password_differ::<Careless>);
    finds(hasher::clause_03_all_octets_of_a_password_count::<Careless>);
    finds(hasher::clause_04_the_work_goes_on_while_nobody_polls::<Careless>);
    finds(hasher::clause_05_beyond_its_queue_a_hasher_is_overloaded_at_once::<Careless>);
    finds(hasher::clause_07_what_cant_be_read_is_unreadable_never_wrong::<Careless>);
    finds(hasher::clause_08_a_hash_of_another_cost_needs_a_rehash::<Careless>);
    finds(hasher::clause_09_a_decoy_verifies_no_password_and_is_of_a_real_class::<Careless>);
    finds(hasher::clause_11_check_passes_exactly_what_verify_reads::<Careless>);
    finds(hasher::clause_12_a_scheme_that_looks_at_a_part_says_so::<Careless>);
}

/// Sends letters without what a bounce must bring back.
#[derive(Clone)]
struct Untraceable(RecordingMailer);

#[async_trait]
impl Mailer for Untraceable {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let mut letter = letter.clone();
        letter.feedback = None;
        self.0.deliver(&letter).await
    }
}

impl MailerUnderTest for Untraceable {
    fn fresh() -> Self {
        Self(RecordingMailer::new())
    }
    fn mailer(&self) -> Arc<dyn Mailer> {
        Arc::new(self.clone())
    }
    fn arrived(&self) -> Vec<Arrival> {
        let arrival = |letter: Letter| Arrival {
            to: vec![letter.to.as_str().to_owned()],
            message_id: letter.id.to_string(),
            text: letter.link().map_or("", |link| link.expose()).to_owned(),
            brings_back: letter.feedback.as_ref().map_or("", FeedbackTag::as_str).to_owned(),
        };
        self.0.letters().into_iter().map(arrival).collect()
    }
    fn treat(&self, _: &EmailAddress, _: Fate) -> Result<(), NotOffered> {
        Err(NotOffered("no matter here"))
    }
}

#[test]
fn an_untraceable_letter_is_found() {
    finds(mailer::clause_01_a_bounce_brings_the_feedback_tag_back::<Untraceable>);
}
