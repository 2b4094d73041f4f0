//! The route for mails that came back: who may call it, what it takes, and what it answers.
#![expect(
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use accountable_core::{
    Accounts, Admin, DeliveryOptions, Machine, NewAccount,
    domain::{
        AccountId, Actor, EmailAddress, EventKind, Incarnation, KeyId, Keyring, LinkUrl, Links, Realm, Span,
        Timestamp,
    },
};
use accountable_http::{Guard, Limits, answer::Problem, auth::BearerKeys, feedback};
use accountable_memory::{
    FaultyStore, InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer, SeededEntropy,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    response::IntoResponse as _,
};
use futures_util::stream;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const ADA: &str = "ada@example.com";
const MAIL: &str = "message/rfc822";

struct World {
    accounts: Accounts,
    /// Those of another realm, which the route serves as well.
    forest: Accounts,
    store: FaultyStore<MemoryStore>,
    mailer: RecordingMailer,
    app: Router,
    /// Of a mail server, named `mx`.
    key: String,
    /// Of a caller who may do other things.
    key_of_another: String,
}

impl World {
    fn new() -> Self {
        let (mailer, entropy) = (RecordingMailer::new(), SeededEntropy::new(1));
        let store = FaultyStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16])));
        let clock = ManualClock::new(Timestamp::from_micros(1_767_268_800_000_000));
        let machine = Machine::new(clock, entropy.clone(), InsecureTestHasher::new(1));
        let secret = |first: u8| std::array::from_fn(|at| first ^ u8::try_from(at).unwrap());
        let keyring = Keyring::new(secret(1), KeyId::parse("k1").unwrap(), secret(2)).unwrap();
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let [accounts, forest] = ["main", "forest"].map(|realm| {
            let (machine, keyring, links) = (machine.clone(), keyring.clone(), links.clone());
            let accounts = Accounts::builder(machine, store.clone(), mailer.clone(), keyring, links);
            accounts.realm(Realm::parse(realm).unwrap()).patience(Span::seconds(1)).build().unwrap()
        });
        let keys = BearerKeys::default();
        let [key, key_of_another] =
            [("mx", feedback::SCOPE), ("billing", "accounts:write")].map(|(name, scope)| {
                let (id, name) = (KeyId::parse(name).unwrap(), Actor::parse(name).unwrap());
                let new = BearerKeys::draw(&entropy, id, name, [scope]).unwrap();
                keys.add(new.entry).unwrap();
                new.key.expose().to_owned()
            });
        let router = feedback::router_over(vec![accounts.clone(), forest.clone()], keys);
        let guard = Guard::new(Limits::default(), entropy).admitting_unknown_peers();
        let app = guard.around(router, |trouble| Problem::from(trouble).into_response());
        Self { accounts, forest, store, mailer, app, key, key_of_another }
    }

    fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    /// An account, and the tag of the mail that its owner got.
    async fn mailed(&self) -> (AccountId, String) {
        self.mailed_by(&self.admin()).await
    }

    async fn mailed_by(&self, staff: &Admin) -> (AccountId, String) {
        let id = staff.register(NewAccount::new(EmailAddress::parse(ADA).unwrap())).await.unwrap().id;
        let _ = staff.request_password_set(id, DeliveryOptions::default()).await.unwrap();
        let letter = self.mailer.letters().pop().unwrap();
        (id, letter.feedback.unwrap().as_str().to_owned())
    }

    async fn is_held_back(&self, id: AccountId) -> bool {
        !self.admin().account(id).await.unwrap().unwrap().suppressions.is_empty()
    }

    async fn post(&self, key: &str, media: Option<&str>, body: impl Into<Body>) -> (u16, Value) {
        let request = Request::post("/feedback")
            .header("host", "app.example")
            .header("authorization", format!("Bearer {key}"));
        let request = media.into_iter().fold(request, |request, media| request.header("content-type", media));
        let answer = self.app.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }
}

/// A delivery status notification about a mail with this tag, if with any.
fn bounce(tag: Option<&str>) -> String {
    let tag = tag.map(|tag| format!("X-Feedback-Tag: {tag}\r\n")).unwrap_or_default();
    format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: accounts@app.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {ADA}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\n{tag}Subject: Welcome\r\n\r\n--b--\r\n"
    )
}

/// How many reports a realm wrote down as none of its own.
async fn ignored(accounts: &Accounts) -> usize {
    let events = accounts.journal().feed(None, 1_000).await.unwrap().events;
    events.iter().filter(|event| matches!(event.what, EventKind::FeedbackIgnored { .. })).count()
}

