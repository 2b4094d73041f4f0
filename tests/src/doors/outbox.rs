//! The outbox in staff's hands: listed, queued again, cancelled; and mails that the host sends itself.

use accountable_core::{
    About, Builder, Delivery, DeliveryOptions, MailList, MailOptions, OutboxMail,
    domain::{
        AccountId, DeathCause, EventKind, Letter, MailId, Message, NoticeKind, OnlyTo, Purpose, Realm, Span,
        Undeliverable,
    },
    port::{MailRouting, Mailer},
};
use accountable_memory::{Answer, RecordingMailer};

use crate::doors::world::{BETTER, GOOD, World, email, keys, on_each_store, password};

const ADA: &str = "ada@example.com";
const ALL: MailList = MailList::All { after: None };
const DEAD: MailList = MailList::Dead { after: None };

async fn queue(world: &World, address: &str) -> AccountId {
    let id = world.register(address).await;
    let later = DeliveryOptions::default().with_wait(Span::ZERO);
    assert_eq!(world.admin().request_password_set(id, later).await.unwrap(), Delivery::Queued);
    id
}

async fn listed(world: &World, list: MailList) -> Vec<OutboxMail> {
    world.admin().mails(&list, 100).await.unwrap().items
}

/// A mail that was given up since the server can't take it for days.
async fn dead(world: &World) -> (AccountId, OutboxMail) {
    let id = world.in_use(ADA, GOOD).await;
    world.sweep().await;
    world.mailer.answer_all(Answer::Transient);
    world.admin().assign_password(id, &password(BETTER)).await.unwrap();
    for _ in 0..100 {
        let Some(due) = world.sweep().await.next_due else { break };
        world.clock.set(due);
    }
    let mut mails = listed(world, DEAD).await;
    world.mailer.answer_all(Answer::Accept);
    (id, mails.pop().unwrap())
}

/// The host mails resets itself, and nothing else.
struct Resets(RecordingMailer);

impl MailRouting for Resets {
    fn mailer(&self, letter: &Letter) -> Option<&dyn Mailer> {
        match letter.message {
            Message::Code { purpose: Purpose::PasswordReset, .. } => Some(&self.0),
            _ => None,
        }
    }
}

async fn routed(world: World, own: RecordingMailer) {
    world.in_use(ADA, GOOD).await;
    assert_eq!((own.count(), world.mailer.count()), (0, 1));
    let ask = async || {
        let _ = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        world.sweep().await
    };
    assert_eq!(ask().await.delivered, 1);
    assert_eq!((own.count(), world.mailer.count()), (1, 1));
    let link = own.last_link_to(&email(ADA)).unwrap();
    world.public().choose_password(&crate::doors::world::code_of(&link), &password(BETTER)).await.unwrap();
    world.sweep().await;
    assert_eq!((own.count(), world.mailer.count()), (1, 2), "the notice goes the usual way");

    // Its answers count as any server's do.
    world.clock.advance(Span::hours(1));
    own.answer_all(Answer::Transient);
    assert_eq!(ask().await.delayed, 1);
    own.answer_all(Answer::NoSuchMailbox);
    world.clock.advance(Span::minutes(1));
    assert_eq!(world.sweep().await.refused, 1);
    assert_eq!(world.admin().suppressions(None, 10).await.unwrap().items.len(), 1);
}

