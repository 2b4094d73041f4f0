//! Whose account it is: told to whoever has brought the code, masked unless the host says otherwise.

use accountable_core::domain::Span;
use accountable_http::pages::PagesOptions;

use crate::{
    browser::forged,
    world::{ADA, GOOD, PAGE, World},
};

const NEW: &str = "grace@new.example";

#[tokio::test]
async fn the_bearer_of_a_live_code_sees_the_masked_address_and_no_field_that_a_manager_would_keep() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let page = world.browser().open(&link).await;
    assert!(page.says("<p class=\"account\">Account: a•••@e•••.com</p>"), "{}", page.body);
    assert!(!page.says("username") && !page.says(ADA), "{}", page.body);
    assert_eq!(page.body.matches("autocomplete=\"new-password\"").count(), 2);

    let world = World::new();
    world.changing_to(NEW).await;
    for (to, shown) in [(NEW, "g•••@n•••.example"), (ADA, "a•••@e•••.com")] {
        let page = world.browser().open(&world.link_to(to)).await;
        assert!(page.says(&format!("This link was mailed to {shown}.")), "{}", page.body);
        assert!(!page.says(ADA) && !page.says(NEW), "{}", page.body);
    }
}

#[tokio::test]
async fn a_host_that_shows_the_whole_address_has_a_field_for_password_managers() {
    let world = World::with(PAGE, PagesOptions::naming_accounts_in_full);
    let (_, link) = world.invited().await;
    let mut browser = world.browser();
    let page = browser.open(&link).await;
    let field =
        "<input id=\"username\" type=\"text\" autocomplete=\"username\" readonly value=\"ada@example.com\">";
    assert!(page.says(field) && !page.says("•••"), "{}", page.body);
    let at = |text: &str| page.body.find(text).unwrap();
    assert!(at("autocomplete=\"username\"") < at("autocomplete=\"new-password\""), "managers read in order");
    let weak = browser.choose("short").await;
    assert!(weak.says(field), "{}", weak.body);
    // What somebody sends of it counts for nothing: the account is the code's.
    let chosen =
        [("password", GOOD), ("repeat", GOOD), ("username", "eve@example.com"), ("email", "eve@example.com")];
    assert_eq!(browser.submit(&chosen).await.status, 200);
    assert!(world.lets_in(ADA, GOOD).await);

    let world = World::with(PAGE, PagesOptions::naming_accounts_in_full);
    world.changing_to(NEW).await;
    let page = world.browser().open(&world.link_to(NEW)).await;
    assert!(page.says(&format!("This link was mailed to {NEW}.")) && !page.says(ADA), "{}", page.body);
}

#[tokio::test]
async fn who_has_no_live_code_learns_no_name() {
    for own in [|options| options, PagesOptions::naming_accounts_in_full] {
        let world = World::with(PAGE, own);
        let (_, link) = world.invited().await;
        let forgery = world.browser().open(&forged(&link)).await;
        world.clock.advance(Span::hours(25));
        let expired = world.browser().open(&link).await;
        let mut nobody = world.browser();
        for page in [forgery, expired, nobody.get(crate::world::PATH).await] {
            assert!(!page.says(ADA) && !page.says("•••") && !page.says("a@e"), "{}", page.body);
        }
    }
}
