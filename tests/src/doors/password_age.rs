//! Passwords that time and policy have a word in: expiry and its warnings, history, the youngest age, the screen.

use std::sync::{
    Arc,
    atomic::{AtomicU8, AtomicUsize, Ordering},
};

use accountable_core::{
    AccountChanges, Authentication, Builder, DeliveryOptions, Error, Fault, NewAccount, PublicError,
    domain::{
        Denial, EventKind, MustChangeReason, NoticeKind, Password, PasswordPolicy, PasswordValidity, Refusal,
        Span, Timestamp, Violation,
    },
    port::{PasswordScreen, Source},
};
use async_trait::async_trait;

use crate::doors::world::{BETTER, GOOD, Post, World, email, keys, on_each_store, password};

const ADA: &str = "ada@example.com";
const THIRD: &str = "another fine day, 31 Quincunx";
const FOURTH: &str = "the last of four, 58 Zephyrs";

fn violations<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<Violation> {
    match outcome {
        Err(Error::Refused(Refusal::WeakPassword(violations))) => violations,
        other => panic!("not refused: {other:?}"),
    }
}

async fn entry(world: &World, typed: &str) -> Authentication {
    world.public().authenticate(&email(ADA), &password(typed), None).await.unwrap()
}

/// An account whose password, chosen now, is valid for so many days.
async fn valid_for(world: &World, days: u16) -> accountable_core::domain::AccountId {
    let new = NewAccount::new(email(ADA)).with_validity(PasswordValidity::days(days).unwrap());
    let id = world.admin().register(new).await.unwrap().id;
    let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
    world.public().choose_password(&world.mailed_code(ADA), &password(GOOD)).await.unwrap();
    world.sweep().await;
    id
}

/// A sweep that finds a warning due queues it, and the next one delivers it.
async fn sweeps(world: &World) -> Option<Timestamp> {
    world.sweep().await;
    world.sweep().await.next_due
}

fn warnings(world: &World) -> usize {
    world.post_of(ADA).into_iter().filter(|post| *post == Post::Notice(NoticeKind::PasswordExpires)).count()
}

/// With a past of two passwords and a day between changes.
fn remembering(builder: Builder) -> Builder {
    let policy = PasswordPolicy::nist().into_builder().remembering(2).minimum_age(Span::days(1));
    builder.policy(policy.build().unwrap())
}

/// A screen in a test's hands: what it says, and how often it was asked.
#[derive(Clone, Default)]
struct Screen {
    says: Arc<AtomicU8>,
    asked: Arc<AtomicUsize>,
}

const KNOWN: u8 = 1;
const AWAY: u8 = 2;

#[async_trait]
impl PasswordScreen for Screen {
    async fn is_breached(&self, _: &Password) -> Result<bool, Source> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.says.load(Ordering::SeqCst) {
            AWAY => Err("the list is away".into()),
            says => Ok(says == KNOWN),
        }
    }
}

async fn screened(world: World, screen: Screen) {
    let id = world.register(ADA).await;
    let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
    let code = world.mailed_code(ADA);
    let choose = async |typed: &str| world.public().choose_password(&code, &password(typed)).await;

    assert!(matches!(choose("short").await, Err(PublicError::WeakPassword(_))));
    assert_eq!(screen.asked.load(Ordering::SeqCst), 0, "only of what is good in all else");
    screen.says.store(KNOWN, Ordering::SeqCst);
    let breached = choose(GOOD).await;
    assert!(
        matches!(&breached, Err(PublicError::WeakPassword(told)) if *told == [Violation::Breached]),
        "{breached:?}"
    );
    screen.says.store(AWAY, Ordering::SeqCst);
    let unscreened = choose(GOOD).await.unwrap_err();
    assert!(matches!(unscreened, PublicError::Failed(Fault::Unscreened(_))), "{unscreened:?}");
    assert_eq!((unscreened.code(), unscreened.http_status()), ("unscreened", 503));
    screen.says.store(0, Ordering::SeqCst);
    assert_eq!(choose(GOOD).await.unwrap().account, id, "no refusal consumed the code");
    let asked = screen.asked.load(Ordering::SeqCst);
    screen.says.store(AWAY, Ordering::SeqCst);
    assert!(world.log_in(ADA, GOOD).await.is_ok());
    assert_eq!(screen.asked.load(Ordering::SeqCst), asked, "never at log-in");
    let unscreened =
        |event: &accountable_core::domain::Event| matches!(event.what, EventKind::PasswordNotScreened);
    assert!(!world.history(id).await.iter().any(unscreened));
}

