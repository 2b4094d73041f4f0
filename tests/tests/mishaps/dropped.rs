//! A caller that goes away while its failure is being committed: it is counted once, whatever became of the commit.

use accountable_core::domain::{Denial, Span};

use crate::world::{GOOD, Mishap, WRONG, World, email, password, until};

const ADA: &str = "ada@example.com";

/// A guess that goes away while this becomes of its failure. What the one before it has left comes first.
async fn drop_one(world: &World, first: bool, mishap: Mishap) {
    let before = if first { &[][..] } else { &[Mishap::None][..] };
    world.store.script(&[before, &[mishap]].concat());
    world.dropped_guess(ADA, WRONG).await;
}

#[tokio::test]
async fn a_guess_that_is_dropped_while_its_failure_is_committed_is_counted_once() {
    for mishap in [Mishap::Unheard, Mishap::Lost] {
        let world = World::new();
        world.in_use(ADA, GOOD).await;
        for guess in 0..4 {
            drop_one(&world, guess == 0, mishap).await;
        }
        world.store.always(Mishap::None);
        for guess in 5..10 {
            assert_eq!(
                world.log_in(ADA, WRONG).await,
                Err(Denial::WrongPassword),
                "{mishap:?}, guess {guess}"
            );
            assert_eq!(world.failures(ADA).await, guess, "{mishap:?}");
        }
        assert!(world.log_in(ADA, GOOD).await.is_ok(), "nine failures do not lock");
    }
}

#[tokio::test]
async fn ten_guesses_that_are_dropped_so_lock() {
    let world = World::new();
    world.in_use(ADA, GOOD).await;
    for guess in 0..10 {
        drop_one(&world, guess == 0, Mishap::Unheard).await;
    }
    world.store.always(Mishap::None);
    assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::Locked));
}

/// Several at once, of which the store takes one and refuses the others.
#[tokio::test]
async fn guesses_that_are_dropped_together_are_counted_once_each() {
    let world = World::new();
    world.in_use(ADA, GOOD).await;
    world.hasher.hold();
    let guesses: Vec<_> = (0..4)
        .map(|_| {
            let public = world.public();
            tokio::spawn(async move { public.authenticate(&email(ADA), &password(WRONG), None).await })
        })
        .collect();
    world.hasher.held(4).await;
    world.store.always(Mishap::Unheard);
    world.hasher.open();
    until("one is applied", || futures_util::FutureExt::now_or_never(world.failures(ADA)) == Some(1)).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    for guess in guesses {
        guess.abort();
        let _ = guess.await;
    }
    world.store.always(Mishap::None);
    assert_eq!(world.log_in(ADA, WRONG).await, Err(Denial::WrongPassword));
    assert_eq!(world.failures(ADA).await, 5);
}

/// What was applied and written over at once answers Conflict when it is offered again: it is not counted again for that.
#[tokio::test]
async fn a_dropped_guess_that_was_written_over_is_counted_once() {
    let world = World::new();
    world.in_use(ADA, GOOD).await;
    world.hasher.hold();
    let guess = || {
        let public = world.public();
        tokio::spawn(async move { public.authenticate(&email(ADA), &password(WRONG), None).await })
    };
    let (one, other) = (guess(), guess());
    world.hasher.held(2).await;
    world.store.script(&[Mishap::Unheard]);
    world.hasher.open();
    until("the other is answered", || one.is_finished() || other.is_finished()).await;
    assert_eq!(world.failures(ADA).await, 2);
    for guess in [one, other] {
        guess.abort();
        let _ = guess.await;
    }
    assert_eq!(world.log_in(ADA, WRONG).await, Err(Denial::WrongPassword));
    assert_eq!(world.failures(ADA).await, 3);
}

/// A right password takes along what others owe. If its bearer goes away, that is counted once as well.
#[tokio::test]
async fn a_right_log_in_that_is_dropped_while_it_pays_counts_once() {
    let world = World::new();
    world.in_use(ADA, GOOD).await;
    assert_eq!(world.log_in(ADA, WRONG).await, Err(Denial::WrongPassword));
    world.store.script(&[Mishap::Broken]);
    let refused = world.public().authenticate(&email(ADA), &password(WRONG), None).await;
    assert!(refused.is_err(), "it is owed");
    world.store.script(&[Mishap::Unheard]);
    world.dropped_guess(ADA, GOOD).await;
    assert_eq!(world.failures(ADA).await, 1, "one was cleared, and what was owed is written down");
    world.store.always(Mishap::None);
    assert_eq!(world.log_in(ADA, WRONG).await, Err(Denial::WrongPassword));
    assert_eq!(world.failures(ADA).await, 2);
}

/// A store that gives no answer to what was left is this attempt's fault too; nothing is verified before it does.
#[tokio::test]
async fn nothing_is_verified_before_it_is_known_what_became_of_a_dropped_guess() {
    let world = World::new();
    world.in_use(ADA, GOOD).await;
    world.store.script(&[Mishap::Lost]);
    world.dropped_guess(ADA, WRONG).await;
    let verified = world.hasher.verified();
    world.store.always(Mishap::Broken);
    let refused = world.public().authenticate(&email(ADA), &password(GOOD), None).await.unwrap_err();
    assert_eq!((refused.code(), world.hasher.verified()), ("broken", verified));
    world.store.always(Mishap::None);
    assert!(world.log_in(ADA, GOOD).await.is_ok());
    world.clock.advance(Span::seconds(1));
    assert_eq!(world.failures(ADA).await, 0, "counted, and cleared by the success");
}
