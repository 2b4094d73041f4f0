//! The quotas of origins: however many attempts come at once, and for all that costs a hash.

use accountable_core::{
    Authentication, MailOptions, Public, PublicError,
    domain::{Denial, Realm, Rules, Span},
};
use accountable_memory::CommitFault;

use crate::doors::world::{BETTER, GOOD, World, at_once, email, keys, on_each_store, password, until};

const ADA: &str = "ada@example.com";
const WRONG: &str = "not the password at all";

/// Guesses with a wrong password at so many addresses that nobody else guesses at, one after the other; the last answer.
async fn guess(public: &Public, name: &str, count: usize) -> Result<Authentication, PublicError> {
    let mut last = None;
    for at in 0..count {
        let address = email(&format!("{name}{at}@example.com"));
        last = Some(public.authenticate(&address, &password(WRONG), None).await);
    }
    last.unwrap()
}

/// The next commits do not reach the store, and that is known.
fn fail_commits(world: &World, count: usize) {
    world.store.inner().script(vec![CommitFault::Unavailable; count]);
}

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
        // The one that won is no failure and gives its place back: another may be hashed in it that read the record before.
        let hashed = world.probe.hashes() - before;
        assert!(hashed <= 100 + 1, "{hashed} were hashed");
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

    /// Log-in clause 11: while the store takes no commit but answers every load, no origin has more guesses hashed than its
    /// quota, over however many addresses; and what it owes is paid once the store is back, before anything is hashed.
    async fn what_the_store_did_not_take_is_owed_and_an_origin_keeps_to_its_quota(world) {
        world.in_use(ADA, GOOD).await;
        let (before, stranger) = (world.hasher.verified(), world.from("192.0.2.1"));
        fail_commits(&world, 150);
        let down = guess(&stranger, "u", 150).await;
        assert!(matches!(down, Err(PublicError::Failed(_))), "{down:?}");
        assert_eq!((world.store.inner().pending(), world.hasher.verified() - before), (0, 100));
        // Nobody else is held back by it, in the network around either, nor whoever is right.
        let owner = world.from("192.0.2.2").authenticate(&email(ADA), &password(GOOD), None).await;
        assert!(matches!(owner, Ok(Authentication::Granted { .. })), "{owner:?}");
        let paid = guess(&stranger, "v", 1).await;
        assert!(matches!(paid, Err(PublicError::TooMany { retry_after }) if retry_after == Span::seconds(36)), "{paid:?}");
        assert_eq!(world.hasher.verified() - before, 101);
        world.clock.advance(Span::seconds(36));
        assert!(matches!(guess(&stranger, "w", 1).await, Ok(Authentication::Denied(_))));
        assert!(matches!(guess(&stranger, "w", 1).await, Err(PublicError::TooMany { .. })));
        // No longer than the quota itself would.
        world.clock.advance(Span::hours(1));
        assert!(matches!(guess(&stranger, "x", 100).await, Ok(Authentication::Denied(_))));
        assert!(matches!(guess(&stranger, "x", 1).await, Err(PublicError::TooMany { .. })));
    }

    /// A few are paid by the next failure that is written down, along with its own.
    async fn the_next_failure_pays_what_was_owed_before_it(world) {
        world.meet_keys().await;
        let (before, stranger) = (world.hasher.verified(), world.from("192.0.2.1"));
        fail_commits(&world, 60);
        assert!(guess(&stranger, "u", 60).await.is_err());
        assert!(matches!(guess(&stranger, "v", 40).await, Ok(Authentication::Denied(_))));
        // In another process, which knows the level alone.
        let beside = World::beside(&world);
        let spent = guess(&beside.from("192.0.2.1"), "w", 1).await;
        assert!(matches!(spent, Err(PublicError::TooMany { .. })), "{spent:?}");
        assert_eq!((world.hasher.verified() - before, beside.hasher.verified()), (100, 0));
    }

    /// Whoever hangs up while a failure is on its way into a store that says nothing has guessed all the same.
    async fn who_hangs_up_while_a_failure_is_written_down_owes_it(world) {
        world.meet_keys().await;
        let before = world.hasher.verified();
        for at in 0..150 {
            let stranger = world.from("192.0.2.1");
            world.store.inner().script([CommitFault::UnknownNotApplied; 3]);
            let guessing = tokio::spawn(async move { guess(&stranger, &format!("u{at}-"), 1).await });
            until("the store was asked", || world.store.inner().pending() == 0 || guessing.is_finished()).await;
            guessing.abort();
            let _ = guessing.await;
        }
        assert_eq!(world.hasher.verified() - before, 100);
    }

    /// What was owed and never paid, since nobody came, is over when the quota would have granted as many again.
    async fn what_is_owed_is_worked_off_by_time(world) {
        world.meet_keys().await;
        let stranger = world.from("192.0.2.1");
        fail_commits(&world, 100);
        assert!(guess(&stranger, "u", 100).await.is_err());
        world.clock.advance(Span::seconds(36 * 40));
        assert!(matches!(guess(&stranger, "v", 40).await, Ok(Authentication::Denied(_))));
        assert!(matches!(guess(&stranger, "w", 1).await, Err(PublicError::TooMany { .. })));
    }

    /// Also where a guess counts against no address, or against one that owes a lock already.
    async fn whatever_a_guess_counts_as_is_owed(world) {
        world.in_use(ADA, GOOD).await;
        for _ in 0..10 {
            assert!(world.log_in(ADA, WRONG).await.is_err());
        }
        let fresh = "somebody@example.com";
        for (address, from) in [(ADA, "192.0.2.1"), (fresh, "198.51.100.1")] {
            let before = world.hasher.verified();
            fail_commits(&world, 150);
            for _ in 0..150 {
                let guess = world.from(from).authenticate(&email(address), &password(WRONG), None).await;
                assert!(matches!(guess, Err(PublicError::Failed(_))), "{guess:?}");
            }
            assert_eq!(world.hasher.verified() - before, 100, "{address}");
        }
    }

    /// A refusal that cost a hash is owed as a wrong guess is, if it could not be written down.
    async fn a_refusal_that_cost_a_hash_is_owed_if_it_could_not_be_written_down(world) {
        world.in_use(ADA, GOOD).await;
        let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        world.sweep().await;
        let (code, stranger) = (world.mailed_code(ADA), world.from("192.0.2.1"));
        let before = world.hasher.verified() + world.probe.hashes();
        fail_commits(&world, 150);
        for _ in 0..150 {
            let refused = stranger.choose_password(&code, &password(GOOD)).await;
            assert!(matches!(refused, Err(PublicError::Failed(_))), "{refused:?}");
        }
        assert_eq!(world.hasher.verified() + world.probe.hashes() - before, 100);
        let spent = stranger.choose_password(&code, &password(BETTER)).await;
        assert!(matches!(spent, Err(PublicError::TooMany { .. })), "{spent:?}");
        assert!(world.from("192.0.2.2").choose_password(&code, &password(BETTER)).await.is_ok());
    }
}
