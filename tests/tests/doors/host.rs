//! The host's own part in what the doors do: its veto, and what it never hears of.

use std::sync::{Arc, Mutex};

use accountable_conformance::doors::world::{BETTER, GOOD, World, email, password};
use accountable_core::{
    DeliveryOptions, Error, MailOptions, NewAccount, PublicError,
    domain::{Incarnation, MailedCode, Refusal},
};
use accountable_sqlite::{Options, SqliteStore, Veto};

/// A world whose host vetoes while it has a code to veto with.
fn vetoing() -> (World, Arc<Mutex<Option<&'static str>>>) {
    let code = Arc::new(Mutex::new(None));
    let with = Arc::clone(&code);
    let options = Options::default()
        .with_companion(move |_, _| with.lock().unwrap().map_or(Ok(()), |code| Err(Veto::new(code))));
    let folder = tempfile::tempdir().unwrap();
    let life = Incarnation::from_bytes([7; 16]);
    let store = SqliteStore::open(folder.path().join("accounts.db"), life, &options).unwrap();
    (World::on(Arc::new(store), folder, |builder| builder), code)
}

#[tokio::test]
async fn a_veto_is_told_with_its_code_and_nothing_is_done() {
    let (world, veto) = vetoing();
    *veto.lock().unwrap() = Some("full_house");
    let refused = world.admin().register(NewAccount::new(email("ada@example.com"))).await.unwrap_err();
    assert_eq!((refused.code(), refused.http_status(), refused.retry_after()), ("vetoed", 409, None));
    assert!(matches!(refused, Error::Refused(Refusal::Vetoed { code }) if code == "full_house"));
    assert!(world.admin().account_by_email(&email("ada@example.com")).await.unwrap().is_none());

    *veto.lock().unwrap() = None;
    let id = world.register("ada@example.com").await;
    *veto.lock().unwrap() = Some("quiet_hours");
    let refused = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap_err();
    assert_eq!((refused.code(), world.mailer.count()), ("vetoed", 0));
    // Nor did it cost a unit of a quota.
    *veto.lock().unwrap() = None;
    world.in_use("bob@example.com", GOOD).await;
    let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
}

#[tokio::test]
async fn a_vetoed_redemption_consumes_no_code_and_is_told_to_the_bearer_of_a_live_one_only() {
    let (world, veto) = vetoing();
    let id = world.register("ada@example.com").await;
    let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
    let code = world.mailed_code("ada@example.com");
    *veto.lock().unwrap() = Some("full_house");
    let refused = world.public().choose_password(&code, &password(GOOD)).await.unwrap_err();
    assert!(matches!(&refused, PublicError::Vetoed { code } if code == "full_house"), "{refused:?}");
    assert_eq!((refused.code(), refused.http_status()), ("vetoed", 409));
    let forged = MailedCode::new(&id.to_string(), "forged");
    let refused = world.public().choose_password(&forged, &password(GOOD)).await.unwrap_err();
    assert!(matches!(refused, PublicError::DeadCode), "{refused:?}");
    *veto.lock().unwrap() = None;
    assert_eq!(world.public().choose_password(&code, &password(GOOD)).await.unwrap().account, id);
}

/// A log-in that fails has no event: the host has no part in counting it.
#[tokio::test]
async fn a_veto_keeps_no_failure_from_being_counted() {
    let (world, veto) = vetoing();
    world.in_use("ada@example.com", GOOD).await;
    *veto.lock().unwrap() = Some("never");
    for _ in 0..9 {
        world.log_in("ada@example.com", BETTER).await.unwrap_err();
    }
    assert!(world.log_in("ada@example.com", GOOD).await.is_ok());
    let _ = world
        .public()
        .request_password_reset(&email("ada@example.com"), MailOptions::default())
        .await
        .unwrap_err();
}
