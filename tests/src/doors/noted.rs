//! The day of the last log-in, where the host asks that it be kept.

use std::{future::poll_fn, task::Poll};

use accountable_core::{
    AccountList, AccountsPage, Authentication, Builder, SessionsThen,
    domain::{AccountId, Day, DeviceToken, EventKind, Span},
    port::AccountFilter,
};
use accountable_memory::CommitFault;

use crate::doors::world::{BETTER, GOOD, World, at_once, email, keys, on_each_store, password};

const ADA: &str = "ada@example.com";

fn noting(builder: Builder) -> Builder {
    builder.log_ins_noted()
}

async fn entry(world: &World, typed: &str, device: Option<&DeviceToken>) -> Authentication {
    world.public().authenticate(&email(ADA), &password(typed), device).await.unwrap()
}

fn day(text: &str) -> Option<Day> {
    Some(text.parse().unwrap())
}

/// The day that is kept, and how many log-ins the journal has.
async fn noted(world: &World, id: AccountId) -> (Option<Day>, usize) {
    let events = world.history(id).await;
    let count = events.iter().filter(|event| event.what == EventKind::LoggedIn).count();
    (world.view(id).await.last_log_in, count)
}

fn silent_since(text: &str) -> AccountFilter {
    AccountFilter { not_logged_in_since: day(text), ..AccountFilter::default() }
}

async fn listed(world: &World, filter: AccountFilter) -> Vec<AccountId> {
    let (mut ids, mut page) = (Vec::new(), Some(AccountsPage::first(AccountList::All(filter.clone()))));
    while let Some(asked) = page.take() {
        let found = world.admin().accounts(asked, 2).await.unwrap();
        ids.extend(found.items.iter().map(|account| account.id));
        page = found.next;
    }
    let counted = world.admin().count(&AccountList::All(filter)).await.unwrap();
    assert_eq!(usize::try_from(counted), Ok(ids.len()));
    ids
}

