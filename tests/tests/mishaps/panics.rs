//! Ports that panic: each ends its own call, and nothing else.

use std::sync::{Arc, atomic::Ordering};

use accountable_core::{
    DeliveryOptions, MailOptions, NewAccount,
    domain::{AccountId, EventKind, Letter, Password, Span},
    port::{
        ErasureVeto, HashError, MailError, MailRouting, Mailer, PasswordHash, PasswordHasher, PasswordScreen,
        Receipt, Source,
    },
};
use accountable_memory::{Answer, RecordingMailer};
use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::{
    crowds::Slow,
    world::{GOOD, Mishap, Running, WRONG, World, email, password, until},
};

/// Panics over letters to `boom@`, and hands the others on.
struct Boom(RecordingMailer);

#[async_trait]
impl Mailer for Boom {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        assert!(!letter.to.as_str().starts_with("boom@"), "told to");
        self.0.deliver(letter).await
    }
}

impl MailRouting for Boom {
    fn mailer(&self, letter: &Letter) -> Option<&dyn Mailer> {
        assert!(!letter.to.as_str().starts_with("boom@"), "told to");
        None
    }
}

#[async_trait]
impl PasswordScreen for Boom {
    async fn is_breached(&self, _: &Password) -> Result<bool, Source> {
        panic!("told to")
    }
}

#[async_trait]
impl ErasureVeto for Boom {
    async fn veto(&self, _: AccountId) -> Result<Option<String>, Source> {
        panic!("told to")
    }
}

#[async_trait]
impl PasswordHasher for Boom {
    async fn hash(&self, _: &Password) -> Result<PasswordHash, HashError> {
        panic!("told to")
    }
    async fn verify(&self, _: &Password, _: &PasswordHash) -> Result<bool, HashError> {
        panic!("told to")
    }
    fn check(&self, _: &PasswordHash) -> Result<(), HashError> {
        panic!("told to")
    }
    fn reads_part_only(&self, _: &Password, _: &PasswordHash) -> bool {
        panic!("told to")
    }
    fn needs_rehash(&self, _: &PasswordHash) -> bool {
        panic!("told to")
    }
    fn decoy(&self, _: &[u8; 32]) -> PasswordHash {
        panic!("told to")
    }
}

/// The courier goes on, the others' mails go out, and the panic counts as a fault of ours.
async fn goes_on(world: &World) {
    let id = world.queue("boom@example.com").await;
    world.queue("ada@example.com").await;
    let running = Running::courier(world);
    until("the other is delivered", || world.mailer.count() == 1).await;
    world.queue("bob@example.com").await;
    until("the next is delivered", || world.mailer.count() == 2).await;
    running.stop().await;
    let told = world.accounts.journal().history(id, None, 100).await.unwrap().items;
    assert!(matches!(told.last().unwrap().what, EventKind::MailDelayed { ours: true, .. }), "{told:?}");
}

#[tokio::test]
async fn a_mailer_that_panics_delays_the_letter_that_it_panicked_over() {
    let mailer = RecordingMailer::new();
    goes_on(&World::mailing_by(Boom(mailer.clone()), mailer, |builder| builder)).await;
}

#[tokio::test]
async fn a_routing_that_panics_delays_the_letter_that_it_panicked_over() {
    goes_on(&World::with(|builder| builder.mail_routing(Boom(RecordingMailer::new())))).await;
}

#[tokio::test]
async fn a_screen_that_panics_takes_no_password_or_takes_it_unscreened_as_configured() {
    let screen = || Boom(RecordingMailer::new());
    let world = World::with(|builder| builder.password_screen(screen()));
    let id = world.register("ada@example.com").await;
    let refused = world.admin().assign_password(id, &password(GOOD)).await.unwrap_err();
    assert_eq!(refused.code(), "unscreened");

    let world = World::with(|builder| builder.password_screen(screen()).accepting_unscreened_passwords());
    let id = world.register("ada@example.com").await;
    world.admin().assign_password(id, &password(GOOD)).await.unwrap();
}

