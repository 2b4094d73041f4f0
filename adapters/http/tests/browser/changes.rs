//! Changes of address: confirmed, taken back, cancelled.

use serde_json::json;

use crate::{
    chromium::in_a_browser,
    world::{ADA, BETTER, GOOD, World},
};

const NEW: &str = "ada@new.example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_address_is_confirmed_by_its_owner_and_the_old_one_taken_back_by_its_own() {
    in_a_browser(async |browser| {
        let world = World::new().await;
        world.changing_to(browser, NEW).await;
        browser.open(&world.link_to(NEW)).await;
        browser.shows("Confirm your new address").await;
        assert_eq!(browser.focus().await, "email");
        browser.fill("email", ADA).await;
        browser.fill("password", BETTER).await;
        browser.follow("button").await;
        browser.shows("Confirm your new address").await;
        assert_eq!(browser.texts(".error").await.len(), 1);
        assert_eq!(browser.focus().await, "password");
        assert_eq!(browser.value("document.getElementById('email').value").await, json!(ADA));
        browser.fill("password", GOOD).await;
        browser.enter("password").await;
        browser.shows("Your new address is confirmed").await;
        assert!(world.lets_in(NEW, GOOD).await && !world.lets_in(ADA, GOOD).await);

        world.deliver().await;
        browser.open(&world.link_to(ADA)).await;
        browser.shows("Take your old address back").await;
        browser.follow("button").await;
        browser.shows("You have your address back").await;
        world.deliver().await;
        browser.open(&world.link_to(ADA)).await;
        browser.choose(BETTER).await;
        assert!(world.lets_in(ADA, BETTER).await && !world.lets_in(NEW, GOOD).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_cancelled_from_the_old_address() {
    in_a_browser(async |browser| {
        let world = World::new().await;
        world.changing_to(browser, NEW).await;
        browser.open(&world.link_to(ADA)).await;
        browser.shows("Cancel the change of address").await;
        browser.follow("button").await;
        browser.shows("The change is cancelled").await;
        browser.open(&world.link_to(NEW)).await;
        assert!(browser.texts("form").await.is_empty(), "the link to confirm it is dead");
        assert!(world.lets_in(ADA, GOOD).await);
    })
    .await;
}
