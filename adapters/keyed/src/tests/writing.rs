//! The thread that changes rows: what it makes lasting together, and how it answers when things go wrong.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, atomic::Ordering, mpsc},
    task::{Context, Poll, Wake, Waker},
};

use accountable_core::port::{CommitError, Limit, Scope, Store, StoreError};
use futures_util::FutureExt as _;
use pollster::block_on;

use super::{samples::*, *};

fn events(store: &Keyed<Table>) -> usize {
    let id = account(1, "ada@example.com").id;
    block_on(store.events(&Scope::Account(id), None, Limit::MAX)).unwrap().events.len()
}

#[test]
fn broken_stays_broken_with_its_cause_and_unavailable_unavailable() {
    for store in [inline(), threaded()] {
        let offer = creation(1, &account(1, "ada@example.com"));
        store.engine().fail(Fault::Full);
        let CommitError::Store(StoreError::Broken(cause)) = block_on(store.commit(&offer)).unwrap_err()
        else {
            panic!("not broken")
        };
        assert_eq!(cause.to_string(), "the disk is full");
        store.engine().fail(Fault::Busy);
        let answer = block_on(store.commit(&offer));
        assert!(matches!(answer, Err(CommitError::Store(StoreError::Unavailable(_)))));
        for fault in [Fault::Full, Fault::Full] {
            store.engine().fail(fault);
            assert!(matches!(block_on(store.claim(&claim(9, Some(1), &[]))), Err(StoreError::Broken(_))));
            store.engine().fail(fault);
            assert!(matches!(block_on(store.trim(&trim())), Err(StoreError::Broken(_))));
        }
        block_on(store.commit(&offer)).unwrap();
    }
}

#[test]
fn a_commit_of_unknown_outcome_is_unknown_and_a_claim_or_a_trim_unavailable() {
    for store in [inline(), threaded()] {
        store.engine().fail(Fault::Lost);
        let answer = block_on(store.commit(&creation(1, &account(1, "ada@example.com"))));
        assert!(matches!(answer, Err(CommitError::Unknown(_))));
        store.engine().fail(Fault::Lost);
        let answer = block_on(store.claim(&claim(9, Some(1), &[])));
        assert!(matches!(answer, Err(StoreError::Unavailable(_))));
        store.engine().fail(Fault::Lost);
        assert!(matches!(block_on(store.trim(&trim())), Err(StoreError::Unavailable(_))));
    }
}

#[test]
fn a_panic_of_the_engine_is_answered_and_the_next_change_is_made() {
    let store = threaded();
    let offer = creation(1, &account(1, "ada@example.com"));
    store.engine().fail(Fault::Panic);
    assert!(matches!(block_on(store.commit(&offer)), Err(CommitError::Unknown(_))));
    block_on(store.commit(&offer)).unwrap();
    assert_eq!(events(&store), 1);
}

#[test]
fn what_comes_while_changes_become_lasting_is_made_lasting_together() {
    let store = threaded();
    store.engine().gate.shut();
    let accounts: Vec<_> = (1..=9).map(|n| account(n, &format!("owner-{n}@example.com"))).collect();
    let offers: Vec<_> = (1..).zip(&accounts).map(|(n, account)| creation(n, account)).collect();
    let mut waiting: Vec<_> = offers.iter().map(|offer| store.commit(offer)).collect();
    for offer in &mut waiting {
        assert!(offer.now_or_never().is_none());
    }
    let before = store.engine().commits.load(Ordering::SeqCst);
    store.engine().gate.open();
    waiting.into_iter().for_each(|offer| block_on(offer).unwrap());
    assert_eq!(store.engine().commits.load(Ordering::SeqCst), before + 1);
}

#[test]
fn a_repeat_is_judged_after_its_first_offer_though_nobody_waits_for_that_any_more() {
    let store = threaded();
    let offer = creation(1, &account(1, "ada@example.com"));
    store.engine().gate.shut();
    assert!(store.commit(&offer).now_or_never().is_none(), "dropped in its middle");
    let again = store.commit(&offer);
    let mut again = std::pin::pin!(again);
    assert!(again.as_mut().now_or_never().is_none(), "the first is not yet finished");
    store.engine().gate.open();
    block_on(again).unwrap();
    assert_eq!(events(&store), 1);
}

#[test]
fn whoever_comes_when_too_many_wait_is_sent_away_and_never_applied() {
    let store = threaded();
    store.engine().gate.shut();
    let empty = commit(9, vec![]);
    let answer = (0..3_000).find_map(|_| store.commit(&empty).now_or_never());
    assert!(matches!(answer, Some(Err(CommitError::Store(StoreError::Unavailable(_))))));
    store.engine().gate.open();
    // The thread has made room by the time that it answers.
    let offer = creation(1, &account(1, "ada@example.com"));
    while let Err(error) = block_on(store.commit(&offer)) {
        assert!(matches!(error, CommitError::Store(StoreError::Unavailable(_))));
    }
}

#[test]
fn the_drop_of_the_last_instance_waits_for_what_was_offered() {
    let store = threaded();
    let (alive, commits) = (Arc::downgrade(&store.engine().alive), Arc::clone(&store.engine().commits));
    let before = commits.load(Ordering::SeqCst);
    let offer = creation(1, &account(1, "ada@example.com"));
    let _ = store.clone().commit(&offer).now_or_never();
    drop(store);
    assert_eq!(commits.load(Ordering::SeqCst), before + 1);
    assert!(alive.upgrade().is_none(), "the thread has ended, and let go of the engine");
}

/// A task with the last instance of a store; dropped where it is woken.
struct Task {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    dropped: mpsc::Sender<()>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        drop(self.future.lock().unwrap().take());
        let _ = self.dropped.send(());
    }
}

#[test]
fn the_last_instance_can_be_dropped_on_the_thread_itself() {
    let store = threaded();
    let gate = Arc::clone(&store.engine().gate);
    gate.shut();
    let future = async move {
        let offer = creation(1, &account(1, "ada@example.com"));
        let _ = store.commit(&offer).await;
    };
    let (dropped, is_dropped) = mpsc::channel();
    let task = Arc::new(Task { future: Mutex::new(Some(Box::pin(future))), dropped });
    let waker = Waker::from(Arc::clone(&task));
    {
        let mut future = task.future.lock().unwrap();
        let polled = future.as_mut().unwrap().as_mut().poll(&mut Context::from_waker(&waker));
        assert!(matches!(polled, Poll::Pending));
    }
    gate.open();
    // Were the thread to wait for its own end, this would never come.
    is_dropped.recv().unwrap();
}