async fn accepted_unscreened(world: World, screen: Screen) {
    let id = world.register(ADA).await;
    screen.says.store(AWAY, Ordering::SeqCst);
    world.admin().assign_password(id, &password(GOOD)).await.unwrap();
    let events = world.history(id).await;
    let set = events.iter().position(|event| matches!(event.what, EventKind::PasswordSet { .. })).unwrap();
    let noted = events.iter().position(|event| matches!(event.what, EventKind::PasswordNotScreened)).unwrap();
    assert_eq!(events[set].commit, events[noted].commit, "journaled beside it");
    screen.says.store(KNOWN, Ordering::SeqCst);
    assert_eq!(violations(world.admin().assign_password(id, &password(BETTER)).await), [Violation::Breached]);
}

on_each_store! {
    __doors_password_age in password_age;
    async fn a_password_expires_on_its_day_and_must_be_changed(world) {
        let id = valid_for(&world, 30).await;
        world.clock.advance(Span::micros(Span::days(30).as_micros() - 1));
        assert!(matches!(entry(&world, GOOD).await, Authentication::Granted { .. }));
        world.clock.advance(Span::micros(1));
        let Authentication::MustChange { reason: MustChangeReason::Expired, stamp } = entry(&world, GOOD).await
        else { panic!("not expired") };
        let owner = world.accounts.owner(stamp, Default::default());
        assert_eq!(owner.end_sessions().await.unwrap_err().code(), "password_change_required");
        owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
        assert!(matches!(entry(&world, BETTER).await, Authentication::Granted { .. }));
        let expires = world.view(id).await.password.unwrap().expires_at.unwrap();
        assert_eq!(expires, accountable_core::port::Clock::now(&world.clock) + Span::days(30));
    }

    async fn its_owner_is_warned_14_and_3_days_ahead_and_no_more(world) {
        valid_for(&world, 90).await;
        for (day, told) in [(75, 0), (76, 1), (86, 1), (87, 2), (89, 2), (90, 2), (200, 2)] {
            let start = crate::doors::world::at("2026-11-21T12:00:00Z");
            world.clock.set(start + Span::days(day));
            sweeps(&world).await;
            assert_eq!(warnings(&world), told, "on day {day}");
        }
    }

    /// The courier knows when to wake: nobody else tells it.
    async fn the_next_warning_is_what_the_courier_waits_for(world) {
        valid_for(&world, 90).await;
        let now = accountable_core::port::Clock::now(&world.clock);
        assert_eq!(sweeps(&world).await, Some(now + Span::days(76)));
        world.clock.advance(Span::days(76));
        assert_eq!(sweeps(&world).await, Some(now + Span::days(87)));
        world.clock.advance(Span::days(11));
        assert_eq!(sweeps(&world).await, None);
    }

    /// After a long rest one warning is enough; after the end none is of use.
    async fn a_courier_that_slept_through_both_tells_once_or_not_at_all(world) {
        let id = valid_for(&world, 90).await;
        world.clock.advance(Span::days(88));
        world.sweep().await;
        world.sweep().await;
        assert_eq!(warnings(&world), 1);
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        world.signed_in(ADA, BETTER).await.change_password(&password(BETTER), &password(THIRD)).await.unwrap();
        world.clock.advance(Span::days(100));
        world.sweep().await;
        assert_eq!(warnings(&world), 1);
        assert!(world.history(id).await.iter().any(|event| matches!(event.what, EventKind::PasswordExpired)));
    }

    async fn a_new_password_or_a_longer_validity_puts_the_warnings_off(world) {
        let id = valid_for(&world, 30).await;
        world.clock.advance(Span::days(10));
        world.signed_in(ADA, GOOD).await.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
        world.clock.advance(Span::days(10));
        world.sweep().await;
        assert_eq!(warnings(&world), 0, "the old one's day means nothing");
        let longer = AccountChanges::default().with_validity(PasswordValidity::days(365).unwrap());
        world.admin().update(id, &longer).await.unwrap();
        world.clock.advance(Span::days(300));
        world.sweep().await;
        assert_eq!(warnings(&world), 0);
        let forever = AccountChanges::default().with_validity(PasswordValidity::FOREVER);
        world.admin().update(id, &forever).await.unwrap();
        world.clock.advance(Span::days(400));
        assert_eq!(sweeps(&world).await, None);
        assert!(matches!(entry(&world, BETTER).await, Authentication::Granted { .. }));
    }

    async fn a_shorter_validity_expires_a_password_at_once(world) {
        let id = world.in_use(ADA, GOOD).await;
        world.clock.advance(Span::days(45));
        let shorter = AccountChanges::default().with_validity(PasswordValidity::days(30).unwrap());
        world.admin().update(id, &shorter).await.unwrap();
        assert!(matches!(entry(&world, GOOD).await, Authentication::MustChange { reason: MustChangeReason::Expired, .. }));
    }

    async fn an_assigned_password_lapses_unless_it_is_changed_and_no_warning_is_due(world) {
        let id = valid_for(&world, 30).await;
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        world.sweep().await;
        let stamp = world.log_in(ADA, BETTER).await.unwrap();
        world.clock.advance(Span::hours(72));
        assert_eq!(world.log_in(ADA, BETTER).await, Err(Denial::Lapsed));
        let owner = world.accounts.owner(stamp, Default::default());
        let late = owner.change_password(&password(BETTER), &password(THIRD)).await;
        assert_eq!(late.unwrap_err().code(), "wrong_password", "nor with a session that it gave");
        world.clock.advance(Span::days(30));
        world.sweep().await;
        assert_eq!(warnings(&world), 0);
        world.admin().assign_password(id, &password(THIRD)).await.unwrap();
        assert!(world.log_in(ADA, THIRD).await.is_ok(), "no dead end");
    }

    async fn each_new_password_but_the_first_is_told_of(world) {
        let id = world.in_use(ADA, GOOD).await;
        world.sweep().await;
        let told = |world: &World| world.post_of(ADA).into_iter().filter(|post| *post == Post::Notice(NoticeKind::PasswordChanged)).count();
        assert_eq!(told(&world), 0);
        world.signed_in(ADA, GOOD).await.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
        world.sweep().await;
        world.admin().assign_password(id, &password(THIRD)).await.unwrap();
        world.sweep().await;
        assert_eq!(told(&world), 2);
    }

    /// The current one and two before it; whoever assigns or chooses, none of them comes back.
    async fn the_passwords_before_do_not_come_back(world with remembering) {
        let id = world.in_use(ADA, GOOD).await;
        for next in [BETTER, THIRD] {
            world.admin().assign_password(id, &password(next)).await.unwrap();
        }
        for (used, told) in [(THIRD, Violation::SameAsCurrent), (BETTER, Violation::UsedBefore), (GOOD, Violation::UsedBefore)] {
            assert_eq!(violations(world.admin().assign_password(id, &password(used)).await), [told]);
        }
        world.admin().assign_password(id, &password(FOURTH)).await.unwrap();
        world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        assert!(world.log_in(ADA, GOOD).await.is_ok(), "two are remembered, and the third before is forgotten");
    }

    /// A password that staff cleared with the address is as little forgotten.
    async fn a_password_that_was_cleared_is_remembered(world with remembering) {
        let id = world.in_use(ADA, GOOD).await;
        world.admin().replace_email(id, &email("countess@example.com")).await.unwrap();
        assert_eq!(violations(world.admin().assign_password(id, &password(GOOD)).await), [Violation::UsedBefore]);
    }

    async fn a_password_younger_than_the_policy_wants_is_not_changed_by_its_owner(world with remembering) {
        world.in_use(ADA, GOOD).await;
        let since = accountable_core::port::Clock::now(&world.clock);
        let owner = world.signed_in(ADA, GOOD).await;
        world.clock.advance(Span::micros(Span::days(1).as_micros() - 1));
        let until = since + Span::days(1);
        let told = violations(owner.change_password(&password(GOOD), &password(BETTER)).await);
        assert_eq!(told, [Violation::TooSoon { until }]);
        world.clock.advance(Span::micros(1));
        assert!(owner.change_password(&password(GOOD), &password(BETTER)).await.is_ok());
    }

    async fn a_password_that_must_be_changed_is_never_too_young(world with remembering) {
        let id = world.in_use(ADA, GOOD).await;
        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        let owner = world.signed_in(ADA, BETTER).await;
        assert!(owner.change_password(&password(BETTER), &password(THIRD)).await.is_ok());
    }

    async fn a_breached_password_is_refused_and_none_is_taken_while_the_screen_is_away(world) {
        let screen = Screen::default();
        let with = screen.clone();
        let build = |builder: Builder| builder.password_screen(with);
        screened(World::beside_with(&world, 44, keys(), build), screen).await;
    }

    async fn a_host_that_accepts_unscreened_passwords_finds_each_in_the_journal(world) {
        let screen = Screen::default();
        let with = screen.clone();
        let build = |builder: Builder| builder.password_screen(with).accepting_unscreened_passwords();
        accepted_unscreened(World::beside_with(&world, 44, keys(), build), screen).await;
    }
}
