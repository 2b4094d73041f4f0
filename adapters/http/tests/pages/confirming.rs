//! Changes of address: confirming, cancelling, taking back.

use std::sync::{Arc, Mutex};

use accountable_core::{
    DeliveryOptions, Import, NewAccount,
    domain::{DeviceToken, Password},
};
use axum::{
    extract::Request,
    middleware::{Next, from_fn},
};

use crate::world::{ADA, BETTER, GOOD, World, email};

const NEW: &str = "ada@new.example";

#[tokio::test]
async fn who_signs_in_with_the_current_address_confirms_the_new_one() {
    let world = World::new();
    world.changing_to(NEW).await;
    let mut browser = world.browser();
    let page = browser.open(&world.link_to(NEW)).await;
    assert!(page.says("Confirm your new address"));
    assert!(page.says("autocomplete=\"username\"") && page.says("autocomplete=\"current-password\""));
    assert!(!page.says(ADA) && !page.says(NEW));
    let done = browser.submit(&[("email", "  ADA@example.com "), ("password", GOOD)]).await;
    assert!(done.status == 200 && done.says("Your new address is confirmed"), "{}", done.body);
    assert!(world.lets_in(NEW, GOOD).await && !world.lets_in(ADA, GOOD).await);

    // Whoever reads the old address takes it back, and chooses another password.
    world.deliver().await;
    let mut reader = world.browser();
    assert!(reader.open(&world.link_to(ADA)).await.says("Take your old address back"));
    assert!(reader.submit(&[]).await.says("You have your address back"));
    assert!(!world.lets_in(NEW, GOOD).await);
    world.deliver().await;
    let mut browser = world.browser().opened(&world.link_to(ADA)).await;
    assert_eq!(browser.choose(BETTER).await.status, 200);
    assert!(world.lets_in(ADA, BETTER).await);
}

#[tokio::test]
async fn who_can_not_sign_in_is_told_plainly_and_asked_again() {
    let world = World::new();
    world.changing_to(NEW).await;
    let mut browser = world.browser().opened(&world.link_to(NEW)).await;
    for (address, typed, status, says) in [
        (ADA, BETTER, 403, "is not right"),
        ("bob@example.com", GOOD, 403, "is not right"),
        (NEW, GOOD, 403, "is not right"),
        (ADA, "", 403, "is not right"),
        ("ada", GOOD, 400, "not a complete e-mail address"),
    ] {
        let asked = browser.submit(&[("email", address), ("password", typed)]).await;
        assert_eq!(asked.status, status, "{address} {typed}");
        assert!(asked.says(says) && asked.says("aria-describedby=\"error\""), "{}", asked.body);
        assert!(asked.says(&format!("value=\"{address}\"")) && !asked.says(GOOD) && !asked.says(BETTER));
        assert_eq!(asked.body.matches(" autofocus").count(), 1);
    }
    let hostile = browser.submit(&[("email", "\"><script>"), ("password", GOOD)]).await;
    assert!(!hostile.says("<script"), "{}", hostile.body);
}

#[tokio::test]
async fn another_accounts_password_does_not_confirm() {
    let world = World::new();
    world.changing_to(NEW).await;
    let bob = world.admin().register(NewAccount::new(email("bob@example.com"))).await.unwrap().id;
    let temporary = Password::parse(BETTER).unwrap();
    world.admin().assign_password(bob, &temporary).await.unwrap();
    let mut browser = world.browser().opened(&world.link_to(NEW)).await;
    let asked = browser.submit(&[("email", "bob@example.com"), ("password", BETTER)]).await;
    assert!(
        asked.status == 409 && asked.says("has to be changed first. It was chosen for you."),
        "{}",
        asked.body
    );
    let owner = match world.public().authenticate(&email("bob@example.com"), &temporary, None).await.unwrap()
    {
        accountable_core::Authentication::MustChange { stamp, .. } => {
            world.accounts.owner(stamp, Default::default())
        }
        other => panic!("{other:?}"),
    };
    let own = "herons wade where the river bends";
    owner.change_password(&temporary, &Password::parse(own).unwrap()).await.unwrap();
    let asked = browser.submit(&[("email", "bob@example.com"), ("password", own)]).await;
    assert!(asked.status == 403 && asked.says("belongs to another account"), "{}", asked.body);
    assert_eq!(browser.submit(&[("email", ADA), ("password", GOOD)]).await.status, 200);
}

