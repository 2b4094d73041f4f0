//! Who is told of a lock: whoever has the address, once a day; and nobody notices whether anybody has.

use accountable_core::domain::{NoticeKind, Span, SuspensionReason};
use accountable_memory::Answer;

use crate::doors::world::{BETTER, GOOD, Post, World, email, on_each_store};

const ADA: &str = "ada@example.com";

async fn locks(world: &World, address: &str) {
    for _ in 0..10 {
        assert!(world.log_in(address, BETTER).await.is_err());
    }
}

fn told(world: &World, address: &str) -> usize {
    world.post_of(address).into_iter().filter(|post| *post == Post::Notice(NoticeKind::Locked)).count()
}

on_each_store! {
    __doors_lock_notice in lock_notice;
    async fn whoever_has_a_locked_address_is_told_at_most_once_a_day(world) {
        world.in_use(ADA, GOOD).await;
        locks(&world, ADA).await;
        world.sweep().await;
        assert_eq!(told(&world, ADA), 1);
        for _ in 0..10 {
            world.clock.advance(Span::hours(2));
            let _ = world.log_in(ADA, BETTER).await;
            world.sweep().await;
        }
        assert_eq!(told(&world, ADA), 1, "twenty hours and ten locks later");
        world.clock.advance(Span::hours(4));
        let _ = world.log_in(ADA, BETTER).await;
        world.sweep().await;
        assert_eq!(told(&world, ADA), 2);
    }

    /// A success between two locks does not make it twice a day.
    async fn a_success_in_between_does_not_make_it_twice_a_day(world) {
        world.in_use(ADA, GOOD).await;
        locks(&world, ADA).await;
        world.clock.advance(Span::seconds(30));
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        locks(&world, ADA).await;
        world.sweep().await;
        assert_eq!(told(&world, ADA), 1);
    }

    async fn an_address_that_nobody_has_locks_with_the_same_calls_and_mails_nothing(world) {
        world.in_use(ADA, GOOD).await;
        let mut seen = Vec::new();
        for address in [ADA, "eve@example.com"] {
            world.store.reset();
            locks(&world, address).await;
            seen.push(world.store.calls());
        }
        assert_eq!(seen[0], seen[1]);
        let before = world.mailer.count();
        assert_eq!(world.sweep().await.decided, 2, "both left an intent");
        assert_eq!((world.mailer.count(), told(&world, ADA)), (before + 1, 1));
        assert!(world.admin().account_by_email(&email("eve@example.com")).await.unwrap().is_none());
    }

    async fn nobody_is_told_who_gets_no_mail(world) {
        let id = world.in_use(ADA, GOOD).await;
        world.mailer.answer(email(ADA), Answer::NoSuchMailbox);
        let _ = world.public().request_password_reset(&email(ADA), Default::default()).await.unwrap();
        world.sweep().await;
        let attempts = world.mailer.attempts().len();
        locks(&world, ADA).await;
        world.sweep().await;
        assert_eq!(world.mailer.attempts().len(), attempts);

        let bob = world.in_use("bob@example.com", GOOD).await;
        locks(&world, "bob@example.com").await;
        world.admin().suspend(bob, &SuspensionReason::parse("unpaid").unwrap()).await.unwrap();
        world.sweep().await;
        assert_eq!(told(&world, "bob@example.com"), 0, "suspended before the courier came");
        assert!(world.view(id).await.undeliverable.is_some());
    }

    /// A notice is bounded by its day, not by the recipient's quota: an attacker can't spend it beforehand.
    async fn a_spent_quota_of_mails_does_not_keep_it_back(world) {
        world.in_use(ADA, GOOD).await;
        for _ in 0..6 {
            let _ = world.public().request_password_reset(&email(ADA), Default::default()).await.unwrap();
            world.sweep().await;
        }
        locks(&world, ADA).await;
        world.sweep().await;
        assert_eq!(told(&world, ADA), 1);
    }
}
