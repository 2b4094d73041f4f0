//! `PUT /accounts/definition/{id}`.

use accountable_core::domain::{Message, Notice};
use accountable_http::profile::webconnect::Options;
use serde_json::json;

use crate::{
    client::Call,
    world::{World, account_id, email, one},
};

#[tokio::test]
async fn what_is_absent_stays_and_what_is_named_changes_at_once() {
    let world = World::new().await;
    world.define_groups().await;
    let id = world.register("ada@example.com").await;
    let all = json!({ "passwordValidityPeriod": 30, "ipFilterGroupName": "group1", "memo": "first" });
    let account = world.put(&id, &all.to_string()).await.account(200);
    assert_eq!(
        (&account["passwordValidityPeriod"], &account["ipFilterGroupName"]),
        (&json!(30), &json!("group1"))
    );
    let version = world.admin().account(account_id(&id)).await.unwrap().unwrap().version;
    assert_eq!(version.as_u64(), 2, "one change");

    let account = world.put(&id, r#"{"memo": ""}"#).await.account(200);
    assert_eq!(account["memo"], "");
    assert_eq!(
        (&account["passwordValidityPeriod"], &account["ipFilterGroupName"]),
        (&json!(30), &json!("group1"))
    );

    let account = world.put(&id, r#"{"ipFilterGroupName": ""}"#).await.account(200);
    assert_eq!(
        (&account["ipFilterGroupName"], &account["passwordValidityPeriod"]),
        (&json!(null), &json!(30))
    );

    let before = world.journal().await;
    assert_eq!(world.put(&id, "{}").await.account(200), account);
    assert_eq!(world.journal().await, before, "nothing to change, nothing written");
}

#[tokio::test]
async fn null_is_refused_and_nothing_of_the_change_happens() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    let before = world.journal().await;
    for field in ["mailAddress", "passwordValidityPeriod", "ipFilterGroupName", "memo"] {
        let other = if field == "memo" { "passwordValidityPeriod" } else { "memo" };
        let value = if field == "memo" { json!(30) } else { json!("changed") };
        let answer = world.put(&id, &json!({ field: null, other: value }).to_string()).await;
        assert_eq!(answer.refused(), (400, "wrong_type".to_owned()), "{field}");
        assert_eq!(answer.json()["field"], field);
    }
    assert_eq!(world.journal().await, before);
}

#[tokio::test]
async fn a_period_is_a_number_or_a_text_of_digits() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    for (written, days) in [("30", 30), ("\"31\"", 31), ("36.0", 36), ("3.65e2", 365), ("\"0\"", 0)] {
        let account =
            world.put(&id, &format!(r#"{{"passwordValidityPeriod": {written}}}"#)).await.account(200);
        assert_eq!(account["passwordValidityPeriod"], days, "{written}");
    }
    let before = world.journal().await;
    for (written, code) in [
        ("29", "bad_password_validity"),
        ("\"366\"", "bad_password_validity"),
        ("\"-1\"", "bad_password_validity"),
        ("\"030\"", "wrong_type"),
        ("\" 30\"", "wrong_type"),
        ("\"30.5\"", "wrong_type"),
        ("\"\"", "wrong_type"),
        ("\"30.0\"", "wrong_type"),
        ("\"3e1\"", "wrong_type"),
        ("30.5", "bad_password_validity"),
        ("1e999999999", "bad_password_validity"),
        ("\"٣٠\"", "wrong_type"),
    ] {
        let answer = world.put(&id, &format!(r#"{{"passwordValidityPeriod": {written}}}"#)).await;
        assert_eq!(answer.refused(), (400, code.to_owned()), "{written}");
    }
    assert_eq!(world.journal().await, before);
}

#[tokio::test]
async fn a_new_address_resets_the_password_and_the_old_address_is_told() {
    let world = World::new().await;
    let id = world.in_use("ada@example.com").await;
    let account = world.put(&id, r#"{"mailAddress": "ada@example.org", "memo": "moved"}"#).await.account(200);
    assert_eq!(account["mailAddress"], "ada@example.org");
    assert_eq!((&account["statusCode"], &account["isVerifiedMailAddress"]), (&json!(3), &json!(false)));
    assert_eq!(account["memo"], "moved");
    assert!(world.admin().account(account_id(&id)).await.unwrap().unwrap().password.is_none());

    let _ = world.accounts.sweep(100).await.unwrap();
    let told = world.mailer.last_to(&email("ada@example.com")).unwrap();
    assert!(matches!(told.message, Message::Notice(Notice::EmailReplaced)), "{told:?}");

    // And the new address may have its first password mailed, which puts the account in use again.
    assert_eq!(world.request_set(&id).await.status, 204);
    world.choose_password("ada@example.org").await;
    assert_eq!(world.call("GET", &one(&id)).await.account(200)["statusCode"], 1);
}

#[tokio::test]
async fn a_new_account_with_another_address_stays_new() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    let account = world.put(&id, r#"{"mailAddress": "ada@example.org"}"#).await.account(200);
    assert_eq!(account["statusCode"], 0);
}

#[tokio::test]
async fn the_same_address_keeps_the_password() {
    let world = World::new().await;
    let id = world.in_use("ada@example.com").await;
    for same in ["ada@example.com", "Ada@Example.com"] {
        let account = world.put(&id, &json!({ "mailAddress": same }).to_string()).await.account(200);
        assert_eq!(account["statusCode"], 1, "{same}");
    }
    assert!(world.admin().account(account_id(&id)).await.unwrap().unwrap().password.is_some());
}

#[tokio::test]
async fn a_change_that_can_not_be_made_is_not_made_in_part() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    world.register("bob@example.com").await;
    let before = world.journal().await;
    for (body, refused) in [
        (r#"{"memo": "x", "mailAddress": "bob@example.com"}"#, (409, "email_taken")),
        (r#"{"memo": "x", "ipFilterGroupName": "nowhere"}"#, (422, "unknown_ip_filter_group")),
        (r#"{"memo": "x", "mailAddress": ""}"#, (400, "bad_address")),
        (r#"{"memo": "x", "statusCode": 1}"#, (400, "read_only_field")),
        (r#"{"memo": "x", "id": "y"}"#, (400, "read_only_field")),
        (r#"{"memo": "x", "StatusCode": 0}"#, (400, "unknown_field")),
        (r#"{"memo": "x", "memo": "y"}"#, (400, "duplicate_field")),
    ] {
        let (status, code) = refused;
        assert_eq!(world.put(&id, body).await.refused(), (status, code.to_owned()), "{body}");
    }
    assert_eq!(world.journal().await, before);
}

#[tokio::test]
async fn what_was_answered_may_be_sent_back_and_changes_nothing() {
    for options in [Options::default(), Options::strict()] {
        let world = World::with(options).await;
        world.define_groups().await;
        let [bare, full] = [world.register("ada@example.com").await, world.in_use("Bob@example.com").await];
        let all =
            json!({ "passwordValidityPeriod": 30, "ipFilterGroupName": "ipFilterGroupName", "memo": "é" });
        world.put(&full, &all.to_string()).await.account(200);
        for id in [bare, full] {
            let read = world.call("GET", &one(&id)).await;
            let before = world.journal().await;
            let answer = world.put(&id, &read.text).await;
            assert_eq!((answer.status, &answer.text), (200, &read.text));
            assert_eq!(answer.header("etag"), read.header("etag"));
            assert_eq!(world.journal().await, before, "nothing to change, nothing written");

            // And with one thing changed, as a form does it.
            let mut account = read.json();
            account["memo"] = json!("changed");
            assert_eq!(world.put(&id, &account.to_string()).await.account(200), account);
            let status = account["statusCode"].as_u64().unwrap();
            let body = format!(r#"{{"statusCode": {status}.0, "memo": "again"}}"#);
            assert_eq!(world.put(&id, &body).await.account(200)["memo"], "again");
        }
    }
}

#[tokio::test]
async fn what_only_answers_have_is_refused_by_name_where_it_says_something_else() {
    let world = World::new().await;
    world.define_groups().await;
    let id = world.register("ada@example.com").await;
    let other = world.register("bob@example.com").await;
    world.put(&id, r#"{"ipFilterGroupName": "group1"}"#).await.account(200);
    let account = world.call("GET", &one(&id)).await.account(200);
    let before = world.journal().await;
    for (field, value, code) in [
        ("id", json!(other), "read_only_field"),
        ("id", json!(id.to_uppercase()), "read_only_field"),
        ("statusCode", json!(1), "read_only_field"),
        ("statusCode", json!(256), "read_only_field"),
        ("statusCode", json!(-1), "read_only_field"),
        ("isVerifiedMailAddress", json!(true), "read_only_field"),
        ("id", json!(null), "wrong_type"),
        ("statusCode", json!("0"), "wrong_type"),
        ("statusCode", json!(0.5), "not_an_integer"),
        ("isVerifiedMailAddress", json!(0), "wrong_type"),
        ("isVerifiedMailAddress", json!("false"), "wrong_type"),
        // There is a group, so null is not what is so.
        ("ipFilterGroupName", json!(null), "wrong_type"),
    ] {
        let mut body = account.clone();
        body["memo"] = json!("changed");
        body[field] = value.clone();
        let answer = world.put(&id, &body.to_string()).await;
        assert_eq!(answer.refused(), (400, code.to_owned()), "{field} {value}");
        assert_eq!(answer.json()["field"], field, "{value}");
    }
    for field in ["id", "statusCode", "isVerifiedMailAddress"] {
        let body = json!({ "mailAddress": "eve@example.com", field: account[field] }).to_string();
        assert_eq!(world.post(&body).await.refused(), (400, "unknown_field".to_owned()), "{field}");
    }
    assert_eq!(world.journal().await, before);
}

#[tokio::test]
async fn an_answer_that_was_overtaken_can_not_be_sent_back() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    let read = world.call("GET", &one(&id)).await;
    assert_eq!(world.request_set(&id).await.status, 204);
    world.choose_password("ada@example.com").await;
    let put = |tag: Option<&str>| {
        let call = Call::new("PUT", one(&id)).key(&world.key).json(read.text.clone());
        world.send(tag.iter().fold(call, |call, tag| call.header("if-match", *tag)))
    };
    assert_eq!(put(None).await.refused(), (400, "read_only_field".to_owned()));
    // Who says which version it knows is told that it was overtaken.
    assert_eq!(put(Some(read.header("etag"))).await.refused(), (412, "version_mismatch".to_owned()));
}

#[tokio::test]
async fn a_version_that_was_overtaken_is_refused_and_nothing_is_lost() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    let put = |tag: &str, memo: &str| {
        let call = Call::new("PUT", one(&id)).key(&world.key).json(json!({ "memo": memo }).to_string());
        world.send(call.header("if-match", tag))
    };
    let read = world.call("GET", &one(&id)).await;
    assert_eq!(read.header("etag"), "\"1\"");
    let changed = put("\"1\"", "one").await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""));
    for overtaken in ["\"1\"", "W/\"2\"", "\"x\"", "\"1\", \"3\"", "\"\""] {
        let answer = put(overtaken, "lost").await;
        assert_eq!(answer.refused(), (412, "version_mismatch".to_owned()), "{overtaken}");
    }
    assert_eq!(put("2", "lost").await.refused(), (400, "bad_if_match".to_owned()));
    assert_eq!(world.call("GET", &one(&id)).await.account(200)["memo"], "one");
    assert_eq!(put("\"1\", \"2\"", "two").await.header("etag"), "\"3\"");
    assert_eq!(put("*", "three").await.status, 200);
}

#[tokio::test]
async fn an_account_that_the_caller_has_already_is_not_changed_if_it_says_so() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    let put = |tag: &str| {
        let call = Call::new("PUT", one(&id)).key(&world.key).json(r#"{"memo": "changed"}"#);
        world.send(call.header("if-none-match", tag))
    };
    let before = world.journal().await;
    for there in ["*", "\"1\"", "W/\"1\"", "\"7\", \"1\""] {
        assert_eq!(put(there).await.refused(), (412, "precondition_failed".to_owned()), "{there}");
    }
    assert_eq!(put("1").await.refused(), (400, "bad_if_none_match".to_owned()));
    assert_eq!(world.journal().await, before);
    assert_eq!(put("\"7\"").await.header("etag"), "\"2\"");
    let unknown = Call::new("PUT", one(&"a".repeat(32))).key(&world.key).json("{}");
    assert_eq!(world.send(unknown.header("if-none-match", "*")).await.status, 404);
    let deleted = Call::new("DELETE", one(&id)).key(&world.key).header("if-none-match", "*");
    assert_eq!(world.send(deleted).await.refused(), (400, "if_none_match_not_supported".to_owned()));
}
