//! What goes wrong between two steps: debts that a lost race took along, claims that wait, stores that fall silent.

use accountable_core::{
    Authentication, Delivery, DeliveryOptions, Error, MailOptions, PublicError,
    domain::{
        AccountId, Address, CommitId, Denial, Happened, Life, Realm, Refusal, Span, Suppression,
        SuppressionScope, Undeliverable,
    },
    port::{Commit, Store as _, Swap, Who, Write},
};
use accountable_memory::{Answer, CommitFault};

use crate::world::{GOOD, World, email, keys, on_each_store, password, until};

const WRONG: &str = "not the password at all";

async fn queue(world: &World, address: &str) -> AccountId {
    let id = world.register(address).await;
    let later = DeliveryOptions::default().with_wait(Span::ZERO);
    assert_eq!(world.admin().request_password_set(id, later).await.unwrap(), Delivery::Queued);
    id
}

on_each_store! {
    /// Log-in clause 2: a right password took debts along, and then a lock overtook it: they are owed as before.
    async fn debts_that_an_overtaken_log_in_took_along_stay_owed(world) {
        world.in_use("ada@example.com", GOOD).await;
        world.store.inner().script([CommitFault::Unavailable]);
        let lost = world.public().authenticate(&email("ada@example.com"), &password(WRONG)).await;
        assert!(matches!(lost, Err(PublicError::Failed(_))), "one failure is owed");

        // The right one pays the debt by a commit that does not get through at once.
        world.store.inner().script([CommitFault::UnknownNotApplied; 3]);
        let public = world.public();
        let right = tokio::spawn(async move { public.authenticate(&email("ada@example.com"), &password(GOOD)).await });
        until(|| {
            world.store.inner().pending() == 0 && world.clock.sleepers() >= 2
        })
        .await;
        let elsewhere = World::beside(&world);
        for _ in 0..10 {
            assert_eq!(elsewhere.log_in("ada@example.com", WRONG).await, Err(Denial::WrongPassword));
        }
        world.clock.advance(Span::millis(50));
        let Authentication::Denied(why) = right.await.unwrap().unwrap() else { panic!("let in through a lock") };
        assert_eq!(*why.for_logs(), Denial::Overtaken);

        world.clock.advance(Span::seconds(30));
        let before = world.hasher.verified();
        assert_eq!(world.log_in("ada@example.com", GOOD).await, Err(Denial::Locked), "the debt fills the room of one");
        assert_eq!(world.hasher.verified(), before + 1, "a decoy");
        world.clock.advance(Span::seconds(60));
        assert!(world.log_in("ada@example.com", GOOD).await.is_ok(), "and is paid");
    }

    /// What is claimed is delivered at once: no claim lapses while it waits for its turn.
    async fn a_sweep_claims_no_more_than_it_delivers_at_once(world) {
        for at in 0..40 {
            queue(&world, &format!("u{at}@example.com")).await;
        }
        world.mailer.answer_all(Answer::Hang);
        let accounts = world.accounts.clone();
        let slow = tokio::spawn(async move { accounts.sweep(100).await });
        until(|| world.mailer.hanging() == 32).await;
        let elsewhere = World::beside(&world);
        assert_eq!(elsewhere.accounts.sweep(100).await.unwrap().delivered, 8);
        slow.abort();
    }

    /// A caller's patience never outlasts the claim: a courier would send a second copy meanwhile.
    async fn nobody_waits_for_a_mail_server_longer_than_a_delivery_may_take(world) {
        let id = world.register("ada@example.com").await;
        world.mailer.answer_all(Answer::Hang);
        let admin = world.admin();
        let patient = DeliveryOptions::default().with_wait(Span::hours(1));
        let asked = tokio::spawn(async move { admin.request_password_set(id, patient).await });
        until(|| world.mailer.hanging() == 1 && world.clock.sleepers() > 0).await;
        world.clock.advance(Span::seconds(60));
        until(|| world.mailer.hanging() == 0).await;
        assert_eq!(asked.await.unwrap().unwrap(), Delivery::Queued);
    }

    /// The server took the mail while the store was away for a moment: that is written down when it is back.
    async fn a_delivered_mail_is_not_sent_again_since_the_store_was_away_for_a_moment(world) {
        queue(&world, "ada@example.com").await;
        world.store.inner().script([CommitFault::Unavailable; 3]);
        let accounts = world.accounts.clone();
        let sweep = tokio::spawn(async move { accounts.sweep(10).await });
        world.meanwhile(|| sweep.is_finished()).await;
        assert_eq!(sweep.await.unwrap().unwrap().delivered, 1);
        world.clock.advance(Span::hours(1));
        world.accounts.sweep(10).await.unwrap();
        assert_eq!(world.mailer.count(), 1);
    }

    /// Invariant 9: a mail whose every attempt ends unknown is given up too.
    async fn a_mail_that_hangs_each_time_is_given_up_when_its_attempts_are_spent(world) {
        let id = queue(&world, "ada@example.com").await;
        world.mailer.answer_all(Answer::Hang);
        let mut dead = 0;
        for _ in 0..100 {
            let accounts = world.accounts.clone();
            let sweep = tokio::spawn(async move { accounts.sweep(10).await.unwrap() });
            until(|| (world.mailer.hanging() > 0 && world.clock.sleepers() > 0) || sweep.is_finished()).await;
            world.clock.advance(Span::seconds(60));
            until(|| sweep.is_finished()).await;
            let swept = sweep.await.unwrap();
            dead += swept.dead;
            let Some(due) = swept.next_due else { break };
            world.clock.advance(due.since(accountable_core::port::Clock::now(&world.clock)));
        }
        assert_eq!((dead, world.mailer.attempts().len()), (1, 30));
        let died = |event: &accountable_core::domain::Event| matches!(event.what, Happened::MailDied { .. });
        assert_eq!(world.history(id).await.iter().filter(|event| died(event)).count(), 1);
    }

    /// A complaint holds back what strangers cause; a mailbox that is gone holds back everything.
    async fn a_mailbox_that_is_gone_weighs_more_than_a_complaint(world) {
        let id = world.register("ada@example.com").await;
        let tag = keys().address_tag(&Realm::default(), &email("ada@example.com"));
        let complaint = Suppression {
            cause: Undeliverable::Rejected,
            scope: SuppressionScope::StrangerCaused,
            evidence: "complaint".into(),
            at: accountable_core::port::Clock::now(&world.clock),
        };
        let record = Address { suppression: Some(complaint), ..Address::new(tag) };
        let commit = Commit::new(CommitId::from_bytes([9; 16]), vec![Write::Address(Swap::create(record))], vec![]);
        world.store.commit(&commit.unwrap()).await.unwrap();

        let _ = world.public().request_password_reset(&email("ada@example.com"), MailOptions::default()).await.unwrap();
        world.accounts.sweep(10).await.unwrap();
        assert_eq!(world.mailer.attempts().len(), 0, "a stranger's request is held back");
        world.mailer.answer_all(Answer::NoSuchMailbox);
        let asked = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(asked, Delivery::Undeliverable(Undeliverable::NoSuchMailbox), "staff's is not");
        world.clock.advance(Span::hours(1));
        let again = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap_err();
        let gone = Refusal::AddressUndeliverable { cause: Undeliverable::NoSuchMailbox };
        assert!(matches!(again, Error::Refused(refusal) if refusal == gone));
    }

    /// A store that no longer answers holds up neither the courier nor its end.
    async fn a_courier_outlives_a_store_that_is_silent(world) {
        queue(&world, "ada@example.com").await;
        world.store.inner().set_silent(true);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let courier = tokio::spawn(world.accounts.clone().run_courier(async move {
            let _ = stopped.await;
        }));
        until(|| world.clock.sleepers() > 0).await;
        world.store.inner().set_silent(false);
        world.clock.advance(Span::seconds(30));
        world.meanwhile(|| world.mailer.count() > 0).await;
        world.store.inner().set_silent(true);
        stop.send(()).unwrap();
        world.meanwhile(|| courier.is_finished()).await;
    }

    /// Log-in clause 5: an origin's quota refuses new attempts, and keeps no failure of old ones from being counted.
    async fn failures_beyond_an_origins_quota_are_counted(world) {
        world.hasher.hold();
        let guesses: Vec<_> = (0..150)
            .map(|at| {
                let stranger = world.from("192.0.2.1");
                tokio::spawn(async move {
                    stranger.authenticate(&email(&format!("u{at}@example.com")), &password(WRONG)).await
                })
            })
            .collect();
        world.hasher.held(150).await;
        world.hasher.open();
        for guess in guesses {
            assert!(matches!(guess.await.unwrap(), Ok(Authentication::Denied(_))));
        }
        let refused = world.from("192.0.2.1").authenticate(&email("x@example.com"), &password(WRONG)).await;
        assert!(matches!(refused, Err(PublicError::TooMany { .. })));
    }

    /// Log-in clause 3: the same password under a new seal is verified once more, and lets in.
    async fn a_password_that_is_sealed_anew_meanwhile_lets_in(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        world.hasher.hold();
        let before = world.hasher.verified();
        let public = world.public();
        let guess = tokio::spawn(async move { public.authenticate(&email("ada@example.com"), &password(GOOD)).await });
        world.hasher.held(1).await;
        let stored = world.store.load(&Who::id(id)).await.unwrap().account.unwrap();
        let mut account = stored.value.clone();
        let Life::Live(facts) = &mut account.life else { panic!("an account in use") };
        let credential = facts.password.as_mut().unwrap();
        let phc = keys().open_hash(&account.realm, id, &credential.hash).unwrap();
        credential.hash = keys().seal_hash(&account.realm, id, [5; 24], &phc);
        let commit = Commit::new(CommitId::from_bytes([9; 16]), vec![Write::Account(Swap::replace(stored, account))], vec![]);
        world.store.commit(&commit.unwrap()).await.unwrap();
        world.hasher.open();
        assert!(matches!(guess.await.unwrap().unwrap(), Authentication::Granted(_)));
        assert_eq!(world.hasher.verified() - before, 2);
    }
}
