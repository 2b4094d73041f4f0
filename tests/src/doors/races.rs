//! Many at once: one wins, and nobody else notices.

use accountable_core::{Delivery, DeliveryOptions, Error, NewAccount, PublicError, domain::Refusal};

use crate::doors::world::{GOOD, at_once, email, on_each_store, password};

on_each_store! {
    __doors_races in races;
    /// Code clause 2: redeemed at most once, under any race.
    async fn one_of_32_racing_redemptions_wins(world) {
        let id = world.register("ada@example.com").await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let code = world.mailed_code("ada@example.com");
        let outcomes = at_once(32, |_| {
            let (public, code) = (world.public(), code.clone());
            async move { public.choose_password(&code, &password(GOOD)).await }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(PublicError::DeadCode))));
    }

    /// Throttle clause 1: however many callers race, no more is queued than the quota.
    async fn one_of_32_racing_mail_requests_is_queued(world) {
        let id = world.register("ada@example.com").await;
        let outcomes = at_once(32, |_| {
            let admin = world.admin();
            async move { admin.request_password_set(id, DeliveryOptions::default()).await }
        })
        .await;
        let delivered = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Delivery::Delivered))).count();
        let throttled = outcomes.iter().filter(|outcome| matches!(outcome, Err(Error::Refused(Refusal::Throttled { .. })))).count();
        assert_eq!((delivered, throttled), (1, 31));
        assert_eq!(world.mailer.count(), 1);
    }

    /// Invariant 2: no two accounts share an address.
    async fn one_of_32_racing_registrations_wins(world) {
        let outcomes = at_once(32, |at| {
            let admin = world.admin();
            let address = if at % 2 == 0 { "Ada@example.com" } else { "ada@example.com" };
            async move { admin.register(NewAccount::new(email(address))).await }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(Error::Refused(Refusal::EmailTaken)))));
    }

    /// Throttle clause 1 for strangers: 32 requests for one address lead to one mail.
    async fn racing_reset_requests_of_strangers_mail_once(world) {
        world.in_use("ada@example.com", GOOD).await;
        let before = world.mailer.count();
        let outcomes = at_once(32, |_| {
            let public = world.public();
            async move { public.request_password_reset(&email("ada@example.com"), Default::default()).await.is_ok() }
        })
        .await;
        assert!(outcomes.iter().all(|accepted| *accepted));
        let sweeps = at_once(4, |_| {
            let accounts = world.accounts.clone();
            async move { accounts.sweep(100).await.unwrap() }
        })
        .await;
        assert_eq!(sweeps.iter().map(|swept| swept.decided).sum::<u32>(), 32);
        world.accounts.sweep(100).await.unwrap();
        assert_eq!(world.mailer.count() - before, 1);
    }
}
