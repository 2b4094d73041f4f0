//! `POST /accounts/definition`, and reading what came of it.

use accountable_core::domain::{Actor, EventKind, Initiator};
use accountable_http::profile::webconnect::Options;
use serde_json::json;

use crate::{
    client::Call,
    world::{DEFINITION, World, one},
};

/// The body that the document's examples send.
const SAMPLE: &str = r#"{"mailAddress": "sample@example.com","passwordValidityPeriod": 0,"ipFilterGroupName": "ipFilterGroupName","memo": "memo"}"#;

#[tokio::test]
async fn the_documents_example_answers_201_its_location_and_the_documented_fields_in_their_order() {
    let world = World::new().await;
    world.define_groups().await;
    let answer = world.post(SAMPLE).await;
    let account = answer.account(201);
    let id = account["id"].as_str().unwrap();
    assert_eq!(
        answer.text,
        format!(
            r#"{{"id":"{id}","mailAddress":"sample@example.com","statusCode":0,"isVerifiedMailAddress":false,"passwordValidityPeriod":0,"ipFilterGroupName":"ipFilterGroupName","memo":"memo"}}"#
        )
    );
    assert_eq!(answer.header("location"), one(id));
    let read = world.call("GET", answer.header("location")).await;
    assert_eq!((read.status, read.text), (200, answer.text));
    assert_eq!(world.mailer.attempts().len(), 0, "registration mails nothing");
}

#[tokio::test]
async fn an_id_is_32_letters() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    assert!(id.len() == 32 && id.bytes().all(|c| c.is_ascii_lowercase()), "{id}");
}

#[tokio::test]
async fn what_is_absent_or_null_is_zero_null_and_empty() {
    let world = World::new().await;
    let bodies = [
        r#"{"mailAddress": "ada@example.com"}"#,
        r#"{"mailAddress": "bob@example.com", "passwordValidityPeriod": null, "ipFilterGroupName": null, "memo": null}"#,
    ];
    for body in bodies {
        let account = world.post(body).await.account(201);
        assert_eq!(account["passwordValidityPeriod"], 0);
        assert_eq!(account["ipFilterGroupName"], json!(null));
        assert_eq!(account["memo"], "");
    }
}

#[tokio::test]
async fn an_address_is_verified_once_its_owner_followed_a_mailed_link() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    let verified = async || world.call("GET", &one(&id)).await.account(200)["isVerifiedMailAddress"].clone();
    assert_eq!(verified().await, false);
    assert_eq!(world.request_set(&id).await.status, 204);
    assert_eq!(verified().await, false);
    world.choose_password("ada@example.com").await;
    assert_eq!(verified().await, true);
    assert_eq!(world.call("GET", &one(&id)).await.account(200)["statusCode"], 1);
}

