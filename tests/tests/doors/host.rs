//! The host's own part in what the doors do: its veto, and what it never hears of.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use accountable_conformance::doors::world::{BETTER, GOOD, World, email, password};
use accountable_core::{
    DeliveryOptions, Error, Import, MailOptions, NewAccount, PublicError,
    domain::{Carried, CodeState, Event, EventKind, Incarnation, MailedCode, PasswordSource, Refusal, Span},
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

/// What a commit was about, and what the sign-up carried that it was told of.
type Told = Vec<(EventKind, Option<Vec<u8>>)>;

/// A world whose host notes what it is told, and vetoes what the closure says.
fn told(veto: impl Fn(&EventKind) -> bool + Send + Sync + 'static) -> (World, Arc<Mutex<Told>>, PathBuf) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&told);
    let options = Options::default().with_companion(move |_, events| {
        if events.iter().any(|event| veto(&event.what)) {
            return Err(Veto::new("no"));
        }
        let carried = |event: &Event| event.carried.as_ref().map(|carried| carried.as_bytes().to_vec());
        notes.lock().unwrap().extend(events.iter().map(|event| (event.what.clone(), carried(event))));
        Ok(())
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accounts.db");
    let store = SqliteStore::open(&file, Incarnation::from_bytes([7; 16]), &options).unwrap();
    (World::on(Arc::new(store), folder, |builder| builder), told, file)
}

async fn signs_up(world: &World, address: &str, carried: &str) -> MailedCode {
    let carried = Carried::new(carried).unwrap();
    let _ = world.public().sign_up(&email(address), MailOptions::default(), Some(carried)).await.unwrap();
    world.accounts.sweep(100).await.unwrap();
    world.clock.advance(Span::seconds(600));
    world.mailed_code(address)
}

#[tokio::test]
async fn the_companion_is_handed_what_the_redeemed_link_carries_and_no_journal_keeps_it() {
    let (world, told, file) = told(|_| false);
    let ada = signs_up(&world, "ada@example.com", "carried-by-ada").await;
    signs_up(&world, "ada@example.com", "carried-by-eve").await;
    let id = world.public().choose_password(&ada, &password(GOOD)).await.unwrap().account;
    let handed: Vec<_> =
        told.lock().unwrap().iter().filter(|(_, carried)| carried.is_some()).cloned().collect();
    let handed: Vec<_> = handed
        .into_iter()
        .map(|(what, carried)| (what, String::from_utf8(carried.unwrap()).unwrap()))
        .collect();
    assert_eq!(
        handed,
        [
            (EventKind::Registered, "carried-by-ada".to_owned()),
            (EventKind::SignUpRepeated, "carried-by-eve".to_owned()),
            (EventKind::PasswordSet { how: PasswordSource::Chosen }, "carried-by-ada".to_owned()),
        ]
    );
    assert!(world.history(id).await.iter().all(|event| event.carried.is_none()));
    // Nor is it anywhere in the file, sealed or not: the codes are gone that it hung on.
    let octets = [file.clone(), PathBuf::from(format!("{}-wal", file.display()))]
        .map(|file| std::fs::read(file).unwrap());
    for text in ["carried-by-ada", "carried-by-eve"] {
        let found =
            octets.iter().any(|octets| octets.windows(text.len()).any(|window| window == text.as_bytes()));
        assert!(!found, "{text}");
    }
}

#[tokio::test]
async fn a_vetoed_yielding_changes_nothing() {
    let (world, _, _) = told(|what| *what == EventKind::SignUpYielded);
    let code = signs_up(&world, "ada@example.com", "Ada").await;
    let before = world.admin().account_by_email(&email("ada@example.com")).await.unwrap().unwrap();
    let refused = world.admin().register(NewAccount::new(email("ada@example.com"))).await.unwrap_err();
    assert!(matches!(refused, Error::Refused(Refusal::Vetoed { code }) if code == "no"));
    let after = world.admin().account_by_email(&email("ada@example.com")).await.unwrap().unwrap();
    assert_eq!((after.id, after.version), (before.id, before.version));
    world.public().choose_password(&code, &password(GOOD)).await.unwrap();
}

#[tokio::test]
async fn where_the_second_commit_fails_the_sign_up_stays_gone() {
    let registered_by_staff = |what: &EventKind| *what == EventKind::Imported;
    let (world, _, _) = told(registered_by_staff);
    let code = signs_up(&world, "ada@example.com", "Ada").await;
    let import = Import::new(NewAccount::new(email("ada@example.com")));
    assert_eq!(world.admin().import(import).await.unwrap_err().code(), "vetoed");
    assert!(world.admin().account_by_email(&email("ada@example.com")).await.unwrap().is_none());
    assert_eq!(world.public().inspect_code(&code).await.unwrap(), CodeState::Invalid);
}
