//! Where password managers look for the page to change a password at.

use accountable_core::domain::LinkUrl;
use accountable_http::pages::{PagesOptions, well_known};

use crate::{browser::Browser, world::PAGE};

const PATH: &str = "/.well-known/change-password";

fn url(text: &str) -> LinkUrl {
    LinkUrl::parse(text).unwrap()
}

#[tokio::test]
async fn it_leads_to_the_best_page_that_there_is() {
    let plain = || PagesOptions::new(url(PAGE));
    let (change, sign_in) = ("https://app.example/settings/password?tab=1", "https://app.example/sign-in");
    for (options, leads_to) in [
        (plain().with_sign_in(url(sign_in)).with_change_password(url(change)), change),
        (plain().with_change_password(url(change)).without_new_links(), change),
        (plain().with_sign_in(url(sign_in)), sign_in),
        (plain(), "https://app.example/account/link/new-link"),
    ] {
        let answer = Browser::new(well_known(&options)).get(PATH).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some(leads_to)));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn where_there_is_no_page_it_is_not_found_as_is_whatever_else_is_well_known() {
    let none = well_known(&PagesOptions::new(url(PAGE)).without_new_links());
    assert_eq!(Browser::new(none).get(PATH).await.status, 404);
    // By this path a manager finds out whether an origin's answers mean anything (W3C, 4).
    let some = well_known(&PagesOptions::new(url(PAGE)));
    let absent = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    assert_eq!(Browser::new(some).get(absent).await.status, 404);
}
