//! Passwords that must be changed since staff requires it: of one account, and of all that a filter lets through.

use accountable_core::{
    Authentication, SessionsThen,
    domain::{AccountId, CommitId, EventKind, FeedbackTag, Origin, Realm, Report, Span, SuspensionReason},
    port::{AccountFilter, Commit, Limit, Note, NoteName, Scope, Store as _, Swap, Write},
};

use crate::doors::world::{BETTER, GOOD, World, email, keys, on_each_store, password};

const ADA: &str = "ada@example.com";

/// Whether a right password lets its owner do nothing but change it.
async fn must_change(world: &World, address: &str, typed: &str) -> bool {
    match world.public().authenticate(&email(address), &password(typed), None).await.unwrap() {
        Authentication::Granted { .. } => false,
        Authentication::MustChange { .. } => true,
        Authentication::Denied(why) => panic!("{:?}", why.for_logs()),
    }
}

async fn all_in_use(world: &World, count: usize) -> Vec<AccountId> {
    let mut ids = Vec::new();
    for at in 0..count {
        ids.push(world.in_use(&format!("u{at}@example.com"), GOOD).await);
    }
    ids
}

async fn required(world: &World, of: AccountId) -> usize {
    let required = |what: &EventKind| matches!(what, EventKind::PasswordChangeRequired);
    world.history(of).await.iter().filter(|event| required(&event.what)).count()
}

