//! Data Forest: the list of accounts.

use accountable_core::domain::{AccountId, SuspensionReason};
use accountable_http::profile::data_forest::Options;
use serde_json::json;

use crate::data_forest::{FIRST, LIST, call, three_classes};

#[tokio::test]
async fn the_list_names_every_account() {
    let world = three_classes();
    let new = world.register("new@example.com").await;
    let used = world.in_use("ada@example.com", FIRST).await;
    let suspended = world.in_use("bob@example.com", FIRST).await;
    world.admin().suspend(suspended, &SuspensionReason::parse("late").unwrap()).await.unwrap();
    let server = world.data_forest(Options::default()).await;
    let answer = call(&world, &server, LIST, "application/json", "{}").await;
    let content = |id: AccountId, email: &str, status: &str, disabled: bool| {
        json!({
            "id": id.to_base62(), "name": email, "principal": email, "status": status,
            "createdAt": "2026-11-21T12:00:00.000Z", "disabled": disabled,
        })
    };
    let mut listed = answer.json();
    let contents = listed["contents"].as_array_mut().unwrap();
    contents.sort_by_key(|content| content["principal"].as_str().unwrap().to_owned());
    assert_eq!(
        (answer.status, listed),
        (
            200,
            json!({ "success": true, "total": 3, "contents": [
                content(used, "ada@example.com", "RUNNING", false),
                content(suspended, "bob@example.com", "RUNNING", true),
                content(new, "new@example.com", "ACCEPTED", false),
            ]})
        )
    );

    let options = Options::default()
        .with_longest_list(2)
        .with_names(|account| account.attributes.memo.as_str().to_owned());
    let short = world.data_forest(options).await;
    let answer =
        call(&world, &short, LIST, "application/xml", "<GetAccountListRequest></GetAccountListRequest>")
            .await;
    assert!(
        answer.body.contains("<GetAccountListResponse><success>true</success><total>3</total><contents><id>")
    );
    assert_eq!(answer.body.matches("<contents>").count(), 2, "{answer:?}");
    assert!(answer.body.contains("<name/>") || answer.body.contains("<name></name>"), "{answer:?}");
    assert_eq!(call(&world, &server, LIST, "application/json", "{\"x\":1}").await.status, 400);
}

#[tokio::test]
async fn an_erased_account_is_not_listed() {
    let world = three_classes();
    let mut ids = Vec::new();
    for at in 0..6 {
        ids.push(world.register(&format!("person{at}@example.com")).await);
    }
    for id in &ids[..3] {
        world.admin().erase(*id).await.unwrap();
    }
    world.admin().close(ids[3]).await.unwrap();
    world.admin().suspend(ids[4], &SuspensionReason::parse("late").unwrap()).await.unwrap();
    for (longest, listed) in [(10_000, vec![ids[5], ids[4], ids[3]]), (2, vec![ids[5], ids[4]]), (0, vec![])]
    {
        let server = world.data_forest(Options::default().with_longest_list(longest)).await;
        let answer = call(&world, &server, LIST, "application/json", "{}").await.json();
        let contents = answer["contents"].as_array().unwrap();
        let found: Vec<_> = contents.iter().map(|content| content["id"].clone()).collect();
        let wanted: Vec<_> = listed.iter().map(|id| json!(id.to_base62())).collect();
        assert_eq!((&answer["total"], found), (&json!(3), wanted), "{longest}");
    }
}

#[tokio::test]
async fn what_one_answer_does_not_list_is_had_by_its_offset() {
    let world = three_classes();
    let mut ids = Vec::new();
    for at in 0..7 {
        ids.push(world.register(&format!("person{at}@example.com")).await);
    }
    world.admin().close(ids[0]).await.unwrap();
    world.admin().suspend(ids[1], &SuspensionReason::parse("late").unwrap()).await.unwrap();
    world.admin().erase(ids[2]).await.unwrap();
    // All came to be at one instant, hence in the order of their ids.
    ids[3..].sort();
    let listed: Vec<_> = [3, 4, 5, 6, 1, 0].map(|at| json!(ids[at].to_base62())).into();
    for longest in [1, 2, 3, 4, 6, 10] {
        let options = Options::default().with_longest_list(u32::try_from(longest).unwrap());
        let server = world.data_forest(options).await;
        for offset in 0..8 {
            let body = json!({ "offset": offset }).to_string();
            let answer = call(&world, &server, LIST, "application/json", &body).await.json();
            let contents = answer["contents"].as_array().unwrap();
            let found: Vec<_> = contents.iter().map(|content| content["id"].clone()).collect();
            let wanted: Vec<_> = listed.iter().skip(offset).take(longest).cloned().collect();
            assert_eq!((&answer["total"], found), (&json!(6), wanted), "{offset} {longest}");
        }
    }
    let server = world.data_forest(Options::default()).await;
    let xml = "<GetAccountListRequest><offset>5</offset></GetAccountListRequest>";
    let answer = call(&world, &server, LIST, "application/xml", xml).await;
    assert_eq!(answer.body.matches("<contents>").count(), 1, "{answer:?}");
    for (body, status) in [
        (r#"{"offset":9223372036854775807}"#, 200),
        (r#"{"offset":1.0}"#, 200),
        (r#"{"offset":-1}"#, 400),
        (r#"{"offset":1.5}"#, 400),
        (r#"{"offset":"1"}"#, 400),
        (r#"{"pageNo":1}"#, 400),
    ] {
        assert_eq!(call(&world, &server, LIST, "application/json", body).await.status, status, "{body}");
    }
}
