//! Codes: clauses 1 to 7.

use accountable_core::{
    DeliveryOptions, MailOptions, PublicError,
    domain::{CodeState, MailedCode, Purpose, ReturnUrl, Span, Status},
};

use crate::doors::world::{BETTER, GOOD, World, code_of, email, on_each_store, password};

async fn mailed_set_code(world: &World) -> MailedCode {
    let id = world.register("ada@example.com").await;
    let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
    world.mailed_code("ada@example.com")
}

async fn is_live(world: &World, code: &MailedCode) -> bool {
    matches!(world.public().inspect_code(code).await.unwrap(), CodeState::Live { .. })
}

async fn ask_for_reset(world: &World) {
    let _ = world
        .public()
        .request_password_reset(&email("ada@example.com"), MailOptions::default())
        .await
        .unwrap();
    world.accounts.sweep(10).await.unwrap();
}

on_each_store! {
    __doors_code in code;
    async fn clause_1_a_set_code_lives_for_24_h(world) {
        let code = mailed_set_code(&world).await;
        world.clock.advance(Span::micros(Span::hours(24).as_micros() - 1));
        assert!(is_live(&world, &code).await);
        world.clock.advance(Span::micros(1));
        assert_eq!(world.public().inspect_code(&code).await.unwrap(), CodeState::Expired { purpose: Purpose::PasswordSet, return_url: None });
        let late = world.public().choose_password(&code, &password(GOOD)).await;
        assert!(matches!(late, Err(PublicError::DeadCode)));
    }

    async fn clause_1_a_reset_code_lives_for_1_h_and_repeats_stretch_it_to_24_h(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        ask_for_reset(&world).await;
        let first = world.mailer.last_link_to(&email("ada@example.com")).unwrap();
        // A stranger would be refused by the quota of the recipient long before; a host that mails itself is not.
        for _ in 0..141 {
            world.clock.advance(Span::minutes(10));
            let again = world.admin().issue_code(id, Purpose::PasswordReset, &MailOptions::default()).await.unwrap();
            assert_eq!(again.link.expose(), first, "the same code each time");
        }
        world.clock.advance(Span::micros(Span::minutes(30).as_micros() - 1));
        assert!(is_live(&world, &code_of(&first)).await);
        world.clock.advance(Span::micros(1));
        assert!(!is_live(&world, &code_of(&first)).await, "24 hours are the end");
    }

    async fn clause_1_every_mail_that_was_sent_has_a_link_that_works(world) {
        let first = mailed_set_code(&world).await;
        world.clock.advance(Span::seconds(600));
        let id = first.account().unwrap();
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        world.public().choose_password(&first, &password(GOOD)).await.unwrap();
    }

    async fn clause_2_blank_null_and_never_issued_codes_match_nothing(world) {
        let genuine = mailed_set_code(&world).await;
        let id = genuine.account().unwrap().to_string();
        for text in ["", "null", "undefined", "0", "123456", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let forged = MailedCode::new(&id, text);
            assert_eq!(world.public().inspect_code(&forged).await.unwrap(), CodeState::Invalid, "{text}");
            let outcome = world.public().choose_password(&forged, &password(GOOD)).await;
            assert!(matches!(outcome, Err(PublicError::DeadCode)), "{text}");
        }
        assert!(is_live(&world, &genuine).await);
    }

    async fn clause_2_a_code_opens_no_other_account(world) {
        let code = mailed_set_code(&world).await;
        let other = world.register("bob@example.com").await;
        let link = world.mailer.last_link_to(&email("ada@example.com")).unwrap();
        let text = link.split("confirmation_code=").nth(1).unwrap();
        let moved = MailedCode::new(&other.to_string(), text);
        let outcome = world.public().choose_password(&moved, &password(GOOD)).await;
        assert!(matches!(outcome, Err(PublicError::DeadCode)));
        assert!(is_live(&world, &code).await);
    }

    async fn clause_3_inspecting_never_consumes(world) {
        let code = mailed_set_code(&world).await;
        for _ in 0..50 {
            assert!(is_live(&world, &code).await);
        }
        world.public().choose_password(&code, &password(GOOD)).await.unwrap();
    }

    async fn clause_3_a_weak_password_does_not_consume(world) {
        let code = mailed_set_code(&world).await;
        let weak = world.public().choose_password(&code, &password("short")).await;
        assert!(matches!(weak, Err(PublicError::WeakPassword(violations)) if !violations.is_empty()));
        world.public().choose_password(&code, &password(GOOD)).await.unwrap();
    }

    async fn clause_4_a_used_code_says_so_to_its_bearer_for_7_days(world) {
        let code = mailed_set_code(&world).await;
        world.public().choose_password(&code, &password(GOOD)).await.unwrap();
        let used = CodeState::Used { purpose: Purpose::PasswordSet, return_url: None };
        assert_eq!(world.public().inspect_code(&code).await.unwrap(), used);
        let again = world.public().choose_password(&code, &password(BETTER)).await;
        assert!(matches!(again, Err(PublicError::DeadCode)), "redemption always says dead");
        // Whatever else is written to the account, the page can say it for seven days.
        world.clock.advance(Span::micros(Span::days(7).as_micros() - 1));
        world.admin().assign_password(code.account().unwrap(), &password(BETTER)).await.unwrap();
        assert_eq!(world.public().inspect_code(&code).await.unwrap(), used);
        world.clock.advance(Span::micros(1));
        world.admin().assign_password(code.account().unwrap(), &password(GOOD)).await.unwrap();
        assert_eq!(world.public().inspect_code(&code).await.unwrap(), CodeState::Invalid);
    }

    async fn clause_6_a_mail_whose_code_died_is_cancelled(world) {
        let id = world.register("ada@example.com").await;
        let later = DeliveryOptions::default().with_wait(Span::ZERO);
        let _ = world.admin().request_password_set(id, later).await.unwrap();
        world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        let swept = world.accounts.sweep(10).await.unwrap();
        assert_eq!((swept.cancelled, swept.delivered), (1, 0));
        assert_eq!(world.mailer.count(), 0);
    }

    async fn clause_7_the_stored_return_url_is_the_one_honoured(world) {
        let id = world.register("ada@example.com").await;
        let back = |text: &str| {
            let url = ReturnUrl::parse(text).unwrap();
            DeliveryOptions::default().with_mail(MailOptions::default().with_return_url(url))
        };
        let _ = world.admin().request_password_set(id, back("https://app.example/home/one?x=1&y=2")).await.unwrap();
        let link = world.mailer.last_link_to(&email("ada@example.com")).unwrap();
        assert!(link.ends_with("&return_url=https%3A%2F%2Fapp.example%2Fhome%2Fone%3Fx%3D1%26y%3D2"), "percent-encoded");
        world.clock.advance(Span::seconds(600));
        let _ = world.admin().request_password_set(id, back("https://app.example/home/two")).await.unwrap();
        assert_eq!(world.mailer.last_link_to(&email("ada@example.com")).unwrap(), link, "the first, while the code lives");
        world.clock.advance(Span::seconds(600));
        let outside = world.admin().request_password_set(id, back("https://evil.example/home")).await;
        assert_eq!(outside.unwrap_err().code(), "return_url_not_allowed");
    }

    async fn a_redeemed_code_proves_the_address_and_kills_all_others(world) {
        let set = mailed_set_code(&world).await;
        let id = set.account().unwrap();
        world.public().choose_password(&set, &password(GOOD)).await.unwrap();
        let view = world.admin().account(id).await.unwrap().unwrap();
        assert_eq!((view.status, view.email_proven), (Status::InUse, true));
        ask_for_reset(&world).await;
        let reset = world.mailed_code("ada@example.com");
        assert!(is_live(&world, &reset).await);
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        assert!(!is_live(&world, &reset).await, "a new password kills every code");
    }
}
