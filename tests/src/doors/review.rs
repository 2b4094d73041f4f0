//! What goes wrong between two steps: debts that a lost race took along, claims that wait, stores that fall silent.

use accountable_core::{
    Accounts, Authentication, Delivery, DeliveryOptions, Error, Fault, Machine, MailOptions, NewAccount,
    PublicError,
    domain::{
        AccountId, Actor, Address, CodeState, CommitId, Denial, EventKind, Facts, FormerMailbox, KeyId,
        Keyring, Life, LinkUrl, Links, MailKind, Mailbox, Origin, Realm, Refusal, Span, Suppression,
        SuppressionScope, Timestamp, Undeliverable, Version,
    },
    port::{Commit, Store as _, Swap, Who, Write},
};
use accountable_memory::{Answer, CommitFault, SeededEntropy};

use crate::doors::world::{BETTER, GOOD, World, email, keys, on_each_store, password, until};

const WRONG: &str = "not the password at all";

async fn queue(world: &World, address: &str) -> AccountId {
    let id = world.register(address).await;
    let later = DeliveryOptions::default().with_wait(Span::ZERO);
    assert_eq!(world.admin().request_password_set(id, later).await.unwrap(), Delivery::Queued);
    id
}

/// Makes of an account what no door makes of it yet.
async fn rewrite(world: &World, id: AccountId, change: impl FnOnce(&mut Facts, Timestamp)) {
    let stored = world.store.load(&Who::id(id)).await.unwrap().account.unwrap();
    let mut account = stored.value.clone();
    let Life::Live(facts) = &mut account.life else { panic!("a live account") };
    change(facts, accountable_core::port::Clock::now(&world.clock));
    account.version = account.version.next();
    let write = Write::Account(Swap::replace(stored, account));
    world
        .store
        .commit(&Commit::new(CommitId::from_bytes([8; 16]), vec![write], vec![]).unwrap())
        .await
        .unwrap();
}

