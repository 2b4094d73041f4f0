//! The pages in every language: the one that asks the most, with its errors, and those with the longest words.

use serde_json::json;

use crate::{
    chromium::in_a_browser,
    world::{ADA, BETTER, GOOD, World},
};

const NEW: &str = "ada@new.example";

/// For each language the headings of the pages: to choose a password, to confirm an address, to ask for a link, and that none is
/// open.
const LANGUAGES: [(&str, [&str; 4]); 4] = [
    (
        "ja",
        [
            "パスワードの設定",
            "新しいメールアドレスの確認",
            "新しいリンクを受け取る",
            "メールのリンクを開いてください",
        ],
    ),
    ("ko", ["비밀번호 설정", "새 이메일 주소 확인", "새 링크 받기", "메일의 링크를 열어 주십시오"]),
    (
        "de",
        [
            "Wählen Sie Ihr Passwort",
            "Bestätigen Sie Ihre neue Adresse",
            "Neuen Link anfordern",
            "Öffnen Sie den Link in Ihrer Mail",
        ],
    ),
    ("sv", ["Välj ditt lösenord", "Bekräfta din nya adress", "Begär en ny länk", "Öppna länken i ditt mejl"]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_language_is_shown_without_fault_and_kept_from_the_link_to_the_end() {
    in_a_browser(async |browser| {
        for (lang, [choose, confirm, ask, nothing]) in LANGUAGES {
            let world = World::new().await;
            let (_, link) = world.invited().await;
            let here = |link: &str| format!("{link}&lang={lang}");
            browser.open(&format!("{}?lang={lang}", world.page)).await;
            browser.shows(nothing).await;
            browser.open(&here(&link)).await;
            browser.shows(choose).await;
            assert_eq!(browser.value("document.documentElement.lang").await, json!(lang));
            browser.fill("password", GOOD).await;
            browser.fill("repeat", BETTER).await;
            browser.follow("button").await;
            browser.shows(choose).await;
            assert_eq!(browser.texts(".error li").await.len(), 1);
            browser.choose(GOOD).await;
            assert_eq!(browser.value("document.documentElement.lang").await, json!(lang));
            browser.open(&here(&link)).await;
            browser.follow("main a").await;
            browser.shows(ask).await;

            world.asks_to_change_to(NEW).await;
            browser.open(&here(&world.link_to(NEW))).await;
            browser.shows(confirm).await;
            browser.fill("email", ADA).await;
            browser.fill("password", BETTER).await;
            browser.follow("button").await;
            browser.shows(confirm).await;
            browser.forget_cookies().await;
        }
    })
    .await;
}
