//! Where pages end: each leads on.

use accountable_core::domain::LinkUrl;
use accountable_http::pages::{PagesOptions, router};

use crate::{
    browser::{Browser, forged},
    tour::tour,
    world::{BACK, GOOD, PAGE, SIGN_IN, World},
};

const CONTACT: &str = "<a href=\"mailto:help@app.example\">Write to help@app.example</a>";

#[tokio::test]
async fn every_page_names_the_contact_and_each_that_asks_for_nothing_leads_to_sign_in_or_back() {
    let back = format!("<a href=\"{}\">Continue</a>", BACK.replace('&', "&#38;"));
    let mut ends = 0;
    for (name, page) in tour("en").await {
        assert!(page.says(CONTACT), "{name}: {}", page.body);
        let sign_in = page.says(&format!("<a href=\"{SIGN_IN}\">Sign in</a>"));
        if !page.says("<form") {
            ends += 1;
            assert!(sign_in != page.says(&back), "{name}: {}", page.body);
        }
    }
    assert!(ends >= 18, "{ends}");
}

/// Only one who can't go on is led away from the form.
#[tokio::test]
async fn a_form_leads_to_sign_in_where_somebody_must_do_so_first() {
    let pages = tour("en").await;
    let leads = |name: &str| pages.iter().find(|(of, _)| *of == name).unwrap().1.says(SIGN_IN);
    assert!(leads("email_confirm_must_change") && leads("email_confirm_wrong") && leads("new_link"));
    assert!(!leads("email_confirm") && !leads("password_set") && !leads("email_cancel"));
}

#[tokio::test]
async fn a_host_that_names_neither_has_pages_without_either() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let options = PagesOptions::new(LinkUrl::parse(PAGE).unwrap());
    let mut browser = Browser::new(router(world.accounts.clone(), options));
    let dead = browser.open(&forged(&link)).await;
    assert!(!dead.says("Sign in") && dead.says("mailto:"), "the contact is the accounts' own: {}", dead.body);
    let done = browser.opened(&link).await.choose(GOOD).await;
    assert!(!done.says("Sign in") && done.says("Continue"), "{}", done.body);
}
