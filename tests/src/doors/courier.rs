//! The outbox and its courier: nothing is lost, nothing is stuck, nobody holds up anybody else.

use std::sync::Arc;

use accountable_core::{
    Builder, Delivery, DeliveryOptions, MailList, MailOptions, Swept, delegate_store,
    domain::{DeathCause, EventKind, Rules, Span},
    port::{Clock as _, Store, StoreCall},
};
use accountable_memory::Answer;
use tokio::task::JoinHandle;

use crate::{
    doors::world::{GOOD, World, at_once, email, on_each_store, password, typed_password, until},
    middle::Middle,
    store::Hold,
};

/// With the mail in hand; the next one is answered.
async fn a_courier_dies_over_a_mail(world: &World) {
    world.mailer.answer_all(Answer::Hang);
    let accounts = world.accounts.clone();
    let dying = tokio::spawn(async move { accounts.sweep(10).await });
    until("it hangs", || world.mailer.hanging() > 0).await;
    dying.abort();
    let _ = dying.await;
    world.mailer.answer_all(Answer::Accept);
}

async fn queue(world: &World, address: &str) -> accountable_core::domain::AccountId {
    let id = world.register(address).await;
    let later = DeliveryOptions::default().with_wait(Span::ZERO);
    assert_eq!(world.admin().request_password_set(id, later).await.unwrap(), Delivery::Queued);
    id
}

fn stop() -> (tokio::sync::oneshot::Sender<()>, impl Future<Output = ()> + Send) {
    let (stop, stopped) = tokio::sync::oneshot::channel();
    (stop, async move {
        let _ = stopped.await;
    })
}

/// A store whose loads take as long as a test likes.
struct SlowToLoad {
    store: Arc<dyn Store>,
    loads: Middle,
}

delegate_store! {
    impl[] Store for SlowToLoad {
        to(self) { &self.store }
        before(self, call) {
            if let StoreCall::Load(_) = call {
                self.loads.pass().await;
            }
            Ok(())
        }
    }
}

/// A process whose courier holds what it claims no longer than a delivery takes, tries each mail once, and is on the point of
/// looking at the address in a mail that confirms it: the process, what lets it go on, and its sweep under way.
async fn looks_an_address_up(world: &World) -> (World, Box<dyn Hold>, JoinHandle<Swept>) {
    let loads = Middle::default();
    let store = SlowToLoad { store: Arc::clone(world.store.inner().inner()), loads: loads.clone() };
    let slow = World::beside_on(world, 43, Arc::new(store), |builder: Builder| {
        let mut rules = Rules::default();
        (rules.retries.lease, rules.retries.attempts) = (Span::seconds(61), 1);
        builder.rules(rules).patience(Span::minutes(5))
    });
    slow.meet_keys().await;
    world.in_use("ada@example.com", GOOD).await;
    let owner = world.signed_in("ada@example.com", GOOD).await;
    let (known, options) = (typed_password(GOOD), MailOptions::default());
    owner.request_email_change(&known, &email(NEW), &options).await.unwrap();
    let hold = loads.hold();
    let accounts = slow.accounts.clone();
    let sweep = tokio::spawn(async move { accounts.sweep(10).await.unwrap() });
    until("the notice is out, and the address is looked up", || {
        slow.mailer.count() == 1 && hold.reached() > 0
    })
    .await;
    // And written down: else its claim would lapse with the other's.
    let all = MailList::All { after: None };
    while world.admin().mails(&all, 10).await.unwrap().items.len() > 1 {
        tokio::task::yield_now().await;
    }
    (slow, hold, sweep)
}

const NEW: &str = "new@example.com";