on_each_store! {
    __doors_demands in demands;
    async fn a_required_change_is_asked_for_at_the_next_log_in_and_done_with_its_stamp(world) {
        let id = world.in_use(ADA, GOOD).await;
        let before = world.log_in(ADA, GOOD).await.unwrap();
        world.admin().require_password_change(id, SessionsThen::GoOn).await.unwrap();
        let owner = world.accounts.owner(before, Origin::Unknown);
        assert_eq!(owner.end_sessions().await.unwrap_err().code(), "password_change_required");
        assert!(must_change(&world, ADA, GOOD).await);
        owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
        assert!(!must_change(&world, ADA, BETTER).await);
        // Once more, while it is required already: nothing is written.
        world.admin().require_password_change(id, SessionsThen::GoOn).await.unwrap();
        let version = world.view(id).await.version;
        let again = world.admin().require_password_change(id, SessionsThen::GoOn).await.unwrap();
        assert_eq!((again.version, required(&world, id).await), (version, 2));
    }

    async fn sessions_end_where_that_is_asked_and_not_else(world) {
        let id = world.in_use(ADA, GOOD).await;
        for (then, current) in [(SessionsThen::GoOn, true), (SessionsThen::End, false)] {
            let stamp = world.log_in(ADA, GOOD).await.unwrap();
            world.admin().require_password_change(id, then).await.unwrap();
            let owner = world.accounts.owner(stamp, Origin::Unknown);
            assert_eq!(owner.is_current().await.unwrap(), current, "{then:?}");
        }
    }

    async fn an_account_without_a_password_has_none_to_change(world) {
        let id = world.register(ADA).await;
        let refused = world.admin().require_password_change(id, SessionsThen::End).await.unwrap_err();
        assert_eq!((refused.code(), refused.http_status()), ("no_password", 409));
        world.admin().close(id).await.unwrap();
        let refused = world.admin().require_password_change(id, SessionsThen::End).await.unwrap_err();
        assert_eq!(refused.code(), "account_closed");
    }

    /// Of 7 accounts, 3 at a time, in two processes: each once, and nobody else.
    async fn all_that_a_filter_finds_must_change_page_by_page(world) {
        let ids = all_in_use(&world, 7).await;
        world.register("new@example.com").await;
        let suspended = world.in_use("away@example.com", GOOD).await;
        world.admin().suspend(suspended, &SuspensionReason::parse("unpaid").unwrap()).await.unwrap();
        let filter = AccountFilter { standings: [accountable_core::domain::StandingKind::Active].into(), ..AccountFilter::default() };
        world.admin().require_password_changes(filter.clone(), SessionsThen::GoOn).await.unwrap();
        let second = world.admin().require_password_changes(filter, SessionsThen::GoOn).await.unwrap_err();
        assert_eq!((second.code(), second.http_status()), ("bulk_work_under_way", 409));
        world.accounts.sweep(3).await.unwrap();
        let work = world.admin().bulk_work().await.unwrap().unwrap();
        assert_eq!((work.changed, work.failed), (3, 0));
        // A restart in between, and another process.
        let other = World::beside_with(&world, 77, keys(), |builder| builder);
        for _ in 0..10 {
            other.accounts.sweep(3).await.unwrap();
        }
        assert_eq!(other.admin().bulk_work().await.unwrap(), None);
        for id in ids {
            assert_eq!(required(&world, id).await, 1);
        }
        assert_eq!(required(&world, suspended).await, 0);
        let feed = world.accounts.journal().feed(None, 1_000).await.unwrap().events;
        assert!(feed.iter().any(|event| event.what == EventKind::BulkWorkEnded { changed: 7, failed: 0 }));
        let by: Vec<_> = feed.iter().filter(|event| event.what == EventKind::PasswordChangeRequired).map(|event| &event.by).collect();
        assert!(by.iter().all(|by| format!("{by:?}").contains("staff")), "{by:?}");
    }

    /// Whoever chose another password since it was begun is not asked again.
    async fn a_password_that_is_newer_than_the_demand_stays(world) {
        let ids = all_in_use(&world, 2).await;
        world.clock.advance(accountable_core::domain::Span::seconds(1));
        world.admin().require_password_changes(AccountFilter::default(), SessionsThen::End).await.unwrap();
        world.clock.advance(accountable_core::domain::Span::seconds(1));
        let owner = world.signed_in("u1@example.com", GOOD).await;
        owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
        world.sweep().await;
        assert_eq!((required(&world, ids[0]).await, required(&world, ids[1]).await), (1, 0));
        assert!(!must_change(&world, "u1@example.com", BETTER).await);
    }

    async fn bulk_work_stops_where_it_is_when_it_is_told_to(world) {
        let ids = all_in_use(&world, 4).await;
        assert!(!world.admin().stop_bulk_work().await.unwrap());
        world.admin().require_password_changes(AccountFilter::default(), SessionsThen::GoOn).await.unwrap();
        world.accounts.sweep(2).await.unwrap();
        assert!(world.admin().stop_bulk_work().await.unwrap());
        world.sweep().await;
        let mut asked = 0;
        for id in ids {
            asked += required(&world, id).await;
        }
        assert_eq!((asked, world.admin().bulk_work().await.unwrap()), (2, None));
    }

    /// However many accounts there are: what else time asks for has its turn between them.
    async fn bulk_work_keeps_no_other_upkeep_waiting_until_it_is_through(world) {
        let forged = FeedbackTag::new("forged");
        assert!(!world.admin().report(&forged, Report::Complained, "").await.unwrap());
        for at in 0..1_200 {
            world.register(&format!("u{at}@example.com")).await;
        }
        world.clock.advance(Span::days(8));
        world.admin().require_password_changes(AccountFilter::default(), SessionsThen::GoOn).await.unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let courier = tokio::spawn(world.accounts.clone().run_courier(async move {
            let _ = stopped.await;
        }));
        // As the store has it: the journal passes over what is to be trimmed.
        let first = async || {
            let events = world.store.events(&Scope::Realm(Realm::default()), None, Limit::of(1)).await.unwrap();
            events.events.into_iter().next().unwrap()
        };
        while matches!(first().await.what, EventKind::FeedbackIgnored { .. }) {
            tokio::task::yield_now().await;
        }
        assert!(world.admin().bulk_work().await.unwrap().is_some(), "trimmed while there is work left");
        // And it goes on after a breath.
        'through: for _ in 0..5 {
            for _ in 0..2_000 {
                if world.admin().bulk_work().await.unwrap().is_none() {
                    break 'through;
                }
                tokio::task::yield_now().await;
            }
            world.clock.advance(Span::seconds(1));
        }
        assert_eq!(world.admin().bulk_work().await.unwrap(), None);
        stop.send(()).unwrap();
        courier.await.unwrap();
    }

    /// A note that nobody can read holds nothing up for good: staff ends the work, and begins it anew.
    async fn bulk_work_whose_note_is_damaged_can_be_ended(world) {
        let ids = all_in_use(&world, 2).await;
        let damaged = Note::new(Realm::default(), NoteName::bulk(), "{\"v\":".to_owned()).unwrap();
        let commit = Commit::new(CommitId::from_bytes([9; 16]), vec![Write::Note(Swap::create(damaged))], vec![]).unwrap();
        world.store.commit(&commit).await.unwrap();
        assert_eq!(world.admin().bulk_work().await.unwrap_err().code(), "damaged");
        let refused = world.admin().require_password_changes(AccountFilter::default(), SessionsThen::End).await.unwrap_err();
        assert_eq!(refused.code(), "bulk_work_under_way");
        assert!(world.admin().stop_bulk_work().await.unwrap());
        assert!(!world.admin().stop_bulk_work().await.unwrap());
        let feed = world.accounts.journal().feed(None, 1_000).await.unwrap().events;
        assert!(feed.iter().any(|event| event.what == EventKind::BulkWorkEnded { changed: 0, failed: 0 }));
        world.admin().require_password_changes(AccountFilter::default(), SessionsThen::End).await.unwrap();
        world.sweep().await;
        assert_eq!((required(&world, ids[0]).await, required(&world, ids[1]).await), (1, 1));
    }
}