#[tokio::test]
async fn strict_shows_an_address_as_verified_right_away_as_printed() {
    let world = World::with(Options::strict()).await;
    let account = world.post(r#"{"mailAddress": "sample@example.com"}"#).await.account(201);
    assert_eq!((&account["statusCode"], &account["isVerifiedMailAddress"]), (&json!(0), &json!(true)));
    let id = crate::world::account_id(account["id"].as_str().unwrap());
    assert!(
        !world.admin().account(id).await.unwrap().unwrap().email_proven,
        "what is stored is not loosened"
    );
}

#[tokio::test]
async fn a_period_is_0_or_30_to_365() {
    let world = World::new().await;
    let good = [("0", 0), ("-0", 0), ("30", 30), ("30.0", 30), ("3e1", 30), ("365", 365), ("36500e-2", 365)];
    for (at, (written, days)) in good.into_iter().enumerate() {
        let body =
            format!(r#"{{"mailAddress": "good{at}@example.com", "passwordValidityPeriod": {written}}}"#);
        let account = world.post(&body).await.account(201);
        assert_eq!(account["passwordValidityPeriod"], days, "{written}");
    }
    let before = world.journal().await;
    for (days, code) in [
        ("1", "bad_password_validity"),
        ("29", "bad_password_validity"),
        ("366", "bad_password_validity"),
        ("-1", "bad_password_validity"),
        ("-30", "bad_password_validity"),
        ("65566", "bad_password_validity"),
        ("9223372036854775807", "bad_password_validity"),
        ("9223372036854775808", "bad_password_validity"),
        ("30.5", "bad_password_validity"),
        ("30.00000000000000000001", "bad_password_validity"),
        ("-3e1", "bad_password_validity"),
        ("1e999999999", "bad_password_validity"),
        ("\"30\"", "wrong_type"),
        ("true", "wrong_type"),
        ("[30]", "wrong_type"),
    ] {
        let body = format!(r#"{{"mailAddress": "bad@example.com", "passwordValidityPeriod": {days}}}"#);
        let answer = world.post(&body).await;
        assert_eq!(answer.refused(), (400, code.to_owned()), "{days}");
        assert_eq!(answer.json()["field"], "passwordValidityPeriod");
    }
    assert_eq!(world.journal().await, before);
}

#[tokio::test]
async fn an_address_of_254_octets_is_accepted_and_of_255_and_256_refused_by_name() {
    let world = World::new().await;
    let label = "d".repeat(61);
    let of = |octets: usize| {
        let domain = format!("{label}.{label}.{label}.example");
        format!("{}@{domain}", "a".repeat(octets - domain.len() - 1))
    };
    for octets in [255, 256] {
        let address = of(octets);
        assert_eq!(address.len(), octets);
        let answer = world.post(&json!({ "mailAddress": address }).to_string()).await;
        assert_eq!(answer.refused(), (400, "bad_address".to_owned()));
        let body = answer.json();
        assert_eq!(body["field"], "mailAddress");
        assert!(body["detail"].as_str().unwrap().contains("more than 254 octets"), "{body}");
        assert!(!answer.text.contains(&address));
    }
    assert_eq!(world.post(&json!({ "mailAddress": of(254) }).to_string()).await.status, 201);
}

/// Carriers in Japan gave out such mailboxes; they are mailed within quotes.
#[tokio::test]
async fn an_address_with_dots_that_the_grammar_forbids_is_registered_as_it_was_typed() {
    let world = World::new().await;
    for address in ["a..b@example.com", "a.@example.com"] {
        let account = world.post(&json!({ "mailAddress": address }).to_string()).await.account(201);
        assert_eq!(account["mailAddress"], address);
    }
}

#[tokio::test]
async fn a_group_must_exist_and_may_have_digits_unless_strict() {
    let body =
        |group: &str| json!({ "mailAddress": "ada@example.com", "ipFilterGroupName": group }).to_string();
    for (options, digits) in [(Options::default(), 201), (Options::strict(), 400)] {
        let world = World::with(options).await;
        let answer = world.post(&body("office")).await;
        assert_eq!(answer.refused(), (422, "unknown_ip_filter_group".to_owned()));
        world.define_groups().await;
        for bad in ["", "a b", "group_1", "grüppe", &"g".repeat(33)] {
            let answer = world.post(&body(bad)).await;
            assert_eq!(answer.refused(), (400, "bad_ip_filter_group_name".to_owned()), "{bad:?}");
        }
        assert_eq!(world.post(&body("group1")).await.status, digits);
    }
}

#[tokio::test]
async fn a_memo_has_256_characters_whatever_their_octets() {
    let world = World::new().await;
    let body =
        |count: usize| json!({ "mailAddress": "ada@example.com", "memo": "😀".repeat(count) }).to_string();
    assert_eq!(world.post(&body(257)).await.refused(), (400, "bad_memo".to_owned()));
    let account = world.post(&body(256)).await.account(201);
    assert_eq!(account["memo"], "😀".repeat(256));
}

#[tokio::test]
async fn an_address_is_unique_whatever_its_case() {
    let world = World::new().await;
    world.register("ada@example.com").await;
    let before = world.journal().await;
    for again in ["ada@example.com", "ADA@Example.COM"] {
        let answer = world.post(&json!({ "mailAddress": again }).to_string()).await;
        assert_eq!(answer.refused(), (409, "email_taken".to_owned()));
    }
    assert_eq!(world.journal().await, before);
}

#[tokio::test]
async fn one_registration_beyond_the_limit_is_refused_and_deleting_makes_room() {
    let world = World::with(Options::default().with_limit(2)).await;
    let first = world.register("a@example.com").await;
    world.register("b@example.com").await;
    let before = world.journal().await;
    let answer = world.post(r#"{"mailAddress": "c@example.com"}"#).await;
    assert_eq!(answer.refused(), (409, "account_limit_reached".to_owned()));
    assert_eq!(answer.json()["limit"], 2);
    assert_eq!(world.journal().await, before);
    assert_eq!(world.call("DELETE", &one(&first)).await.status, 204);
    world.register("c@example.com").await;
}

#[tokio::test]
async fn an_event_names_its_caller_and_no_address() {
    let world = World::new().await;
    world.register("ada@example.com").await;
    let journal = world.journal().await;
    assert_eq!(journal.len(), 1);
    assert_eq!(journal[0].by, Initiator::Administrator(Actor::parse("billing").unwrap()));
    assert_eq!(journal[0].what, EventKind::Registered);
    assert!(!serde_json::to_string(&journal).unwrap().contains("ada"));
}

#[tokio::test]
async fn the_location_is_a_path_as_the_caller_knows_it() {
    let nested = |router| axum::Router::new().nest("/tenants/a", router);
    let world = World::built(Options::default(), |builder| builder, nested).await;
    let path = format!("/tenants/a{DEFINITION}");
    let answer = world.call_with("POST", &path, r#"{"mailAddress": "ada@example.com"}"#).await;
    let id = answer.account(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), format!("{path}/{id}"));
    assert_eq!(world.call("GET", answer.header("location")).await.status, 200);

    let world = World::with(Options::default().with_base("").unwrap()).await;
    let answer =
        world.call_with("POST", "/accounts/definition", r#"{"mailAddress": "ada@example.com"}"#).await;
    assert!(answer.header("location").starts_with("/accounts/definition/"), "{answer:?}");
}

#[tokio::test]
async fn who_has_the_account_as_it_is_gets_304_without_a_body() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    let get = |path: String, tag: &str| {
        world.send(Call::new("GET", path).key(&world.key).header("if-none-match", tag))
    };
    for known in ["*", "\"1\"", "W/\"1\"", "\"x\", \"7\",\"1\""] {
        let answer = get(one(&id), known).await;
        assert_eq!((answer.status, answer.text.as_str()), (304, ""), "{known}");
        assert_eq!((answer.header("etag"), answer.header("content-type")), ("\"1\"", ""), "{known}");
    }
    for other in ["\"2\"", "W/\"0\"", "\"x\"", ""] {
        assert_eq!(get(one(&id), other).await.account(200)["id"], id, "{other}");
    }
    assert_eq!(get(one(&id), "1").await.refused(), (400, "bad_if_none_match".to_owned()));
    assert_eq!(get(one(&"a".repeat(32)), "*").await.status, 404, "what is not there is in nobody's hands");
    let stranger = Call::new("GET", one(&id)).key("wrong").header("if-none-match", "*");
    assert_eq!(world.send(stranger).await.status, 401);
    world.put(&id, r#"{"memo": "changed"}"#).await.account(200);
    assert_eq!(get(one(&id), "\"1\"").await.account(200)["memo"], "changed");
}

#[tokio::test]
async fn a_byte_order_mark_before_the_body_is_passed_over() {
    let world = World::new().await;
    let account = world.post("\u{feff}{\"mailAddress\": \"ada@example.com\"}").await.account(201);
    assert_eq!(account["mailAddress"], "ada@example.com");
}
