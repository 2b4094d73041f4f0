//! Who sets an account's passwords, and codes for hosts that mail them themselves.

use accountable_core::{
    Delivery, DeliveryOptions, Error, MailOptions, PublicError,
    domain::{
        AccountId, EventKind, LinkUrl, Management, Purpose, Refusal, Span, Status, SuspensionReason, Version,
    },
};

use crate::doors::world::{BETTER, GOOD, Post, World, code_of, email, on_each_store, password};

const ADA: &str = "ada@example.com";

async fn change(world: &World, id: AccountId, to: Management) -> Result<Option<Delivery>, &'static str> {
    let options = DeliveryOptions::default();
    world.admin().change_password_management(id, to, options).await.map_err(|error| error.code())
}

async fn issue(world: &World, id: AccountId, purpose: Purpose) -> Result<String, &'static str> {
    let issued = world.admin().issue_code(id, purpose, &MailOptions::default()).await;
    issued.map(|issued| issued.link.expose().to_owned()).map_err(|error| error.code())
}

on_each_store! {
    __doors_management in management;
    async fn without_a_password_it_changes_at_once(world) {
        let id = world.register(ADA).await;
        assert_eq!(change(&world, id, Management::Administrator).await, Ok(None));
        let view = world.view(id).await;
        assert_eq!((view.management, view.pending_management, view.status), (Management::Administrator, None, Status::New));
        assert_eq!(world.mailer.count(), 0);
    }

    async fn to_staff_it_waits_for_a_password_that_staff_assigns(world) {
        let id = world.in_use(ADA, GOOD).await;
        assert_eq!(change(&world, id, Management::Administrator).await, Ok(None));
        let view = world.view(id).await;
        assert_eq!((view.management, view.status), (Management::Owner, Status::ChangingPasswordManagement));
        assert!(world.log_in(ADA, GOOD).await.is_ok(), "until then, nothing else changes");
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        let view = world.view(id).await;
        assert_eq!((view.management, view.status), (Management::Administrator, Status::InUse));
    }

    async fn to_the_owner_it_waits_for_a_password_chosen_by_code(world) {
        let id = world.in_use(ADA, GOOD).await;
        change(&world, id, Management::Administrator).await.unwrap();
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        assert_eq!(change(&world, id, Management::Owner).await, Ok(Some(Delivery::Delivered)));
        assert_eq!(world.post_of(ADA).last(), Some(&Post::Code(Purpose::PasswordManagement)));
        assert_eq!(world.view(id).await.status, Status::ChangingPasswordManagement);
        world.public().choose_password(&world.mailed_code(ADA), &password("another fine day, 31 Quincunx")).await.unwrap();
        let view = world.view(id).await;
        assert_eq!((view.management, view.pending_management, view.status), (Management::Owner, None, Status::InUse));
    }

    async fn to_the_owner_again_mails_the_same_code_again_under_the_throttle(world) {
        let id = world.in_use(ADA, GOOD).await;
        change(&world, id, Management::Administrator).await.unwrap();
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        change(&world, id, Management::Owner).await.unwrap();
        let first = world.mailer.last_link_to(&email(ADA)).unwrap();
        assert_eq!(change(&world, id, Management::Owner).await, Err("throttled"));
        world.clock.advance(Span::seconds(600));
        assert_eq!(change(&world, id, Management::Owner).await, Ok(Some(Delivery::Delivered)));
        assert_eq!(world.mailer.last_link_to(&email(ADA)).unwrap(), first);
    }

    async fn to_whom_it_is_already_drops_the_change_that_waits_and_its_code(world) {
        let id = world.in_use(ADA, GOOD).await;
        change(&world, id, Management::Administrator).await.unwrap();
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        change(&world, id, Management::Owner).await.unwrap();
        let code = world.mailed_code(ADA);
        assert_eq!(change(&world, id, Management::Administrator).await, Ok(None));
        assert_eq!(world.view(id).await.status, Status::InUse);
        let dead = world.public().choose_password(&code, &password(GOOD)).await;
        assert!(matches!(dead, Err(PublicError::DeadCode)));
        let version = world.view(id).await.version;
        assert_eq!(change(&world, id, Management::Administrator).await, Ok(None));
        assert_eq!(world.view(id).await.version, version, "nothing waits: nothing is written");
    }

    async fn a_stranger_gets_no_reset_where_staff_sets_the_passwords(world) {
        let id = world.register(ADA).await;
        change(&world, id, Management::Administrator).await.unwrap();
        world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        world.sweep().await;
        let before = world.mailer.count();
        let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        assert_eq!((world.sweep().await.decided, world.mailer.count()), (1, before));
        assert_eq!(issue(&world, id, Purpose::PasswordReset).await, Err("code_not_expected"));
    }

    async fn a_change_to_a_suspended_owner_is_refused_and_one_to_staff_is_not(world) {
        let id = world.in_use(ADA, GOOD).await;
        world.admin().suspend(id, &SuspensionReason::parse("unpaid").unwrap()).await.unwrap();
        assert_eq!(change(&world, id, Management::Administrator).await, Ok(None));
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        assert_eq!(change(&world, id, Management::Owner).await, Err("account_suspended"));
        world.admin().close(id).await.unwrap();
        assert_eq!(change(&world, id, Management::Administrator).await, Err("account_closed"));
    }

    async fn an_issued_code_is_the_one_that_is_mailed_and_costs_no_throttle(world) {
        let id = world.register(ADA).await;
        let issued = world.admin().issue_code(id, Purpose::PasswordSet, &MailOptions::default()).await.unwrap();
        assert_eq!(issued.expires_at, accountable_core::port::Clock::now(&world.clock) + Span::hours(24));
        assert_eq!(world.mailer.count(), 0);
        let delivered = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(delivered, Delivery::Delivered, "nothing was charged");
        assert_eq!(world.mailer.last_link_to(&email(ADA)).unwrap(), issued.link.expose());
        world.public().choose_password(&code_of(issued.link.expose()), &password(GOOD)).await.unwrap();
        assert!(world.view(id).await.email_proven);
        let journaled = world.history(id).await.into_iter().filter(|event| matches!(event.what, EventKind::CodeIssued { .. }));
        assert_eq!(journaled.count(), 1);
    }

    async fn a_code_is_issued_only_for_what_it_could_confirm(world) {
        let id = world.register(ADA).await;
        for purpose in Purpose::ALL {
            let expected = if purpose == Purpose::PasswordSet { None } else { Some("code_not_expected") };
            assert_eq!(issue(&world, id, purpose).await.err(), expected, "{purpose:?}");
        }
        let id = world.in_use("bob@example.com", GOOD).await;
        assert_eq!(issue(&world, id, Purpose::PasswordSet).await, Err("password_set_not_expected"));
        let reset = issue(&world, id, Purpose::PasswordReset).await.unwrap();
        assert!(world.public().choose_password(&code_of(&reset), &password(BETTER)).await.is_ok());

        // The notice of the new password is out, so that the last letter is the one that the change makes.
        world.sweep().await;
        let bob = world.signed_in("bob@example.com", BETTER).await;
        bob.request_email_change(&password(BETTER), &email("robert@example.com"), &MailOptions::default()).await.unwrap();
        world.sweep().await;
        for (purpose, to) in [(Purpose::EmailConfirm, "robert@example.com"), (Purpose::EmailCancel, "bob@example.com")] {
            let issued = issue(&world, id, purpose).await.unwrap();
            assert_eq!(world.mailer.last_link_to(&email(to)).unwrap(), issued, "{purpose:?}");
        }
        assert_eq!(issue(&world, id, Purpose::EmailRevert).await, Err("code_not_expected"));
    }

    async fn a_code_is_issued_to_an_allowed_page_and_for_an_active_account_only(world) {
        let id = world.register(ADA).await;
        let evil = MailOptions::default().with_page(LinkUrl::parse("https://evil.example/password").unwrap());
        world.store.reset();
        let refused = world.admin().issue_code(id, Purpose::PasswordSet, &evil).await.unwrap_err();
        assert!(matches!(refused, Error::BadInput(_)), "{refused:?}");
        assert_eq!(world.store.calls().total(), 0, "before anything is looked up");
        world.admin().suspend(id, &SuspensionReason::parse("unpaid").unwrap()).await.unwrap();
        assert_eq!(issue(&world, id, Purpose::PasswordSet).await, Err("account_suspended"));
        world.admin().close(id).await.unwrap();
        assert_eq!(issue(&world, id, Purpose::PasswordSet).await, Err("account_closed"));
        assert_eq!(issue(&world, AccountId::from_bytes([9; 16]), Purpose::PasswordSet).await, Err("no_such_account"));
    }

    /// Refusals change nothing: no version, no event.
    async fn what_is_refused_leaves_the_account_as_it_was(world) {
        let id = world.register(ADA).await;
        let refused = world.admin().issue_code(id, Purpose::EmailRevert, &MailOptions::default()).await.unwrap_err();
        assert!(matches!(refused, Error::Refused(Refusal::CodeNotExpected { status: Status::New })));
        assert_eq!(world.view(id).await.version, Version::FIRST);
        assert_eq!(world.history(id).await.len(), 1);
    }
}
