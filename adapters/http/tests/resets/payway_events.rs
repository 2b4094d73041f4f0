//! Payway: what is published, and what a host gets that mails for itself.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use accountable_core::{
    Accounts, Machine, NewAccount,
    domain::{Actor, Incarnation, KeyId, LinkUrl, Links, PasswordPolicy, Purpose, Span},
    port::{MailError, Receipt},
};
use accountable_http::{
    auth::BearerKeys,
    feed,
    profile::payway::{
        Announcing, EVENTS_SCOPE, EventName, Events, HostMail, MailChannel, Options, ResetMail, SCOPE, router,
    },
};
use accountable_memory::{
    Answer as Mailed, CountingStore, FaultyStore, InsecureTestHasher, ManualClock, MemoryStore,
    RecordingMailer, SeededEntropy, Seen,
};
use async_trait::async_trait;
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{
    payway::{COMPLETE, CUSTOM, FIRST, custom, send},
    world::{BACK, World, email, in_query, keys, password, sink},
};

#[tokio::test]
async fn a_request_is_published_when_its_mail_leaves_and_without_its_code() {
    let (sender, mut events) = sink();
    let world = World::with(
        PasswordPolicy::payway(),
        |mailer, clock| Announcing::new(mailer.clone(), Events::new(clock.clone(), sender)),
        |builder, _| builder,
    );
    let id = world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(Options::default()).await;
    for address in ["test@example.com", "nobody@example.com"] {
        assert_eq!(send(&server, &bearers.plain, CUSTOM, &custom(address)).await.status, 200);
    }
    assert!(events.try_recv().is_err(), "nobody has looked yet for whom");
    world.mailer.answer_all(Mailed::Transient);
    world.accounts.sweep(100).await.unwrap();
    assert!(events.try_recv().is_err(), "no mail has left");
    world.mailer.answer_all(Mailed::Accept);
    world.clock.advance(Span::minutes(5));
    let link = world.mailed_link("test@example.com").await.unwrap();
    let event = serde_json::to_value(events.try_recv().unwrap()).unwrap();
    assert_eq!(
        event,
        json!({
            "event": "account_requested_password_reset",
            "timestamp": "2026-11-21T12:05:00.000Z",
            "payload": {
                "account": { "id": id.to_string(), "contact_email": "test@example.com" },
                "event_data": {},
            },
        })
    );
    assert!(!event.to_string().contains(&in_query(&link, "confirmation_code")));
    assert!(events.try_recv().is_err(), "nobody else has an account");
}

