//! Payway: codes, from the mail or for a trusted back end, and what redeems them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use accountable_core::{
    Authentication,
    domain::{EventKind, PasswordPolicy, Span},
};
use accountable_http::profile::payway::{Events, Options};
use accountable_sqlite::Veto;
use serde_json::{Value, json};

use crate::{
    payway::{COMPLETE, CREATE, CUSTOM, FIRST, PLAIN, custom, error, send, world},
    world::{BACK, Bearers, Server, World, in_query, sink},
};

fn completing(id: &str, code: &str, new: &str) -> Value {
    json!({ "id": id, "confirmation_code": code, "new_password": new })
}

/// A code, as a trusted caller gets it.
pub(crate) async fn created(server: &Server, bearers: &Bearers, address: &str) -> (String, String) {
    let answer = send(server, &bearers.trusted, CREATE, &json!({ "email": address })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let item = &answer.json()["item"];
    let text = |name: &str| item[name].as_str().unwrap().to_owned();
    (text("account_id"), text("confirmation_code"))
}

#[tokio::test]
async fn the_mailed_link_leads_to_the_page_asked_for_and_completes() {
    let world = world();
    let account = world.in_use("test@example.com", FIRST).await;
    let (sender, mut events) = sink();
    let options = Options::default().publishing(Events::new(world.clock.clone(), sender));
    let (server, bearers) = world.payway(options).await;
    let mut body = custom("Test@example.com");
    body["reset_password_url"] = json!("https://www.yoursite.se/themed?theme=dark");
    body["return_url"] = json!(format!("{BACK}/a?b=1&c=2"));
    assert_eq!(send(&server, &bearers.plain, CUSTOM, &body).await.status, 200);

    let link = world.mailed_link("test@example.com").await.unwrap();
    let names: Vec<_> = link.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["theme", "id", "confirmation_code", "return_url"]);
    assert_eq!(in_query(&link, "return_url"), format!("{BACK}/a?b=1&c=2"));
    assert!(!link.query().unwrap().contains("return_url=https://"), "percent-encoded: {link}");
    let (id, code) = (in_query(&link, "id"), in_query(&link, "confirmation_code"));
    assert_eq!((id.as_str(), code.len()), (account.to_string().as_str(), 43));

    let answer = send(&server, &bearers.plain, COMPLETE, &completing(&id, &code, "velvet anchor")).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "id": id })));
    assert!(matches!(
        world.log_in("test@example.com", "velvet anchor").await,
        Authentication::Granted { .. }
    ));
    assert!(matches!(world.log_in("test@example.com", FIRST).await, Authentication::Denied(_)));
    assert_eq!(
        serde_json::to_value(events.recv().await.unwrap()).unwrap(),
        json!({
            "event": "account_password_reset_complete",
            "timestamp": "2026-11-21T12:00:00.000Z",
            "payload": { "account": { "id": id, "contact_email": "test@example.com" }, "event_data": {} },
        })
    );
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn a_trusted_caller_is_given_a_code_and_nothing_is_mailed() {
    let world = world();
    let used = world.in_use("test@example.com", FIRST).await;
    let new = world.register("new@example.com").await;
    let mailed = world.mailer.count();
    let (server, bearers) = world.payway(Options::default()).await;
    for (address, account) in [("test@example.com", used), ("new@example.com", new)] {
        let (id, code) = created(&server, &bearers, address).await;
        assert_eq!(id, account.to_string());
        assert_eq!(created(&server, &bearers, address).await, (id.clone(), code.clone()), "while it lives");
        let body = completing(&id, &code, "velvet anchor");
        assert_eq!(send(&server, &bearers.plain, COMPLETE, &body).await.status, 200);
    }
    // Any form of the id is taken, and answered in the profile's own.
    let (_, code) = created(&server, &bearers, "test@example.com").await;
    let body = completing(&used.to_base62(), &code, "dune quartz");
    assert_eq!(send(&server, &bearers.plain, COMPLETE, &body).await.json()["id"], used.to_string());
    let (journal, _) = world.trace().await;
    let issued = journal.iter().filter(|event| matches!(event.what, EventKind::CodeIssued { .. }));
    assert!(issued.count() >= 3);
    assert!(world.mailer.letters().iter().skip(mailed).all(|letter| letter.link().is_none()));

    let nobody = send(&server, &bearers.trusted, CREATE, &json!({ "email": "nobody@example.com" })).await;
    assert_eq!(error(&nobody), (404, json!("not_found"), json!("contact_email")));
    world.admin().close(used).await.unwrap();
    let closed = send(&server, &bearers.trusted, CREATE, &json!({ "email": "test@example.com" })).await;
    assert_eq!(error(&closed), (404, json!("not_found"), json!("contact_email")));
}

