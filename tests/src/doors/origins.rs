//! The quotas of origins: however many attempts come at once, and for all that costs a hash.

use accountable_core::{
    Authentication, MailOptions, PublicError,
    domain::{Denial, Realm, Rules, Span},
};

use crate::doors::world::{BETTER, GOOD, World, at_once, email, keys, on_each_store, password};

const ADA: &str = "ada@example.com";
const WRONG: &str = "not the password at all";

on_each_store! {
    __doors_origins in origins;
    /// Log-in clause 11: of 400 guesses at 400 addresses at once, as many are hashed as one after the other.
    async fn of_any_number_of_guesses_at_once_an_origin_gets_its_quota_hashed(world) {
        let before = world.hasher.verified();
        world.hasher.hold();
        let guesses = (0..400).map(|at| {
            let public = world.from("192.0.2.1");
            tokio::spawn(async move {
                public.authenticate(&email(&format!("u{at}@example.com")), &password(WRONG), None).await
            })
        });
        let guesses: Vec<_> = guesses.collect();
        world.hasher.held(100).await;
        // A hundred under way: the others wait, and say nothing yet.
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        assert!(guesses.iter().all(|guess| !guess.is_finished()));
        world.hasher.open();
        let mut spent = 0;
        for guess in guesses {
            match guess.await.unwrap() {
                Err(PublicError::TooMany { retry_after }) => {
                    assert_eq!(retry_after, Span::seconds(36));
                    spent += 1;
                }
                other => assert!(matches!(other, Ok(Authentication::Denied(_))), "{other:?}"),
            }
        }
        assert_eq!((spent, world.hasher.verified() - before), (300, 100));
    }

    /// What is under way may turn out well: right ones of one origin never refuse each other.
    async fn right_log_ins_of_one_origin_wait_for_each_other_and_all_succeed(world) {
        world.in_use(ADA, GOOD).await;
        for at in 0..95 {
            let guess = world.from("192.0.2.1").authenticate(&email(&format!("u{at}@example.com")), &password(WRONG), None).await;
            assert!(matches!(guess, Ok(Authentication::Denied(_))));
        }
        let outcomes = at_once(100, |_| {
            let public = world.from("192.0.2.1");
            async move { public.authenticate(&email(ADA), &password(GOOD), None).await }
        })
        .await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Authentication::Granted { .. }))));
    }

    /// A candidate that is refused without a hash is never hashed; one that is refused by a hash counts as a failed log-in.
    async fn a_refused_password_counts_for_its_origin_where_it_was_hashed_and_only_there(world) {
        world.in_use(ADA, GOOD).await;
        let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        world.sweep().await;
        let code = world.mailed_code(ADA);
        let stranger = world.from("192.0.2.1");
        let before = world.hasher.verified() + world.probe.hashes();
        for _ in 0..300 {
            let refused = stranger.choose_password(&code, &password("x")).await;
            assert!(matches!(refused, Err(PublicError::WeakPassword(_))), "{refused:?}");
        }
        assert_eq!(world.hasher.verified() + world.probe.hashes(), before);
        let outcomes = at_once(300, |_| {
            let (stranger, code) = (stranger.clone(), code.clone());
            async move { stranger.choose_password(&code, &password(GOOD)).await }
        })
        .await;
        let weak = outcomes.iter().filter(|outcome| matches!(outcome, Err(PublicError::WeakPassword(_)))).count();
        let spent = outcomes.iter().filter(|outcome| matches!(outcome, Err(PublicError::TooMany { .. }))).count();
        assert_eq!((weak, spent, world.hasher.verified() + world.probe.hashes() - before), (100, 200, 100));
        let spent = stranger.authenticate(&email(ADA), &password(GOOD), None).await;
        assert!(matches!(spent, Err(PublicError::TooMany { .. })), "it is one quota");
        assert!(world.from("192.0.2.2").choose_password(&code, &password(BETTER)).await.is_ok(), "no refusal consumed it");
    }

    /// A code that is redeemed by many at once: whoever comes too late has been hashed for, and counts.
    async fn who_races_for_one_code_is_hashed_for_within_the_quota(world) {
        world.in_use(ADA, GOOD).await;
        let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        world.sweep().await;
        let code = world.mailed_code(ADA);
        let before = world.probe.hashes();
        let outcomes = at_once(300, |_| {
            let (stranger, code) = (world.from("192.0.2.1"), code.clone());
            async move { stranger.choose_password(&code, &password(BETTER)).await }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(world.probe.hashes() - before <= 100);
    }

    /// Signed in, with the right password: what is refused after it was hashed counts for the origin too.
    async fn an_owners_refused_password_counts_for_the_origin(world) {
        world.in_use(ADA, GOOD).await;
        let stamp = world.log_in(ADA, GOOD).await.unwrap();
        let owner = world.accounts.owner(stamp, "192.0.2.1".parse::<std::net::IpAddr>().unwrap().into());
        for _ in 0..100 {
            let same = owner.change_password(&password(GOOD), &password(GOOD)).await.unwrap_err();
            assert_eq!(same.code(), "weak_password");
        }
        let spent = owner.change_password(&password(GOOD), &password(GOOD)).await.unwrap_err();
        assert_eq!((spent.code(), spent.retry_after()), ("throttled", Some(Span::seconds(36))));
        let before = world.hasher.verified();
        let short = owner.change_password(&password(WRONG), &password("x")).await.unwrap_err();
        assert_eq!((short.code(), world.hasher.verified()), ("weak_password", before), "neither is hashed");
    }

    /// No realm's settings touch another's: one that forgets within a minute gives nobody more guesses at the other's.
    async fn a_realm_that_forgets_soon_gives_no_guesses_at_anothers_account(world) {
        world.in_use(ADA, GOOD).await;
        let mut rules = Rules::default();
        rules.lock_out.forget_after = Span::minutes(1);
        rules.lock_out.longest_lock = Span::minutes(1);
        let hasty = World::beside_with(&world, 77, keys(), move |builder| {
            builder.realm(Realm::parse("hasty").unwrap()).rules(rules)
        });
        let mut verified = 0;
        for _ in 0..450 {
            verified += usize::from(world.log_in(ADA, WRONG).await == Err(Denial::WrongPassword));
            let _ = hasty.log_in(ADA, WRONG).await;
            world.clock.advance(Span::minutes(2));
            hasty.sweep().await;
        }
        assert!(verified < 100, "{verified} of 450");
    }

    /// Log-in clause 11: what is under way is given up however an attempt ends, or its caller goes.
    async fn whatever_became_of_those_before_an_origin_has_its_whole_quota(world) {
        world.in_use(ADA, GOOD).await;
        let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        world.sweep().await;
        let (code, stranger) = (world.mailed_code(ADA), world.from("192.0.2.1"));
        for _ in 0..60 {
            let right = stranger.authenticate(&email(ADA), &password(GOOD), None).await;
            assert!(matches!(right, Ok(Authentication::Granted { .. })));
            let weak = stranger.choose_password(&code, &password("x")).await;
            assert!(matches!(weak, Err(PublicError::WeakPassword(_))));
        }
        world.hasher.hold();
        let gone = (0..60).map(|at| {
            let (stranger, code) = (stranger.clone(), code.clone());
            tokio::spawn(async move {
                if at % 2 == 0 {
                    let _ = stranger.choose_password(&code, &password(BETTER)).await;
                } else {
                    let unknown = email(&format!("u{at}@example.com"));
                    let _ = stranger.authenticate(&unknown, &password(WRONG), None).await;
                }
            })
        });
        let gone: Vec<_> = gone.collect();
        world.hasher.held(60).await;
        for call in gone {
            call.abort();
            assert!(call.await.is_err());
        }
        world.hasher.open();
        let outcomes = at_once(100, |at| {
            let stranger = stranger.clone();
            async move { stranger.authenticate(&email(&format!("v{at}@example.com")), &password(WRONG), None).await }
        })
        .await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Authentication::Denied(_)))));
        let spent = stranger.choose_password(&code, &password(BETTER)).await;
        assert!(matches!(spent, Err(PublicError::TooMany { .. })), "{spent:?}");
    }
}