/// By whoever follows the journal: nobody in this process takes anything.
#[tokio::test]
async fn what_payway_publishes_is_told_from_the_journal() {
    let world = World::new(PasswordPolicy::payway());
    let id = world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(Options::default()).await;
    for address in ["test@example.com", "nobody@example.com"] {
        assert_eq!(send(&server, &bearers.plain, CUSTOM, &custom(address)).await.status, 200);
    }
    let link = world.mailed_link("test@example.com").await.unwrap();
    let code = in_query(&link, "confirmation_code");
    let body = json!({ "id": id.to_string(), "confirmation_code": code, "new_password": "velvet anchor" });
    assert_eq!(send(&server, &bearers.plain, COMPLETE, &body).await.status, 200);

    // What staff does is published to nobody.
    let staff = world.accounts.admin(Actor::parse("staff").unwrap());
    staff.assign_password(id, &password("copper lanterns")).await.unwrap();

    let (entropy, callers) = (SeededEntropy::new(3), BearerKeys::default());
    let [follower, other] = [EVENTS_SCOPE, feed::SCOPE].map(|scope| {
        let id = KeyId::parse(if scope == feed::SCOPE { "other" } else { "crm" }).unwrap();
        let new = BearerKeys::draw(&entropy, id, Actor::parse("crm").unwrap(), [scope]).unwrap();
        callers.add(new.entry).unwrap();
        new.key.expose().to_owned()
    });
    let routes = feed::router(world.accounts.clone(), callers, feed::Streams::default());
    let read = async |query: &str, key: &str| {
        let request =
            Request::get(format!("/events{query}")).header("authorization", format!("Bearer {key}"));
        let request = request.header("host", "accounts.example");
        let answer = routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    let (status, told) = read("?as=payway", &follower).await;
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [first, request, complete, last] = &told[..] else { panic!("{status}: {told:?}") };
    let event = |name: &str, at: &str| {
        let account = json!({ "id": id.to_string(), "contact_email": "test@example.com" });
        json!({ "event": name, "timestamp": at, "payload": { "account": account, "event_data": {} } })
    };
    let at = "2026-11-21T12:00:00.000Z";
    assert_eq!(*first, event("account_password_reset_complete", at), "the first password, by a code too");
    assert_eq!(*request, event("account_requested_password_reset", at));
    assert_eq!(*complete, event("account_password_reset_complete", at));
    assert!(last["next"].is_string(), "{last}");
    assert!(!told.iter().any(|line| line.to_string().contains(&code)));

    assert_eq!(read("?as=payway", &other).await.0, 403, "addresses are in it");
    assert_eq!(read("", &follower).await.0, 403);
    let (status, journal) = read("", &other).await;
    assert!(status == 200 && !journal.contains("example.com"), "{journal}");
    assert_eq!(read("?as=tulo", &other).await.0, 400);
}

/// A host's own service: it keeps what it gets.
#[derive(Clone, Default)]
struct OwnService(Arc<Mutex<Vec<Value>>>);

#[async_trait]
impl MailChannel for OwnService {
    async fn post(&self, mail: &ResetMail) -> Result<Receipt, MailError> {
        assert!(!format!("{mail:?}").contains("confirmation_code="));
        self.0.lock().unwrap().push(serde_json::to_value(mail).unwrap());
        Ok(Receipt::default())
    }
}

#[tokio::test]
async fn a_host_that_mails_itself_gets_the_link_and_nobody_else_does() {
    let (sender, mut events) = sink();
    let service = OwnService::default();
    let channel = service.clone();
    let world = World::with(
        PasswordPolicy::payway(),
        |mailer, _| mailer.clone(),
        |builder, clock| {
            let routing = HostMail::new(channel, Events::new(clock.clone(), sender));
            builder.mail_routing(routing.resets_only())
        },
    );
    let id = world.in_use("test@example.com", FIRST).await;
    let by_our_mailer = world.mailer.count();
    let (server, bearers) = world.payway(Options::default()).await;
    assert_eq!(send(&server, &bearers.plain, CUSTOM, &custom("test@example.com")).await.status, 200);
    world.accounts.sweep(100).await.unwrap();

    assert_eq!(world.mailer.count(), by_our_mailer, "the standard mailer has nothing to do with it");
    let posted = service.0.lock().unwrap().clone();
    let [mail] = posted.as_slice() else { panic!("{posted:?}") };
    let data = &mail["payload"]["event_data"];
    assert_eq!(mail["event"], "account_requested_password_reset");
    assert_eq!(
        mail["payload"]["account"],
        json!({ "id": id.to_string(), "contact_email": "test@example.com" })
    );
    assert_eq!(
        (&data["return_url"], &data["valid_until"]),
        (&json!(BACK), &json!("2026-11-21T13:00:00.000Z"))
    );
    let code = data["confirmation_code"].as_str().unwrap();
    let url: url::Url = data["reset_url"].as_str().unwrap().parse().unwrap();
    assert_eq!((in_query(&url, "confirmation_code").as_str(), code.len()), (code, 43));

    let event = events.try_recv().unwrap();
    assert_eq!(event.event, EventName::AccountRequestedPasswordReset);
    assert!(!serde_json::to_string(&event).unwrap().contains(code));
    let body = json!({ "id": id.to_string(), "confirmation_code": code, "new_password": "velvet anchor" });
    assert_eq!(send(&server, &bearers.plain, COMPLETE, &body).await.status, 200);
}

#[tokio::test]
async fn a_host_that_mails_itself_gets_the_letter_of_who_has_no_password_yet() {
    let (sender, mut events) = sink();
    let service = OwnService::default();
    let channel = service.clone();
    let world = World::with(
        PasswordPolicy::payway(),
        |mailer, _| mailer.clone(),
        |builder, clock| builder.mail_routing(HostMail::new(channel, Events::new(clock.clone(), sender))),
    );
    let id = world.register("test@example.com").await;
    let (server, bearers) = world.payway(Options::default()).await;
    assert_eq!(send(&server, &bearers.plain, CUSTOM, &custom("test@example.com")).await.status, 200);
    world.accounts.sweep(100).await.unwrap();
    assert_eq!(world.mailer.count(), 0, "the standard mailer may send nothing");
    let posted = service.0.lock().unwrap().clone();
    let [mail] = posted.as_slice() else { panic!("{posted:?}") };
    assert_eq!(mail["event"], "account_requested_password_set");
    assert!(events.try_recv().is_err(), "it is no reset");
    let code = &mail["payload"]["event_data"]["confirmation_code"];
    let body = json!({ "id": id.to_string(), "confirmation_code": code, "new_password": "velvet anchor" });
    assert_eq!(send(&server, &bearers.plain, COMPLETE, &body).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stalls_after_the_reset_holds_up_neither_answer_nor_event() {
    let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
    let witnessed = CountingStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16])));
    let store = FaultyStore::new(witnessed.clone());
    let machine = Machine::new(clock.clone(), SeededEntropy::new(42), InsecureTestHasher::new(1));
    let links = Links::to(LinkUrl::parse("https://www.yoursite.se/standard").unwrap());
    let accounts = Accounts::builder(machine, store.clone(), RecordingMailer::new(), keys(), links)
        .policy(PasswordPolicy::payway())
        .build()
        .unwrap();
    let admin = accounts.admin(Actor::parse("staff").unwrap());
    let id = admin.register(NewAccount::new(email("test@example.com"))).await.unwrap().id;
    let issued = admin.issue_code(id, Purpose::PasswordSet, &Default::default()).await.unwrap();

    let entropy = SeededEntropy::new(3);
    let callers = BearerKeys::default();
    let actor = Actor::parse("shop").unwrap();
    let drawn = BearerKeys::draw(&entropy, KeyId::parse("shop").unwrap(), actor, [SCOPE]).unwrap();
    callers.add(drawn.entry).unwrap();
    let (sender, mut events) = sink();
    let router = router(accounts, callers, Options::default().publishing(Events::new(clock, sender)));
    let body = json!({
        "id": id.to_string(), "confirmation_code": *issued.code.expose(), "new_password": "velvet anchor",
    });
    let request = Request::post(COMPLETE)
        .header("host", "app.example")
        .header("authorization", format!("Bearer {}", drawn.key.expose()))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();

    // The commit is the last call that is answered.
    witnessed.witnessed_by(move |seen| {
        if matches!(seen, Seen::Commit(_)) {
            store.set_silent(true);
        }
    });
    let answered = tokio::time::timeout(Duration::from_secs(60), router.oneshot(request)).await;
    assert_eq!(answered.expect("an answer").unwrap().status(), 200);
    let event = tokio::time::timeout(Duration::from_secs(60), events.recv()).await;
    let event = event.expect("an event").unwrap();
    assert_eq!(event.event, EventName::AccountPasswordResetComplete);
    assert_eq!((event.payload.account.id, event.payload.account.contact_email), (id.to_string(), None));
}