on_each_store! {
    __doors_review in review;
    /// Log-in clause 2: a right password took debts along, and then a lock overtook it: they are owed as before.
    async fn debts_that_an_overtaken_log_in_took_along_stay_owed(world) {
        world.in_use("ada@example.com", GOOD).await;
        world.store.inner().script([CommitFault::Unavailable]);
        let lost = world.public().authenticate(&email("ada@example.com"), &password(WRONG), None).await;
        assert!(matches!(lost, Err(PublicError::Failed(_))), "one failure is owed");

        // The right one pays the debt by a commit that does not get through at once.
        world.store.inner().script([CommitFault::UnknownNotApplied; 3]);
        let public = world.public();
        let right = tokio::spawn(async move { public.authenticate(&email("ada@example.com"), &password(GOOD), None).await });
        until("the commit is offered again after a pause", || {
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
        for at in 0..72 {
            queue(&world, &format!("u{at}@example.com")).await;
        }
        world.mailer.answer_all(Answer::Hang);
        let accounts = world.accounts.clone();
        let slow = tokio::spawn(async move { accounts.sweep(100).await });
        until("as many hang as can at once", || world.mailer.hanging() == 64).await;
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
        until("the server hangs", || world.hangs()).await;
        world.clock.advance(Span::seconds(60));
        until("it is let go", || world.mailer.hanging() == 0).await;
        assert_eq!(asked.await.unwrap().unwrap(), Delivery::Queued);
    }

    /// The server took the mail while the store was away for a moment: that is written down when it is back.
    async fn a_delivered_mail_is_not_sent_again_since_the_store_was_away_for_a_moment(world) {
        queue(&world, "ada@example.com").await;
        world.store.inner().script([CommitFault::Unavailable; 3]);
        let accounts = world.accounts.clone();
        let sweep = tokio::spawn(async move { accounts.sweep(10).await });
        world.meanwhile("it is written down", || sweep.is_finished()).await;
        assert_eq!(sweep.await.unwrap().unwrap().delivered, 1);
        world.clock.advance(Span::hours(1));
        world.accounts.sweep(10).await.unwrap();
        assert_eq!(world.mailer.count(), 1);
    }

    /// Invariant 9: a mail over which each courier dies is given up too.
    async fn a_mail_over_which_each_courier_dies_is_given_up_when_its_attempts_are_spent(world) {
        let id = queue(&world, "ada@example.com").await;
        world.mailer.answer_all(Answer::Hang);
        for _ in 0..30 {
            let accounts = world.accounts.clone();
            let sweep = tokio::spawn(async move { accounts.sweep(10).await });
            until("it hangs", || world.hangs()).await;
            sweep.abort();
            let _ = sweep.await;
            world.clock.advance(Span::minutes(5));
        }
        assert_eq!((world.accounts.sweep(10).await.unwrap().dead, world.mailer.attempts().len()), (1, 30));
        let died = |event: &accountable_core::domain::Event| matches!(event.what, EventKind::MailDied { .. });
        assert_eq!(world.history(id).await.iter().filter(|event| died(event)).count(), 1);
    }

    /// A server that takes letters and never says so gets a copy less and less often, and none once the code is dead.
    async fn a_mail_that_hangs_each_time_is_tried_less_and_less_often(world) {
        queue(&world, "ada@example.com").await;
        world.mailer.answer_all(Answer::Hang);
        let (mut waits, mut dead) = (Vec::new(), 0);
        while dead == 0 {
            let accounts = world.accounts.clone();
            let sweep = tokio::spawn(async move { accounts.sweep(10).await.unwrap() });
            until("it hangs, or is given up", || world.hangs() || sweep.is_finished()).await;
            world.clock.advance(Span::seconds(60));
            until("the sweep ends", || sweep.is_finished()).await;
            let swept = sweep.await.unwrap();
            dead += swept.dead;
            if let Some(due) = swept.next_due {
                waits.push(due.since(accountable_core::port::Clock::now(&world.clock)));
                world.clock.advance(*waits.last().unwrap());
            }
        }
        assert!(waits.len() < 40, "in the three days that the mail is kept: {waits:?}");
        assert!(waits[0] <= Span::minutes(1) && *waits.last().unwrap() >= Span::hours(2), "{waits:?}");
        let names: std::collections::BTreeSet<_> =
            world.mailer.attempts().iter().map(|(letter, _)| letter.id).collect();
        assert_eq!(names.len(), 1);
    }

    /// A complaint holds back what strangers cause; a mailbox that is gone holds back everything.
    async fn a_mailbox_that_is_gone_weighs_more_than_a_complaint(world) {
        let id = world.register("ada@example.com").await;
        let tag = keys().address_tag(&Realm::default(), &email("ada@example.com"));
        let complaint = Suppression {
            realm: Realm::default(),
            cause: Undeliverable::Rejected,
            evidence: "complaint".into(),
            at: accountable_core::port::Clock::now(&world.clock),
            lapses_at: None,
        };
        let scope = SuppressionScope::Only(MailKind::Reset);
        let record = Address { suppressions: [(scope, complaint)].into(), ..Address::new(tag) };
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
        let patience = Span::seconds(30);
        until("it waits by the clock", || world.clock.until_next().is_some_and(|next| next <= patience)).await;
        world.store.inner().set_silent(false);
        world.clock.advance(Span::seconds(30));
        world.meanwhile("the mail is out", || world.mailer.count() == 1).await;
        world.store.inner().set_silent(true);
        stop.send(()).unwrap();
        until("it ends", || {
            world.clock.advance(Span::seconds(1));
            courier.is_finished()
        })
        .await;
    }

    /// Log-in clause 5: an origin's quota refuses new attempts, and keeps no failure of old ones from being counted. Each
    /// process knows what it has under way itself.
    async fn failures_beyond_an_origins_quota_are_counted(world) {
        let elsewhere = World::beside(&world);
        for process in [&world, &elsewhere] {
            process.hasher.hold();
        }
        let guesses: Vec<_> = (0..150)
            .map(|at| {
                let stranger = if at < 90 { world.from("192.0.2.1") } else { elsewhere.from("192.0.2.1") };
                tokio::spawn(async move {
                    stranger.authenticate(&email(&format!("u{at}@example.com")), &password(WRONG), None).await
                })
            })
            .collect();
        world.hasher.held(90).await;
        elsewhere.hasher.held(60).await;
        for process in [&world, &elsewhere] {
            process.hasher.open();
        }
        for guess in guesses {
            assert!(matches!(guess.await.unwrap(), Ok(Authentication::Denied(_))));
        }
        let refused = world.from("192.0.2.1").authenticate(&email("x@example.com"), &password(WRONG), None).await;
        assert!(matches!(refused, Err(PublicError::TooMany { .. })));
    }

    /// Log-in clause 3: the same password under a new seal is verified once more, and lets in.
    async fn a_password_that_is_sealed_anew_meanwhile_lets_in(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        world.hasher.hold();
        let before = world.hasher.verified();
        let public = world.public();
        let guess = tokio::spawn(async move { public.authenticate(&email("ada@example.com"), &password(GOOD), None).await });
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
        assert!(matches!(guess.await.unwrap().unwrap(), Authentication::Granted { .. }));
        assert_eq!(world.hasher.verified() - before, 2);
    }

    /// Store clause 13: what a repeated offer is told leaves the first unknown; only then is it said so.
    async fn a_refusal_of_a_repeated_offer_is_not_taken_for_an_answer(world) {
        world.store.inner().script([CommitFault::UnknownNotApplied; 3]);
        let admin = world.admin();
        let asked = tokio::spawn(async move { admin.register(NewAccount::new(email("ada@example.com"))).await });
        until("the commit is offered again after a pause", || {
            world.store.inner().pending() == 0 && world.clock.sleepers() >= 2
        })
        .await;
        World::beside(&world).register("ada@example.com").await;
        world.clock.advance(Span::seconds(30));
        assert!(matches!(asked.await.unwrap(), Err(Error::Failed(Fault::OutcomeUnknown))));
    }

    /// Invariant 8: every commit of an account is its next version, and its events say which.
    async fn each_commit_of_an_account_is_its_next_version(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        world.admin().assign_password(id, &password(WRONG)).await.unwrap();
        assert_eq!(world.admin().account(id).await.unwrap().unwrap().version, Version::new(4));
        let mut versions: Vec<_> = world.history(id).await.into_iter().filter_map(|event| event.version).collect();
        versions.dedup();
        assert_eq!(versions, [1, 2, 3, 4].map(Version::new));
    }

    /// A tenant's names and codes open nothing in another one.
    async fn another_tenants_account_is_nobody(world) {
        let id = world.register("ada@example.com").await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let code = world.mailed_code("ada@example.com");
        let machine = Machine::new(world.clock.clone(), SeededEntropy::new(44), world.hasher.clone());
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let other = Accounts::builder(machine, world.store.clone(), world.mailer.clone(), keys(), links)
            .realm(Realm::parse("other").unwrap())
            .build()
            .unwrap();
        let admin = other.admin(Actor::parse("staff").unwrap());
        assert_eq!(admin.account(id).await.unwrap(), None);
        assert!(admin.assign_password(id, &password(GOOD)).await.is_err_and(|error| error.code() == "no_such_account"));
        let public = other.public(Origin::Unknown);
        assert_eq!(public.inspect_code(&code).await.unwrap(), CodeState::Invalid);
        assert!(matches!(public.choose_password(&code, &password(GOOD)).await, Err(PublicError::DeadCode)));
        assert!(admin.register(NewAccount::new(email("ada@example.com"))).await.is_ok(), "an address of its own");
    }

    /// A request is decided once: it leaves the outbox in the commit that queues what comes of it.
    async fn a_strangers_request_is_decided_once(world) {
        world.in_use("ada@example.com", GOOD).await;
        let before = world.mailer.count();
        let _ = world.public().request_password_reset(&email("ada@example.com"), MailOptions::default()).await.unwrap();
        let swept = world.accounts.sweep(10).await.unwrap();
        assert_eq!((swept.decided, swept.delivered, swept.next_due), (1, 1, None));
        world.clock.advance(Span::hours(1));
        assert_eq!(world.accounts.sweep(10).await.unwrap().decided, 0);
        assert_eq!(world.mailer.count() - before, 1);
    }

    /// Throttle clause 2, at the public door: no wait is longer than a period, also when the clock has jumped back.
    async fn an_origin_waits_a_period_at_most_after_the_clock_jumped_back(world) {
        let stranger = world.from("192.0.2.1");
        for _ in 0..20 {
            let _ = stranger.request_password_reset(&email("x@example.com"), MailOptions::default()).await.unwrap();
        }
        world.clock.set(accountable_core::port::Clock::now(&world.clock) - Span::days(30));
        let refused = stranger.request_password_reset(&email("x@example.com"), MailOptions::default()).await;
        assert!(matches!(refused, Err(PublicError::TooMany { retry_after }) if retry_after == Span::seconds(180)));
    }

    /// A mail that was queued before its address was replaced tells of the old address, not of the new one.
    async fn a_refusal_suppresses_the_address_that_the_mail_went_to(world) {
        let id = queue(&world, "old@example.com").await;
        rewrite(&world, id, |facts, now| {
            let new = email("new@example.com");
            let tag = keys().address_tag(&Realm::default(), &new);
            let mailbox = Mailbox { ordinal: facts.next_ordinal, key: new.key(), address: new, tag };
            let old = std::mem::replace(&mut facts.mailbox, mailbox);
            facts.next_ordinal = facts.next_ordinal.next();
            facts.former.push(FormerMailbox { mailbox: old, until: now + Span::days(14), reserved: false });
        })
        .await;
        world.mailer.answer_all(Answer::NoSuchMailbox);
        assert_eq!(world.accounts.sweep(10).await.unwrap().refused, 1);
        assert_eq!(world.mailer.attempts()[0].0.to, email("old@example.com"));
        assert_eq!(world.admin().account(id).await.unwrap().unwrap().undeliverable, None);
        let old = keys().address_tag(&Realm::default(), &email("old@example.com"));
        let dossier = world.store.load(&Who::id(id)).await.unwrap();
        assert!(dossier.address(old).unwrap().suppressed_in().is_some());
    }

    /// What time alone does to an account is written down by the courier, though nobody comes.
    async fn a_sweep_writes_down_what_time_did(world) {
        let id = world.register("ada@example.com").await;
        rewrite(&world, id, |facts, now| {
            let address = email("old@example.com");
            let tag = keys().address_tag(&Realm::default(), &address);
            let former = Mailbox { ordinal: facts.next_ordinal, key: address.key(), address, tag };
            facts.next_ordinal = facts.next_ordinal.next();
            facts.former.push(FormerMailbox { mailbox: former, until: now + Span::days(3), reserved: true });
        })
        .await;
        assert_eq!(world.accounts.sweep(10).await.unwrap().accounts, 0);
        world.clock.advance(Span::days(3));
        let swept = world.accounts.sweep(10).await.unwrap();
        let forgotten_at = accountable_core::port::Clock::now(&world.clock) + Span::days(14);
        assert_eq!((swept.accounts, swept.next_due), (1, Some(forgotten_at)), "its mails may still bounce");
        let last = world.history(id).await.pop().unwrap();
        assert!(matches!(last.what, EventKind::FormerAddressReleased { .. }), "{last:?}");

        world.clock.advance(Span::days(14));
        let swept = world.accounts.sweep(10).await.unwrap();
        assert_eq!((swept.accounts, swept.next_due), (1, None));
        let last = world.history(id).await.pop().unwrap();
        assert!(matches!(last.what, EventKind::FormerAddressForgotten { .. }), "{last:?}");
    }

    /// A courier that is told to end finishes what it has begun.
    async fn a_courier_ends_when_its_last_mail_has_landed(world) {
        queue(&world, "ada@example.com").await;
        world.mailer.answer_all(Answer::Hang);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let courier = tokio::spawn(world.accounts.clone().run_courier(async move {
            let _ = stopped.await;
        }));
        until("the server hangs", || world.hangs()).await;
        stop.send(()).unwrap();
        for _ in 0..200_000 {
            tokio::task::yield_now().await;
        }
        assert!(!courier.is_finished() && world.mailer.hanging() == 1);
        until("it is let go", || {
            world.clock.advance(Span::seconds(1));
            courier.is_finished()
        })
        .await;
    }

    /// At the public door a refusal commits nothing, whatever time did to the account: a commit would tell.
    async fn a_refusal_at_the_public_door_writes_nothing(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        let code = world.mailed_code("ada@example.com");
        rewrite(&world, id, |facts, now| {
            let former = Mailbox { ordinal: facts.next_ordinal, ..facts.mailbox.clone() };
            facts.former.push(FormerMailbox { mailbox: former, until: now + Span::days(14), reserved: false });
        })
        .await;
        world.clock.advance(Span::days(14));
        world.store.reset();
        assert!(matches!(world.public().choose_password(&code, &password(GOOD)).await, Err(PublicError::DeadCode)));
        assert_eq!((world.store.calls().loads, world.store.calls().total()), (1, 1));
    }

    /// A session that is over verifies no password at all.
    async fn an_ended_session_guesses_at_nothing(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        let stamp = world.log_in("ada@example.com", GOOD).await.unwrap();
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        let before = world.hasher.verified();
        let owner = world.accounts.owner(stamp, Origin::Unknown);
        for current in [WRONG, BETTER] {
            let refused = owner.change_password(&password(current), &password(GOOD)).await.unwrap_err();
            assert_eq!(refused.code(), "session_ended");
        }
        assert_eq!(world.hasher.verified(), before);
    }

    /// At the owner's door strangers' locks don't bind: one that comes while the current password is verified neither.
    async fn a_lock_during_a_change_of_password_does_not_void_it(world) {
        world.in_use("ada@example.com", GOOD).await;
        let stamp = world.log_in("ada@example.com", GOOD).await.unwrap();
        world.hasher.hold();
        let owner = world.accounts.owner(stamp, Origin::Unknown);
        let change = tokio::spawn(async move { owner.change_password(&password(GOOD), &password(BETTER)).await });
        world.hasher.held(1).await;
        let elsewhere = World::beside(&world);
        for _ in 0..10 {
            assert_eq!(elsewhere.log_in("ada@example.com", WRONG).await, Err(Denial::WrongPassword));
        }
        world.hasher.open();
        assert!(change.await.unwrap().is_ok());
    }

    /// A request under a key that is not there waits for the key; it is not thrown away.
    async fn a_request_under_an_unknown_key_waits_for_the_key(world) {
        world.in_use("ada@example.com", GOOD).await;
        let before = world.mailer.count();
        let _ = world.public().request_password_reset(&email("ada@example.com"), MailOptions::default()).await.unwrap();
        let machine = Machine::new(world.clock.clone(), SeededEntropy::new(44), world.hasher.clone());
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(at as u8));
        let keyring = Keyring::new(key(1), KeyId::parse("two").unwrap(), key(3)).unwrap();
        let misled = Accounts::builder(machine, world.store.clone(), world.mailer.clone(), keyring, links).build().unwrap();
        let swept = misled.sweep(10).await.unwrap();
        assert_eq!((swept.faults, swept.decided), (1, 0));
        world.clock.advance(Span::minutes(5));
        let swept = world.accounts.sweep(10).await.unwrap();
        assert_eq!((swept.decided, swept.delivered, world.mailer.count() - before), (1, 1, 1));
    }
}
