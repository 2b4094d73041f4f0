//! A hasher whose verifications a test can hold, and let go one by one.

use std::{collections::VecDeque, sync::Arc};

use accountable_core::{
    domain::{Password, UnusableHash},
    port::{HashError, PasswordHash, PasswordHasher},
};
use async_trait::async_trait;
use event_listener::Event;

use crate::locked::Locked;

/// Wraps a hasher. While it is told to hold, verifications wait before they begin, first come first served, so that
/// a test can do something else meanwhile: change the password, lock the address, drop the task. Clones are one.
#[derive(Debug)]
pub struct HeldHasher<H> {
    inner: Arc<H>,
    shared: Arc<Shared>,
}

impl<H> Clone for HeldHasher<H> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), shared: Arc::clone(&self.shared) }
    }
}

#[derive(Debug, Default)]
struct Shared {
    gate: Locked<Gate>,
    /// Somebody came, or was let go.
    moved: Event,
}

#[derive(Debug, Default)]
struct Gate {
    holds: bool,
    overloaded: bool,
    next_ticket: u64,
    waiting: VecDeque<u64>,
    verified: usize,
}

impl<H> HeldHasher<H> {
    /// Wraps a hasher. Nothing is held yet.
    #[must_use]
    pub fn new(inner: H) -> Self {
        Self { inner: Arc::new(inner), shared: Arc::default() }
    }

    /// From now on, verifications wait before they begin.
    pub fn hold(&self) {
        self.shared.gate.lock().holds = true;
    }

    /// Lets the first `count` of those that wait go on.
    pub fn release(&self, count: usize) {
        let mut gate = self.shared.gate.lock();
        let count = count.min(gate.waiting.len());
        gate.waiting.drain(..count);
        drop(gate);
        self.shared.moved.notify(usize::MAX);
    }

    /// Lets everything that waits go on, and holds nothing any more.
    pub fn open(&self) {
        let mut gate = self.shared.gate.lock();
        gate.holds = false;
        gate.waiting.clear();
        drop(gate);
        self.shared.moved.notify(usize::MAX);
    }

    /// While true, hashing and verifying are answered [`HashError::Overloaded`], as if the queue were full.
    pub fn overload(&self, overloaded: bool) {
        self.shared.gate.lock().overloaded = overloaded;
    }

    /// How many verifications are held at present.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.gate.lock().waiting.len()
    }

    /// How many verifications were carried out, whatever came of them.
    #[must_use]
    pub fn verified(&self) -> usize {
        self.shared.gate.lock().verified
    }

    /// Waits until `count` verifications are held.
    pub async fn held(&self, count: usize) {
        loop {
            let moved = self.shared.moved.listen();
            if self.waiting() >= count {
                return;
            }
            moved.await;
        }
    }

    fn admitted(&self) -> Result<(), HashError> {
        if self.shared.gate.lock().overloaded { Err(HashError::Overloaded) } else { Ok(()) }
    }

    async fn pass(&self) {
        let Some(turn) = Turn::take(&self.shared) else {
            return;
        };
        loop {
            let moved = self.shared.moved.listen();
            if turn.has_come() {
                return;
            }
            moved.await;
        }
    }
}

/// A place among those that wait; given up once dropped.
struct Turn<'a> {
    shared: &'a Shared,
    ticket: u64,
}

impl<'a> Turn<'a> {
    /// None while nothing is held.
    fn take(shared: &'a Shared) -> Option<Self> {
        let mut gate = shared.gate.lock();
        if !gate.holds {
            return None;
        }
        let ticket = gate.next_ticket;
        gate.next_ticket = ticket.saturating_add(1);
        gate.waiting.push_back(ticket);
        drop(gate);
        shared.moved.notify(usize::MAX);
        Some(Self { shared, ticket })
    }

