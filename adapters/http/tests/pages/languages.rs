//! Which language a page speaks, and how it keeps it.

use accountable_core::domain::Locale;
use accountable_http::words::Words;
use axum::http::Request;

use crate::{
    browser::{Answer, form},
    world::{ADA, BACK, GOOD, PAGE, PATH, World},
};

const ASK: &str = "/account/link/new-link";

fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

fn assert_speaks(answer: &Answer, tag: &str, what: &str) {
    assert!(answer.says(&format!("<html lang=\"{tag}\" dir=\"ltr\">")), "{what}: {}", answer.body);
    assert_eq!(answer.header("content-language"), Some(tag), "{what}");
}

#[tokio::test]
async fn a_page_speaks_the_language_of_its_mail_whatever_the_browser_asks_for() {
    let world = World::new();
    let (_, link) = world.invited().await;
    for (lang, tag, heading) in [
        ("de", "de", "Wählen Sie Ihr Passwort"),
        ("de-CH", "de", "Wählen Sie Ihr Passwort"),
        ("ja", "ja", "パスワードの設定"),
        ("ko", "ko", "비밀번호 설정"),
        ("sv", "sv", "Välj ditt lösenord"),
        ("en", "en", "Choose your password"),
    ] {
        let mut browser = world.browser().accepting("ko;q=0.3, sv");
        let page = browser.open(&format!("{link}&lang={lang}")).await;
        assert_speaks(&page, tag, lang);
        assert!(page.says(&format!("<h1>{heading}</h1>")), "{}", page.body);
        assert_eq!(page.header("vary"), None, "no browser gets another page by this URL");
        assert_eq!(page.action(), format!("{PATH}?lang={lang}"));
    }
}

#[tokio::test]
async fn where_the_mail_had_no_language_a_page_speaks_the_one_that_its_reader_understands_best() {
    let world = World::new();
    for (accepts, tag) in [
        ("sv", "sv"),
        ("sv;q=0.5, ko;q=0.9, en;q=0.1", "ko"),
        ("fr-CA, fr;q=0.9, de-AT;q=0.4, en;q=0.3", "de"),
        ("de;q=0, ja;q=0.001", "ja"),
        ("fr, *;q=0.5", "en"),
        ("", "en"),
        ("~, ;;;q, de;q=7, 한국어", "en"),
    ] {
        let page = world.browser().accepting(accepts).get(PATH).await;
        assert_speaks(&page, tag, accepts);
        assert_eq!(page.header("vary"), Some("accept-language"), "{accepts}");
    }
    let lines = Request::get(PATH).header("accept-language", "fr").header("accept-language", "ja, de;q=0.5");
    assert_speaks(&world.browser().send(lines, String::new()).await, "ja", "two lines");
    assert_speaks(&world.browser().get(PATH).await, "en", "nothing said");
}

#[tokio::test]
async fn a_language_that_is_unknown_or_malformed_counts_as_not_said() {
    let swedish = |options: accountable_http::pages::PagesOptions| {
        options.with_words(Words::builtin().with_default(&locale("sv")).unwrap())
    };
    let world = World::with(PAGE, swedish);
    let (_, link) = world.invited().await;
    for odd in [
        "lang=fr",
        "lang=",
        "lang",
        "lang=%FF",
        "lang=d",
        "lang=de&lang=de",
        "lang=de_CH",
        "lang=../../de",
        "lang=%3Cscript%3E",
        "lang=de%0d%0aSet-Cookie:%20x=y",
        &format!("lang={}", "de-".repeat(999)),
    ] {
        let page = world.browser().accepting("ko").open(&format!("{link}&{odd}")).await;
        assert_speaks(&page, "ko", odd);
        assert_eq!((page.status.as_u16(), page.action()), (200, PATH.to_owned()), "{odd}");
        let page = world.browser().open(&format!("{link}&{odd}")).await;
        assert_speaks(&page, "sv", odd);
    }
}

