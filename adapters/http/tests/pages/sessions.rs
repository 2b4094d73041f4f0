//! The host's session of whoever has confirmed an address: it goes on, if the host says how.

use std::{
    future::pending,
    sync::{Arc, Mutex},
};

use accountable_core::{
    Authentication, DeliveryOptions, Import, NewAccount,
    domain::{AccountId, Origin, SessionStamp},
};
use accountable_http::pages::SessionKeeper;
use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue, Request, header::COOKIE};

use crate::{
    browser::{Answer, Browser, form},
    world::{ADA, BETTER, GOOD, PAGE, PATH, World, email, password},
};

const NEW: &str = "ada@new.example";

/// A keeper of sessions, and what it was told.
#[derive(Clone, Default)]
struct Host {
    told: Arc<Mutex<Vec<(String, SessionStamp)>>>,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy)]
enum Trouble {
    Panics,
    NeverEnds,
}

#[async_trait]
impl SessionKeeper for Host {
    async fn keep(&self, request: HeaderMap, stamp: SessionStamp) -> Vec<HeaderValue> {
        let cookies = request.get(COOKIE).map_or("", |cookie| cookie.to_str().unwrap()).to_owned();
        self.told.lock().unwrap().push((cookies, stamp));
        match self.trouble {
            Some(Trouble::Panics) => panic!("the host's"),
            Some(Trouble::NeverEnds) => pending().await,
            None => ["session=next; Path=/", "seen=1"].map(HeaderValue::from_static).into(),
        }
    }
}

fn world(host: &Host) -> World {
    World::with(PAGE, |options| options.keeping_sessions(host.clone()))
}

/// Sends the form of the open link, with the host's cookie beside ours.
async fn signed_in(browser: &mut Browser, typed: &str) -> Answer {
    let token = browser.get(PATH).await.token();
    let fields = form(&[("token", &token), ("email", ADA), ("password", typed)]);
    let request = Request::post(PATH)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", "session=this");
    browser.send(request, fields).await
}

fn cookies(answer: &Answer) -> Vec<&str> {
    answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect()
}

/// The account whose owner confirms an address, the answer, and the stamp of a session from before.
async fn confirmed(world: &World) -> (AccountId, Answer, SessionStamp) {
    let id = world.changing_to(NEW).await;
    let entered = world.public().authenticate(&email(ADA), &password(GOOD), None).await.unwrap();
    let Authentication::Granted { stamp, .. } = entered else { panic!("{entered:?}") };
    let mut browser = world.browser().opened(&world.link_to(NEW)).await;
    let answer = signed_in(&mut browser, GOOD).await;
    (id, answer, stamp)
}

#[tokio::test]
async fn the_session_that_confirmed_an_address_goes_on_and_all_others_end() {
    let host = Host::default();
    let world = world(&host);
    let (id, answer, before) = confirmed(&world).await;
    assert!(answer.status == 200 && answer.says("Your new address is confirmed"), "{}", answer.body);
    let told = host.told.lock().unwrap().clone();
    let [(cookie, stamp)] = told.as_slice() else { panic!("{told:?}") };
    assert!(cookie.contains("session=this") && stamp.account == id, "{told:?}");
    let is_current = async |stamp| world.accounts.owner(stamp, Origin::Unknown).is_current().await.unwrap();
    assert!(is_current(*stamp).await && !is_current(before).await);
    let cookies = cookies(&answer);
    assert!(cookies.iter().any(|cookie| cookie.starts_with("__Secure-accountable=;")), "{cookies:?}");
    assert!(cookies.contains(&"session=next; Path=/") && cookies.contains(&"seen=1"), "{cookies:?}");
    assert!(answer.headers.get_all("set-cookie").iter().skip(1).all(HeaderValue::is_sensitive));
}

#[tokio::test]
async fn a_page_says_beforehand_whether_the_session_goes_on() {
    for (world, says) in [
        (world(&Host::default()), "you will be signed out everywhere else."),
        (World::new(), "you will be signed out everywhere."),
    ] {
        world.changing_to(NEW).await;
        let page = world.browser().open(&world.link_to(NEW)).await;
        assert!(page.says(says), "{}", page.body);
    }
}

/// It runs after the commit, and in a task of its own.
#[tokio::test(start_paused = true)]
async fn a_keeper_that_panics_or_never_ends_costs_its_cookies_and_nothing_else() {
    for trouble in [Trouble::Panics, Trouble::NeverEnds] {
        let host = Host { trouble: Some(trouble), ..Host::default() };
        let world = world(&host);
        let (_, answer, _) = confirmed(&world).await;
        assert!(answer.status == 200 && answer.says("Your new address is confirmed"), "{}", answer.body);
        assert_eq!(cookies(&answer).len(), 1);
        assert_eq!(host.told.lock().unwrap().len(), 1);
        assert!(world.lets_in(NEW, GOOD).await);
    }
}

#[tokio::test]
async fn nobody_is_told_of_what_was_not_confirmed_or_ended_no_session() {
    let host = Host::default();
    let world = world(&host);
    world.changing_to(NEW).await;
    let mut browser = world.browser().opened(&world.link_to(NEW)).await;
    assert_eq!(signed_in(&mut browser, BETTER).await.status, 403);
    world.admin().register(NewAccount::new(email(NEW))).await.unwrap();
    assert_eq!(signed_in(&mut browser, GOOD).await.status, 409);

    // A proof of the present address ends nothing.
    let carl = email("carl@example.com");
    let id = world.admin().import(Import::new(NewAccount::new(carl.clone()))).await.unwrap().id;
    world.admin().assign_password(id, &password(BETTER)).await.unwrap();
    let entered = world.public().authenticate(&carl, &password(BETTER), None).await.unwrap();
    let Authentication::MustChange { stamp, .. } = entered else { panic!("{entered:?}") };
    let owner = world.accounts.owner(stamp, Origin::Unknown);
    let stamp = owner.change_password(&password(BETTER), &password(GOOD)).await.unwrap().stamp;
    let _ = world.admin().request_email_proof(id, DeliveryOptions::default()).await.unwrap();
    let mut browser = world.browser().opened(&world.link_to(carl.as_str())).await;
    let proven = browser.submit(&[("email", carl.as_str()), ("password", GOOD)]).await;
    assert!(proven.says("Your address is confirmed"), "{}", proven.body);
    assert!(world.accounts.owner(stamp, Origin::Unknown).is_current().await.unwrap());
    assert!(host.told.lock().unwrap().is_empty());
}
