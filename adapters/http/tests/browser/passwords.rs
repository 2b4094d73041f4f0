//! Choosing a password, from the mail to the end.

use accountable_core::domain::Span;
use accountable_http::pages::PagesOptions;
use serde_json::json;

use crate::{
    chromium::in_a_browser,
    world::{ADA, BETTER, GOOD, World},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailed_link_lets_its_bearer_choose_a_good_password_once_and_go_on() {
    in_a_browser(async |browser| {
        let world = World::new().await;
        let (_, link) = world.invited().await;
        browser.open(&link).await;
        browser.shows("Choose your password").await;
        assert_eq!(
            browser.driver.current_url().await.unwrap().as_str(),
            world.page,
            "the code is out of sight"
        );
        assert_eq!(browser.focus().await, "password");
        let code = link.split_once("confirmation_code=").unwrap().1.split('&').next().unwrap();
        for reached in ["document.documentElement.outerHTML", "document.cookie", "document.referrer"] {
            let text = browser.value(reached).await;
            assert!(!text.as_str().unwrap().contains(code), "{reached}");
        }

        // Too short: the browser itself says so, and sends nothing.
        browser.fill("password", "short1!").await;
        browser.fill("repeat", "short1!").await;
        browser.click("button").await;
        assert_eq!(browser.focus().await, "password");
        assert_eq!(browser.value("document.getElementById('password').validity.tooShort").await, json!(true));
        assert!(browser.texts(".error").await.is_empty());

        browser.choose("qwerty'asdf").await;
        browser.shows("Choose your password").await;
        assert!(browser.driver.title().await.unwrap().starts_with("Error: Choose your password"));
        assert!(browser.texts(".field:has(> #password) > .error li").await.len() >= 2, "beside the field");
        assert_eq!(browser.focus().await, "password");
        assert_eq!(browser.value("document.getElementById('password').value").await, json!(""));
        let said = browser.find("#password").await.attr("aria-describedby").await.unwrap().unwrap();
        for id in said.split(' ') {
            assert!(!browser.find(&format!("#{id}")).await.text().await.unwrap().is_empty(), "{id}");
        }
        assert!(!world.lets_in(ADA, "qwerty'asdf").await);

        browser.fill("password", GOOD).await;
        browser.fill("repeat", GOOD).await;
        browser.enter("repeat").await;
        browser.shows("Your password is set").await;
        assert!(world.lets_in(ADA, GOOD).await);
        browser.follow("main a").await;
        assert_eq!(browser.driver.current_url().await.unwrap().as_str(), world.back);
    })
    .await;
}

/// As a password manager reads the form: the field before the new password has the name that it is kept with.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_shows_the_whole_address_gives_it_to_password_managers() {
    in_a_browser(async |browser| {
        let world = World::with(PagesOptions::naming_accounts_in_full).await;
        let (_, link) = world.invited().await;
        browser.open(&link).await;
        browser.shows("Choose your password").await;
        assert_eq!(browser.focus().await, "password");
        let fields = "[...document.querySelectorAll('form input:not([type=hidden])')].map((field) => \
                      [field.autocomplete, field.value, field.readOnly, field.name])";
        assert_eq!(
            browser.value(fields).await,
            json!([
                ["username", ADA, true, ""],
                ["new-password", "", false, "password"],
                ["new-password", "", false, "repeat"]
            ])
        );
        browser.choose(GOOD).await;
        browser.shows("Your password is set").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_link_says_so_and_leads_to_a_new_one() {
    in_a_browser(async |browser| {
        let world = World::new().await;
        let (_, link) = world.invited().await;
        browser.open(&link).await;
        browser.choose(GOOD).await;
        browser.open(&link).await;
        browser.shows("This link has been used").await;
        assert_eq!(browser.driver.current_url().await.unwrap().as_str(), world.page);

        browser.follow("main a").await;
        browser.shows("Ask for a new link").await;
        assert_eq!(browser.focus().await, "email");
        browser.fill("email", "ada").await;
        browser.follow("button").await;
        browser.shows("Ask for a new link").await;
        assert_eq!(browser.texts(".field:has(> #email) > .error").await.len(), 1);
        assert_eq!(browser.focus().await, "email");
        browser.fill("email", ADA).await;
        browser.enter("email").await;
        browser.shows("Look into your mail").await;

        world.deliver().await;
        browser.open(&world.link_to(ADA)).await;
        browser.shows("Choose a new password").await;
        browser.choose(BETTER).await;
        browser.shows("Your password is changed").await;
        assert!(world.lets_in(ADA, BETTER).await && !world.lets_in(ADA, GOOD).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_link_an_unknown_one_and_none_each_say_what_they_are() {
    in_a_browser(async |browser| {
        let world = World::new().await;
        browser.open(&world.page).await;
        browser.shows("Open the link in your mail").await;

        let (_, link) = world.invited().await;
        browser.open(&link).await;
        world.clock.advance(Span::hours(24));
        browser.choose(GOOD).await;
        browser.shows("This link has expired").await;
        browser.open(&link).await;
        browser.shows("This link has expired").await;
        assert!(!world.lets_in(ADA, GOOD).await);

        browser.open(&format!("{}?id=abc&confirmation_code=123456", world.page)).await;
        browser.shows("This link does not work").await;
        browser.forget_cookies().await;
        browser.open(&world.page).await;
        browser.shows("Open the link in your mail").await;
    })
    .await;
}
