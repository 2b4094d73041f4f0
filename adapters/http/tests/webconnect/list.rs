//! `GET /accounts/definition`.

use accountable_core::{
    Import, NewAccount,
    domain::{Span, SuspensionReason},
};
use accountable_http::profile::webconnect::Options;
use accountable_memory::Calls;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::world::{DEFINITION, World, account_id, email, one};

async fn page(world: &World, start: usize, most: usize) -> Value {
    let path = format!("{DEFINITION}?startIndex={start}&maxResults={most}");
    world.call("GET", &path).await.account(200)
}

fn ids(page: &Value) -> Vec<String> {
    let accounts = page["accounts"].as_array().unwrap();
    assert_eq!(page["fetchSize"], accounts.len());
    accounts.iter().map(|account| account["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_documented_page_has_its_members_and_the_accounts_theirs() {
    let world = World::new().await;
    let id = world.register("sample@example.com").await;
    let answer = world.call("GET", &format!("{DEFINITION}?startIndex=0&maxResults=30")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.text,
        format!(
            r#"{{"limit":10000,"totalSize":1,"fetchSize":1,"startIndex":0,"maxResults":30,"accounts":[{{"id":"{id}","mailAddress":"sample@example.com","statusCode":0,"isVerifiedMailAddress":false,"passwordValidityPeriod":0,"ipFilterGroupName":null,"memo":""}}]}}"#
        )
    );
    assert_eq!(world.call("GET", DEFINITION).await.text, answer.text, "0 and 30 are the defaults");
}

#[tokio::test]
async fn every_window_is_what_stands_at_its_places() {
    let world = World::with(Options::default().with_limit(500)).await;
    let mut open = Vec::new();
    for at in 0..12 {
        let id = world.register(&format!("a{at}@example.com")).await;
        world.clock.advance(Span::seconds(1));
        match at % 4 {
            1 => {
                let reason = SuspensionReason::parse("unpaid").unwrap();
                world.admin().suspend(account_id(&id), &reason).await.unwrap();
                open.push(id);
            }
            2 => assert_eq!(world.call("DELETE", &one(&id)).await.status, 204),
            3 => world.admin().erase(account_id(&id)).await.unwrap(),
            _ => open.push(id),
        }
    }
    assert_eq!(open.len(), 6);
    for start in 0..8 {
        for most in 1..8 {
            let page = page(&world, start, most).await;
            let expected: Vec<_> = open.iter().skip(start).take(most).cloned().collect();
            assert_eq!(ids(&page), expected, "from {start}, at most {most}");
            assert_eq!((&page["totalSize"], &page["limit"]), (&json!(6), &json!(500)));
            assert_eq!((&page["startIndex"], &page["maxResults"]), (&json!(start), &json!(most)));
        }
    }
}

#[tokio::test]
async fn a_window_deep_in_a_long_list_is_found_across_pages() {
    let world = World::new().await;
    let imports = (0..2_050).map(|at| Import::new(NewAccount::new(email(&format!("a{at}@example.com")))));
    let imported = world.admin().import_many(stream::iter(imports.collect::<Vec<_>>()));
    let mut all: Vec<_> = imported.map(|account| account.unwrap().id.to_string()).collect().await;
    all.sort();
    for (start, most) in [(0, 1_000), (998, 4), (1_000, 1), (1_999, 3), (2_040, 30), (2_049, 1)] {
        world.store.reset();
        let page = page(&world, start, most).await;
        let expected: Vec<_> = all.iter().skip(start).take(most).cloned().collect();
        assert_eq!(ids(&page), expected, "from {start}, at most {most}");

        // Of what stands before the window, names are read and nothing else; of the window, all records at once.
        let passed_over = u64::try_from(start.div_ceil(1_000)).unwrap();
        let cost = Calls { counts: 1, account_ids: passed_over, accounts: 1, loads: 1, ..Calls::default() };
        assert_eq!(world.store.calls(), cost, "from {start}, at most {most}");
    }
}

#[tokio::test]
async fn a_window_beyond_the_end_is_empty_however_far() {
    let world = World::new().await;
    world.register("ada@example.com").await;
    for start in ["1", "10000", "9223372036854775807"] {
        let page = world.call("GET", &format!("{DEFINITION}?startIndex={start}")).await.account(200);
        assert_eq!((&page["fetchSize"], &page["totalSize"]), (&json!(0), &json!(1)));
    }
}

#[tokio::test]
async fn a_window_that_is_none_is_refused_by_name() {
    let world = World::new().await;
    for (query, code) in [
        ("startIndex=-1", "bad_start_index"),
        ("maxResults=0", "bad_max_results"),
        ("maxResults=-1", "bad_max_results"),
        ("maxResults=1001", "bad_max_results"),
        ("maxResults=9223372036854775807", "bad_max_results"),
        ("startIndex=", "wrong_type"),
        ("startIndex=1.5", "wrong_type"),
        ("startIndex=9223372036854775808", "wrong_type"),
        ("maxResults=٣", "wrong_type"),
        ("maxResults=1&maxResults=2", "duplicate_field"),
        ("startindex=0", "unknown_field"),
        ("startIndex=%FF", "malformed_body"),
    ] {
        let path = format!("{DEFINITION}?{}", query.replace('٣', "%D9%A3"));
        assert_eq!(world.call("GET", &path).await.refused(), (400, code.to_owned()), "{query}");
    }
    assert_eq!(page(&world, 0, 1_000).await["fetchSize"], 0);
}
