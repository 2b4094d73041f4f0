//! Many mails to one domain, and much else to do: nobody waits for what is not theirs.

use std::sync::Arc;

use accountable_core::{
    AccountList, MailOptions,
    domain::{FeedbackTag, Letter, Report, Span, StandingKind},
    port::{AccountFilter, Clock as _, MailError, Mailer, Receipt},
};
use accountable_memory::{Answer, RecordingMailer};
use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::world::{Running, World, email, until};

/// Time stands still: whatever waits for the clock waits in vain.
#[tokio::test]
async fn a_hundred_mails_to_one_domain_wait_for_nothing() {
    let world = World::new();
    for at in 0..100 {
        world.queue(&format!("u{at}@example.com")).await;
    }
    let running = Running::courier(&world);
    until("all are delivered", || world.mailer.count() == 100).await;
    assert_eq!(world.mailer.distinct(), 100);
    running.stop().await;
}

#[tokio::test]
async fn a_sweep_delivers_them_all_as_well() {
    let world = World::new();
    for at in 0..100 {
        world.queue(&format!("u{at}@example.com")).await;
    }
    let swept = world.accounts.sweep(1_000).await.unwrap();
    assert_eq!((swept.delivered, swept.next_due), (100, None));
}

/// A domain that hangs keeps twice its share busy at most, and no attempt of the others is spent.
#[tokio::test]
async fn a_domain_that_hangs_is_passed_over_and_what_waits_has_lost_no_attempt() {
    let world = World::new();
    world.mailer.answer_all(Answer::Hang);
    for at in 0..100 {
        world.queue(&format!("u{at}@slow.example")).await;
    }
    for at in 0..20 {
        let address = format!("u{at}@fast.example");
        world.mailer.answer(email(&address), Answer::Accept);
        world.queue(&address).await;
    }
    let running = Running::courier(&world);
    until("the others are delivered", || world.mailer.count() == 20).await;
    let hanging = world.mailer.hanging();
    assert!((8..16).contains(&hanging), "{hanging}");
    let mails = world.admin().mails(&accountable_core::MailList::All { after: None }, 1_000).await.unwrap();
    let untouched = mails.items.iter().filter(|mail| mail.attempts == 0).count();
    assert_eq!(untouched, 100 - hanging, "nobody took up what could not be delivered at once");
    world.mailer.answer_all(Answer::Accept);
    until("they are let go, and all are delivered", || {
        world.clock.advance(Span::seconds(10));
        world.mailer.distinct() == 120
    })
    .await;
    running.stop().await;
}

/// Sign-ups that nobody proved: their time is over, and time stands still.
#[tokio::test]
async fn however_many_accounts_are_overdue_all_are_looked_after_at_once() {
    let world = World::new();
    for at in 0..250 {
        let _ = world
            .public()
            .sign_up(&email(&format!("u{at}@example.com")), MailOptions::default(), None)
            .await
            .unwrap();
    }
    world.accounts.sweep(1_000).await.unwrap();
    assert_eq!(live(&world).await, 250);
    world.clock.advance(Span::days(8));
    let running = Running::courier(&world);
    let mut left = 250;
    for _ in 0..100_000 {
        left = live(&world).await;
        if left == 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(left, 0);
    running.stop().await;
}

/// As many mails as the courier can have under way hang, and more are due; an account's time is over meanwhile.
#[tokio::test]
async fn time_passes_for_accounts_while_mails_are_due() {
    let world = World::new();
    let id = world.register("ada@example.com").await;
    world.admin().close(id).await.unwrap();
    world.accounts.sweep(1_000).await.unwrap();
    world.clock.advance(Span::days(31));
    world.mailer.answer_all(Answer::Hang);
    for at in 0..200 {
        world.queue(&format!("u@d{at}.example")).await;
    }
    let running = Running::courier(&world);
    until("they hang", || world.mailer.hanging() == 64).await;
    let mut erased = false;
    for _ in 0..100_000 {
        erased = world.admin().account(id).await.unwrap().is_none();
        if erased {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(erased && world.mailer.hanging() == 64);
    world.mailer.answer_all(Answer::Accept);
    until("they are let go", || {
        world.clock.advance(Span::seconds(10));
        world.mailer.hanging() == 0
    })
    .await;
    running.stop().await;
}

/// Hands on one letter a permit.
pub(crate) struct Slow(pub(crate) RecordingMailer, pub(crate) Arc<Semaphore>);

#[async_trait]
impl Mailer for Slow {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        self.1.acquire().await.unwrap().forget();
        self.0.deliver(letter).await
    }
}

/// One of a crowded domain's mails is delivered while a claim that passes that domain over is still under way. Time stands
/// still: whoever rests until something is due rests in vain.
#[tokio::test]
async fn a_domain_that_has_room_again_during_a_claim_is_looked_at_again_at_once() {
    let (letters, claims) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(1)));
    let mailer = RecordingMailer::new();
    let world = World::mailing_by(Slow(mailer.clone(), letters.clone()), mailer, |builder| builder);
    for at in 0..9 {
        world.queue(&format!("u{at}@slow.example")).await;
    }
    world.store.answer_claims_with(&claims);
    let running = Running::courier(&world);
    until("a claim passes the domain over", || world.store.claims() == 2).await;
    letters.add_permits(1);
    until("one is delivered", || world.mailer.count() == 1).await;
    claims.add_permits(1_000);
    until("it is looked at again", || world.store.claims() >= 3).await;
    letters.add_permits(8);
    until("all are delivered", || world.mailer.count() == 9).await;
    running.stop().await;
}

async fn live(world: &World) -> u64 {
    let active = AccountFilter { standings: [StandingKind::Active].into(), ..AccountFilter::default() };
    world.admin().count(&AccountList::All(active)).await.unwrap()
}

/// Whoever tells it to stop while it makes its first round is obeyed, and what it has begun is finished.
#[tokio::test]
async fn a_courier_that_is_told_to_stop_at_once_ends() {
    let world = World::new();
    world.queue("ada@example.com").await;
    world.accounts.clone().run_courier(std::future::ready(())).await;
    assert_eq!(world.mailer.count(), 1);
}

/// A sweep takes away a bounded part of what nobody needs any more, and says that there is more.
#[tokio::test]
async fn a_sweep_that_leaves_something_is_followed_by_another() {
    let world = World::new();
    for at in 0..10_100 {
        let forged = FeedbackTag::new(&format!("forged{at}"));
        assert!(!world.admin().report(&forged, Report::Complained, "").await.unwrap());
    }
    world.clock.advance(Span::days(8));
    let due = world.accounts.sweep(10).await.unwrap().next_due;
    assert!(due.is_some_and(|due| due <= world.clock.now()), "{due:?}");
    assert_eq!(world.accounts.sweep(10).await.unwrap().next_due, None);
}
