//! What mails tell of when something was done, by whom in the words of the door, and roughly from where.

use accountable_core::{
    DeliveryOptions, MailOptions,
    domain::{
        Circumstances, CoarseOrigin, InitiatorKind, Letter, Message, Notice, Purpose, Realm, Span, Timestamp,
    },
    port::{Clock as _, Limit, MailQuery, Store as _},
};

use crate::doors::world::{BETTER, GOOD, World, email, on_each_store, password};

const ADA: &str = "ada@example.com";
const PLACE: &str = "Firefox on Linux, near Seoul";

fn place() -> CoarseOrigin {
    CoarseOrigin::of(PLACE).unwrap()
}

fn last(world: &World, address: &str) -> Letter {
    world.mailer.last_to(&email(address)).unwrap()
}

fn told(world: &World, address: &str) -> Circumstances {
    last(world, address).circumstances.unwrap()
}

fn here(at: Timestamp, by: InitiatorKind) -> Circumstances {
    Circumstances::new(at, by).from(Some(place()))
}

/// The outbox, as the store keeps it.
async fn outbox(world: &World) -> String {
    let query = MailQuery::All { realm: Realm::default(), after: None };
    let page = world.store.mails(&query, Limit::MAX).await.unwrap();
    let mails: Vec<_> = page.items.into_iter().map(|mail| mail.value).collect();
    serde_json::to_string(&mails).unwrap()
}

on_each_store! {
    __doors_notices in notices;
    /// Though it is delivered later, and by somebody else.
    async fn a_notice_says_when_by_whom_and_roughly_from_where(world) {
        let id = world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await.seen_from(place());
        owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
        let at = world.clock.now();
        world.clock.advance(Span::hours(1));
        world.sweep().await;
        assert_eq!(told(&world, ADA), here(at, InitiatorKind::Owner));

        let _ = world.public().seen_from(place()).request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        let asked = world.clock.now();
        world.clock.advance(Span::minutes(5));
        world.sweep().await;
        assert_eq!(told(&world, ADA), here(asked, InitiatorKind::Stranger), "as it was asked, not as it was decided");
        world.public().seen_from(place()).choose_password(&world.mailed_code(ADA), &password(GOOD)).await.unwrap();
        world.sweep().await;
        assert_eq!(told(&world, ADA), here(world.clock.now(), InitiatorKind::CodeBearer));

        world.admin().assign_password(id, &password(BETTER)).await.unwrap();
        world.sweep().await;
        assert_eq!(told(&world, ADA), Circumstances::new(world.clock.now(), InitiatorKind::Administrator));
        assert_eq!(last(&world, ADA).contact.unwrap().as_str(), "help@app.example");
    }

    async fn a_lock_says_from_where_it_was_caused(world) {
        world.in_use(ADA, GOOD).await;
        for _ in 0..10 {
            let _ = world.public().seen_from(place()).authenticate(&email(ADA), &password(BETTER), None).await.unwrap();
        }
        world.sweep().await;
        let letter = last(&world, ADA);
        assert!(matches!(letter.message, Message::Notice(Notice::Locked)), "{letter:?}");
        assert_eq!(letter.circumstances, Some(here(world.clock.now(), InitiatorKind::Stranger)));
    }

    /// Its reader may have nothing to do with whoever typed it.
    async fn an_address_that_was_merely_typed_is_not_told_from_where(world) {
        world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await.seen_from(place());
        for (new, taken) in [("new@example.com", false), ("bob@example.com", true)] {
            if taken {
                world.register(new).await;
            }
            world.clock.advance(Span::seconds(600));
            owner.request_email_change(&password(GOOD), &email(new), &MailOptions::default()).await.unwrap();
            world.sweep().await;
            assert_eq!(matches!(last(&world, new).message, Message::Notice(Notice::EmailTaken)), taken);
            let now = world.clock.now();
            assert_eq!(told(&world, new), Circumstances::new(now, InitiatorKind::Owner), "{new}");
            assert_eq!(told(&world, ADA), here(now, InitiatorKind::Owner), "with the link that cancels");
        }
        let _ = world.public().seen_from(place()).sign_up(&email("eve@example.com"), MailOptions::default(), None).await.unwrap();
        world.sweep().await;
        let now = world.clock.now();
        assert_eq!(told(&world, "eve@example.com"), Circumstances::new(now, InitiatorKind::Stranger));
        let _ = world.public().seen_from(place()).sign_up(&email(ADA), MailOptions::default(), None).await.unwrap();
        world.sweep().await;
        assert!(matches!(last(&world, ADA).message, Message::Notice(Notice::AlreadyRegistered)));
        assert_eq!(told(&world, ADA), here(now, InitiatorKind::Stranger), "an owner is");
    }

    /// Sealed to its mail while it waits, and gone with it.
    async fn the_outbox_and_the_journal_never_hold_from_where_in_clear(world) {
        let id = world.in_use(ADA, GOOD).await;
        let owner = world.signed_in(ADA, GOOD).await.seen_from(place());
        owner.request_email_change(&password(GOOD), &email("new@example.com"), &MailOptions::default()).await.unwrap();
        let _ = world.public().seen_from(place()).request_password_reset(&email(ADA), MailOptions::default()).await.unwrap();
        let kept = outbox(&world).await;
        let history = serde_json::to_string(&world.history(id).await).unwrap();
        assert!(kept.contains("circumstances") && kept.contains("\"by\":\"owner\""), "{kept}");
        for personal in [PLACE, "Seoul", "Firefox", ADA] {
            assert!(!kept.contains(personal) && !history.contains(personal), "{personal}: {kept} {history}");
        }
        world.sweep().await;
        assert_eq!(outbox(&world).await, "[]");
    }

    async fn a_new_password_that_drops_a_change_of_address_says_so(world) {
        let id = world.in_use(ADA, GOOD).await;
        let dropped = |world: &World| match last(world, ADA).message {
            Message::Notice(Notice::PasswordChanged { email_change_dropped }) => email_change_dropped,
            other => panic!("{other:?}"),
        };
        let owner = world.signed_in(ADA, GOOD).await;
        owner.request_email_change(&password(GOOD), &email("new@example.com"), &MailOptions::default()).await.unwrap();
        world.sweep().await;
        owner.change_password(&password(GOOD), &password(BETTER)).await.unwrap();
        world.sweep().await;
        assert!(dropped(&world));
        world.admin().assign_password(id, &password(GOOD)).await.unwrap();
        world.sweep().await;
        assert!(!dropped(&world));
    }

    /// The code that staff's mail carries stands for itself: by whom is told all the same.
    async fn a_mail_of_staffs_says_that_it_is_staffs(world) {
        let id = world.register(ADA).await;
        let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let Message::Code { purpose: Purpose::PasswordSet, .. } = last(&world, ADA).message else { panic!("a code") };
        assert_eq!(told(&world, ADA), Circumstances::new(world.clock.now(), InitiatorKind::Administrator));
    }
}