on_each_store! {
    __doors_outbox in outbox;
    async fn a_mail_is_listed_by_what_it_is_about_and_never_by_address(world) {
        let id = queue(&world, ADA).await;
        let bob = world.in_use("bob@example.com", GOOD).await;
        world.admin().close(bob).await.unwrap();
        let _ = world.public().request_password_reset(&email("eve@example.com"), MailOptions::default()).await.unwrap();
        let mails = listed(&world, ALL).await;
        assert_eq!(mails.len(), 3);
        assert!(mails.iter().any(|mail| matches!(mail.about, About::Code { account, purpose: Purpose::PasswordSet, .. } if account == id)));
        assert!(mails.iter().any(|mail| matches!(mail.about, About::Notice { account, notice: NoticeKind::Closed, .. } if account == bob)));
        assert!(mails.iter().any(|mail| mail.about == About::Request));
        let shown = format!("{mails:?}");
        assert!(!shown.contains("example.com"), "{shown}");
        let of_ada = listed(&world, MailList::OfAccount { account: id, after: None }).await;
        assert_eq!(of_ada.len(), 1);
        assert_eq!((of_ada[0].attempts, of_ada[0].dead, of_ada[0].due), (0, None, Some(of_ada[0].queued_at)));
        assert_eq!(listed(&world, DEAD).await, []);
        world.sweep().await;
        assert_eq!(listed(&world, ALL).await, [], "what is delivered, or decided, is gone");
    }

    async fn mails_are_listed_page_by_page_each_once(world) {
        for at in 0..5 {
            queue(&world, &format!("u{at}@example.com")).await;
        }
        let (mut list, mut names) = (ALL, Vec::new());
        loop {
            let page = world.admin().mails(&list, 2).await.unwrap();
            names.extend(page.items.iter().map(|mail| mail.id));
            let Some(next) = page.next else { break };
            list = next;
        }
        assert_eq!(names.len(), 5);
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
    }

    async fn a_mail_that_was_given_up_is_queued_again_and_tried_as_a_new_one(world) {
        let (id, mail) = dead(&world).await;
        assert_eq!((mail.dead, mail.due), (Some(DeathCause::Spent), None));
        let before = world.mailer.count();
        world.admin().requeue_mail(mail.id).await.unwrap();
        let again = listed(&world, ALL).await.pop().unwrap();
        assert_eq!((again.id, again.attempts, again.dead), (mail.id, 0, None));
        assert_eq!(world.sweep().await.delivered, 1);
        assert_eq!(world.mailer.count(), before + 1);
        assert_eq!(world.admin().requeue_mail(mail.id).await.unwrap_err().code(), "no_such_mail");
        let last = world.history(id).await.into_iter().rev().find(|event| matches!(event.what, EventKind::MailRequeued { .. }));
        assert!(matches!(last.unwrap().by, accountable_core::domain::Initiator::Administrator(_)));
    }

    /// What it was for must still stand.
    async fn a_mail_that_was_given_up_is_not_sent_once_its_code_is_dead(world) {
        let id = queue(&world, ADA).await;
        world.mailer.answer_all(Answer::Transient);
        world.sweep().await;
        world.mailer.answer_all(Answer::NoSuchMailbox);
        world.clock.advance(Span::minutes(1));
        assert_eq!(world.sweep().await.refused, 1);
        world.mailer.answer_all(Answer::Accept);
        assert!(world.admin().clear_suppression(&email(ADA)).await.unwrap());
        world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        let mail = listed(&world, DEAD).await.pop().unwrap();
        world.admin().requeue_mail(mail.id).await.unwrap();
        assert_eq!((world.sweep().await.cancelled, world.mailer.count()), (1, 0));
    }

    /// A store that was copied to another host must not mail the people that it knows.
    async fn a_mail_to_others_than_those_that_are_named_is_given_up_untried(world with |builder: accountable_core::Builder| {
        builder.mailing_only_to(OnlyTo::parse(["lab.example", ADA]).unwrap())
    }) {
        for address in [ADA, "bob@example.com", "bob@lab.example", "bob@sub.lab.example"] {
            queue(&world, address).await;
        }
        let swept = world.sweep().await;
        assert_eq!((swept.delivered, swept.dead), (2, 2));
        assert!(world.mailer.last_to(&email(ADA)).is_some() && world.mailer.last_to(&email("bob@lab.example")).is_some());
        assert_eq!(world.mailer.count(), 2, "the mailer hears of nobody else");
        let withheld = listed(&world, DEAD).await;
        assert!(withheld.iter().all(|mail| mail.dead == Some(DeathCause::Withheld)), "{withheld:?}");
    }

    async fn a_mail_that_is_not_dead_is_not_queued_again(world) {
        queue(&world, ADA).await;
        let mail = listed(&world, ALL).await.pop().unwrap();
        assert_eq!(world.admin().requeue_mail(mail.id).await.unwrap_err().code(), "mail_not_dead");
        assert_eq!(world.admin().requeue_mail(MailId::from_bytes([9; 16])).await.unwrap_err().code(), "no_such_mail");
        assert_eq!(world.admin().cancel_mail(MailId::from_bytes([9; 16])).await.unwrap_err().code(), "no_such_mail");
    }

    /// Staff may try it again; nothing goes out before the address is known to be well.
    async fn a_mail_refused_for_good_is_dead_and_held_back_until_the_address_is_cleared(world) {
        let id = world.register(ADA).await;
        world.mailer.answer(email(ADA), Answer::NoSuchMailbox);
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let mail = listed(&world, DEAD).await.pop().unwrap();
        assert_eq!(mail.dead, Some(DeathCause::Undeliverable(Undeliverable::NoSuchMailbox)));
        world.mailer.answer(email(ADA), Answer::Accept);
        world.admin().requeue_mail(mail.id).await.unwrap();
        assert_eq!((world.sweep().await.cancelled, world.mailer.count()), (1, 0), "nothing goes to an address that is stopped");

        world.mailer.answer(email("bob@example.com"), Answer::NoSuchMailbox);
        let bob = world.register("bob@example.com").await;
        let _ = world.admin().request_password_set(bob, DeliveryOptions::default()).await.unwrap();
        world.mailer.answer(email("bob@example.com"), Answer::Accept);
        assert!(world.admin().clear_suppression(&email("bob@example.com")).await.unwrap());
        let mail = listed(&world, DEAD).await.pop().unwrap();
        world.admin().requeue_mail(mail.id).await.unwrap();
        assert_eq!((world.sweep().await.delivered, world.mailer.count()), (1, 1));
        assert!(world.public().choose_password(&world.mailed_code("bob@example.com"), &password(GOOD)).await.is_ok());
    }

    async fn a_cancelled_mail_is_never_sent_and_stays_charged(world) {
        let id = queue(&world, ADA).await;
        let mail = listed(&world, ALL).await.pop().unwrap();
        world.admin().cancel_mail(mail.id).await.unwrap();
        assert_eq!(listed(&world, ALL).await, []);
        world.sweep().await;
        assert_eq!(world.mailer.count(), 0);
        assert!(world.history(id).await.iter().any(|event| matches!(event.what, EventKind::MailCancelled { mail: of } if of == mail.id)));
        let refused = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap_err();
        assert_eq!(refused.code(), "throttled", "a mail that was cancelled was asked for");
    }

    async fn a_strangers_request_can_be_cancelled_before_it_is_decided(world) {
        world.in_use(ADA, GOOD).await;
        let before = world.mailer.count();
        let accepted = world.public().request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        world.admin().cancel_mail(*accepted.undisclosed.for_logs()).await.unwrap();
        assert_eq!((world.sweep().await.decided, world.mailer.count()), (0, before));
    }

    /// Cancelled and requeued while couriers are at it: one outcome, and no mail twice.
    async fn a_mail_under_way_is_cancelled_or_delivered_and_not_both_twice(world) {
        for round in 0..8 {
            let address = format!("u{round}@example.com");
            queue(&world, &address).await;
            let mail = listed(&world, ALL).await.pop().unwrap();
            let (admin, accounts) = (world.admin(), world.accounts.clone());
            let (cancelled, swept) = tokio::join!(
                tokio::spawn(async move { admin.cancel_mail(mail.id).await.map_err(|error| error.code()) }),
                tokio::spawn(async move { accounts.sweep(10).await.unwrap() }),
            );
            assert!(matches!(cancelled.unwrap(), Ok(()) | Err("no_such_mail")));
            assert_eq!(swept.unwrap().faults, 0);
            assert!(world.post_of(&address).len() <= 1);
            assert_eq!(listed(&world, ALL).await, []);
        }
    }

    async fn another_tenants_mails_are_not_seen_requeued_or_cancelled(world) {
        let id = queue(&world, ADA).await;
        let mail = listed(&world, ALL).await.pop().unwrap();
        let tenant = World::beside_with(&world, 44, keys(), |builder: Builder| {
            builder.realm(Realm::parse("elsewhere").unwrap())
        });
        assert_eq!(listed(&tenant, ALL).await, []);
        assert_eq!(listed(&tenant, MailList::OfAccount { account: id, after: None }).await, []);
        for refused in [tenant.admin().cancel_mail(mail.id).await, tenant.admin().requeue_mail(mail.id).await] {
            assert_eq!(refused.unwrap_err().code(), "no_such_mail");
        }
        assert_eq!(world.sweep().await.delivered, 1);
    }

    async fn a_host_sends_the_mails_that_it_routes_to_itself(world) {
        let own = RecordingMailer::new();
        let with = own.clone();
        routed(World::beside_with(&world, 44, keys(), |builder| builder.mail_routing(Resets(with))), own).await;
    }
}
