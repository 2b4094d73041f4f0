//! Sign-up: a stranger asks for an account, and is told nothing; what comes of it goes to the address.

use accountable_core::{
    Delivery, DeliveryOptions, MailOptions, NewAccount,
    domain::{Denial, LinkUrl, Locale, NoticeKind, Purpose, Span, StandingKind, Status, SuspensionReason},
};
use accountable_memory::Answer;

use crate::doors::world::{BETTER, GOOD, Post, World, at_once, email, on_each_store, password};

const ADA: &str = "ada@example.com";

async fn sign_up(world: &World, address: &str) {
    let _ = world.public().sign_up(&email(address), MailOptions::default(), None).await.unwrap();
    world.sweep().await;
}

on_each_store! {
    __doors_sign_up in sign_up;
    async fn a_free_address_becomes_an_account_and_gets_a_link(world) {
        sign_up(&world, ADA).await;
        assert_eq!(world.post_of(ADA), [Post::Code(Purpose::PasswordSet)]);
        let view = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap();
        assert_eq!((view.status, view.email_proven, view.attributes.locale), (Status::New, false, None));
        world.public().choose_password(&world.mailed_code(ADA), &password(GOOD)).await.unwrap();
        assert!(world.view(view.id).await.email_proven);
        assert!(world.log_in(ADA, GOOD).await.is_ok());
    }

    async fn nothing_comes_to_be_before_a_courier_decides(world) {
        let _ = world.public().sign_up(&email(ADA), MailOptions::default(), None).await.unwrap();
        assert!(world.admin().account_by_email(&email(ADA)).await.unwrap().is_none());
        assert_eq!(world.mailer.count(), 0);
    }

    async fn a_new_account_gets_its_link_again_under_the_throttle(world) {
        sign_up(&world, ADA).await;
        let first = world.mailer.last_link_to(&email(ADA)).unwrap();
        sign_up(&world, ADA).await;
        assert_eq!(world.mailer.count(), 1, "too soon");
        world.clock.advance(Span::seconds(600));
        sign_up(&world, "Ada@Example.com").await;
        assert_eq!(world.post_of(ADA), [Post::Code(Purpose::PasswordSet); 2]);
        assert_eq!(world.mailer.last_link_to(&email(ADA)).unwrap(), first);
        // One that staff registered is as new.
        world.register("bob@example.com").await;
        sign_up(&world, "bob@example.com").await;
        assert_eq!(world.post_of("bob@example.com"), [Post::Code(Purpose::PasswordSet)]);
    }

    async fn whoever_has_the_address_is_told_twelve_times_and_then_once_in_two_hours(world) {
        let id = world.in_use(ADA, GOOD).await;
        let before = world.post_of(ADA).len();
        for _ in 0..14 {
            sign_up(&world, ADA).await;
        }
        assert_eq!(world.post_of(ADA)[before..], [Post::Notice(NoticeKind::AlreadyRegistered); 12]);
        assert_eq!(world.view(id).await.status, Status::InUse);
        assert!(world.log_in(ADA, GOOD).await.is_ok());
        world.clock.advance(Span::micros(Span::hours(2).as_micros() - 1));
        sign_up(&world, ADA).await;
        assert_eq!(world.post_of(ADA).len(), before + 12);
        world.clock.advance(Span::micros(1));
        sign_up(&world, ADA).await;
        sign_up(&world, ADA).await;
        assert_eq!(world.post_of(ADA).len(), before + 13);
    }

    async fn a_suspended_or_closed_account_hears_nothing(world) {
        let (ada, bob) = (world.register(ADA).await, world.in_use("bob@example.com", GOOD).await);
        world.admin().suspend(ada, &SuspensionReason::parse("unpaid").unwrap()).await.unwrap();
        world.admin().close(bob).await.unwrap();
        world.sweep().await;
        let before = world.mailer.count();
        for address in [ADA, "bob@example.com"] {
            sign_up(&world, address).await;
        }
        assert_eq!(world.mailer.count(), before);
        assert_eq!(world.view(ada).await.standing, StandingKind::Suspended);
        assert_eq!(world.view(bob).await.standing, StandingKind::Closed);
    }

    async fn an_address_that_gets_no_mail_gets_none_by_signing_up(world) {
        world.mailer.answer(email(ADA), Answer::NoSuchMailbox);
        sign_up(&world, ADA).await;
        let attempts = world.mailer.attempts().len();
        world.clock.advance(Span::hours(1));
        sign_up(&world, ADA).await;
        assert_eq!(world.mailer.attempts().len(), attempts);
    }

    /// Two requests for one address, decided by two couriers at once: one account, one mail.
    async fn racing_sign_ups_make_one_account_and_one_mail(world) {
        for round in 0..8 {
            let address = format!("u{round}@example.com");
            let before = world.mailer.count();
            for _ in 0..4 {
                let _ = world.public().sign_up(&email(&address), MailOptions::default(), None).await.unwrap();
            }
            at_once(4, |_| {
                let accounts = world.accounts.clone();
                async move { accounts.sweep(1).await.unwrap() }
            })
            .await;
            world.sweep().await;
            assert_eq!(world.mailer.count(), before + 1);
            assert_eq!(world.post_of(&address), [Post::Code(Purpose::PasswordSet)]);
        }
        let all = accountable_core::AccountList::All(Default::default());
        assert_eq!(world.admin().count(&all).await.unwrap(), 8);
    }

    /// Staff registers the address while the courier decides: one account comes to be, and it gets its link.
    async fn a_sign_up_that_races_with_staff_makes_one_account(world) {
        for round in 0..16 {
            let address = format!("u{round}@example.com");
            let _ = world.public().sign_up(&email(&address), MailOptions::default(), None).await.unwrap();
            let (admin, new) = (world.admin(), NewAccount::new(email(&address)));
            let accounts = world.accounts.clone();
            let (registered, swept) = tokio::join!(
                tokio::spawn(async move { admin.register(new).await.map_err(|error| error.code()) }),
                tokio::spawn(async move { accounts.sweep(10).await.unwrap() }),
            );
            let (registered, swept) = (registered.unwrap(), swept.unwrap());
            assert_eq!((swept.faults, swept.decided), (0, 1));
            world.sweep().await;
            let found = world.admin().account_by_email(&email(&address)).await.unwrap().unwrap();
            match registered {
                Ok(view) => assert_eq!(view.id, found.id),
                Err(code) => assert_eq!(code, "email_taken"),
            }
            assert_eq!(world.post_of(&address), [Post::Code(Purpose::PasswordSet)]);
        }
    }

    async fn what_nobody_proves_is_gone_after_7_days(world) {
        sign_up(&world, ADA).await;
        let id = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id;
        let code = world.mailed_code(ADA);
        world.clock.advance(Span::micros(Span::days(7).as_micros() - 1));
        world.sweep().await;
        assert!(world.admin().account(id).await.unwrap().is_some());
        world.clock.advance(Span::micros(1));
        world.sweep().await;
        assert!(world.admin().account(id).await.unwrap().is_none());
        assert!(world.public().choose_password(&code, &password(GOOD)).await.is_err());
        sign_up(&world, ADA).await;
        assert_eq!(world.post_of(ADA).len(), 2, "and may be signed up again");
    }

    async fn what_was_proven_stays_and_so_does_what_staff_registered(world) {
        world.register("bob@example.com").await;
        sign_up(&world, ADA).await;
        world.public().choose_password(&world.mailed_code(ADA), &password(GOOD)).await.unwrap();
        world.clock.advance(Span::days(400));
        world.sweep().await;
        for address in [ADA, "bob@example.com"] {
            assert!(world.admin().account_by_email(&email(address)).await.unwrap().is_some(), "{address}");
        }
    }

    /// A password that staff assigned is one: the account is used, though nobody has proven its address.
    async fn what_staff_gave_a_password_stays(world) {
        sign_up(&world, ADA).await;
        let id = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id;
        world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        world.clock.advance(Span::days(8));
        world.sweep().await;
        assert_eq!(world.view(id).await.status, Status::InUse);
    }

    async fn the_accounts_language_is_the_requests_and_an_existing_one_keeps_its_own(world) {
        let asked = |locale: &str| MailOptions::default().with_locale(Locale::parse(locale).unwrap());
        let _ = world.public().sign_up(&email(ADA), asked("ja"), None).await.unwrap();
        world.sweep().await;
        let letter = world.mailer.last_to(&email(ADA)).unwrap();
        assert_eq!(letter.locale, Some(Locale::parse("ja").unwrap()));
        world.clock.advance(Span::seconds(600));
        let _ = world.public().sign_up(&email(ADA), asked("de"), None).await.unwrap();
        world.sweep().await;
        let letter = world.mailer.last_to(&email(ADA)).unwrap();
        assert_eq!(letter.locale, Some(Locale::parse("ja").unwrap()));
        assert_eq!(world.mailer.count(), 2);
    }

    async fn a_page_that_is_not_allowed_is_refused_before_anything_is_done(world) {
        world.store.reset();
        let evil = MailOptions::default().with_page(LinkUrl::parse("https://evil.example/password").unwrap());
        let refused = world.public().sign_up(&email(ADA), evil, None).await.unwrap_err();
        assert_eq!((refused.code(), world.store.calls().total()), ("page_not_allowed", 0));
    }

    async fn an_unproven_account_opens_to_nobody(world) {
        sign_up(&world, ADA).await;
        assert_eq!(world.log_in(ADA, BETTER).await, Err(Denial::NoPassword));
        let id = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id;
        let staff = async || world.admin().request_password_set(id, DeliveryOptions::default()).await;
        assert_eq!(staff().await.unwrap(), Delivery::Delivered, "a stranger's request holds back nobody's");
        assert_eq!(staff().await.unwrap_err().code(), "throttled");
    }
}