#[tokio::test]
async fn a_change_is_cancelled_by_one_button_and_the_link_to_confirm_it_dies() {
    let world = World::new();
    world.changing_to(NEW).await;
    let mut browser = world.browser();
    let page = browser.open(&world.link_to(ADA)).await;
    assert!(page.says("Cancel the change of address") && !page.says("type=\"password\""));
    assert!(browser.submit(&[]).await.says("The change is cancelled"));
    let dead = world.browser().open(&world.link_to(NEW)).await;
    assert!(dead.status == 410 && !dead.says("new-link"), "{}", dead.body);
}

#[tokio::test]
async fn guesses_on_the_page_count_as_log_ins_do() {
    let world = World::new();
    world.changing_to(NEW).await;
    let mut browser = world.browser().from("198.51.100.7").opened(&world.link_to(NEW)).await;
    let mut last = None;
    for _ in 0..101 {
        last = Some(browser.submit(&[("email", ADA), ("password", BETTER)]).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status, 429, "{}", last.body);
    assert!(last.header("retry-after").unwrap().parse::<u64>().unwrap() > 0 && last.says("Try again"));
}

/// The cookie of a device is the host's: its layer hands the token in and takes the next one out.
#[tokio::test]
async fn a_device_that_the_host_knows_is_let_in_although_strangers_locked_the_address() {
    let mut world = World::new();
    let (_, link) = world.invited().await;
    let known = Arc::new(Mutex::new(None::<DeviceToken>));
    let kept = Arc::clone(&known);
    world.router = world.router.clone().layer(from_fn(move |mut request: Request, next: Next| {
        let kept = Arc::clone(&kept);
        async move {
            if let Some(token) = kept.lock().unwrap().clone() {
                request.extensions_mut().insert(token);
            }
            let mut response = next.run(request).await;
            if let Some(token) = response.extensions_mut().remove::<DeviceToken>() {
                *kept.lock().unwrap() = Some(token);
            }
            response
        }
    }));
    let chosen = world.browser().opened(&link).await.submit(&[("password", GOOD), ("repeat", GOOD)]).await;
    assert_eq!(chosen.status, 200, "{}", chosen.body);
    let first = known.lock().unwrap().clone().expect("a password was chosen");
    world.asked_to_change_to(NEW).await;
    for _ in 0..10 {
        assert!(!world.lets_in(ADA, BETTER).await);
    }
    assert!(!world.lets_in(ADA, GOOD).await, "locked to whoever is not known");
    let mut browser = world.browser().opened(&world.link_to(NEW)).await;
    let confirmed = browser.submit(&[("email", ADA), ("password", GOOD)]).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    assert_ne!(known.lock().unwrap().clone(), Some(first), "all other sessions ended, and it is known anew");
}

/// An account of another system, whose address nobody has proven: the link asks who is there.
#[tokio::test]
async fn a_link_that_proves_an_address_asks_its_reader_to_sign_in() {
    let world = World::new();
    let import = Import::new(NewAccount::new(email("carl@example.com")));
    let id = world.admin().import(import).await.unwrap().id;
    world.admin().assign_password(id, &Password::parse(BETTER).unwrap()).await.unwrap();
    let temporary = Password::parse(BETTER).unwrap();
    let stamp = match world.public().authenticate(&email("carl@example.com"), &temporary, None).await.unwrap()
    {
        accountable_core::Authentication::MustChange { stamp, .. } => stamp,
        other => panic!("{other:?}"),
    };
    let owner = world.accounts.owner(stamp, Default::default());
    owner.change_password(&temporary, &Password::parse(GOOD).unwrap()).await.unwrap();
    let _ = world.admin().request_email_proof(id, DeliveryOptions::default()).await.unwrap();
    let mut browser = world.browser();
    let page = browser.open(&world.link_to("carl@example.com")).await;
    assert!(page.says("Confirm your address") && page.says("autocomplete=\"current-password\""));
    let asked = browser.submit(&[("email", "carl@example.com"), ("password", BETTER)]).await;
    assert_eq!(asked.status, 403, "{}", asked.body);
    assert!(!world.admin().account(id).await.unwrap().unwrap().email_proven);
    let done = browser.submit(&[("email", "carl@example.com"), ("password", GOOD)]).await;
    assert!(done.status == 200 && done.says("Your address is confirmed"), "{}", done.body);
    assert!(world.admin().account(id).await.unwrap().unwrap().email_proven);
}
