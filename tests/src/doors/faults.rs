//! The store's answers get lost, or it is down: nothing that was acknowledged is lost, nothing is done twice.

use accountable_core::{
    Delivery, DeliveryOptions, Error, Fault, NewAccount,
    domain::{EventKind, Span, Version},
};
use accountable_memory::CommitFault;

use crate::doors::world::{GOOD, email, on_each_store, password};

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
}