#[tokio::test]
async fn a_report_is_for_the_realm_of_its_mail_and_no_other_hears_of_it() {
    let world = World::new();
    let staff = world.forest.admin(Actor::parse("staff").unwrap());
    let (id, tag) = world.mailed_by(&staff).await;
    let answer = world.post(&world.key, Some(MAIL), bounce(Some(&tag))).await;
    assert_eq!(answer, (200, json!({"recipients": 1, "counted": 1})));
    assert!(!staff.account(id).await.unwrap().unwrap().suppressions.is_empty());
    assert_eq!((ignored(&world.accounts).await, ignored(&world.forest).await), (0, 0));

    // Of nobody's making: the first writes it down.
    let mut forged = tag.clone().into_bytes();
    forged.iter_mut().rev().take(4).for_each(|octet| *octet = if *octet == b'a' { b'b' } else { b'a' });
    let forged = String::from_utf8(forged).unwrap();
    let answer = world.post(&world.key, Some(MAIL), bounce(Some(&forged))).await;
    assert_eq!(answer, (200, json!({"recipients": 1, "counted": 0})));
    assert_eq!((ignored(&world.accounts).await, ignored(&world.forest).await), (1, 0));
}

#[tokio::test]
async fn a_bounce_of_our_mail_counts_once_and_is_answered_alike_again() {
    let world = World::new();
    let (id, tag) = world.mailed().await;
    for media in [MAIL, "message/global"] {
        let answer = world.post(&world.key, Some(media), bounce(Some(&tag))).await;
        assert_eq!(answer, (200, json!({"recipients": 1, "counted": 1})));
        assert!(world.is_held_back(id).await);
    }
    let journal = world.admin().account(id).await.unwrap().unwrap();
    assert_eq!(journal.suppressions.len(), 1);
}

#[tokio::test]
async fn what_bears_no_tag_of_ours_or_is_no_report_changes_nothing() {
    let world = World::new();
    let (id, tag) = world.mailed().await;
    let other = tag.replace(|c: char| c == tag.chars().next().unwrap(), "b");
    for forged in [bounce(None), bounce(Some(&other))] {
        let answer = world.post(&world.key, Some(MAIL), forged).await;
        assert_eq!(answer, (200, json!({"recipients": 1, "counted": 0})));
    }
    for nothing in ["Subject: Lunch?\r\n\r\nAt noon.\r\n", "", "\0\u{ff}"] {
        let answer = world.post(&world.key, Some(MAIL), nothing).await;
        assert_eq!(answer, (200, json!({"recipients": 0, "counted": 0})), "{nothing:?}");
    }
    assert!(!world.is_held_back(id).await);
}

#[tokio::test]
async fn who_lacks_the_scope_is_turned_away_before_an_octet_is_read() {
    let world = World::new();
    let untouchable = || {
        Body::from_stream(stream::poll_fn(|_| -> std::task::Poll<Option<Result<&str, &str>>> {
            panic!("read")
        }))
    };
    for (key, status, code) in [("nobody's", 401, "unauthorized"), (&world.key_of_another, 403, "forbidden")]
    {
        let (answered, problem) = world.post(key, Some(MAIL), untouchable()).await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)));
    }
}

#[tokio::test]
async fn only_mails_are_taken_and_of_a_mebibyte_at_most() {
    let world = World::new();
    let (_, tag) = world.mailed().await;
    for media in
        [None, Some("text/plain"), Some("application/json"), Some("message/partial"), Some("rubbish")]
    {
        let (status, problem) = world.post(&world.key, media, bounce(Some(&tag))).await;
        assert_eq!((status, &problem["code"]), (415, &json!("unsupported_media_type")), "{media:?}");
    }
    // Larger than other bodies may be.
    let mail = bounce(Some(&tag));
    let padded = |octets: usize| format!("{mail}{}", " ".repeat(octets - mail.len()));
    let (status, told) = world.post(&world.key, Some(MAIL), padded(1 << 20)).await;
    assert_eq!((status, &told["counted"]), (200, &json!(1)));
    let (status, problem) = world.post(&world.key, Some(MAIL), padded((1 << 20) + 1)).await;
    assert_eq!((status, &problem["code"]), (413, &json!("body_too_large")));
}

#[tokio::test]
async fn while_the_store_is_away_the_mail_server_is_told_to_come_again() {
    let world = World::new();
    let (id, tag) = world.mailed().await;
    world.store.set_down(true);
    let (status, _) = world.post(&world.key, Some(MAIL), bounce(Some(&tag))).await;
    assert_eq!(status, 503);
    world.store.set_down(false);
    let answer = world.post(&world.key, Some(MAIL), bounce(Some(&tag))).await;
    assert_eq!(answer, (200, json!({"recipients": 1, "counted": 1})));
    assert!(world.is_held_back(id).await);
}
