//! Throttle clauses 1 to 9, undeliverable addresses, and what strangers can cause.

use accountable_core::{
    Delivery, DeliveryOptions, Error, MailOptions, PublicError,
    domain::{EventKind, LinkUrl, Refusal, ReturnUrl, Span, Undeliverable},
};
use accountable_memory::Answer;

use crate::doors::world::{GOOD, World, email, on_each_store, password};

fn wait_of(outcome: Result<Delivery, Error>) -> Span {
    match outcome {
        Err(Error::Refused(Refusal::Throttled { retry_after })) => retry_after,
        other => panic!("not throttled: {other:?}"),
    }
}

async fn ask(world: &World, id: accountable_core::domain::AccountId) -> Result<Delivery, Error> {
    world.admin().request_password_set(id, DeliveryOptions::default()).await
}

async fn reset_mails(world: &World, address: &str) -> usize {
    let before = world.mailer.count();
    let _ = world.public().request_password_reset(&email(address), MailOptions::default()).await.unwrap();
    world.accounts.sweep(10).await.unwrap();
    world.mailer.count() - before
}

on_each_store! {
    __doors_mailing in mailing;
    async fn clause_4_one_microsecond_before_600_s_refuses_and_600_s_pass(world) {
        let id = world.register("ada@example.com").await;
        assert_eq!(ask(&world, id).await.unwrap(), Delivery::Delivered);
        assert_eq!(wait_of(ask(&world, id).await), Span::seconds(600));
        world.clock.advance(Span::micros(599_999_999));
        assert_eq!(wait_of(ask(&world, id).await), Span::micros(1));
        world.clock.advance(Span::micros(1));
        assert_eq!(ask(&world, id).await.unwrap(), Delivery::Delivered);
    }

    async fn clause_2_the_wait_is_the_largest_of_the_quotas_that_refuse(world) {
        for at in 0..13 {
            world.in_use(&format!("u{at}@example.com"), GOOD).await;
        }
        let ask = async |at: usize| {
            let owner = world.signed_in(&format!("u{at}@example.com"), GOOD).await;
            owner.request_email_change(&password(GOOD), &email("new@example.com"), &MailOptions::default()).await
        };
        // Twelve mails to one new address, by as many owners: first five, then one each 600 s.
        for at in 0..12 {
            if at >= 5 {
                let wait = ask(at).await.unwrap_err().retry_after().unwrap();
                assert_eq!(wait, Span::seconds(600), "{at}");
                world.clock.advance(wait);
            }
            ask(at).await.unwrap();
        }
        // Now two quotas of the recipient's refuse, and the owner's own throttle too.
        let passed = Span::seconds(600 * 7);
        let wait = Span::micros(Span::hours(2).as_micros() - passed.as_micros());
        assert_eq!(ask(12).await.unwrap_err().retry_after(), Some(wait), "the longest of them");
        assert_eq!(ask(11).await.unwrap_err().retry_after(), Some(wait), "of the account's own too");
        world.clock.advance(Span::micros(wait.as_micros() - 1));
        assert_eq!(ask(12).await.unwrap_err().retry_after(), Some(Span::micros(1)));
        world.clock.advance(Span::micros(1));
        assert!(ask(12).await.is_ok());
    }

    async fn clause_3_a_refusal_does_not_extend_the_wait(world) {
        let id = world.register("ada@example.com").await;
        let _ = ask(&world, id).await.unwrap();
        for passed in 1..600 {
            world.clock.advance(Span::seconds(1));
            if passed % 60 == 0 {
                assert_eq!(wait_of(ask(&world, id).await), Span::seconds(600 - passed));
            }
        }
        world.clock.advance(Span::seconds(1));
        assert!(ask(&world, id).await.is_ok());
    }

    async fn clause_6_a_clock_that_jumps_back_costs_an_hour_at_most_not_a_month(world) {
        let id = world.register("ada@example.com").await;
        let _ = ask(&world, id).await.unwrap();
        let now = accountable_core::port::Clock::now(&world.clock);
        world.clock.set(now - Span::days(30));
        assert_eq!(wait_of(ask(&world, id).await), Span::seconds(600));
        // The account mends itself; the recipient's level comes down with the next trim, to the furthest of all quotas.
        world.accounts.sweep(10).await.unwrap();
        world.clock.advance(Span::seconds(600));
        let left = ask(&world, id).await.map_or_else(|error| error.retry_after().unwrap(), |_| Span::ZERO);
        assert!(left <= Span::seconds(600));
        world.clock.advance(Span::minutes(50));
        assert_eq!(ask(&world, id).await.unwrap(), Delivery::Delivered);
    }

    async fn clause_8_a_mail_refused_before_acceptance_gives_its_unit_back(world) {
        let id = world.register("ada@example.com").await;
        world.mailer.answer(email("ada@example.com"), Answer::Rejected);
        let delivery = ask(&world, id).await.unwrap();
        assert_eq!(delivery, Delivery::Undeliverable(Undeliverable::Rejected));
        let again = ask(&world, id).await;
        assert_eq!(again.unwrap_err().code(), "address_undeliverable", "not throttled: suppressed");
    }

    async fn clause_9_a_bypass_is_explicit_and_journaled(world) {
        let id = world.register("ada@example.com").await;
        let _ = ask(&world, id).await.unwrap();
        let bypass = DeliveryOptions::default().bypassing_the_throttle();
        assert_eq!(world.admin().request_password_set(id, bypass).await.unwrap(), Delivery::Delivered);
        let journaled = world.history(id).await.into_iter().filter(|event| {
            matches!(event.what, EventKind::MailQueued { bypassed_throttle: true, .. })
        });
        assert_eq!(journaled.count(), 1);
    }

    async fn staffs_mails_draw_on_no_quota_of_the_recipient(world) {
        for at in 0..20 {
            let id = world.register(&format!("ada+{at}@example.com")).await;
            assert_eq!(ask(&world, id).await.unwrap(), Delivery::Delivered);
        }
        let id = world.register("Ada@example.com").await;
        for _ in 0..20 {
            assert_eq!(ask(&world, id).await.unwrap(), Delivery::Delivered);
            world.clock.advance(Span::seconds(600));
        }
    }

    async fn an_origin_asks_twenty_times_and_then_once_each_180_s(world) {
        let stranger = world.from("2001:db8::1");
        for at in 0..20 {
            let _ = stranger.request_password_reset(&email(&format!("u{at}@example.com")), MailOptions::default()).await.unwrap();
        }
        // The same /64.
        let refused = world.from("2001:db8::2").request_password_reset(&email("x@example.com"), MailOptions::default()).await;
        assert!(matches!(refused, Err(PublicError::TooMany { retry_after }) if retry_after == Span::seconds(180)));
        assert!(world.from("2001:db8:0:1::1").request_password_reset(&email("x@example.com"), MailOptions::default()).await.is_ok());
        world.clock.advance(Span::seconds(180));
        assert!(stranger.request_password_reset(&email("x@example.com"), MailOptions::default()).await.is_ok());
    }

    async fn an_undeliverable_address_is_refused_from_then_on(world) {
        let id = world.register("gone@example.com").await;
        world.mailer.answer(email("gone@example.com"), Answer::NoSuchMailbox);
        assert_eq!(ask(&world, id).await.unwrap(), Delivery::Undeliverable(Undeliverable::NoSuchMailbox));
        world.mailer.answer(email("gone@example.com"), Answer::Accept);
        world.clock.advance(Span::days(30));
        let refused = ask(&world, id).await.unwrap_err();
        assert!(matches!(refused, Error::Refused(Refusal::AddressUndeliverable { cause: Undeliverable::NoSuchMailbox })));
        let view = world.admin().account(id).await.unwrap().unwrap();
        assert_eq!(view.undeliverable, Some(Undeliverable::NoSuchMailbox));
        assert_eq!(world.mailer.attempts().len(), 1, "invariant 7: nothing is handed over for a suppressed address");
    }

    async fn transient_faults_and_faults_of_ours_suppress_nobody(world) {
        for (at, answer) in [Answer::Transient, Answer::Ours].into_iter().enumerate() {
            let address = format!("u{at}@example.com");
            let id = world.register(&address).await;
            world.mailer.answer(email(&address), answer);
            assert_eq!(ask(&world, id).await.unwrap(), Delivery::Queued);
            assert_eq!(world.admin().account(id).await.unwrap().unwrap().undeliverable, None);
        }
    }

    async fn a_reset_is_mailed_to_the_stored_address_never_to_the_typed_one(world) {
        world.in_use("sam@example.com", GOOD).await;
        // The long s folds to s: the same mailbox to us, another one to a mail server.
        assert_eq!(reset_mails(&world, "\u{17f}am@example.com").await, 1);
        let letter = world.mailer.letters().pop().unwrap();
        assert_eq!(letter.to.as_str(), "sam@example.com");
    }

    async fn a_reset_of_an_account_without_a_password_mails_a_set_link(world) {
        world.register("ada@example.com").await;
        assert_eq!(reset_mails(&world, "ada@example.com").await, 1);
        assert!(world.public().choose_password(&world.mailed_code("ada@example.com"), &crate::doors::world::password(GOOD)).await.is_ok());
    }

    async fn a_strangers_request_costs_one_commit_for_every_address(world) {
        world.in_use("ada@example.com", GOOD).await;
        world.register("new@example.com").await;
        let gone = world.register("gone@example.com").await;
        world.mailer.answer(email("gone@example.com"), Answer::NoSuchMailbox);
        let _ = ask(&world, gone).await.unwrap();
        for address in ["ada@example.com", "new@example.com", "gone@example.com", "nobody@example.com", "ada@example.com"] {
            world.store.reset();
            let _ = world.public().request_password_reset(&email(address), MailOptions::default()).await.unwrap();
            let calls = world.store.calls();
            assert_eq!((calls.commits, calls.total()), (1, 1), "{address}");
        }
        let before = world.mailer.count();
        let swept = world.accounts.sweep(20).await.unwrap();
        assert_eq!((swept.decided, world.mailer.count() - before), (5, 2), "one for ada, one for new");
    }

    async fn urls_are_checked_before_anything_is_looked_up(world) {
        let id = world.register("ada@example.com").await;
        world.store.reset();
        let evil = MailOptions::default().with_page(LinkUrl::parse("https://evil.example/password").unwrap());
        let back = MailOptions::default().with_return_url(ReturnUrl::parse("https://evil.example/home").unwrap());
        for options in [evil, back] {
            let public = world.public().request_password_reset(&email("ada@example.com"), options.clone()).await;
            assert_eq!(public.unwrap_err().http_status(), 400);
            let admin = world.admin().request_password_set(id, DeliveryOptions::default().with_mail(options)).await;
            assert_eq!(admin.unwrap_err().http_status(), 400);
        }
        assert_eq!(world.store.calls().total(), 0);
    }

    async fn a_set_link_is_not_expected_once_there_is_a_password(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        world.clock.advance(Span::hours(1));
        assert_eq!(ask(&world, id).await.unwrap_err().code(), "password_set_not_expected");
        assert_eq!(ask(&world, accountable_core::domain::AccountId::from_bytes([9; 16])).await.unwrap_err().code(), "no_such_account");
    }
}
