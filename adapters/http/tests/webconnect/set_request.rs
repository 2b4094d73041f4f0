//! `POST /accounts/password/set-request`.

use accountable_core::{
    PublicError,
    domain::{EventKind, Origin, Span, Undeliverable},
};
use accountable_http::profile::webconnect::Options;
use accountable_memory::Answer as MailServer;

use crate::{
    client::Call,
    world::{SET_REQUEST, World, account_id, email},
};

#[tokio::test]
async fn a_new_accounts_mail_goes_out_and_the_answer_has_no_body() {
    let world = World::new().await;
    let id = world.register("sample@example.com").await;
    let answer = world.request_set(&id).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(answer.header("content-type"), "");
    let link = world.mailer.last_link_to(&email("sample@example.com")).unwrap();
    assert!(link.starts_with("https://app.example/password?id="), "{link}");
}

#[tokio::test]
async fn a_repeat_within_600_s_is_refused_with_the_time_to_wait() {
    let world = World::new().await;
    let id = world.register("sample@example.com").await;
    assert_eq!(world.request_set(&id).await.status, 204);
    let answer = world.request_set(&id).await;
    assert_eq!(answer.refused(), (429, "throttled".to_owned()));
    assert_eq!(answer.header("retry-after"), "600");
    world.clock.advance(Span::micros(600_000_000 - 1));
    let answer = world.request_set(&id).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "1"));
    world.clock.advance(Span::micros(1));
    assert_eq!(world.request_set(&id).await.status, 204);
    assert_eq!(world.mailer.count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_racing_requests_one_queues_a_mail() {
    let world = World::new().await;
    let id = world.register("sample@example.com").await;
    let body = format!("{{\"accountId\": \"{id}\"}}");
    let call = Call::new("POST", SET_REQUEST).key(&world.key).json(body);
    let racing: Vec<_> = (0..200).map(|_| tokio::spawn(call.clone().send(world.address))).collect();
    let mut statuses = Vec::new();
    for answer in racing {
        statuses.push(answer.await.unwrap().status);
    }
    let of = |status: u16| statuses.iter().filter(|answered| **answered == status).count();
    assert_eq!((of(204), of(429)), (1, 199));
    let journal = world.journal().await;
    let queued = journal.iter().filter(|event| matches!(event.what, EventKind::MailQueued { .. })).count();
    assert_eq!((queued, world.mailer.count()), (1, 1));
}

#[tokio::test]
async fn an_account_that_has_a_password_is_refused() {
    let world = World::new().await;
    let id = world.in_use("ada@example.com").await;
    world.clock.advance(Span::hours(1));
    let answer = world.request_set(&id).await;
    assert_eq!(answer.refused(), (409, "password_set_not_expected".to_owned()));
    assert_eq!(world.mailer.count(), 1);
}

#[tokio::test]
async fn a_replaced_address_without_a_password_gets_the_mail() {
    let world = World::new().await;
    let id = world.in_use("ada@example.com").await;
    assert_eq!(world.put(&id, r#"{"mailAddress": "ada@example.org"}"#).await.status, 200);
    assert_eq!(world.request_set(&id).await.status, 204);
    assert!(world.mailer.last_link_to(&email("ada@example.org")).is_some());
}

#[tokio::test]
async fn an_address_that_just_bounced_and_one_known_to_answer_alike() {
    for (server, cause) in [
        (MailServer::NoSuchMailbox, Undeliverable::NoSuchMailbox),
        (MailServer::Rejected, Undeliverable::Rejected),
    ] {
        let world = World::new().await;
        let id = world.register("sample@example.com").await;
        world.mailer.answer(email("sample@example.com"), server);
        let bounced = world.request_set(&id).await;
        assert_eq!(bounced.refused(), (422, "address_undeliverable".to_owned()));
        world.mailer.answer_all(MailServer::Accept);
        world.clock.advance(Span::hours(1));
        let before = world.mailer.attempts().len();
        let known = world.request_set(&id).await;
        assert_eq!((known.status, &known.text), (bounced.status, &bounced.text));
        let names = |answer: &crate::client::Answer| {
            answer.headers.keys().map(ToString::to_string).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(names(&known), names(&bounced));
        assert_eq!(world.mailer.attempts().len(), before, "a sticky state: nothing is mailed again");
        let account = world.admin().account(account_id(&id)).await.unwrap().unwrap();
        assert_eq!(account.undeliverable, Some(cause));
    }
}

#[tokio::test]
async fn the_administrator_is_told_once_that_sending_stopped() {
    let staff = email("staff@example.com");
    let told = staff.clone();
    let world = World::built(Options::default(), |builder| builder.notices_to(told), |router| router).await;
    let id = world.register("sample@example.com").await;
    world.mailer.answer(email("sample@example.com"), MailServer::Rejected);
    for _ in 0..2 {
        assert_eq!(world.request_set(&id).await.status, 422);
        let _ = world.accounts.sweep(10).await.unwrap();
    }
    assert_eq!(world.mailer.letters().into_iter().map(|letter| letter.to).collect::<Vec<_>>(), [staff]);
}

#[tokio::test]
async fn the_group_also_guards_the_use_of_the_mailed_link() {
    let world = World::new().await;
    world.define_groups().await;
    let body = r#"{"mailAddress": "sample@example.com", "ipFilterGroupName": "ipFilterGroupName"}"#;
    let id = world.post(body).await.account(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(world.request_set(&id).await.status, 204);
    for outside in [Origin::Unknown, Origin::Ip("198.51.100.7".parse().unwrap())] {
        let refused = world.choose_password_from(outside, "sample@example.com").await;
        assert!(matches!(refused, Err(PublicError::OriginRefused)), "{refused:?}");
    }
    let inside = Origin::Ip("192.0.2.7".parse().unwrap());
    world.choose_password_from(inside, "sample@example.com").await.unwrap();
}

#[tokio::test]
async fn a_mail_server_that_is_busy_or_a_fault_of_ours_only_delays() {
    for server in [MailServer::Transient, MailServer::Ours] {
        let world = World::new().await;
        let id = world.register("sample@example.com").await;
        world.mailer.answer_all(server);
        assert_eq!(world.request_set(&id).await.status, 204);
        world.mailer.answer_all(MailServer::Accept);
        world.clock.advance(Span::minutes(9));
        let _ = world.accounts.sweep(10).await.unwrap();
        assert_eq!(world.mailer.count(), 1);
    }
}

#[tokio::test]
async fn a_malformed_id_is_400_and_one_that_nobody_has_404() {
    let world = World::new().await;
    for unknown in ["x".repeat(32), "01".repeat(16), "a".repeat(32), "AbCd0123".repeat(4)] {
        let answer = world.request_set(&unknown).await;
        assert_eq!(answer.refused(), (404, "no_such_account".to_owned()), "{unknown}");
        for method in ["GET", "DELETE"] {
            let answer = world.call(method, &crate::world::one(&unknown)).await;
            assert_eq!(answer.refused(), (404, "no_such_account".to_owned()), "{method} {unknown}");
        }
        assert_eq!(world.put(&unknown, "{}").await.refused(), (404, "no_such_account".to_owned()));
    }
    for malformed in ["", "a", &"a".repeat(31), &"a".repeat(33), &"é".repeat(16), "%00"] {
        let answer = world.request_set(malformed).await;
        assert_eq!(answer.refused(), (400, "bad_account_id".to_owned()), "{malformed}");
        assert_eq!(answer.json()["field"], "accountId");
    }
    for malformed in ["a", "%00", "%FF", "..%2F..", &"a".repeat(33)] {
        let answer = world.call("GET", &crate::world::one(malformed)).await;
        assert_eq!(answer.refused(), (400, "bad_account_id".to_owned()), "{malformed}");
    }
    assert_eq!(world.journal().await, []);
}