    fn has_come(&self) -> bool {
        !self.shared.gate.lock().waiting.contains(&self.ticket)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut gate = self.shared.gate.lock();
        gate.waiting.retain(|ticket| *ticket != self.ticket);
    }
}

#[async_trait]
impl<H: PasswordHasher> PasswordHasher for HeldHasher<H> {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        self.admitted()?;
        self.inner.hash(password).await
    }

    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<bool, HashError> {
        self.admitted()?;
        self.pass().await;
        let verified = self.inner.verify(password, hash).await;
        let mut gate = self.shared.gate.lock();
        gate.verified = gate.verified.saturating_add(1);
        verified
    }

    fn check(&self, hash: &PasswordHash) -> Result<(), UnusableHash> {
        self.inner.check(hash)
    }

    fn reads_part_only(&self, password: &Password, hash: &PasswordHash) -> bool {
        self.inner.reads_part_only(password, hash)
    }

    fn needs_rehash(&self, hash: &PasswordHash) -> bool {
        self.inner.needs_rehash(hash)
    }

    fn decoy(&self, seed: &[u8; 32]) -> PasswordHash {
        self.inner.decoy(seed)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::{InsecureTestHasher, testing::Polled};

    fn held() -> (HeldHasher<InsecureTestHasher>, Password, PasswordHash) {
        let hasher = HeldHasher::new(InsecureTestHasher::new(1));
        let password = Password::parse("correct horse").unwrap();
        let hash = hasher.hash(&password).now_or_never().unwrap().unwrap();
        (hasher, password, hash)
    }

    #[test]
    fn held_verifications_go_on_one_by_one_in_the_order_they_came() {
        let (hasher, password, hash) = held();
        hasher.hold();
        let mut turns = [(); 3].map(|()| Polled::new(hasher.verify(&password, &hash)));
        assert!(turns.iter_mut().all(|turn| turn.poll().is_none()));
        assert_eq!((hasher.waiting(), hasher.verified()), (3, 0));

        hasher.release(1);
        let ended = turns.each_mut().map(|turn| turn.poll().is_some());
        assert_eq!(ended, [true, false, false]);
        assert_eq!((hasher.waiting(), hasher.verified()), (2, 1));
    }

    #[test]
    fn who_is_dropped_gives_up_its_turn_to_the_next() {
        let (hasher, password, hash) = held();
        hasher.hold();
        let mut first = Polled::new(hasher.verify(&password, &hash));
        let mut second = Polled::new(hasher.verify(&password, &hash));
        assert!(first.poll().is_none() && second.poll().is_none());
        drop(first);
        assert_eq!(hasher.waiting(), 1);
        hasher.release(1);
        assert!(second.poll().unwrap().unwrap());
        assert_eq!(hasher.verified(), 1, "nothing was verified for who left");
    }

    #[test]
    fn once_open_nobody_waits() {
        let (hasher, password, hash) = held();
        hasher.hold();
        let mut waits = Polled::new(hasher.verify(&password, &hash));
        assert!(waits.poll().is_none());
        hasher.open();
        assert!(waits.wakes() > 0 && waits.poll().is_some());
        assert!(hasher.verify(&password, &hash).now_or_never().is_some());
    }

    #[test]
    fn who_waits_for_a_held_verification_is_woken_by_it() {
        let (hasher, password, hash) = held();
        hasher.hold();
        let mut waits = Polled::new(hasher.held(1));
        assert!(waits.poll().is_none());
        let mut turn = Polled::new(hasher.verify(&password, &hash));
        assert!(turn.poll().is_none());
        assert!(waits.wakes() > 0 && waits.poll().is_some());
    }

    #[test]
    fn an_overloaded_hasher_says_so_at_once() {
        let (hasher, password, hash) = held();
        hasher.hold();
        hasher.overload(true);
        let answer = hasher.verify(&password, &hash).now_or_never().unwrap();
        assert!(matches!(answer, Err(HashError::Overloaded)));
        assert_eq!(hasher.waiting(), 0);
    }
}