on_each_store! {
    __doors_courier in courier;
    async fn a_queued_mail_is_delivered_once_and_leaves_the_outbox(world) {
        let id = queue(&world, "ada@example.com").await;
        let sweeps = at_once(4, |_| {
            let accounts = world.accounts.clone();
            async move { accounts.sweep(10).await.unwrap().delivered }
        })
        .await;
        assert_eq!((sweeps.into_iter().sum::<u32>(), world.mailer.count()), (1, 1));
        assert_eq!(world.accounts.sweep(10).await.unwrap().next_due, None);
        let delivered = world.history(id).await.into_iter().filter(|event| matches!(event.what, EventKind::MailDelivered { .. }));
        assert_eq!(delivered.count(), 1);
    }

    async fn a_mail_that_fails_is_tried_again_under_the_same_name_until_it_is_given_up(world) {
        let id = queue(&world, "ada@example.com").await;
        world.mailer.answer_all(Answer::Transient);
        let mut sweeps = 0;
        let mut dead = 0;
        while dead == 0 {
            let swept = world.accounts.sweep(10).await.unwrap();
            dead = swept.dead + swept.cancelled;
            sweeps += 1;
            assert!(sweeps < 1_000);
            let due = swept.next_due.map_or(Span::ZERO, |due| due.since(world.clock.now()));
            world.clock.advance(due);
        }
        assert!(world.mailer.attempts().len() > 5, "exponential waits, many attempts");
        let names: std::collections::BTreeSet<_> = world.mailer.attempts().iter().map(|(letter, _)| letter.id).collect();
        assert_eq!(names.len(), 1, "one name over all attempts");
        let last = world.history(id).await.pop().unwrap();
        assert!(matches!(last.what, EventKind::MailCancelled { .. } | EventKind::MailDied { .. }), "{last:?}");
    }

    async fn a_retry_waits_between_half_a_minute_and_a_minute_first(world) {
        queue(&world, "ada@example.com").await;
        world.mailer.answer_all(Answer::Transient);
        let swept = world.accounts.sweep(10).await.unwrap();
        let wait = swept.next_due.unwrap().since(world.clock.now());
        assert!(wait >= Span::seconds(30) && wait <= Span::seconds(60), "{wait}");
        world.mailer.answer_all(Answer::Accept);
        world.clock.advance(wait);
        assert_eq!(world.accounts.sweep(10).await.unwrap().delivered, 1);
    }

    /// A crash leaves nothing stuck: the claim of a courier that died lapses.
    async fn a_claim_that_nobody_settles_lapses(world) {
        queue(&world, "ada@example.com").await;
        a_courier_dies_over_a_mail(&world).await;
        let swept = world.accounts.sweep(10).await.unwrap();
        assert_eq!(swept.delivered, 0, "the claim still holds");
        world.clock.advance(swept.next_due.unwrap().since(world.clock.now()));
        assert_eq!(world.accounts.sweep(10).await.unwrap().delivered, 1);
        assert_eq!(world.mailer.distinct(), 1);
    }

    /// However few attempts a host allows: a courier that ended with it in hand has shown nothing of the mail.
    async fn a_mail_that_may_fail_but_once_is_not_lost_with_its_courier(world with |builder: accountable_core::Builder| {
        let mut rules = Rules::default();
        rules.retries.attempts = 1;
        builder.rules(rules)
    }) {
        queue(&world, "ada@example.com").await;
        for _ in 0..2 {
            a_courier_dies_over_a_mail(&world).await;
            world.clock.advance(Rules::default().retries.lease);
        }
        let swept = world.accounts.sweep(10).await.unwrap();
        assert_eq!((swept.delivered, swept.dead), (1, 0));
    }

    /// The caller waits 5 s for a server that hangs, and the mail goes out later, once.
    async fn a_server_that_hangs_is_waited_for_no_longer_than_asked(world) {
        let id = world.register("ada@example.com").await;
        world.mailer.answer_all(Answer::Hang);
        let admin = world.admin();
        let asked = tokio::spawn(async move { admin.request_password_set(id, DeliveryOptions::default()).await });
        until("it hangs", || world.hangs()).await;
        world.clock.advance(Span::seconds(5));
        assert_eq!(asked.await.unwrap().unwrap(), Delivery::Queued);
        world.mailer.answer_all(Answer::Accept);
        let swept = world.accounts.sweep(10).await.unwrap();
        world.clock.advance(swept.next_due.unwrap().since(world.clock.now()));
        assert_eq!(world.accounts.sweep(10).await.unwrap().delivered, 1);
    }

    async fn a_running_courier_wakes_when_something_is_queued(world) {
        let (stop, stopped) = stop();
        let courier = tokio::spawn(world.accounts.clone().run_courier(stopped));
        for at in 0..20 {
            queue(&world, &format!("u{at}@example.com")).await;
            // Time stands still: only the wake-up can have brought it.
            world.mailer.taken(at + 1).await;
        }
        stop.send(()).unwrap();
        courier.await.unwrap();
        assert_eq!(world.mailer.distinct(), 20);
    }

    async fn a_running_courier_decides_what_strangers_asked_for(world) {
        world.in_use("ada@example.com", GOOD).await;
        let before = world.mailer.count();
        let (stop, stopped) = stop();
        let courier = tokio::spawn(world.accounts.clone().run_courier(stopped));
        let _ = world.public().request_password_reset(&email("ada@example.com"), MailOptions::default()).await.unwrap();
        world.mailer.taken(before + 1).await;
        stop.send(()).unwrap();
        courier.await.unwrap();
    }

    /// One recipient's domain that hangs delays no other.
    async fn a_domain_that_hangs_delays_no_other(world) {
        for at in 0..100 {
            world.mailer.answer(email(&format!("u{at}@slow.example")), Answer::Hang);
            queue(&world, &format!("u{at}@slow.example")).await;
        }
        queue(&world, "ada@fast.example").await;
        let (stop, stopped) = stop();
        let courier = tokio::spawn(world.accounts.clone().run_courier(stopped));
        world.mailer.taken(1).await;
        assert_eq!(world.mailer.letters()[0].to, email("ada@fast.example"));
        stop.send(()).unwrap();
        // What hangs is let go when its time is over.
        until("it ends", || {
            world.clock.advance(Span::seconds(1));
            courier.is_finished()
        })
        .await;
    }

    async fn a_courier_outlives_a_store_that_is_down(world) {
        queue(&world, "ada@example.com").await;
        world.store.inner().set_down(true);
        let (stop, stopped) = stop();
        let courier = tokio::spawn(world.accounts.clone().run_courier(stopped));
        for _ in 0..5 {
            until("it waits", || world.clock.sleepers() > 0).await;
            world.clock.advance(Span::seconds(30));
        }
        until("it waits", || world.clock.sleepers() > 0).await;
        world.store.inner().set_down(false);
        world.clock.advance(Span::seconds(30));
        world.mailer.taken(1).await;
        stop.send(()).unwrap();
        courier.await.unwrap();
    }

    /// A clock that jumps 30 days back and forth stalls nothing.
    async fn clock_jumps_of_30_days_stall_nothing(world) {
        let noon = world.clock.now();
        for (at, jump) in [30_i64, -30, -30, 30, 30, -30, 0].into_iter().enumerate() {
            let days = Span::days(jump.unsigned_abs());
            let there = if jump < 0 { world.clock.now() - days } else { world.clock.now() + days };
            let address = format!("u{at}@example.com");
            world.mailer.answer(email(&address), Answer::Transient);
            let id = queue(&world, &address).await;
            world.accounts.sweep(100).await.unwrap();
            world.clock.set(there);
            world.mailer.answer(email(&address), Answer::Accept);
            // At the latest after the longest back-off from the new now, the mail is out, or its code had expired.
            for _ in 0..5 {
                world.accounts.sweep(100).await.unwrap();
                world.clock.advance(Span::hours(4));
            }
            let told = world.history(id).await;
            let ended = |event: &accountable_core::domain::Event| {
                matches!(event.what, EventKind::MailDelivered { .. } | EventKind::MailDied { why: DeathCause::Expired, .. })
            };
            assert!(told.iter().any(ended), "{jump} days: {told:?}");
            // And the account can be mailed to again, and logged in to.
            world.clock.advance(Span::seconds(600));
            assert_eq!(world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap(), Delivery::Delivered);
            world.public().choose_password(&world.mailed_code(&address), &password(GOOD)).await.unwrap();
            assert!(world.log_in(&address, GOOD).await.is_ok());
        }
        world.clock.set(noon);
    }

    /// Whoever comes to hand a mail over when its claim has lapsed leaves it to whoever has it by then.
    async fn a_mail_whose_claim_has_lapsed_is_not_handed_over(world) {
        let (slow, hold, sweep) = looks_an_address_up(&world).await;
        world.clock.advance(Span::seconds(61));
        assert_eq!(world.sweep().await.delivered, 1, "it is another courier's");
        hold.release();
        assert_eq!(sweep.await.unwrap().delivered, 1, "the notice");
        assert_eq!((world.post_of(NEW).len(), slow.post_of(NEW).len()), (1, 0));
    }

    /// And nobody holds it against the mail that the store took its time.
    async fn a_mail_that_was_not_handed_over_in_time_is_charged_with_no_attempt(world) {
        let (slow, hold, sweep) = looks_an_address_up(&world).await;
        world.clock.advance(Span::seconds(61));
        hold.release();
        let swept = sweep.await.unwrap();
        assert_eq!((swept.delayed, swept.delivered, swept.dead), (1, 2, 0), "{swept:?}");
        assert_eq!(slow.post_of(NEW).len(), 1);
    }

    /// A letter on its way is waited for as long as its mail is nobody else's, and no longer.
    async fn a_delivery_ends_with_the_claim(world) {
        let (slow, hold, sweep) = looks_an_address_up(&world).await;
        slow.mailer.answer_all(Answer::Hang);
        world.clock.advance(Span::seconds(31));
        hold.release();
        until("it hangs", || slow.hangs()).await;
        world.clock.advance(Span::seconds(30));
        until("it is let go", || sweep.is_finished()).await;
        assert_eq!(sweep.await.unwrap().delivered, 1, "the notice");
        assert_eq!(slow.post_of(NEW).len(), 0);
    }
}
