//! Asking for a new link.

use accountable_core::domain::{CoarseOrigin, Span};
use accountable_http::pages::{PagesOptions, router};
use axum::Extension;

use crate::{
    browser::{Browser, forged, form},
    world::{ADA, BETTER, GOOD, PAGE, World},
};

const ASK: &str = "/account/link/new-link";

#[tokio::test]
async fn the_answer_is_the_same_whoever_has_an_account() {
    let world = World::new();
    world.in_use().await;
    let mails = world.mailer.count();
    let mut bodies = Vec::new();
    for address in [ADA, "nobody@example.com", " ada@example.com "] {
        let answer = world.browser().post(ASK, form(&[("email", address)])).await;
        assert_eq!(answer.status, 200);
        bodies.push(answer.body);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0] && body.contains("Look into your mail")));
    assert_eq!(world.mailer.count(), mails, "the courier mails, not the request");
    world.deliver().await;
    let mut browser = world.browser().opened(&world.link_to(ADA)).await;
    assert_eq!(browser.choose(BETTER).await.status, 200);
}

#[tokio::test]
async fn a_new_link_leads_back_to_where_the_open_one_does_and_nowhere_that_a_query_says() {
    let home = "https://app.example/home/today";
    for (genuine, leads_back) in [(true, true), (false, false)] {
        let world = World::new();
        let id = world.in_use().await;
        world.clock.advance(Span::hours(1));
        let link = world.asked_to_change_to("new@example.com").await;
        let link = format!("{link}&{}", form(&[("return_url", "https://app.example/home/leave")]));
        let link = if genuine { link } else { forged(&link) };
        let mut browser = world.browser();
        browser.open(&link).await;
        assert_eq!(browser.post(ASK, form(&[("email", ADA)])).await.status, 200);
        world.deliver().await;
        let mailed = world.link_to(ADA);
        assert!(mailed.contains(&id.to_string()) && !mailed.contains("leave"), "{mailed}");
        let done = world.browser().opened(&mailed).await.choose(BETTER).await;
        assert_eq!(done.says(&format!("href=\"{home}")), leads_back, "{}", done.body);
    }
}

/// As the guard, or a layer of the host's, found it out.
#[tokio::test]
async fn the_mail_says_roughly_where_it_was_asked_for() {
    let mut world = World::new();
    world.in_use().await;
    let place = CoarseOrigin::of("near Seoul").unwrap();
    world.router = world.router.clone().layer(Extension(place.clone()));
    assert_eq!(world.browser().post(ASK, form(&[("email", ADA)])).await.status, 200);
    world.deliver().await;
    let letter = world.mailer.attempts().pop().unwrap().0;
    assert_eq!(letter.circumstances.unwrap().from, Some(place));
}

/// An account of no language of its own, as this one, is written to in that of whoever asks.
#[tokio::test]
async fn the_mail_is_in_the_language_of_the_page() {
    for (target, accepts, lang) in
        [("?lang=ja", "sv", "ja"), ("", "de-CH, sv;q=0.5", "de"), ("?lang=fr", "sv", "sv"), ("", "", "en")]
    {
        let world = World::new();
        world.in_use().await;
        let mut browser = world.browser().accepting(accepts);
        let sent = browser.post(&format!("{ASK}{target}"), form(&[("email", ADA)])).await;
        assert_eq!(sent.status, 200);
        world.deliver().await;
        let letter = world.mailer.attempts().pop().unwrap().0;
        assert_eq!(letter.locale.unwrap().as_str(), lang, "{target} {accepts}");
        assert!(world.link_to(ADA).ends_with(&format!("&lang={lang}")), "{}", world.link_to(ADA));
    }
}

#[tokio::test]
async fn what_is_no_address_is_asked_again() {
    let world = World::new();
    for typed in ["", "ada", "a@b@c.example", "ada@example.com,bob@example.com", "\"><script>@example.com"] {
        let asked = world.browser().post(ASK, form(&[("email", typed)])).await;
        assert!(asked.status == 400 && asked.says("aria-describedby=\"error\""), "{typed}");
        assert!(!asked.says("<script"));
    }
    let twice = world.browser().post(ASK, format!("email={ADA}&email=b@example.com")).await;
    assert_eq!(twice.status, 400);
}

#[tokio::test]
async fn one_network_that_asks_too_often_is_told_to_wait() {
    let world = World::new();
    let mut browser = world.browser().from("198.51.100.7");
    for _ in 0..20 {
        assert_eq!(browser.post(ASK, form(&[("email", ADA)])).await.status, 200);
    }
    let refused = browser.post(ASK, form(&[("email", ADA)])).await;
    assert!(refused.status == 429 && refused.says("Too many tries") && refused.says(ASK));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=180).contains(&wait));
}

#[tokio::test]
async fn whoever_has_a_dead_link_is_offered_it_unless_the_host_says_no() {
    let world = World::new();
    let (_, link) = world.invited().await;
    world.browser().opened(&link).await.choose(GOOD).await;
    for dead in [link.clone(), forged(&link)] {
        let offered = world.browser().open(&dead).await;
        assert!(offered.status == 410 && offered.says(&format!("href=\"{ASK}\"")), "{}", offered.body);
    }
    let options = PagesOptions::new(PAGE.parse().unwrap()).without_new_links();
    let mut browser = Browser::new(router(world.accounts.clone(), options));
    for dead in [link.clone(), forged(&link)] {
        let plain = browser.open(&dead).await;
        assert!(plain.status == 410 && !plain.says("new-link"), "{}", plain.body);
    }
    assert_eq!(browser.get(ASK).await.status, 404);
}

/// The first link was mailed with a return URL; whoever opens it again is led there by the next one.
#[tokio::test]
async fn the_link_in_the_place_of_a_dead_one_leads_back_to_where_that_did() {
    for (expires, leads_back) in [(true, true), (false, true)] {
        let world = World::new();
        let (_, link) = world.invited().await;
        if !expires {
            world.browser().opened(&link).await.choose(GOOD).await;
        }
        world.clock.advance(Span::hours(25));
        for (dead, leads_back) in [(link.clone(), leads_back), (forged(&link), false)] {
            let mut browser = world.browser();
            assert_eq!(browser.open(&dead).await.status, 410);
            assert_eq!(browser.post(ASK, form(&[("email", ADA)])).await.status, 200);
            world.deliver().await;
            let mailed = world.link_to(ADA);
            assert_eq!(mailed.contains("return_url="), leads_back, "{mailed}");
            let typed = if leads_back { BETTER } else { GOOD };
            let done = world.browser().opened(&mailed).await.choose(typed).await;
            assert_eq!(done.says("https://app.example/home/today"), leads_back, "{}", done.body);
            world.clock.advance(Span::hours(1));
        }
    }
}
