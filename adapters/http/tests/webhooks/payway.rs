//! What Payway publishes, told from the journal; and mails that a host's own e-mail service takes.

use std::collections::{BTreeMap, BTreeSet};

use accountable_core::{
    domain::{EventKind, Span},
    port::Clock as _,
};
use accountable_http::EventForm;
use serde_json::{Value, json};

use crate::world::{World, dropped_after};

const PASSWORD: &str = "herons wade where the river bends";

/// A number that nobody expects, of a seed and a count.
pub(crate) fn drawn(seed: u64, count: u64) -> u64 {
    let mixed = (seed << 32 | count).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 31)).wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 40
}

/// The events that Payway publishes of what is in the journal: name and account, in order.
async fn expected(world: &World) -> Vec<(String, String, String)> {
    let events = world.journal().await.into_iter().filter_map(|event| {
        let name = match event.what {
            EventKind::MailQueued { purpose, .. } if purpose.as_str() == "password_reset" => {
                "account_requested_password_reset"
            }
            EventKind::PasswordSet { .. } => "account_password_reset_complete",
            _ => return None,
        };
        let account = event.account.unwrap().to_string();
        Some((format!("{}-{}", event.commit, event.ordinal), name.to_owned(), account))
    });
    events.collect()
}

#[tokio::test]
async fn what_payway_publishes_is_told_from_the_journal_at_least_once_and_in_order_whoever_fails() {
    for seed in 0..8_u64 {
        let world = World::new(move |call, _| {
            Some(match drawn(seed, call.try_into().unwrap()) % 4 {
                0 => 500,
                1 => 503,
                _ => 200,
            })
        })
        .await;
        let mut ids = BTreeMap::new();
        for step in 0..24_usize {
            let person = usize::try_from(drawn(seed, step as u64) % 5).unwrap();
            if drawn(seed + 100, step as u64).is_multiple_of(3) && ids.contains_key(&person) {
                world.manual.advance(Span::minutes(20));
                world.forgets(person).await;
            } else {
                world.manual.advance(Span::minutes(20));
                ids.insert(person, world.chooses(person, &format!("{PASSWORD} {step}")).await);
            }
            // And whoever follows is killed somewhere.
            dropped_after(step, world.follower_told(EventForm::Payway).run(std::future::pending())).await;
        }
        let expected = expected(&world).await;
        let kinds: BTreeSet<_> = expected.iter().map(|(_, name, _)| name.as_str()).collect();
        assert_eq!(kinds.len(), 2, "seed {seed}");
        let names: BTreeSet<_> = expected.iter().map(|(id, ..)| id.clone()).collect();
        // The mails of the resets go to the same receiver.
        let told =
            |world: &World| world.taken().into_iter().filter(|id| id.contains('-')).collect::<BTreeSet<_>>();
        let all = world.until(|world| told(world).len() >= names.len());
        world.follower_told(EventForm::Payway).run(all).await;

        assert_eq!(told(&world), names, "seed {seed}");
        for account in ids.values().map(ToString::to_string) {
            let of_account: Vec<_> =
                expected.iter().filter(|(.., of)| *of == account).map(|(id, ..)| id.clone()).collect();
            let told: Vec<_> = world.taken().into_iter().filter(|id| of_account.contains(id)).collect();
            assert_eq!(told, of_account, "seed {seed}: the order of one account");
        }
        for received in world.received().into_iter().filter(|received| received.id.contains('-')) {
            let (_, name, account) = expected.iter().find(|(id, ..)| *id == received.id).unwrap();
            let body: Value = serde_json::from_str(&received.body).unwrap();
            let (person, _) = ids.iter().find(|(_, id)| id.to_string() == *account).unwrap();
            assert_eq!(body["event"], name.as_str());
            assert_eq!(
                body["payload"],
                json!({ "account": { "id": account, "contact_email": format!("p{person}@example.com") }, "event_data": {} }),
                "seed {seed}"
            );
            assert_eq!(body["timestamp"].as_str().unwrap().len(), "2026-11-21T12:00:00.000Z".len());
        }
    }
}

#[tokio::test]
async fn an_address_is_read_as_its_event_is_told_and_gone_once_it_is_erased() {
    let world = World::new(|_, _| Some(200)).await;
    let id = world.chooses(1, PASSWORD).await;
    world.admin().erase(id).await.unwrap();
    let told = world.until(|world| world.taken().len() == 1);
    world.follower_told(EventForm::Payway).run(told).await;
    let body: Value = serde_json::from_str(&world.received()[0].body).unwrap();
    assert_eq!(body["payload"]["account"], json!({ "id": id.to_string() }));
}

/// Hands over the mail of a reset to a service that answers so, and gives the last event of that mail.
async fn mailed(status: u16) -> (World, EventKind) {
    let world = World::new(move |_, _| Some(status)).await;
    world.chooses(1, PASSWORD).await;
    world.forgets(1).await;
    world.accounts.sweep(100).await.unwrap();
    let mut of_mails = world.journal().await.into_iter().map(|event| event.what).filter(|what| {
        matches!(
            what,
            EventKind::MailDelivered { .. }
                | EventKind::MailDelayed { .. }
                | EventKind::MailRefused { .. }
                | EventKind::MailDied { .. }
        )
    });
    let last = of_mails.next_back().unwrap();
    (world, last)
}

#[tokio::test]
async fn a_hosts_own_service_takes_the_mail_with_its_link_and_the_journal_never_has_it() {
    let (world, last) = mailed(202).await;
    assert!(matches!(last, EventKind::MailDelivered { .. }), "{last:?}");
    assert_eq!(world.mailer.count(), 0, "our mail server has nothing to do with it");
    let [received] = &world.received()[..] else { panic!("{:?}", world.received()) };
    let body: Value = serde_json::from_str(&received.body).unwrap();
    assert_eq!(body["event"], "account_requested_password_reset");
    assert_eq!(body["payload"]["account"]["contact_email"], "p1@example.com");
    let code = body["payload"]["event_data"]["confirmation_code"].as_str().unwrap();
    assert!(body["payload"]["event_data"]["reset_url"].as_str().unwrap().contains(code));
    assert_eq!(received.signature.matches("v1,").count(), 2, "signed by both secrets");
    assert!(!serde_json::to_string(&world.journal().await).unwrap().contains(code));
}

#[tokio::test]
async fn no_answer_of_a_hosts_own_service_is_held_against_the_recipient_and_the_mail_is_tried_again_under_its_name()
 {
    for status in [302, 400, 401, 404, 410, 422, 429, 500, 503] {
        let (world, last) = mailed(status).await;
        assert!(matches!(last, EventKind::MailDelayed { .. }), "{status}: {last:?}");
        assert_eq!(world.admin().suppressions(None, 10).await.unwrap().items.len(), 0, "{status}");
        world.manual.advance(Span::minutes(5));
        world.accounts.sweep(100).await.unwrap();
        let received = world.received();
        assert!(received.len() >= 2 && received.iter().all(|again| again.id == received[0].id), "{status}");
        assert!(world.manual.now() > crate::world::START);
    }
}

#[tokio::test]
async fn a_mail_that_a_hosts_own_service_never_takes_is_given_up_and_listed() {
    let (world, _) = mailed(422).await;
    for _ in 0..400 {
        world.manual.advance(Span::minutes(30));
        world.accounts.sweep(100).await.unwrap();
    }
    assert_eq!(
        world.admin().mails(&accountable_core::MailList::Dead { after: None }, 10).await.unwrap().items.len(),
        1
    );
}
