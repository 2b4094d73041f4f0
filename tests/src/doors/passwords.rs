//! Passwords: changed by their owner, assigned by staff, never the same again.

use accountable_core::{
    DeliveryOptions, Error, PublicError,
    domain::{Denial, Refusal, Span, Violation},
};

use crate::doors::world::{BETTER, GOOD, on_each_store, password};

fn violations(outcome: Result<impl Sized, Error>) -> Vec<Violation> {
    match outcome {
        Err(Error::Refused(Refusal::WeakPassword(violations))) => violations,
        Err(other) => panic!("refused otherwise: {other}"),
        Ok(_) => panic!("accepted"),
    }
}

on_each_store! {
    __doors_passwords in passwords;
    async fn a_change_ends_other_sessions_and_renews_its_own(world) {
        world.in_use("ada@example.com", GOOD).await;
        let (here, there) = (world.log_in("ada@example.com", GOOD).await.unwrap(), world.log_in("ada@example.com", GOOD).await.unwrap());
        let owner = world.accounts.owner(here, Default::default());
        let renewed = owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap().stamp;
        let holds = |stamp| {
            let owner = world.accounts.owner(stamp, Default::default());
            async move { owner.is_current().await.unwrap() }
        };
        assert_eq!((holds(renewed).await, holds(here).await, holds(there).await), (true, false, false));
        assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::WrongPassword));
        assert!(world.log_in("ada@example.com", BETTER).await.is_ok());
        let late = world.accounts.owner(there, Default::default()).change_password(&password(BETTER), &password(GOOD)).await;
        assert_eq!(late.unwrap_err().code(), "session_ended");
    }

    async fn a_wrong_current_password_counts_as_a_failed_log_in(world) {
        world.in_use("ada@example.com", GOOD).await;
        let stamp = world.log_in("ada@example.com", GOOD).await.unwrap();
        let owner = world.accounts.owner(stamp, Default::default());
        for _ in 0..10 {
            let wrong = owner.change_password(&password("not the password"), &password(BETTER)).await;
            assert_eq!(wrong.unwrap_err().code(), "wrong_password");
        }
        let locked = owner.change_password(&password(GOOD), &password(BETTER)).await;
        assert_eq!(locked.unwrap_err().code(), "wrong_password");
        assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::Locked));
        world.clock.advance(Span::seconds(30));
        assert!(owner.change_password(&password(GOOD), &password(BETTER)).await.is_ok());
    }

    async fn the_current_password_is_no_new_one(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        assert_eq!(violations(world.admin().assign_password(id, &password(GOOD)).await), [Violation::SameAsCurrent]);
        let stamp = world.log_in("ada@example.com", GOOD).await.unwrap();
        let owner = world.accounts.owner(stamp, Default::default());
        assert_eq!(violations(owner.change_password(&password(GOOD), &password(GOOD)).await), [Violation::SameAsCurrent]);
    }

    async fn all_violations_are_told_at_once(world) {
        let id = world.register("lovelace@example.com").await;
        let told = violations(world.admin().assign_password(id, &password("lovelace1")).await);
        assert!(told.contains(&Violation::TooShort { least: 15, actual: 9 }), "{told:?}");
        assert!(told.len() >= 2, "{told:?}");
    }

    async fn an_assigned_password_is_changed_with_the_stamp_it_gives(world) {
        let id = world.register("ada@example.com").await;
        world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        let stamp = world.log_in("ada@example.com", GOOD).await.unwrap();
        let owner = world.accounts.owner(stamp, Default::default());
        owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
        world.clock.advance(Span::days(30));
        assert!(world.log_in("ada@example.com", BETTER).await.is_ok(), "no longer temporary");
    }

    async fn nothing_is_hashed_for_a_dead_code(world) {
        let id = world.register("ada@example.com").await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let code = world.mailed_code("ada@example.com");
        world.clock.advance(Span::hours(24));
        world.store.reset();
        let dead = world.public().choose_password(&code, &password("x")).await;
        assert!(matches!(dead, Err(PublicError::DeadCode)), "not a word of the password");
        let calls = world.store.calls();
        assert_eq!((calls.loads, calls.total(), world.hasher.verified()), (1, 1, 0));
    }

    /// No silent truncation: what comes after 72 octets counts.
    async fn every_octet_counts(world) {
        let long = format!("{}{}", "correct horse ".repeat(10), "A");
        let other = format!("{}{}", "correct horse ".repeat(10), "B");
        world.in_use("ada@example.com", &long).await;
        assert_eq!(world.log_in("ada@example.com", &other).await, Err(Denial::WrongPassword));
        assert!(world.log_in("ada@example.com", &long).await.is_ok());
    }
}
