//! What strangers leave behind goes after a week, whatever the host keeps of its journal; and no realm's rules touch
//! another's.

use accountable_core::{
    Accounts, Import, MailOptions, NewAccount,
    domain::{AccountId, EventKind, Realm, Report, Rules, Span, Undeliverable},
};

use crate::doors::{
    world::{GOOD, World, email, keys, on_each_store},
    yielding::squatted,
};

/// How many events of the realm there are.
async fn events(accounts: &Accounts) -> usize {
    let (mut count, mut cursor) = (0, None);
    loop {
        let feed = accounts.journal().feed(cursor, 1_000).await.unwrap();
        count += feed.events.len();
        cursor = Some(feed.cursor);
        if !feed.more {
            return count;
        }
    }
}

/// Whether an account has a row, erased or not: an import with its id says so.
async fn has_row(world: &World, id: AccountId, probe: &str) -> bool {
    match world.admin().import(Import::new(NewAccount::new(email(probe))).with_id(id)).await {
        Ok(_) => false,
        Err(error) => {
            assert_eq!(error.code(), "id_taken");
            true
        }
    }
}

/// One microsecond less.
fn short_of(span: Span) -> Span {
    Span::micros(span.as_micros() - 1)
}

fn keeping(days: u64) -> Rules {
    let mut rules = Rules::default();
    rules.journal_kept = Some(Span::days(days));
    rules
}

on_each_store! {
    __doors_retention in retention;
    async fn what_strangers_ask_for_leaves_no_event_after_7_days(world) {
        world.register("ada@example.com").await;
        let before = events(&world.accounts).await;
        for at in 0..120 {
            let nobody = email(&format!("u{at}@example.com"));
            let _ = world.public().request_password_reset(&nobody, MailOptions::default()).await.unwrap();
        }
        world.sweep().await;
        assert_eq!(events(&world.accounts).await, before + 240, "asked for, and decided");
        world.clock.advance(Span::days(7));
        world.sweep().await;
        assert_eq!(events(&world.accounts).await, before + 240, "seven days, and not less");
        world.clock.advance(Span::micros(1));
        world.sweep().await;
        assert_eq!(events(&world.accounts).await, before, "and what names an account stays for ever");
    }

    /// However often strangers ask for mail to an account, or bring back the tag of an old mail: only what comes of it is kept
    /// with the account.
    async fn what_strangers_ask_for_in_vain_leaves_no_event_of_an_account(world) {
        let id = world.in_use("ada@example.com", GOOD).await;
        let tag = world.mailer.last_to(&email("ada@example.com")).unwrap().feedback.unwrap();
        world.clock.advance(Span::seconds(600));
        let ask = async |times: usize| {
            for at in 0..times {
                let ip = format!("198.51.{at}.7");
                let _ = world.from(&ip).request_password_reset(&email("ada@example.com"), MailOptions::default()).await.unwrap();
            }
            world.sweep().await;
        };
        ask(1).await;
        let before = world.history(id).await.len();
        ask(40).await;
        let report = Report::Bounced(Undeliverable::NoSuchMailbox);
        for _ in 0..5 {
            assert!(!world.admin().report(&tag, report, "").await.unwrap(), "the address was proven since");
        }
        assert_eq!(world.history(id).await.len(), before);
    }

    async fn a_purged_sign_up_goes_row_and_all(world) {
        let before = events(&world.accounts).await;
        let purged = squatted(&world, "u@example.com").await;
        world.clock.advance(Span::days(7));
        world.sweep().await;
        assert!(world.history(purged).await.iter().any(|event| event.what == EventKind::Erased));
        world.clock.advance(Span::days(7));
        world.sweep().await;
        assert!(has_row(&world, purged, "probe@example.com").await, "kept for seven days from its end");
        world.clock.advance(Span::micros(1));
        world.sweep().await;
        assert_eq!((world.history(purged).await.len(), events(&world.accounts).await), (0, before));
        assert!(!has_row(&world, purged, "probe@example.com").await);
    }

    /// Nor does one stay that gave its address up; what staff erases does.
    async fn so_does_one_that_yielded_and_no_other(world) {
        let yielded = squatted(&world, "u@example.com").await;
        world.register("u@example.com").await;
        let adopted = squatted(&world, "v@example.com").await;
        world.admin().end_sessions(adopted).await.unwrap();
        let registered = world.register("w@example.com").await;
        for id in [adopted, registered] {
            world.admin().erase(id).await.unwrap();
        }
        world.clock.advance(short_of(Span::days(8)));
        world.sweep().await;
        assert!(!has_row(&world, yielded, "one@example.com").await);
        for id in [adopted, registered] {
            assert!(has_row(&world, id, "two@example.com").await);
            assert!(!world.history(id).await.is_empty());
        }
    }

    /// Two realms on one store: each by its own settings, whoever sweeps.
    async fn no_realms_settings_touch_anothers(world) {
        let realm = Realm::parse("elsewhere").unwrap();
        let elsewhere = World::beside_with(&world, 44, keys(), |builder| builder.realm(realm).rules(keeping(1)));
        for world in [&world, &elsewhere] {
            world.register("ada@example.com").await;
            let nobody = email("nobody@example.com");
            let _ = world.public().request_password_reset(&nobody, MailOptions::default()).await.unwrap();
            world.sweep().await;
        }
        assert_eq!((events(&world.accounts).await, events(&elsewhere.accounts).await), (3, 3));
        world.clock.advance(Span::days(2));
        world.sweep().await;
        assert_eq!((events(&world.accounts).await, events(&elsewhere.accounts).await), (3, 3), "it has not swept yet");
        elsewhere.sweep().await;
        assert_eq!((events(&world.accounts).await, events(&elsewhere.accounts).await), (3, 0));
        world.clock.advance(Span::days(6));
        elsewhere.sweep().await;
        assert_eq!(events(&world.accounts).await, 3, "the strays of one realm are its own, too");
        world.sweep().await;
        assert_eq!(events(&world.accounts).await, 1);
    }
}
