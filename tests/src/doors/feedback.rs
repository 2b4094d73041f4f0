//! What comes back of mails: whose reports count, what they stop, who is told, and how staff lets mail go again.

use accountable_core::{
    Builder, Delivery, DeliveryOptions, MailOptions, Suppressed,
    domain::{
        EventKind, FeedbackTag, HostNotice, KeyId, Keyring, Message, Purpose, Realm, Report, Span,
        SuppressionScope, Undeliverable,
    },
};
use accountable_memory::Answer;

use crate::doors::world::{BETTER, GOOD, Post, World, email, on_each_store, password};

const ADA: &str = "ada@example.com";
const OPS: &str = "ops@example.net";
const BOUNCED: Report = Report::Bounced(Undeliverable::NoSuchMailbox);

fn told(builder: Builder) -> Builder {
    builder.notices_to(email(OPS))
}

/// The tag of the last mail to that address.
fn tag(world: &World, address: &str) -> FeedbackTag {
    world.mailer.last_to(&email(address)).unwrap().feedback.unwrap()
}

async fn report(world: &World, tag: &FeedbackTag, report: Report) -> bool {
    world.admin().report(tag, report, "smtp; 550 5.1.1").await.unwrap()
}

async fn suppressed(world: &World) -> Vec<Suppressed> {
    world.admin().suppressions(None, 100).await.unwrap().items
}

async fn reset(world: &World) -> usize {
    world.clock.advance(Span::seconds(600));
    let before = world.mailer.count();
    let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
    world.sweep().await;
    world.mailer.count() - before
}

async fn change_by_staff(world: &World) -> usize {
    let before = world.mailer.count();
    let id = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id;
    world.admin().assign_password(id, &password(BETTER)).await.unwrap();
    world.sweep().await;
    world.mailer.count() - before
}

