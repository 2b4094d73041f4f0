//! Accidents of other systems, each named after what went wrong there, and each held off here.

use accountable_core::{
    Authentication, DeliveryOptions, Import, ImportedPassword, MailOptions, NewAccount, PublicError,
    domain::{
        CodeState, Denial, EmailAddress, InputError, LinkUrl, MailedCode, Management, NoticeKind, Password,
        Purpose, ReturnUrl, Span, Violation,
    },
};
use accountable_memory::{Answer, InsecureTestHasher};

use crate::doors::world::{BETTER, GOOD, Post, World, at_once, email, on_each_store, password};

const ADA: &str = "ada@example.com";
const WRONG: &str = "not the password at all";

async fn reset(world: &World, address: &str) {
    let _ = world.public().request_password_reset(&email(address), MailOptions::default()).await.unwrap();
    world.sweep().await;
}

/// What a stranger can tell of a request: the answer, and what the store was asked.
async fn asked(world: &World, address: &str) -> (String, accountable_memory::Calls) {
    world.store.reset();
    let answer = world.public().request_password_reset(&email(address), MailOptions::default()).await;
    (format!("{answer:?}"), world.store.reset())
}

on_each_store! {
    __doors_accidents in accidents;
    /// Two addresses that case mapping makes one: the reset went to the one that the attacker typed (Django, 2019).
    async fn mail_goes_to_the_stored_address_and_never_to_the_typed_one(world) {
        for (stored, typed) in [("sam@example.com", "\u{17f}am@example.com"), ("kim@example.com", "\u{212a}im@example.com")] {
            world.in_use(stored, GOOD).await;
            reset(&world, typed).await;
            world.clock.advance(Span::hours(1));
            let _ = world.public().sign_up(&email(typed), MailOptions::default(), None).await.unwrap();
            world.sweep().await;
            let post = world.post_of(stored);
            assert_eq!(post[1..], [Post::Code(Purpose::PasswordReset), Post::Notice(NoticeKind::AlreadyRegistered)]);
            assert_eq!(world.post_of(typed), []);
        }
    }

    /// An array, or a list with commas, and the code went to all of them (GitLab, 2023).
    async fn an_address_is_one_address(world) {
        world.in_use(ADA, GOOD).await;
        let lists = [
            "ada@example.com,eve@example.net",
            "ada@example.com, eve@example.net",
            "ada@example.com;eve@example.net",
            "ada@example.com eve@example.net",
            "ada@example.com\r\nBcc: eve@example.net",
            "ada@example.com\0eve@example.net",
            "[\"ada@example.com\",\"eve@example.net\"]",
            "ada@example.com@eve.example.net",
            "<ada@example.com>,<eve@example.net>",
            "ada@example.com%0aeve@example.net,",
        ];
        for list in lists {
            assert!(EmailAddress::parse(list).is_err(), "{list:?}");
        }
        reset(&world, ADA).await;
        let letter = world.mailer.letters().pop().unwrap();
        assert_eq!(letter.to.as_str(), ADA);
    }

    /// A blank or null code matched the accounts that had none (Devise, 2019; Flowise, 2026).
    async fn a_code_that_was_never_mailed_matches_nothing(world) {
        let without = world.register("new@example.com").await;
        let with = world.in_use(ADA, GOOD).await;
        reset(&world, ADA).await;
        for id in [without, with] {
            for text in ["", " ", "null", "nil", "None", "undefined", "0", "[]", "{}", "%00", "\0", "123456", &"A".repeat(43)] {
                let code = MailedCode::new(&id.to_string(), text);
                assert_eq!(world.public().inspect_code(&code).await.unwrap(), CodeState::Invalid, "{text:?}");
                assert!(matches!(world.public().choose_password(&code, &password(BETTER)).await, Err(PublicError::DeadCode)));
                assert!(matches!(world.public().cancel_email_change(&code).await, Err(PublicError::DeadCode)));
                assert!(matches!(world.public().revert_email_change(&code).await, Err(PublicError::DeadCode)));
            }
        }
        let genuine = world.mailed_code(ADA);
        assert!(matches!(world.public().inspect_code(&genuine).await.unwrap(), CodeState::Live { .. }));
    }

    /// Two changes at once: the code of the one confirmed the address of the other (Devise, 2026).
    async fn a_code_confirms_the_address_that_it_was_mailed_to_and_no_other(world) {
        let id = world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await;
        let wanted: Vec<_> = (0..16).map(|at| format!("u{at}@example.com")).collect();
        let asked = at_once(16, |at| {
            let (owner, wanted) = (owner.clone(), email(&wanted[at]));
            async move { owner.request_email_change(&password(GOOD), &wanted, &MailOptions::default()).await.is_ok() }
        })
        .await;
        world.sweep().await;
        assert_eq!(asked.iter().filter(|asked| **asked).count(), 1);
        let mailed: Vec<_> = wanted.iter().filter(|address| !world.post_of(address).is_empty()).collect();
        let [one] = mailed[..] else { panic!("codes went to {mailed:?}") };
        assert_eq!(world.view(id).await.pending_email, Some(email(one)));

        // Another takes its place, while the first one's code is brought again and again.
        world.clock.advance(Span::seconds(600));
        let (first, second) = (world.mailed_code(one), "second@example.com");
        let outcomes = at_once(16, |at| {
            let (owner, first) = (owner.clone(), first.clone());
            async move {
                match at {
                    8 => owner.request_email_change(&password(GOOD), &email(second), &MailOptions::default()).await.is_ok(),
                    _ => owner.confirm_email(&first).await.is_ok(),
                }
            }
        })
        .await;
        let view = world.view(id).await;
        let confirmed = outcomes.iter().enumerate().any(|(at, ok)| at != 8 && *ok);
        let expected = if confirmed { (email(one), None) } else { (email(ADA), Some(email(second))) };
        assert_eq!((view.email, view.pending_email), expected);
    }

    /// A code that was redeemed twice, since two came at once (better-auth, Parse).
    async fn of_64_who_bring_one_code_one_redeems_it(world) {
        world.in_use(ADA, GOOD).await;
        reset(&world, ADA).await;
        let code = world.mailed_code(ADA);
        let elsewhere = World::beside(&world);
        let outcomes = at_once(64, |at| {
            let public = if at % 2 == 0 { world.public() } else { elsewhere.public() };
            let (code, chosen) = (code.clone(), format!("{BETTER} number {at}"));
            async move { public.choose_password(&code, &password(&chosen)).await.map(|_| chosen) }
        })
        .await;
        let won: Vec<_> = outcomes.iter().flatten().collect();
        let [chosen] = won[..] else { panic!("{} redeemed it", won.len()) };
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(PublicError::DeadCode))));
        assert!(world.log_in(ADA, chosen).await.is_ok(), "the password is the winner's");
    }

    /// The Host header became the link's (WordPress, 2017). Here no request has a say in where a link leads but by
    /// naming a page that is allowed.
    async fn a_link_leads_to_a_configured_page(world) {
        world.in_use(ADA, GOOD).await;
        reset(&world, ADA).await;
        let link = world.mailer.last_link_to(&email(ADA)).unwrap();
        assert!(link.starts_with("https://app.example/password?id="), "{link}");
        for page in ["https://app.example.evil.com/password", "https://app.example/password/", "https://app.example/other", "https://app.example/password?x=1"] {
            let options = MailOptions::default().with_page(LinkUrl::parse(page).unwrap());
            let refused = world.public().request_password_reset(&email(ADA), options).await.unwrap_err();
            assert!(matches!(refused, PublicError::BadInput(InputError::PageNotAllowed)), "{page}");
        }
    }

    /// A mail server that failed gave an error, and only for addresses that exist (Django, 2024).
    async fn a_mailer_that_fails_tells_nobody_who_exists(world) {
        world.in_use(ADA, GOOD).await;
        for answer in [Answer::Transient, Answer::Ours, Answer::NoSuchMailbox, Answer::Rejected, Answer::Hang] {
            world.mailer.answer_all(answer);
            let known = asked(&world, ADA).await;
            let unknown = asked(&world, "eve@example.com").await;
            assert_eq!(known, unknown, "{answer:?}");
            assert!(known.0.starts_with("Ok("), "{known:?}");
            if answer != Answer::Hang {
                world.sweep().await;
            }
            world.clock.advance(Span::hours(1));
        }
    }

    /// A URL that was refused only where the address was known (Directus, 2026).
    async fn urls_are_checked_before_anything_is_looked_up(world) {
        let id = world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await;
        let evil = MailOptions::default().with_page(LinkUrl::parse("https://evil.example/password").unwrap());
        let back = MailOptions::default().with_return_url(ReturnUrl::parse("https://evil.example/home").unwrap());
        let verified = world.hasher.verified();
        world.store.reset();
        for options in [evil, back] {
            let delivery = || DeliveryOptions::default().with_mail(options.clone());
            for address in [ADA, "eve@example.com"] {
                let address = email(address);
                assert!(matches!(world.public().request_password_reset(&address, options.clone()).await, Err(PublicError::BadInput(_))));
                assert!(matches!(world.public().sign_up(&address, options.clone(), None).await, Err(PublicError::BadInput(_))));
            }
            let admin = world.admin();
            let refused = [
                admin.request_password_set(id, delivery()).await.map(drop),
                admin.change_password_management(id, Management::Owner, delivery()).await.map(drop),
                admin.issue_code(id, Purpose::PasswordReset, &options).await.map(drop),
                owner.request_email_change(&password(GOOD), &email("b@example.com"), &options).await,
            ];
            for refused in refused {
                assert_eq!(refused.unwrap_err().http_status(), 400);
            }
        }
        assert_eq!((world.store.calls().total(), world.hasher.verified()), (0, verified));
    }

    /// A megabyte of password, hashed to the last octet (Django, 2013).
    async fn a_password_is_capped_before_it_is_hashed(world) {
        assert!(matches!(Password::parse(&"x".repeat(1 << 20)), Err(InputError::PasswordTooLong)));
        assert!(matches!(Password::parse(&"x".repeat(Password::MAX + 1)), Err(InputError::PasswordTooLong)));
        let id = world.in_use(ADA, GOOD).await;
        reset(&world, ADA).await;
        let longest = password(&"x1 ".repeat(Password::MAX / 3));
        let before = world.probe.hashes();
        let refused = world.public().choose_password(&world.mailed_code(ADA), &longest).await;
        let Err(PublicError::WeakPassword(told)) = refused else { panic!("{refused:?}") };
        assert!(told.iter().any(|told| matches!(told, Violation::TooLong { most: 256, .. })), "{told:?}");
        assert!(world.admin().assign_password(id, &longest).await.is_err());
        assert_eq!(world.probe.hashes(), before, "beyond the policy nothing is hashed anew either");
    }

    /// A reset link from before the address changed still worked, in the old mailbox (rodauth).
    async fn a_change_of_address_kills_older_reset_links(world) {
        let id = world.in_use(ADA, GOOD).await;
        reset(&world, ADA).await;
        let link = world.mailed_code(ADA);
        world.admin().replace_email(id, &email("countess@example.com")).await.unwrap();
        assert!(matches!(world.public().choose_password(&link, &password(BETTER)).await, Err(PublicError::DeadCode)));

        let bob = world.in_use("bob@example.com", GOOD).await;
        reset(&world, "bob@example.com").await;
        let link = world.mailed_code("bob@example.com");
        let owner = world.signed_in("bob@example.com", GOOD).await;
        owner.request_email_change(&password(GOOD), &email("robert@example.com"), &MailOptions::default()).await.unwrap();
        world.sweep().await;
        owner.confirm_email(&world.mailed_code("robert@example.com")).await.unwrap();
        assert!(matches!(world.public().choose_password(&link, &password(BETTER)).await, Err(PublicError::DeadCode)));
        assert_eq!(world.view(bob).await.email.as_str(), "robert@example.com");
    }

    /// One mailbox spelled in many ways had many counters, and so had one /64 (allauth, better-auth).
    async fn limits_count_by_the_canonical_address_and_by_the_64(world) {
        world.in_use(ADA, GOOD).await;
        let spellings = ["ada@example.com", "ADA@example.com", "Ada@Example.COM", "\"ada\"@example.com", "aDa@eXample.com"];
        for at in 0..10 {
            let guess = world.from(&format!("198.51.100.{at}")).authenticate(&email(spellings[at % 5]), &password(WRONG), None).await.unwrap();
            assert!(matches!(guess, Authentication::Denied(_)));
        }
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::Locked));

        for at in 0..20 {
            let near = world.from(&format!("2001:db8:0:7::{at}"));
            let _ = near.request_password_reset(&email(&format!("u{at}@example.com")), MailOptions::default()).await.unwrap();
        }
        let more = |ip: &str| {
            let public = world.from(ip);
            async move { public.request_password_reset(&email("x@example.com"), MailOptions::default()).await }
        };
        assert!(matches!(more("2001:db8:0:7:ffff:ffff:ffff:ffff").await, Err(PublicError::TooMany { .. })));
        assert!(more("2001:db8:0:8::1").await.is_ok());

        for at in 0..20 {
            let mapped = if at % 2 == 0 { "192.0.2.1" } else { "::ffff:192.0.2.1" };
            let _ = more(mapped).await.unwrap();
        }
        assert!(matches!(more("192.0.2.1").await, Err(PublicError::TooMany { .. })));
    }

    /// A log-in of one's own now and then, and the counter of all the others began anew (allauth).
    async fn a_success_clears_its_own_counter_only(world) {
        world.in_use(ADA, GOOD).await;
        world.in_use("eve@example.com", BETTER).await;
        let eve = world.from("192.0.2.1");
        for at in 0..100 {
            let victim = if at % 10 == 0 { ADA.to_owned() } else { format!("u{at}@example.com") };
            let guess = eve.authenticate(&email(&victim), &password(WRONG), None).await.unwrap();
            assert!(matches!(guess, Authentication::Denied(_)));
            let own = eve.authenticate(&email("eve@example.com"), &password(BETTER), None).await;
            if at < 99 {
                assert!(matches!(own.unwrap(), Authentication::Granted { .. }), "{at}");
            }
        }
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::Locked), "ten, though Eve was let in ninety times between");
        let spent = eve.authenticate(&email("eve@example.com"), &password(BETTER), None).await;
        assert!(matches!(spent, Err(PublicError::TooMany { .. })), "nor was the origin's quota cleared");
    }

    /// Somebody registers the victim's address first, and stays in when the victim proves it (pre-hijacking).
    async fn proving_an_address_wipes_what_an_earlier_registrant_had(world) {
        // What the other system had taken from whoever came first: unproven, with a password.
        let planted = ImportedPassword::new(InsecureTestHasher::foreign(&password(GOOD)).expose());
        let import = Import::new(NewAccount::new(email(ADA))).with_password(planted);
        let id = world.admin().import(import).await.unwrap().id;
        let hijacker = world.signed_in(ADA, GOOD).await;
        hijacker.request_email_change(&password(GOOD), &email("eve@example.net"), &MailOptions::default()).await.unwrap();
        world.sweep().await;
        let planted = world.mailed_code("eve@example.net");

        reset(&world, ADA).await;
        world.public().choose_password(&world.mailed_code(ADA), &password(BETTER)).await.unwrap();
        assert!(world.view(id).await.email_proven);
        assert!(!hijacker.is_current().await.unwrap());
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::WrongPassword));
        assert_eq!(hijacker.confirm_email(&planted).await.unwrap_err().code(), "session_ended");
        let victim = world.signed_in(ADA, BETTER).await;
        assert_eq!(victim.confirm_email(&planted).await.unwrap_err().code(), "dead_code");
        assert_eq!(world.view(id).await.pending_email, None);
    }

    /// Here nobody plants a password in the first place: who signs up gets a link, and nothing without it.
    async fn signing_up_somebody_elses_address_gives_nothing_to_hold(world) {
        let _ = world.public().sign_up(&email(ADA), MailOptions::default(), None).await.unwrap();
        world.sweep().await;
        assert_eq!(world.log_in(ADA, GOOD).await, Err(Denial::NoPassword));
        world.public().choose_password(&world.mailed_code(ADA), &password(BETTER)).await.unwrap();
        assert!(world.log_in(ADA, BETTER).await.is_ok());
    }

    /// A mail scanner fetched the link, and it was burnt before its reader came (Ghost).
    async fn looking_at_a_link_never_burns_it(world) {
        world.in_use(ADA, GOOD).await;
        reset(&world, ADA).await;
        let code = world.mailed_code(ADA);
        let before = world.view(code.account().unwrap()).await.version;
        let looks = at_once(64, |at| {
            let (public, code) = (world.from(&format!("203.0.113.{at}")), code.clone());
            async move { public.inspect_code(&code).await.unwrap() }
        })
        .await;
        assert!(looks.iter().all(|state| matches!(state, CodeState::Live { purpose: Purpose::PasswordReset, .. })));
        assert_eq!(world.view(code.account().unwrap()).await.version, before, "nothing was written");
        assert!(world.public().choose_password(&code, &password(BETTER)).await.is_ok());
    }

    /// Open redirects: what looks like one of ours to a careless eye, and to a browser is another's.
    async fn a_return_url_leads_to_where_it_is_allowed_to(world) {
        world.in_use(ADA, GOOD).await;
        let tricks = [
            "//evil.example/home",
            "/\\evil.example",
            "/%5Cevil.example",
            "\\\\evil.example\\home",
            "https:/\\app.example/home",
            "https://app.example\\@evil.example/home",
            "https://app.example.evil.example/home",
            "https://app.example@evil.example/home",
            "https://app.example:x@evil.example/home",
            "https://evil.example/https://app.example/home",
            "https://evil.example#https://app.example/home",
            "https://app.example/home#@evil.example",
            "https://app.example/homeevil",
            "https://app.example/home/../../evil",
            "https://app.example/home/%2e%2e/evil",
            "https://app.example/home/..%5Cevil",
            "https://app.example:444/home",
            "http://app.example/home",
            "javascript:alert(1)",
            "java\tscript:alert(1)",
            "https\n://app.example/home",
            "ht\ttps://app.example/home",
            " https://app.example/home",
            "data:text/html,home",
            "",
        ];
        world.store.reset();
        for trick in tricks {
            let Ok(url) = ReturnUrl::parse(trick) else { continue };
            let options = MailOptions::default().with_return_url(url);
            let refused = world.public().request_password_reset(&email(ADA), options).await;
            assert!(matches!(refused, Err(PublicError::BadInput(InputError::ReturnUrlNotAllowed))), "{trick:?}");
        }
        assert_eq!(world.store.calls().total(), 0);
        let ours = ReturnUrl::parse("https://app.example/home/deep?x=1&y=//evil.example").unwrap();
        let _ = world.public().request_password_reset(&email(ADA), MailOptions::default().with_return_url(ours)).await.unwrap();
        world.sweep().await;
        let link = world.mailer.last_link_to(&email(ADA)).unwrap();
        assert!(link.ends_with("&return_url=https%3A%2F%2Fapp.example%2Fhome%2Fdeep%3Fx%3D1%26y%3D%2F%2Fevil.example"), "{link}");
    }
}
