//! The store's answers get lost, or it is down: nothing that was acknowledged is lost, nothing is done twice.

use accountable_core::{
    Delivery, DeliveryOptions, Error, Fault, MailList, MailOptions, NewAccount,
    domain::{EventKind, Span, Version},
};
use accountable_memory::{Answer, CommitFault};

use crate::doors::world::{GOOD, World, email, on_each_store, password};

const SQUATTED: &str = "c0@customer.example";

async fn mails_left(world: &World) -> usize {
    world.admin().mails(&MailList::All { after: None }, 100).await.unwrap().items.len()
}

on_each_store! {
    __doors_faults in faults;
    async fn a_commit_whose_answer_is_lost_is_offered_again_and_applied_once(world) {
        world.store.inner().script([CommitFault::UnknownApplied]);
        let view = world.admin().register(NewAccount::new(email("ada@example.com"))).await.unwrap();
        assert_eq!(view.version, Version::FIRST);
        assert_eq!(world.history(view.id).await.len(), 1);
    }

    async fn a_commit_that_got_lost_is_offered_again(world) {
        world.store.inner().script([CommitFault::UnknownNotApplied, CommitFault::UnknownNotApplied]);
        let view = world.admin().register(NewAccount::new(email("ada@example.com"))).await.unwrap();
        assert_eq!(world.admin().account(view.id).await.unwrap(), Some(view));
    }

    async fn a_mail_whose_commits_answer_is_lost_is_sent_once(world) {
        let id = world.register("ada@example.com").await;
        world.store.inner().script([CommitFault::UnknownApplied, CommitFault::UnknownApplied]);
        assert_eq!(world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap(), Delivery::Delivered);
        world.clock.advance(Span::hours(1));
        world.accounts.sweep(10).await.unwrap();
        assert_eq!(world.mailer.count(), 1);
    }

    async fn a_redemption_whose_answer_is_lost_succeeds_once(world) {
        let id = world.register("ada@example.com").await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        world.store.inner().script([CommitFault::UnknownApplied]);
        world.public().choose_password(&world.mailed_code("ada@example.com"), &password(GOOD)).await.unwrap();
        let set = world.history(id).await.into_iter().filter(|event| matches!(event.what, EventKind::PasswordSet { .. }));
        assert_eq!(set.count(), 1);
    }

    async fn a_store_that_is_down_is_a_fault_with_a_wait_and_changes_nothing(world) {
        world.store.inner().set_down(true);
        let refused = world.admin().register(NewAccount::new(email("ada@example.com"))).await.unwrap_err();
        assert!(matches!(refused, Error::Failed(Fault::Unavailable(_))));
        assert_eq!((refused.code(), refused.http_status(), refused.retry_after()), ("unavailable", 503, Some(Span::seconds(1))));
        world.store.inner().set_down(false);
        world.register("ada@example.com").await;
    }

    /// When nobody knows, that is what is said; and it is safe to ask again.
    async fn an_outcome_that_stays_unknown_is_said_at_the_deadline(world) {
        world.store.inner().script([CommitFault::UnknownNotApplied; 1_000]);
        let admin = world.admin();
        let asked = tokio::spawn(async move { admin.register(NewAccount::new(email("ada@example.com"))).await });
        world.meanwhile("the deadline passes", || asked.is_finished()).await;
        let said = asked.await.unwrap().unwrap_err();
        assert!(matches!(said, Error::Failed(Fault::OutcomeUnknown)), "{said}");
    }

    /// A hasher whose queue is full is a fault, not a wrong password: nothing is counted.
    async fn an_overloaded_hasher_counts_nothing(world) {
        world.in_use("ada@example.com", GOOD).await;
        world.hasher.overload(true);
        for _ in 0..20 {
            let refused = world.public().authenticate(&email("ada@example.com"), &password("not it at all"), None).await.unwrap_err();
            assert_eq!((refused.code(), refused.http_status()), ("overloaded", 503));
        }
        world.hasher.overload(false);
        assert!(world.log_in("ada@example.com", GOOD).await.is_ok());
    }

    /// The account is erased, whatever becomes of its mails: nobody is told that nothing was done.
    async fn a_fault_after_the_erasure_does_not_say_that_nothing_was_done(world) {
        for fault in [CommitFault::Unavailable, CommitFault::None] {
            let id = world.register(SQUATTED).await;
            let later = DeliveryOptions::default().with_wait(Span::ZERO);
            assert_eq!(world.admin().request_password_set(id, later).await.unwrap(), Delivery::Queued);
            world.store.inner().script([CommitFault::None, fault]);
            let said = world.admin().erase(id).await.map_err(|error| error.code());
            assert!(world.admin().account(id).await.unwrap().is_none());
            if fault == CommitFault::Unavailable {
                assert_eq!((said, mails_left(&world).await), (Err("outcome_unknown"), 1));
                // Whoever asks again learns that it is done, mails and all.
                assert_eq!(world.admin().erase(id).await.map_err(|error| error.code()), Ok(()));
            } else {
                assert_eq!(said, Ok(()));
            }
            assert_eq!(mails_left(&world).await, 0);
        }
    }

    /// Also where nobody asks again.
    async fn a_mail_that_an_erasure_left_reaches_nobody_and_goes(world) {
        let id = world.register(SQUATTED).await;
        let later = DeliveryOptions::default().with_wait(Span::ZERO);
        assert_eq!(world.admin().request_password_set(id, later).await.unwrap(), Delivery::Queued);
        world.store.inner().script([CommitFault::None, CommitFault::Unavailable]);
        assert!(world.admin().erase(id).await.is_err());
        assert_eq!(mails_left(&world).await, 1);
        world.sweep().await;
        assert_eq!((mails_left(&world).await, world.mailer.attempts().len()), (0, 0));
    }

    /// A sign-up has given way: the command goes on, whatever becomes of the sign-up's mails.
    async fn a_fault_after_a_sign_up_gave_way_does_not_say_that_nothing_was_done(world) {
        world.mailer.answer(email(SQUATTED), Answer::Transient);
        let _ = world.public().sign_up(&email(SQUATTED), MailOptions::default(), None).await.unwrap();
        world.sweep().await;
        let squatter = world.admin().account_by_email(&email(SQUATTED)).await.unwrap().unwrap().id;
        assert_eq!(mails_left(&world).await, 1);
        // Its own commit that finds the address taken, the sign-up's end, the removal of its mails.
        world.store.inner().script([CommitFault::None, CommitFault::None, CommitFault::Unavailable]);
        let taken = world.admin().register(NewAccount::new(email(SQUATTED))).await;
        assert!(world.admin().account(squatter).await.unwrap().is_none());
        let taken = taken.map(|view| view.id).map_err(|error| error.code());
        assert_eq!(world.admin().account_by_email(&email(SQUATTED)).await.unwrap().map(|view| view.id), taken.ok());
        assert!(taken.is_ok(), "{taken:?}");
        assert_eq!(world.store.inner().pending(), 0);
    }

    /// The mail is queued before it is handed over: a store that goes away meanwhile undoes none of it.
    async fn a_fault_after_a_mail_was_queued_says_that_it_is_queued(world) {
        let id = world.register("ada@example.com").await;
        let mut faults = vec![CommitFault::Unavailable; 1_000];
        faults[0] = CommitFault::None;
        world.store.inner().script(faults);
        let admin = world.admin();
        let asked = tokio::spawn(async move { admin.request_password_set(id, DeliveryOptions::default()).await });
        world.meanwhile("the deadline passes", || asked.is_finished()).await;
        let said = asked.await.unwrap().map_err(|error| error.code());
        assert_eq!(said, Ok(Delivery::Queued));
        assert_eq!(mails_left(&world).await, 1);
    }
}
