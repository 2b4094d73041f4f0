//! Much mail at once: after an outage, to a domain that is dead, to one domain, and with a courier that is killed again and again.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use std::{
    collections::BTreeMap,
    future::{pending, poll_fn},
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use accountable_core::{
    Accounts, Delivery, DeliveryOptions, Machine, NewAccount,
    domain::{
        Actor, EmailAddress, Incarnation, KeyId, Keyring, Letter, LinkUrl, Links, MailId, Span, Timestamp,
    },
    port::{Clock as _, Entropy as _, MailError, Mailer, Receipt},
};
use accountable_memory::{
    Answer, InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer, SeededEntropy,
};
use async_trait::async_trait;
use futures_util::future::{Either, select};
use pollster::block_on;

struct House<M> {
    accounts: Accounts,
    clock: ManualClock,
    mailer: M,
}

impl<M: Mailer + Clone> House<M> {
    fn new(mailer: M) -> Self {
        let clock = ManualClock::new(Timestamp::EPOCH);
        let machine = Machine::new(clock.clone(), SeededEntropy::new(1), InsecureTestHasher::new(1));
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap()));
        let keys = Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap();
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let store = MemoryStore::new(Incarnation::from_bytes([7; 16]));
        let accounts = Accounts::builder(machine, store, mailer.clone(), keys, links).build().unwrap();
        Self { accounts, clock, mailer }
    }

    /// Accounts whose set mails wait, each queued a moment after the one before.
    fn queue(&self, addresses: impl IntoIterator<Item = String>) {
        let admin = self.accounts.admin(Actor::parse("staff").unwrap());
        let later = DeliveryOptions::default().with_wait(Span::ZERO);
        for address in addresses {
            self.clock.advance(Span::millis(1));
            let account = NewAccount::new(EmailAddress::parse(&address).unwrap());
            let id = block_on(admin.register(account)).unwrap().id;
            assert_eq!(block_on(admin.request_password_set(id, later.clone())).unwrap(), Delivery::Queued);
        }
    }

    /// Sweeps whenever something is due, for so long.
    fn sweeps_for(&self, span: Span) {
        let end = self.clock.now() + span;
        while let Some(due) = block_on(self.accounts.sweep(1_000)).unwrap().next_due.filter(|due| *due < end)
        {
            self.clock.set(due.max(self.clock.now() + Span::millis(1)));
        }
        self.clock.set(end);
    }
}

impl House<RecordingMailer> {
    /// A courier runs until so many letters are taken. The clock stands still.
    fn runs_until(&self, taken: usize) {
        let run = pin!(self.accounts.clone().run_courier(pending()));
        assert!(matches!(block_on(select(pin!(self.mailer.taken(taken)), run)), Either::Left(_)));
    }
}

#[test]
fn after_an_hours_outage_10_000_mails_arrive_once_and_the_oldest_first() {
    let house = House::new(RecordingMailer::new());
    house.queue((0..10_000).map(|at| format!("u{at}@d{}.example", at % 100)));
    house.mailer.answer_all(Answer::Unreachable);
    block_on(house.accounts.sweep(1_000)).unwrap();
    let met = house.mailer.attempts().len();
    house.sweeps_for(Span::hours(1));
    let tried: Vec<_> = house.mailer.attempts().into_iter().map(|(letter, _)| letter.id).collect();
    let probes = tried.len() - met;
    assert!((10..=20).contains(&probes), "at first seconds between probes, then 5 min: {probes}");

    house.mailer.answer_all(Answer::Accept);
    house.sweeps_for(Span::minutes(10));
    assert_eq!((house.mailer.count(), house.mailer.distinct()), (10_000, 10_000), "each once");
    let letters = house.mailer.letters();
    let queued: Vec<_> =
        letters.iter().filter(|letter| !tried.contains(&letter.id)).map(|letter| letter.queued_at).collect();
    assert!(queued.is_sorted(), "the oldest first, but for those that were tried in the outage");
}

