//! The adapters in memory keep their contracts.
#![expect(clippy::expect_used, reason = "a fixture that can't be made ready has failed its tests")]

use std::{sync::Arc, time::Duration};

use accountable_conformance::{
    clock::ClockUnderTest,
    deadline,
    entropy::EntropyUnderTest,
    hasher::HasherUnderTest,
    mailer::{Arrival, Fate, MailerUnderTest},
    store::{Damage, Hold, Loss, NotOffered, StoreUnderTest, StrangePlace},
};
use accountable_core::{
    domain::{EmailAddress, FeedbackTag, Incarnation, Password, Span, Timestamp},
    port::{Clock, Entropy, Mailer, PasswordHash, PasswordHasher, Store},
};
use accountable_memory::{
    Answer, InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer, SeededEntropy,
};

struct Memory(MemoryStore);

const GONE: NotOffered = NotOffered("what is kept in memory is gone with its process");
const UNREACHED: NotOffered = NotOffered("nobody else can reach what is kept in memory");

impl StoreUnderTest for Memory {
    const ROUNDS: u32 = 30;
    const DEADLINE: Duration = deadline::LONG;

    async fn fresh(life: Incarnation) -> Self {
        Self(MemoryStore::new(life))
    }
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }
    async fn another_instance(&self) -> Result<Arc<dyn Store>, NotOffered> {
        Ok(Arc::new(self.0.clone()))
    }
    async fn reopened(self) -> Result<Self, NotOffered> {
        Err(GONE)
    }
    async fn after_a_crash(&self) -> Result<Self, NotOffered> {
        Err(GONE)
    }
    async fn restored(self, life: Incarnation) -> Result<Self, NotOffered> {
        self.0.restore(life);
        Ok(self)
    }
    async fn strange_places() -> Result<Vec<StrangePlace>, NotOffered> {
        Err(GONE)
    }
    async fn damage(&self, _: Damage) -> Result<(), NotOffered> {
        Err(UNREACHED)
    }
    async fn all_bytes(&self) -> Result<Vec<u8>, NotOffered> {
        Ok(self.0.all_bytes())
    }
    fn hold(&self) -> Result<Box<dyn Hold>, NotOffered> {
        Err(NotOffered("a commit in memory is made at one go, and waits for nothing"))
    }
    async fn lose(&self, _: Loss) -> Result<(), NotOffered> {
        Err(NotOffered("it has no files"))
    }
    fn block_on<F: Future>(future: F) -> F::Output {
        accountable_conformance::block_on(future)
    }
}

mod store {
    accountable_conformance::store_contract!(super::Memory);
}

mod accounts {
    use super::Memory;
    accountable_conformance::accounts_contract!(Memory);
}

struct ByHand(ManualClock);

impl ClockUnderTest for ByHand {
    fn fresh() -> Self {
        Self(ManualClock::new(Timestamp::EPOCH))
    }
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.0.clone())
    }
    fn advance(&self, span: Span) -> Result<(), NotOffered> {
        self.0.advance(span);
        Ok(())
    }
    fn jump(&self, to: Timestamp) -> Result<(), NotOffered> {
        self.0.set(to);
        Ok(())
    }
}

mod clock {
    accountable_conformance::clock_contract!(super::ByHand);
}

struct Seeded;

impl EntropyUnderTest for Seeded {
    fn fresh() -> Arc<dyn Entropy> {
        Arc::new(SeededEntropy::new(7))
    }
    fn seeded(seed: u64) -> Result<Arc<dyn Entropy>, NotOffered> {
        Ok(Arc::new(SeededEntropy::new(seed)))
    }
}

mod entropy {
    accountable_conformance::entropy_contract!(super::Seeded);
}

struct Insecure;

fn of_cost(cost: u32) -> PasswordHash {
    let digits = |count| "0".repeat(count);
    PasswordHash::from_phc(format!("$insecure-test$v=1$c={cost}${}${}", digits(32), digits(64)).into())
}

impl HasherUnderTest for Insecure {
    fn fresh() -> Arc<dyn PasswordHasher> {
        Arc::new(InsecureTestHasher::new(7).with_cost(2))
    }
    fn busy() -> Result<Arc<dyn PasswordHasher>, NotOffered> {
        Err(NotOffered("it does the little work there is on the thread that polls"))
    }
    fn of_other_cost(password: &Password) -> Vec<PasswordHash> {
        let cheaper = InsecureTestHasher::new(7).with_cost(1);
        let cheaper = accountable_conformance::block_on(cheaper.hash(password)).expect("a hash");
        vec![cheaper, InsecureTestHasher::foreign(password)]
    }
    fn excessive() -> Vec<PasswordHash> {
        vec![of_cost(101)]
    }
    fn feeble() -> Vec<PasswordHash> {
        vec![of_cost(0)]
    }
    fn of_part(password: &Password) -> Result<Vec<PasswordHash>, NotOffered> {
        Ok(vec![InsecureTestHasher::foreign(password)])
    }
    fn class(hash: &PasswordHash) -> String {
        hash.expose().split('$').take(4).collect::<Vec<_>>().join("$")
    }
}

mod hasher {
    accountable_conformance::hasher_contract!(super::Insecure);
}

struct Recording(RecordingMailer);

impl MailerUnderTest for Recording {
    fn fresh() -> Self {
        Self(RecordingMailer::new())
    }
    fn mailer(&self) -> Arc<dyn Mailer> {
        Arc::new(self.0.clone())
    }
    fn arrived(&self) -> Vec<Arrival> {
        let arrival = |letter: accountable_core::domain::Letter| Arrival {
            to: vec![letter.to.as_str().to_owned()],
            message_id: letter.id.to_string(),
            text: letter.link().map_or("", |link| link.expose()).to_owned(),
            brings_back: letter.feedback.as_ref().map_or("", FeedbackTag::as_str).to_owned(),
        };
        self.0.letters().into_iter().map(arrival).collect()
    }
    fn treat(&self, to: &EmailAddress, as_told: Fate) -> Result<(), NotOffered> {
        let answer = match as_told {
            Fate::NoSuchMailbox => Answer::NoSuchMailbox,
            Fate::Rejected => Answer::Rejected,
            Fate::Transient => Answer::Transient,
            Fate::Unreachable => Answer::Unreachable,
            Fate::Ours => Answer::Ours,
            Fate::Hangs => Answer::Hang,
        };
        self.0.answer(to.clone(), answer);
        Ok(())
    }
}

mod mailer {
    accountable_conformance::mailer_contract!(super::Recording);
}