on_each_store! {
    __doors_feedback in feedback;
    async fn a_bounce_with_its_mails_tag_stops_all_mail_to_the_address(world) {
        let id = world.in_use(ADA, GOOD).await;
        assert!(report(&world, &tag(&world, ADA), BOUNCED).await);
        assert_eq!(world.view(id).await.undeliverable, Some(Undeliverable::NoSuchMailbox));
        assert_eq!((reset(&world).await, change_by_staff(&world).await), (0, 0));
        let [known] = &suppressed(&world).await[..] else { panic!("one") };
        assert_eq!((known.cause, known.scope), (Undeliverable::NoSuchMailbox, SuppressionScope::All));
        assert_eq!(known.evidence, "smtp; 550 5.1.1");
        let events = world.history(id).await;
        let taken = events.iter().find(|event| matches!(event.what, EventKind::FeedbackTaken { report: BOUNCED, .. })).unwrap();
        let stopped = events.iter().find(|event| matches!(event.what, EventKind::AddressSuppressed { .. })).unwrap();
        assert_eq!(taken.commit, stopped.commit);
    }

    /// Nobody has an address silenced who has not had a mail of ours to it.
    async fn a_forged_report_is_journaled_and_nothing_else(world) {
        let id = world.in_use(ADA, GOOD).await;
        let genuine = tag(&world, ADA);
        let mut changed = genuine.as_str().to_owned();
        changed.replace_range(0..1, if changed.starts_with('a') { "b" } else { "a" });
        let other = Keyring::new(std::array::from_fn(|at| at as u8), KeyId::parse("one").unwrap(), std::array::from_fn(|at| at as u8)).unwrap();
        let elsewhere = World::beside_with(&world, 44, other, |builder| builder.realm(Realm::parse("elsewhere").unwrap()));
        elsewhere.in_use(ADA, GOOD).await;
        let theirs = tag(&elsewhere, ADA);
        for forged in [&*changed, theirs.as_str(), "", "bounce", ADA] {
            assert!(!report(&world, &FeedbackTag::new(forged), BOUNCED).await, "{forged}");
        }
        assert_eq!(suppressed(&world).await, []);
        assert_eq!(world.view(id).await.undeliverable, None);
        let feed = world.accounts.journal().feed(None, 1_000).await.unwrap();
        let ignored = feed.events.iter().filter(|event| matches!(event.what, EventKind::FeedbackIgnored { report: BOUNCED }));
        assert_eq!(ignored.count(), 5);
        assert_eq!(reset(&world).await, 1);
    }

    async fn another_tenants_report_counts_for_nothing_here(world) {
        world.in_use(ADA, GOOD).await;
        let tenant = World::beside_with(&world, 44, crate::doors::world::keys(), |builder| {
            builder.realm(Realm::parse("elsewhere").unwrap())
        });
        assert!(!report(&tenant, &tag(&world, ADA), BOUNCED).await);
        assert_eq!(suppressed(&world).await, []);
    }

    async fn a_report_counts_for_14_days(world) {
        world.in_use(ADA, GOOD).await;
        let tag = tag(&world, ADA);
        world.clock.advance(Span::days(15));
        assert!(!report(&world, &tag, BOUNCED).await);
        assert_eq!(suppressed(&world).await, []);
        world.clock.set(world_start() + Span::days(14));
        assert!(report(&world, &tag, BOUNCED).await);
    }

    /// The address is read from our record: a bounce of the old address's mail does not stop the new one.
    async fn a_bounce_stops_the_address_that_the_mail_went_to(world) {
        let id = world.in_use(ADA, GOOD).await;
        let tag = tag(&world, ADA);
        world.admin().replace_email(id, &email("countess@example.com")).await.unwrap();
        assert!(report(&world, &tag, BOUNCED).await);
        assert_eq!(world.view(id).await.undeliverable, None);
        let delivery = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(delivery, Delivery::Delivered);
        world.clock.advance(Span::days(14));
        world.sweep().await;
        assert!(!report(&world, &tag, BOUNCED).await, "an address that is forgotten can't be stopped");
    }

    async fn a_delay_or_a_full_mailbox_stops_nothing(world) {
        let id = world.in_use(ADA, GOOD).await;
        assert!(report(&world, &tag(&world, ADA), Report::Delayed).await);
        assert_eq!((suppressed(&world).await, reset(&world).await), (vec![], 1));
        assert!(world.history(id).await.iter().any(|event| matches!(event.what, EventKind::FeedbackTaken { report: Report::Delayed, .. })));
    }

    /// Its owner is tired of what strangers cause: that stops, and what the owner needs goes on.
    async fn a_complaint_about_a_mail_that_a_stranger_caused_stops_only_such_mails(world) {
        let id = world.in_use(ADA, GOOD).await;
        assert_eq!(reset(&world).await, 1);
        assert!(report(&world, &tag(&world, ADA), Report::Complained).await);
        let [known] = &suppressed(&world).await[..] else { panic!("one") };
        assert_eq!((known.cause, known.scope), (Undeliverable::Rejected, SuppressionScope::StrangerCaused));
        assert_eq!((reset(&world).await, change_by_staff(&world).await), (0, 1));
        assert_eq!(world.view(id).await.undeliverable, None, "it still reaches its owner");
    }

    async fn a_complaint_about_the_owners_own_mail_stops_all(world) {
        world.in_use(ADA, GOOD).await;
        assert!(report(&world, &tag(&world, ADA), Report::Complained).await);
        let [known] = &suppressed(&world).await[..] else { panic!("one") };
        assert_eq!(known.scope, SuppressionScope::All);
        assert_eq!((reset(&world).await, change_by_staff(&world).await), (0, 0));
    }

    async fn a_bounce_weighs_more_than_a_complaint_whichever_came_first(world) {
        world.in_use(ADA, GOOD).await;
        let owners = tag(&world, ADA);
        assert_eq!(reset(&world).await, 1);
        let strangers = tag(&world, ADA);
        assert!(report(&world, &strangers, Report::Complained).await);
        assert!(report(&world, &owners, BOUNCED).await);
        assert!(report(&world, &strangers, Report::Complained).await);
        let [known] = &suppressed(&world).await[..] else { panic!("one") };
        assert_eq!((known.cause, known.scope), (Undeliverable::NoSuchMailbox, SuppressionScope::All));
    }

    async fn the_host_is_told_once_that_mail_was_stopped(world with told) {
        let id = world.in_use(ADA, GOOD).await;
        let tag = tag(&world, ADA);
        for _ in 0..3 {
            assert!(report(&world, &tag, BOUNCED).await);
        }
        world.sweep().await;
        assert_eq!(world.post_of(OPS), [Post::ForHost]);
        let letter = world.mailer.last_to(&email(OPS)).unwrap();
        let Message::ForHost(HostNotice::SendingStopped { account, cause }) = letter.message else { panic!("{letter:?}") };
        assert_eq!((account, cause), (id, Undeliverable::NoSuchMailbox));
        assert_eq!(letter.feedback, None, "a bounce of the host's own mail stops nobody");
    }

    /// The same where the server said so at once, and to no second mail.
    async fn the_host_is_told_of_a_refusal_at_delivery_too(world with told) {
        let id = world.register(ADA).await;
        world.mailer.answer(email(ADA), Answer::Rejected);
        let delivery = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(delivery, Delivery::Undeliverable(Undeliverable::Rejected));
        world.sweep().await;
        assert_eq!(world.post_of(OPS), [Post::ForHost]);
    }

    async fn a_host_without_an_address_for_notices_gets_none(world) {
        world.in_use(ADA, GOOD).await;
        world.sweep().await;
        let before = world.mailer.count();
        assert!(report(&world, &tag(&world, ADA), BOUNCED).await);
        let swept = world.sweep().await;
        assert_eq!((world.mailer.count(), swept.cancelled), (before, 0));
    }

    async fn what_staff_clears_gets_mail_again(world with told) {
        let id = world.in_use(ADA, GOOD).await;
        let tag = tag(&world, ADA);
        assert!(report(&world, &tag, BOUNCED).await);
        assert!(world.admin().clear_suppression(&email("Ada@example.com")).await.unwrap());
        assert!(!world.admin().clear_suppression(&email(ADA)).await.unwrap(), "nothing is held back any more");
        assert_eq!((suppressed(&world).await, world.view(id).await.undeliverable), (vec![], None));
        world.sweep().await;
        assert_eq!(reset(&world).await, 1);
        assert!(report(&world, &tag, BOUNCED).await, "the same report stops it again");
        world.sweep().await;
        assert_eq!(world.post_of(OPS), [Post::ForHost; 2], "and the host is told again");
    }

    /// Nobody's address: what is known of it can be cleared all the same.
    async fn suppressions_are_listed_page_by_page(world) {
        for at in 0..5 {
            let address = format!("u{at}@example.com");
            let id = world.register(&address).await;
            let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
            assert!(report(&world, &tag(&world, &address), BOUNCED).await);
        }
        let (mut after, mut tags) = (None, Vec::new());
        loop {
            let page = world.admin().suppressions(after, 2).await.unwrap();
            assert!(page.items.len() <= 2);
            tags.extend(page.items.iter().map(|known| known.tag));
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        assert_eq!(tags.len(), 5);
        assert!(tags.windows(2).all(|pair| pair[0] < pair[1]), "each once");
    }

    /// A stranger's request reaches nobody who complained, and staff's mail reaches them.
    async fn staff_reaches_whoever_complained_of_strangers(world) {
        world.register(ADA).await;
        assert_eq!(reset(&world).await, 1);
        assert_eq!(world.post_of(ADA), [Post::Code(Purpose::PasswordSet)]);
        assert!(report(&world, &tag(&world, ADA), Report::Complained).await);
        world.clock.advance(Span::seconds(600));
        let id = world.admin().account_by_email(&email(ADA)).await.unwrap().unwrap().id;
        let delivery = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(delivery, Delivery::Delivered);
    }
}

fn world_start() -> accountable_core::domain::Timestamp {
    crate::doors::world::at("2026-11-21T12:00:00Z")
}