#[tokio::test]
async fn a_new_password_has_6_to_1024_characters() {
    let world = world();
    world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(Options::default()).await;
    let of = |length: usize| "ä1".chars().cycle().take(length).collect::<String>();
    for (length, status) in [(0, 400), (5, 400), (1_025, 400), (6, 200), (1_024, 200)] {
        let (id, code) = created(&server, &bearers, "test@example.com").await;
        let answer = send(&server, &bearers.plain, COMPLETE, &completing(&id, &code, &of(length))).await;
        assert_eq!(answer.status, status, "{length} {answer:?}");
        if status == 400 {
            assert_eq!(
                answer.json(),
                json!({
                    "code": "invalid_parameter", "field": "new_password",
                    "message": "Parameter must have 6 to 1024 characters",
                })
            );
        }
    }
    let (id, code) = created(&server, &bearers, "test@example.com").await;
    for new in ["secret\u{7}word", &of(1_024)] {
        let answer = send(&server, &bearers.plain, COMPLETE, &completing(&id, &code, new)).await;
        assert_eq!(error(&answer), (400, json!("invalid_parameter"), json!("new_password")));
        assert!(!answer.body.contains("secret"), "{answer:?}");
    }
    let body = completing(&id, &code, "velvet anchor");
    assert_eq!(
        send(&server, &bearers.plain, COMPLETE, &body).await.status,
        200,
        "no refusal consumed the code"
    );
}

#[tokio::test]
async fn a_repeat_mails_the_same_code_and_the_most_recent_works() {
    let world = world();
    world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(Options::default()).await;
    let mut codes = Vec::new();
    for _ in 0..2 {
        assert_eq!(send(&server, &bearers.plain, CUSTOM, &custom("test@example.com")).await.status, 200);
        codes.push(world.mailed_link("test@example.com").await.unwrap());
        world.clock.advance(Span::minutes(10));
    }
    assert_eq!(in_query(&codes[0], "confirmation_code"), in_query(&codes[1], "confirmation_code"));
    let (id, code) = (in_query(&codes[1], "id"), in_query(&codes[1], "confirmation_code"));
    let body = completing(&id, &code, "velvet anchor");
    assert_eq!(send(&server, &bearers.plain, COMPLETE, &body).await.status, 200);
}

#[tokio::test]
async fn every_dead_code_is_the_same_404() {
    let world = World::new(PasswordPolicy::payway());
    let ada = world.in_use("ada@example.com", FIRST).await.to_string();
    let bob = world.in_use("bob@example.com", FIRST).await.to_string();
    let (server, bearers) = world.payway(Options::default()).await;
    let (_, used) = created(&server, &bearers, "ada@example.com").await;
    let body = completing(&ada, &used, "velvet anchor");
    assert_eq!(send(&server, &bearers.plain, COMPLETE, &body).await.status, 200);
    let (_, live) = created(&server, &bearers, "ada@example.com").await;
    let before = world.trace().await;

    let nobody = "a".repeat(32);
    let never = "A".repeat(43);
    let mut answers = Vec::new();
    for (id, code) in [
        (&*ada, &*used),
        (&bob, &live),
        (&nobody, &live),
        (&ada, &never),
        (&ada, ""),
        (&ada, "null"),
        (&ada, "123456"),
        ("", &live),
        ("account_id", &live),
        ("50f3ac249f6aef294d000007", "fd49ed16-d6ef-4271-a8e8-278215ab79bd"),
    ] {
        answers.push(send(&server, &bearers.plain, COMPLETE, &completing(id, code, "x")).await);
        answers.push(send(&server, &bearers.plain, COMPLETE, &completing(id, code, "dune quartz")).await);
    }
    world.clock.advance(Span::hours(1));
    answers.push(send(&server, &bearers.plain, COMPLETE, &completing(&ada, &live, "dune quartz")).await);
    assert_eq!(error(&answers[0]), (404, json!("not_found"), json!(null)));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(world.trace().await, before);
}

#[tokio::test]
async fn a_hosts_veto_is_a_conflict() {
    let vetoes = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&vetoes);
    let store = accountable_sqlite::Options::default().with_companion(move |_, _| {
        if asked.load(Ordering::SeqCst) { Err(Veto::new("full_house")) } else { Ok(()) }
    });
    let world = World::on(&store, PasswordPolicy::payway(), |mailer, _| mailer.clone(), |builder, _| builder);
    let id = world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(Options::default()).await;
    let (_, code) = created(&server, &bearers, "test@example.com").await;
    world.clock.advance(Span::minutes(20));
    vetoes.store(true, Ordering::SeqCst);
    let email = json!({ "email": "test@example.com" });
    let completing =
        json!({ "id": id.to_string(), "confirmation_code": code, "new_password": "velvet anchor" });
    for (path, body) in
        [(CUSTOM, &custom("test@example.com")), (PLAIN, &email), (CREATE, &email), (COMPLETE, &completing)]
    {
        let answer = send(&server, &bearers.trusted, path, body).await;
        assert_eq!(error(&answer), (409, json!("vetoed"), json!(null)), "{path}");
    }
}
