//! Choosing a password.

use accountable_core::{
    Authentication, DeliveryOptions,
    domain::{IpFilterGroupName, Origin},
};

use crate::world::{ADA, BETTER, GOOD, PATH, World, email, password};

#[tokio::test]
async fn a_weak_password_is_told_why_beside_its_field_and_the_link_still_works() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let mut browser = world.browser().opened(&link).await;
    let typed = "<b>ada&\"";
    let weak = browser.choose(typed).await;
    assert_eq!(weak.status, 422);
    assert!(weak.says("<title>Error: Choose your password"));
    assert!(weak.says("<li>It has 8 characters; at least 15 are needed.</li>"), "{}", weak.body);
    assert!(weak.says("aria-describedby=\"password-error password-hint\"") && weak.says("aria-invalid"));
    assert_eq!(weak.body.matches(" autofocus").count(), 1);
    for echo in [typed, "&#60;b&#62;", "ada&"] {
        assert!(!weak.says(echo), "{echo}");
    }
    assert!(browser.has_cookie());
    assert_eq!(browser.choose(GOOD).await.status, 200);
}

#[tokio::test]
async fn what_is_no_password_and_what_was_typed_twice_otherwise_is_asked_again() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let mut browser = world.browser().opened(&link).await;
    let long = "x".repeat(4_097);
    for (typed, again, says) in [
        ("", "", "Type a password."),
        (GOOD, BETTER, "The two passwords differ."),
        (GOOD, "", "The two passwords differ."),
        (long.as_str(), long.as_str(), "4096"),
        ("a\u{7}b", "a\u{7}b", "The password"),
    ] {
        let asked = browser.submit(&[("password", typed), ("repeat", again)]).await;
        assert_eq!(asked.status, 400, "{says}");
        assert!(asked.says(says), "{says}: {}", asked.body);
    }
    assert!(!world.lets_in(ADA, GOOD).await);
    assert_eq!(browser.choose(GOOD).await.status, 200);
}

#[tokio::test]
async fn a_page_tells_the_length_before_anybody_types_and_lets_managers_help() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let page = world.browser().open(&link).await;
    assert!(page.says("autocomplete=\"new-password\"") && page.says("minlength=\"15\""));
    assert!(page.says("At least 15 characters.") && !page.says("maxlength"));
    assert!(!page.says(ADA), "the bearer of a code is not told whose it is");
    assert!(page.says("<html lang=\"en\" dir=\"ltr\">"));
    assert!(page.says("<header>Example &#38; Sons</header>"));
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_once() {
    let world = World::new();
    world.in_use().await;
    let _ = world.public().request_password_reset(&email(ADA), Default::default()).await.unwrap();
    world.deliver().await;
    let link = world.link_to(ADA);
    let mut browser = world.browser();
    assert!(browser.open(&link).await.says("Choose a new password"));
    let token = browser.get(PATH).await.token();
    let body = crate::browser::form(&[("token", &token), ("password", BETTER), ("repeat", BETTER)]);
    let cookie = browser.cookie().to_owned();
    assert!(browser.post(PATH, body.clone()).await.says("Your password is changed"));
    let again = axum::http::Request::post(PATH)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", cookie);
    let again = world.browser().send(again, body).await;
    assert!(again.status == 410 && again.says("This link has been used"));
    assert!(world.lets_in(ADA, BETTER).await && !world.lets_in(ADA, GOOD).await);
}

#[tokio::test]
async fn another_network_is_told_so_and_the_link_still_works() {
    let world = World::new();
    let admin = world.admin();
    let group = IpFilterGroupName::parse("office").unwrap();
    admin.define_ip_filter_group(&group, vec!["192.0.2.0/24".parse().unwrap()]).await.unwrap();
    let new = accountable_core::NewAccount::new(email(ADA)).with_ip_filter_group(group);
    let id = admin.register(new).await.unwrap().id;
    let _ = admin.request_password_set(id, DeliveryOptions::default()).await.unwrap();
    let link = world.link_to(ADA);
    let mut elsewhere = world.browser().from("198.51.100.7").opened(&link).await;
    let refused = elsewhere.choose(GOOD).await;
    assert!(refused.status == 403 && refused.says("Not from this network"), "{}", refused.body);
    assert_eq!(world.browser().from("192.0.2.7").opened(&link).await.choose(GOOD).await.status, 200);
}

#[tokio::test]
async fn what_was_closed_with_the_password_is_opened_again_by_choosing_another() {
    let world = World::new();
    world.in_use().await;
    let entered = world.public().authenticate(&email(ADA), &password(GOOD), None).await.unwrap();
    let Authentication::Granted { stamp, .. } = entered else { panic!("{entered:?}") };
    world.accounts.owner(stamp, Origin::Unknown).close(&password(GOOD)).await.unwrap();
    world.deliver().await;
    let mut browser = world.browser();
    assert!(browser.open(&world.link_to(ADA)).await.says("Open your account again"));
    let done = browser.choose(BETTER).await;
    assert!(done.status == 200 && done.says("Your account is open again"), "{}", done.body);
    assert!(world.lets_in(ADA, BETTER).await && !world.lets_in(ADA, GOOD).await);
}
