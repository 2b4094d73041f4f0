//! `DELETE /accounts/definition/{id}`.

use std::sync::{Arc, Mutex};

use accountable_core::{
    domain::{AccountId, Span},
    port::{ErasureVeto, Source},
};
use accountable_http::profile::webconnect::Options;
use async_trait::async_trait;

use crate::{
    client::Call,
    world::{DEFINITION, World, account_id, one},
};

#[tokio::test]
async fn a_deleted_account_is_gone_and_its_address_stays_taken_through_the_grace() {
    let world = World::new().await;
    let id = world.in_use("ada@example.com").await;
    let answer = world.call("DELETE", &one(&id)).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(world.call("GET", &one(&id)).await.refused(), (404, "no_such_account".to_owned()));
    assert_eq!(world.call("GET", DEFINITION).await.json()["totalSize"], 0);
    for (method, path) in [("PUT", one(&id)), ("POST", crate::world::SET_REQUEST.to_owned())] {
        let body = if method == "PUT" {
            "{\"memo\": \"x\"}".to_owned()
        } else {
            format!("{{\"accountId\": \"{id}\"}}")
        };
        let answer = world.call_with(method, &path, &body).await;
        assert_eq!(answer.refused(), (409, "account_closed".to_owned()), "{path}");
    }
    let again = r#"{"mailAddress": "ada@example.com"}"#;
    assert_eq!(world.post(again).await.refused(), (409, "email_taken".to_owned()));
    assert_eq!(world.call("DELETE", &one(&id)).await.status, 204, "deleting is idempotent");

    // A mistake can be undone through another door.
    world.admin().reopen(account_id(&id)).await.unwrap();
    assert_eq!(world.call("GET", &one(&id)).await.account(200)["statusCode"], 1);

    assert_eq!(world.call("DELETE", &one(&id)).await.status, 204);
    world.clock.advance(Span::days(31));
    for _ in 0..3 {
        let _ = world.accounts.sweep(100).await.unwrap();
    }
    assert_eq!(world.post(again).await.status, 201);
}

#[tokio::test]
async fn strict_erases_at_once_and_the_address_is_free() {
    let world = World::with(Options::strict()).await;
    let id = world.in_use("ada@example.com").await;
    assert_eq!(world.call("DELETE", &one(&id)).await.status, 204);
    assert_eq!(world.call("GET", &one(&id)).await.status, 404);
    assert_eq!(world.call("DELETE", &one(&id)).await.status, 204);
    assert_eq!(world.put(&id, "{}").await.refused(), (404, "no_such_account".to_owned()));
    assert_eq!(world.post(r#"{"mailAddress": "ada@example.com"}"#).await.status, 201);
}

/// What still points to accounts.
#[derive(Clone, Default)]
struct Orders(Arc<Mutex<Vec<AccountId>>>);

#[async_trait]
impl ErasureVeto for Orders {
    async fn veto(&self, account: AccountId) -> Result<Option<String>, Source> {
        Ok(self.0.lock().unwrap().contains(&account).then(|| "open_orders".to_owned()))
    }
}

#[tokio::test]
async fn what_still_points_to_an_account_keeps_it() {
    let orders = Orders::default();
    let by_profile = World::with(Options::default().with_deletion_veto(orders.clone())).await;
    let by_core = orders.clone();
    let by_core =
        World::built(Options::strict(), |builder| builder.erasure_veto(by_core), |router| router).await;
    for world in [by_profile, by_core] {
        let id = world.register("ada@example.com").await;
        orders.0.lock().unwrap().push(account_id(&id));
        let before = world.journal().await;
        let answer = world.call("DELETE", &one(&id)).await;
        assert_eq!(answer.refused(), (409, "vetoed".to_owned()));
        assert!(answer.text.contains("open_orders"), "{answer:?}");
        assert_eq!(world.journal().await, before);
        orders.0.lock().unwrap().clear();
        assert_eq!(world.call("DELETE", &one(&id)).await.status, 204);
    }
}

/// Can't tell.
struct Broken;

#[async_trait]
impl ErasureVeto for Broken {
    async fn veto(&self, _: AccountId) -> Result<Option<String>, Source> {
        Err("orders at 10.0.0.1".into())
    }
}

#[tokio::test]
async fn nothing_is_deleted_while_nobody_can_tell() {
    let world = World::with(Options::default().with_deletion_veto(Broken)).await;
    let id = world.register("ada@example.com").await;
    let answer = world.call("DELETE", &one(&id)).await;
    assert_eq!(answer.refused(), (503, "unavailable".to_owned()));
    assert!(!answer.text.contains("10.0.0.1"));
    assert_eq!(world.call("GET", &one(&id)).await.status, 200);
}

#[tokio::test]
async fn a_condition_that_deleting_does_not_know_is_refused() {
    let world = World::new().await;
    let id = world.register("ada@example.com").await;
    let call = Call::new("DELETE", one(&id)).key(&world.key).header("if-match", "\"1\"");
    assert_eq!(world.send(call).await.refused(), (400, "if_match_not_supported".to_owned()));
    assert_eq!(world.call("GET", &one(&id)).await.status, 200);
}

/// An old address can still be taken back: what it would find must not be gone.
#[tokio::test]
async fn strict_erases_nothing_that_can_still_be_taken_back() {
    let world = World::with(Options::strict()).await;
    let id = world.in_use("ada@example.com").await;
    world.change_email("ada@example.com", "eve@example.com").await;
    let answer = world.call("DELETE", &one(&id)).await;
    assert_eq!(answer.refused(), (409, "revert_live".to_owned()));
    assert_eq!(world.call("GET", &one(&id)).await.status, 200);
    // The way back is good for 72 h from when its mail was handed over.
    let _ = world.accounts.sweep(100).await.unwrap();
    world.clock.advance(Span::micros(72 * 3_600 * 1_000_000 - 1));
    assert_eq!(world.call("DELETE", &one(&id)).await.refused(), (409, "revert_live".to_owned()));
    world.clock.advance(Span::micros(1));
    assert_eq!(world.call("DELETE", &one(&id)).await.status, 204);
}