on_each_store! {
    __doors_noted in noted;
    /// The world begins at noon. A day ends at midnight, UTC.
    async fn the_first_log_in_of_a_day_is_noted_and_no_other(world with noting) {
        let id = world.in_use(ADA, GOOD).await;
        assert_eq!(noted(&world, id).await, (None, 0), "a password was chosen, and nobody logged in");
        world.log_in(ADA, GOOD).await.unwrap();
        assert_eq!(noted(&world, id).await, (day("2026-11-21"), 1));
        world.clock.advance(Span::micros(Span::hours(12).as_micros() - 1));
        world.store.reset();
        world.log_in(ADA, GOOD).await.unwrap();
        let calls = world.store.calls();
        assert_eq!((calls.loads, calls.total()), (2, 2), "nothing is written");
        world.clock.advance(Span::micros(1));
        world.log_in(ADA, GOOD).await.unwrap();
        assert_eq!(noted(&world, id).await, (day("2026-11-22"), 2));
    }

    async fn no_log_in_is_noted_unless_the_host_asks(world) {
        let id = world.in_use(ADA, GOOD).await;
        world.store.reset();
        world.log_in(ADA, GOOD).await.unwrap();
        assert_eq!(world.store.calls().total(), 2);
        assert_eq!(noted(&world, id).await, (None, 0));
    }

    async fn a_log_in_by_a_known_device_is_noted_and_one_that_must_change_the_password_too(world with noting) {
        let id = world.in_use(ADA, GOOD).await;
        let Authentication::Granted { device, .. } = entry(&world, GOOD, None).await else { panic!("kept out") };
        world.clock.advance(Span::days(1));
        assert!(matches!(entry(&world, GOOD, Some(&device)).await, Authentication::Granted { .. }));
        assert_eq!(noted(&world, id).await, (day("2026-11-22"), 2));
        world.clock.advance(Span::days(1));
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        assert!(matches!(entry(&world, BETTER, None).await, Authentication::MustChange { .. }));
        assert_eq!(noted(&world, id).await, (day("2026-11-23"), 3));
    }

    async fn whoever_is_not_let_in_leaves_the_day_alone(world with noting) {
        let id = world.in_use(ADA, GOOD).await;
        assert!(matches!(entry(&world, BETTER, None).await, Authentication::Denied(_)));
        world.admin().close(id).await.unwrap();
        assert!(matches!(entry(&world, GOOD, None).await, Authentication::Denied(_)));
        world.admin().reopen(id).await.unwrap();
        assert_eq!(noted(&world, id).await, (None, 0));
    }

    /// In two processes. The losers of the race see that it is done.
    async fn of_32_at_once_all_are_let_in_and_one_is_noted(world with noting) {
        let id = world.in_use(ADA, GOOD).await;
        let other = World::beside_with(&world, 77, keys(), noting);
        let verified = world.probe.real_verifications();
        let outcomes = at_once(32, |at| {
            let public = if at % 2 == 0 { world.public() } else { other.public() };
            async move { public.authenticate(&email(ADA), &password(GOOD), None).await.unwrap() }
        })
        .await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Authentication::Granted { .. })));
        assert_eq!(noted(&world, id).await, (day("2026-11-21"), 1));
        assert_eq!(world.probe.real_verifications() - verified, 16, "no log-in was repeated");
    }

    async fn a_note_that_fails_or_whose_answer_is_lost_fails_no_log_in(world with noting) {
        let id = world.in_use(ADA, GOOD).await;
        world.store.inner().script([CommitFault::Unavailable]);
        world.log_in(ADA, GOOD).await.unwrap();
        assert_eq!((world.store.inner().pending(), noted(&world, id).await), (0, (None, 0)));
        world.store.inner().script([CommitFault::UnknownApplied]);
        world.log_in(ADA, GOOD).await.unwrap();
        assert_eq!((world.store.inner().pending(), noted(&world, id).await), (0, (day("2026-11-21"), 1)));
    }

    async fn a_log_in_that_is_dropped_at_any_await_is_noted_once_by_the_next(world with noting) {
        let id = world.in_use(ADA, GOOD).await;
        for polls in 1..40 {
            let public = world.public();
            let (address, typed) = (email(ADA), password(GOOD));
            let mut call = Box::pin(public.authenticate(&address, &typed, None));
            for _ in 0..polls {
                let ready = poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await;
                if ready {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        world.log_in(ADA, GOOD).await.unwrap();
        assert_eq!(noted(&world, id).await, (day("2026-11-21"), 1));
    }

    async fn accounts_are_listed_and_counted_by_the_day_of_their_last_log_in(world with noting) {
        let mut ids = Vec::new();
        for at in 0..5 {
            ids.push(world.in_use(&format!("u{at}@example.com"), GOOD).await);
        }
        ids.sort_unstable();
        let address = async |at: usize| world.view(ids[at]).await.email.as_str().to_owned();
        world.log_in(&address(0).await, GOOD).await.unwrap();
        world.clock.advance(Span::days(1));
        for at in [1, 2] {
            world.log_in(&address(at).await, GOOD).await.unwrap();
        }
        world.admin().erase(ids[4]).await.unwrap();
        world.sweep().await;
        assert_eq!(listed(&world, silent_since("2026-11-21")).await, [ids[3]], "of whom no log-in was noted");
        assert_eq!(listed(&world, silent_since("2026-11-22")).await, [ids[0], ids[3]]);
        assert_eq!(listed(&world, silent_since("2026-11-23")).await, ids[..4]);
        // Work over many accounts finds them, too.
        world.admin().require_password_changes(silent_since("2026-11-22"), SessionsThen::GoOn).await.unwrap();
        for _ in 0..5 {
            world.sweep().await;
        }
        let mut required = Vec::new();
        for id in &ids[..4] {
            required.push(world.view(*id).await.password.unwrap().must_change.is_some());
        }
        assert_eq!(required, [true, false, false, true]);
    }
}