#[test]
fn a_dead_domain_delays_no_other() {
    let house = House::new(RecordingMailer::new());
    let dead: Vec<_> = (0..200).map(|at| format!("u{at}@dead.example")).collect();
    for address in &dead {
        house.mailer.answer(EmailAddress::parse(address).unwrap(), Answer::Hang);
    }
    house.queue(dead);
    house.queue((0..1_000).map(|at| format!("u{at}@d{}.example", at % 10)));
    let before = house.clock.now();
    house.runs_until(1_000);
    assert_eq!(house.clock.now(), before, "nobody waits for it");
    assert!(house.mailer.letters().iter().all(|letter| letter.to.domain() != "dead.example"));
}

#[test]
fn a_thousand_mails_to_one_domain_leave_without_a_pause() {
    let house = House::new(RecordingMailer::new());
    house.queue((0..1_000).map(|at| format!("u{at}@one.example")));
    let before = house.clock.now();
    house.runs_until(1_000);
    assert_eq!((house.clock.now(), house.mailer.distinct()), (before, 1_000));
}

/// A mailer that waits for a turn before it takes a letter, and for another before it says so: its caller may be gone by then.
#[derive(Clone, Default)]
struct Slow(Arc<Taken>);

#[derive(Default)]
struct Taken {
    /// Which courier's life it is.
    life: AtomicUsize,
    /// In which lives each letter was taken.
    letters: Mutex<BTreeMap<MailId, Vec<usize>>>,
    waiting: Mutex<Vec<Waker>>,
}

impl Taken {
    /// Waits for the next turn.
    async fn turn(&self) {
        let mut waits = true;
        poll_fn(|context| {
            if !std::mem::take(&mut waits) {
                return Poll::Ready(());
            }
            self.waiting.lock().unwrap().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Whoever waits has a turn.
    fn next_turn(&self) {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap());
        waiting.into_iter().for_each(Waker::wake);
    }
}

#[async_trait]
impl Mailer for Slow {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        self.0.turn().await;
        let life = self.0.life.load(Ordering::Relaxed);
        self.0.letters.lock().unwrap().entry(letter.id).or_default().push(life);
        self.0.turn().await;
        Ok(Receipt::default())
    }
}

#[test]
fn of_a_courier_that_is_killed_200_times_no_mail_is_lost_or_stuck_and_none_goes_twice_unless_its_outcome_is_unknown()
 {
    let house = House::new(Slow::default());
    house.queue((0..2_000).map(|at| format!("u{at}@d{}.example", at % 7)));
    let chance = SeededEntropy::new(5);
    for life in 0..200 {
        house.mailer.0.life.store(life, Ordering::Relaxed);
        let mut turns = [0];
        chance.fill(&mut turns).unwrap();
        let mut run = pin!(house.accounts.clone().run_courier(pending()));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..turns[0] % 12 {
            assert!(run.as_mut().poll(&mut context).is_pending());
            house.mailer.0.next_turn();
        }
    }
    house.mailer.0.life.store(200, Ordering::Relaxed);
    // What a courier had claimed as it was killed is free again after the lease.
    house.clock.advance(Span::minutes(30));
    let mut run = pin!(house.accounts.clone().run_courier(pending()));
    for _ in 0..10_000 {
        assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        house.mailer.0.next_turn();
    }

    let taken = house.mailer.0.letters.lock().unwrap().clone();
    assert_eq!(taken.len(), 2_000, "none is lost");
    let copies = taken.values().filter(|lives| lives.len() > 1).count();
    assert!(copies > 0, "a kill leaves the outcome of what is under way unknown");
    for lives in taken.values() {
        assert!(
            lives.windows(2).all(|pair| pair[0] < pair[1]),
            "no second copy without a kill between: {lives:?}"
        );
    }
    let left = block_on(house.accounts.sweep(1_000)).unwrap();
    assert_eq!((left.delivered, left.next_due), (0, None), "none is stuck");
}
