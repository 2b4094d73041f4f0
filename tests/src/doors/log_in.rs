//! Log-in: clauses 1 to 9, but the IP filter, expiry and foreign hashes.

use accountable_core::{
    Authentication, DeliveryOptions, PublicError,
    domain::{Denial, EventKind, MustChangeReason, Span},
};

use crate::doors::world::{BETTER, GOOD, World, at_once, email, on_each_store, password};

const WRONG: &str = "not the password at all";

/// How many results came back as wrong passwords: each a guess that, had it been right, would have let in.
fn answered(outcomes: &[Result<(), Denial>]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, Ok(()) | Err(Denial::WrongPassword))).count()
}

async fn guesses(world: &World, count: usize, typed: &'static str) -> Vec<Result<(), Denial>> {
    at_once(count, |_| {
        let public = world.public();
        async move {
            match public.authenticate(&email("ada@example.com"), &password(typed), None).await.unwrap() {
                Authentication::Granted { .. } | Authentication::MustChange { .. } => Ok(()),
                Authentication::Denied(why) => Err(*why.for_logs()),
            }
        }
    })
    .await
}

on_each_store! {
    __doors_log_in in log_in;
    async fn the_right_password_lets_in_and_a_wrong_one_does_not(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        assert_eq!(world.log_in("ADA@example.com", GOOD).await.unwrap().account, id);
        assert_eq!(world.log_in("ada@example.com", WRONG).await, Err(Denial::WrongPassword));
        assert_eq!(world.log_in("bob@example.com", GOOD).await, Err(Denial::UnknownAddress));
    }

    /// Invariant 11.
    async fn an_unset_password_verifies_nothing(world) {
        world.register("ada@example.com").await;
        for typed in [GOOD, "null", " ", "0"] {
            assert_eq!(world.log_in("ada@example.com", typed).await, Err(Denial::NoPassword));
        }
        assert_eq!(world.probe.real_verifications(), 0);
    }

    /// Clause 1: known or not, a failure is one load, one commit and one verification.
    async fn clause_1_every_failure_makes_the_same_port_calls(world) {
        world.in_use("ada@example.com", GOOD).await;
        world.register("new@example.com").await;
        for _ in 0..10 {
            let _ = world.log_in("locked@example.com", WRONG).await;
        }
        let mut seen = Vec::new();
        for address in ["ada@example.com", "new@example.com", "nobody@example.com", "locked@example.com"] {
            world.store.reset();
            let before = world.hasher.verified();
            assert!(world.log_in(address, WRONG).await.is_err());
            seen.push((world.store.calls(), world.hasher.verified() - before));
        }
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
        assert_eq!((seen[0].0.loads, seen[0].0.commits, seen[0].0.total(), seen[0].1), (1, 1, 2, 1));
    }

    /// Clause 2 and invariant 13: the bound, with guesses that run to their end.
    async fn clause_2_a_thousand_guesses_at_once_keep_the_bound(world) {
        world.in_use("ada@example.com", GOOD).await;
        let outcomes = guesses(&world, 1_000, WRONG).await;
        assert!(world.probe.real_verifications() <= 10, "{}", world.probe.real_verifications());
        assert_eq!(answered(&outcomes), 10, "ten failures are what it takes to lock");
        assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::Locked));
    }

    /// Clause 2: after a lock there is room for one guess, however many try.
    async fn clause_2_after_a_lock_one_guess_is_verified(world) {
        world.in_use("ada@example.com", GOOD).await;
        guesses(&world, 10, WRONG).await;
        world.clock.advance(Span::seconds(30));
        let before = world.probe.real_verifications();
        let outcomes = guesses(&world, 200, WRONG).await;
        assert_eq!((answered(&outcomes), world.probe.real_verifications() - before), (1, 1));
    }

    /// Clause 2: the bound holds for results that are released, whatever tasks are dropped wherever they are.
    async fn clause_2_dropped_guesses_neither_pass_the_bound_nor_block_the_owner(world) {
        world.in_use("ada@example.com", GOOD).await;
        let outcomes = at_once(1_000, |at| {
            let public = world.public();
            async move {
                let (address, typed) = (email("ada@example.com"), password(WRONG));
                let guess = public.authenticate(&address, &typed, None);
                // Two of three are dropped after a few polls, wherever they stand by then.
                match at % 3 {
                    0 => Some(guess.await.unwrap()),
                    _ => after_polls(guess, at % 7).await.map(Result::unwrap),
                }
            }
        })
        .await;
        let released = outcomes.iter().flatten().filter(|outcome| match outcome {
            Authentication::Denied(why) => *why.for_logs() == Denial::WrongPassword,
            _ => true,
        });
        let released = released.count();
        assert!(released <= 10, "{released}");
        world.clock.advance(Span::minutes(15));
        // What dropped guesses owe is paid by the first who comes; then nothing holds the owner back.
        if world.log_in("ada@example.com", GOOD).await == Err(Denial::Locked) {
            world.clock.advance(Span::minutes(15));
        }
        assert!(world.log_in("ada@example.com", GOOD).await.is_ok(), "no lane is left blocked, no debt unpayable");
    }

    /// Clause 2: a failure that is known and not counted is owed: the store is down, then up again.
    async fn clause_2_failures_that_could_not_be_counted_are_counted_by_the_next(world) {
        world.in_use("ada@example.com", GOOD).await;
        for _ in 0..9 {
            world.store.inner().script([accountable_memory::CommitFault::Unavailable]);
            let outcome = world.public().authenticate(&email("ada@example.com"), &password(WRONG), None).await;
            assert!(matches!(outcome, Err(PublicError::Failed(_))));
        }
        assert_eq!(world.log_in("ada@example.com", WRONG).await, Err(Denial::WrongPassword));
        assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::Locked), "ten failures, of which nine were owed");
    }

    /// Clause 2: debts that fill the room are paid before anything is verified.
    async fn clause_2_while_debts_fill_the_room_nothing_is_verified(world) {
        world.in_use("ada@example.com", GOOD).await;
        for _ in 0..10 {
            world.store.inner().script([accountable_memory::CommitFault::Unavailable]);
            let _ = world.public().authenticate(&email("ada@example.com"), &password(WRONG), None).await;
        }
        let before = world.probe.real_verifications();
        assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::Locked));
        assert_eq!(world.probe.real_verifications(), before);
    }

    /// Clause 3: a password that is changed while an old one waits in the hasher voids the old log-in.
    async fn clause_3_a_change_during_verification_voids_its_result(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        world.hasher.hold();
        let public = world.public();
        let waiting = tokio::spawn(async move { public.authenticate(&email("ada@example.com"), &password(GOOD), None).await });
        world.hasher.held(1).await;
        let admin = world.admin();
        let assigning = tokio::spawn(async move { admin.assign_password(id, &password(BETTER)).await });
        // The assignment asks whether the new password is the current one.
        world.hasher.held(2).await;
        world.hasher.open();
        assigning.await.unwrap().unwrap();
        let outcome = waiting.await.unwrap().unwrap();
        // Whichever came first: a stamp that is granted does not outlive the change.
        match outcome {
            Authentication::Denied(why) => assert_eq!(*why.for_logs(), Denial::Overtaken),
            Authentication::Granted { stamp, .. } => {
                let owner = world.accounts.owner(stamp, Default::default());
                assert!(!owner.is_current().await.unwrap());
            }
            Authentication::MustChange { .. } => panic!("the old password is not the assigned one"),
        }
    }

    /// Clause 3, in one order: the change is durable before the old result returns.
    async fn clause_3_a_result_that_returns_after_the_change_is_denied(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        world.hasher.hold();
        let public = world.public();
        let waiting = tokio::spawn(async move { public.authenticate(&email("ada@example.com"), &password(GOOD), None).await });
        world.hasher.held(1).await;
        // Another process, with a hasher of its own, assigns a password.
        let elsewhere = World::beside(&world);
        elsewhere.admin().assign_password(id, &password(BETTER)).await.unwrap();
        world.hasher.open();
        let Authentication::Denied(why) = waiting.await.unwrap().unwrap() else { panic!("an old password let in") };
        assert_eq!(*why.for_logs(), Denial::Overtaken);
    }

    /// Clause 4: parallel right ones never refuse each other, and write nothing.
    async fn clause_4_a_thousand_right_log_ins_at_once_all_succeed(world) {
        world.in_use("ada@example.com", GOOD).await;
        world.store.reset();
        let outcomes = guesses(&world, 1_000, GOOD).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1_000);
        let calls = world.store.calls();
        assert_eq!(calls.commits, 0);
        assert_eq!(calls.loads, 2_000);
    }

    /// Clause 4, with something to clear: the right ones still all get in.
    async fn clause_4_right_log_ins_after_failures_all_succeed(world) {
        world.in_use("ada@example.com", GOOD).await;
        guesses(&world, 7, WRONG).await;
        let outcomes = guesses(&world, 100, GOOD).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 100);
        guesses(&world, 9, WRONG).await;
        assert!(world.log_in("ada@example.com", GOOD).await.is_ok(), "the seven were forgotten");
    }

    /// Clause 5: locks of 30 s, doubling; the hundredth failure disables until the password is replaced.
    async fn clause_5_failures_lock_and_at_last_disable(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        guesses(&world, 10, WRONG).await;
        world.clock.advance(Span::micros(29_999_999));
        assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::Locked));
        world.clock.advance(Span::micros(1));
        for _ in 10..100 {
            assert_eq!(world.log_in("ada@example.com", WRONG).await, Err(Denial::WrongPassword));
            world.clock.advance(Span::minutes(15));
        }
        world.clock.advance(Span::days(30));
        assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::Disabled));
        let events = world.history(id).await;
        assert_eq!(events.iter().filter(|event| matches!(event.what, EventKind::Locked { .. })).count(), 90);
        assert_eq!(events.iter().filter(|event| matches!(event.what, EventKind::Disabled { .. })).count(), 1);
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        assert!(world.log_in("ada@example.com", BETTER).await.is_ok());
    }

    /// Clause 5: a right password at a lock neither counts nor clears.
    async fn clause_5_an_attempt_at_a_lock_neither_counts_nor_clears(world) {
        world.in_use("ada@example.com", GOOD).await;
        guesses(&world, 10, WRONG).await;
        for _ in 0..20 {
            assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::Locked));
        }
        world.clock.advance(Span::seconds(30));
        assert!(world.log_in("ada@example.com", GOOD).await.is_ok());
    }

    /// Clause 5: an address that nobody has locks in the same way.
    async fn clause_5_an_unknown_address_locks_like_a_known_one(world) {
        for _ in 0..10 {
            assert_eq!(world.log_in("nobody@example.com", WRONG).await, Err(Denial::UnknownAddress));
        }
        assert_eq!(world.log_in("nobody@example.com", WRONG).await, Err(Denial::Locked));
    }

    /// Clause 5: an origin that failed a hundred times is refused before any hash, also with a right password; a
    /// success does not clear it, and others are not touched.
    async fn clause_5_an_origin_has_a_quota_of_failures(world) {
        world.in_use("ada@example.com", GOOD).await;
        let attacker = world.from("192.0.2.1");
        for at in 0..100 {
            let _ = attacker.authenticate(&email(&format!("u{at}@example.com")), &password(WRONG), None).await.unwrap();
        }
        let before = world.hasher.verified();
        let refused = attacker.authenticate(&email("ada@example.com"), &password(GOOD), None).await;
        assert!(matches!(refused, Err(PublicError::TooMany { retry_after }) if retry_after == Span::seconds(36)));
        assert_eq!(world.hasher.verified(), before, "before any hash");
        let elsewhere = world.from("192.0.2.2").authenticate(&email("ada@example.com"), &password(GOOD), None).await.unwrap();
        assert!(matches!(elsewhere, Authentication::Granted { .. }));
        world.clock.advance(Span::seconds(36));
        let again = attacker.authenticate(&email("ada@example.com"), &password(GOOD), None).await.unwrap();
        assert!(matches!(again, Authentication::Granted { .. }));
    }

    /// A success clears only its own account's counter.
    async fn clause_5_a_success_clears_its_own_counter_only(world) {
        world.in_use("ada@example.com", GOOD).await;
        world.in_use("eve@example.com", BETTER).await;
        for _ in 0..3 {
            for _ in 0..3 {
                let _ = world.log_in("ada@example.com", WRONG).await;
            }
            assert!(world.log_in("eve@example.com", BETTER).await.is_ok());
        }
        let _ = world.log_in("ada@example.com", WRONG).await;
        assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::Locked));
    }

    /// Clause 7: an assigned password lets in to be changed, and lapses after 72 h.
    async fn clause_7_an_assigned_password_must_be_changed_within_72_h(world) {
        let id = world.register("ada@example.com").await;
        world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        let outcome = world.public().authenticate(&email("ada@example.com"), &password(GOOD), None).await.unwrap();
        assert!(matches!(outcome, Authentication::MustChange { reason: MustChangeReason::Assigned, .. }));
        world.clock.advance(Span::hours(72));
        assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::Lapsed));
    }

    /// Clause 9: a stamp holds until its epoch is over.
    async fn clause_9_a_new_password_ends_every_session(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        let stamp = world.log_in("ada@example.com", GOOD).await.unwrap();
        let owner = world.accounts.owner(stamp, Default::default());
        assert!(owner.is_current().await.unwrap());
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        assert!(!owner.is_current().await.unwrap());
    }

    /// A stranger's guess touches neither the account's row nor its version.
    async fn a_guess_touches_no_account(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        let before = world.admin().account(id).await.unwrap();
        guesses(&world, 30, WRONG).await;
        assert_eq!(world.admin().account(id).await.unwrap(), before);
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await;
    }
}

/// The future's output, unless it takes more polls than this: then it is dropped, wherever it stands.
async fn after_polls<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = Box::pin(future);
    for _ in 0..=polls {
        let mut polled = None;
        std::future::poll_fn(|context| {
            polled = match future.as_mut().poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            };
            std::task::Poll::Ready(())
        })
        .await;
        if polled.is_some() {
            return polled;
        }
        tokio::task::yield_now().await;
    }
    None
}