#[tokio::test]
async fn a_form_keeps_the_language_until_the_end() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let mut browser = world.browser().accepting("sv");
    let page = browser.open(&format!("{link}&lang=de")).await;
    let weak = browser.fill(&page, &[("password", "kurz"), ("repeat", "kurz")]).await;
    assert_speaks(&weak, "de", "weak");
    assert!(weak.says("<li>Es hat nur 4 Zeichen; mindestens 15 sind nötig.</li>"), "{}", weak.body);
    assert!(weak.says("<title>Fehler: Wählen Sie Ihr Passwort"));
    let other = browser.fill(&weak, &[("password", GOOD), ("repeat", "kurz")]).await;
    assert!(other.says("<li>Die beiden Passwörter stimmen nicht überein."), "{}", other.body);
    let done = browser.fill(&other, &[("password", GOOD), ("repeat", GOOD)]).await;
    assert_speaks(&done, "de", "done");
    assert!(done.says(">Weiter</a>") && done.says(&BACK.replace('&', "&#38;")), "{}", done.body);

    // So does the way from a dead link to a new one.
    let used = browser.open(&format!("{link}&lang=ja")).await;
    assert_speaks(&used, "ja", "used");
    assert!(used.says(&format!("href=\"{ASK}?lang=ja\"")), "{}", used.body);
    let asks = browser.get(&format!("{ASK}?lang=ja")).await;
    assert_speaks(&asks, "ja", "asks");
    let wrong = browser.post(&asks.action(), form(&[("email", "ada")])).await;
    assert!(wrong.says("メールアドレスを正しく入力してください"), "{}", wrong.body);
    let sent = browser.post(&wrong.action(), form(&[("email", ADA)])).await;
    assert_speaks(&sent, "ja", "sent");
    assert_eq!(sent.status, 200);
}

#[tokio::test]
async fn a_form_that_is_not_read_is_refused_in_the_language_of_its_page() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let mut browser = world.browser();
    let action = browser.open(&format!("{link}&lang=ko")).await.action();
    let form = "application/x-www-form-urlencoded";
    for (content_type, site, body, status) in [
        ("text/plain", "same-origin", String::new(), 415),
        (form, "cross-site", String::new(), 403),
        (form, "same-origin", "x".repeat(32_769), 413),
        (form, "same-origin", "token=%FF".to_owned(), 400),
        (form, "same-origin", "token=AAAA".to_owned(), 403),
    ] {
        let request =
            Request::post(&action).header("content-type", content_type).header("sec-fetch-site", site);
        let refused = browser.send(request, body).await;
        assert_eq!(refused.status, status);
        assert_speaks(&refused, "ko", content_type);
        assert!(refused.says("<h1>아무것도 변경되지 않았습니다</h1>"), "{}", refused.body);
    }
    world.store.inner().set_down(true);
    let down = browser.get(&action).await;
    assert!(down.says(&format!("href=\"{action}\">다시 시도하기</a>")), "{}", down.body);
    assert!(down.says("1초 후에 다시 시도해 주십시오."), "{}", down.body);
}

#[tokio::test]
async fn the_language_stands_beside_the_pages_own_query_and_the_link_is_gone_from_it() {
    let world = World::at("http://127.0.0.1:8080/account/link?theme=dark");
    let (_, link) = world.invited().await;
    let mut browser = world.browser();
    let moved = browser.get(&crate::browser::target(&format!("{link}&lang=de-CH"))).await;
    assert_eq!(moved.header("location"), Some("/account/link?theme=dark&lang=de-CH"));
    let page = browser.get("/account/link?theme=dark&lang=de-CH").await;
    assert_speaks(&page, "de", "beside");
    assert_eq!(page.action(), "/account/link?theme=dark&lang=de-CH");
    assert!(page.says("?theme=dark&#38;lang=de-CH\""));
}

#[tokio::test]
async fn a_host_says_a_message_its_own_way_and_adds_a_language_from_right_to_left() {
    let words = Words::builtin()
        .with_override(&locale("en"), "page-nothing-open-heading = Welcome to { $service }")
        .unwrap()
        .with_language(&locale("ar"), "page-nothing-open-heading = مرحبا")
        .unwrap();
    let world = World::with(PAGE, |options| options.with_words(words));
    let english = world.browser().get(PATH).await;
    assert!(english.says("<h1>Welcome to Example &#38; Sons</h1>"), "{}", english.body);
    let arabic = world.browser().accepting("ar-EG").get(PATH).await;
    assert!(
        arabic.says("<html lang=\"ar\" dir=\"rtl\">") && arabic.says("<h1>مرحبا</h1>"),
        "{}",
        arabic.body
    );
    assert!(arabic.says("No link is open here"), "what it does not say is said in the default language");
}