#[tokio::test]
async fn a_veto_that_panics_erases_nothing_and_holds_up_nobody_else() {
    let world = World::with(|builder| builder.erasure_veto(Boom(RecordingMailer::new())));
    let id = world.register("ada@example.com").await;
    let refused = world.admin().erase(id).await.unwrap_err();
    assert_eq!(refused.code(), "host_failed");
    assert!(world.admin().account(id).await.unwrap().is_some());
    world.admin().close(id).await.unwrap();
    world.clock.advance(Span::days(31));
    let swept = world.accounts.sweep(10).await.unwrap();
    assert_eq!(swept.faults, 1);
    assert!(world.admin().account(id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_hasher_that_panics_is_a_fault_and_counts_nothing() {
    let world = World::panicking_hasher(Boom(RecordingMailer::new()));
    let refused =
        world.public().authenticate(&email("ada@example.com"), &password(WRONG), None).await.unwrap_err();
    assert_eq!((refused.code(), refused.http_status()), ("hasher_failed", 500));
    assert_eq!(world.failures("ada@example.com").await, 0);
    let id = world.register("ada@example.com").await;
    assert_eq!(world.admin().assign_password(id, &password(GOOD)).await.unwrap_err().code(), "hasher_failed");
}

#[tokio::test]
async fn a_store_that_panics_after_it_applied_a_commit_has_applied_it_once() {
    let world = World::new();
    world.store.script(&[Mishap::Panic]);
    let view = world.admin().register(NewAccount::new(email("ada@example.com"))).await.unwrap();
    assert_eq!(world.accounts.journal().history(view.id, None, 10).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_courier_outlives_a_store_that_panics() {
    let world = World::new();
    world.queue("ada@example.com").await;
    world.store.panicking_claims(Some("told to"));
    let running = Running::courier(&world);
    until("it waits", || world.clock.sleepers() > 0).await;
    world.store.panicking_claims(None);
    until("it is delivered", || {
        world.clock.advance(Span::seconds(1));
        world.mailer.count() == 1
    })
    .await;
    running.stop().await;
}

/// Lets whatever can go on go on.
async fn settle() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_entropy_that_panics_is_a_fault_of_the_call_and_ends_no_courier() {
    let world = World::new();
    world.queue("ada@example.com").await;
    world.entropy_panics.store(true, Ordering::SeqCst);
    let refused = world.admin().register(NewAccount::new(email("bob@example.com"))).await.unwrap_err();
    assert_eq!(refused.code(), "no_entropy");
    let running = Running::courier(&world);
    settle().await;
    assert!(!running.has_ended());
    world.entropy_panics.store(false, Ordering::SeqCst);
    until("it is delivered", || {
        world.clock.advance(Span::seconds(1));
        world.mailer.count() == 1
    })
    .await;
    running.stop().await;
}

/// It can't say when to look again: that something is queued does.
#[tokio::test]
async fn a_courier_outlives_a_clock_that_panics() {
    let world = World::new();
    world.queue("ada@example.com").await;
    world.clock_panics.store(true, Ordering::SeqCst);
    let running = Running::courier(&world);
    settle().await;
    assert!(!running.has_ended() && world.mailer.count() == 0);
    world.clock_panics.store(false, Ordering::SeqCst);
    world.queue("bob@example.com").await;
    until("both are delivered", || world.mailer.count() == 2).await;
    running.stop().await;
}

#[tokio::test]
async fn a_clock_that_panics_over_a_mail_ends_nothing_but_the_attempt() {
    let (mailer, letters) = (RecordingMailer::new(), Arc::new(Semaphore::new(0)));
    let slow = Slow(mailer.clone(), letters.clone());
    let world = World::mailing_by(slow, mailer, |builder| builder);
    world.queue("ada@example.com").await;
    let running = Running::courier(&world);
    until("it is claimed", || world.store.claims() > 0).await;
    settle().await;
    world.clock_panics.store(true, Ordering::SeqCst);
    letters.add_permits(1);
    until("it is handed over", || world.mailer.count() == 1).await;
    settle().await;
    assert!(!running.has_ended());
    world.clock_panics.store(false, Ordering::SeqCst);
    letters.add_permits(10);
    world.queue("bob@example.com").await;
    until("the next is delivered", || world.mailer.distinct() == 2).await;
    running.stop().await;
}

/// Whoever waits for the delivery is answered, and the mail is tried again.
#[tokio::test]
async fn a_panic_while_somebody_waits_is_a_mail_that_is_still_queued() {
    let mailer = RecordingMailer::new();
    let world = World::mailing_by(Boom(mailer.clone()), mailer, |builder| builder);
    world.mailer.answer_all(Answer::Accept);
    let id = world.register("boom@example.com").await;
    let delivery = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
    assert_eq!(delivery, accountable_core::Delivery::Queued);
    let _ = world
        .public()
        .request_password_reset(&email("boom@example.com"), MailOptions::default())
        .await
        .unwrap();
}
