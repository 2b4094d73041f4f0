//! The world fails.

use crate::{
    browser::form,
    world::{GOOD, PATH, World},
};

#[tokio::test]
async fn while_the_store_is_down_pages_say_so_and_when_to_come_back() {
    let world = World::new();
    let (_, link) = world.invited().await;
    let mut browser = world.browser().opened(&link).await;
    let token = browser.get(PATH).await.token();
    let body = form(&[("token", &token), ("password", GOOD), ("repeat", GOOD)]);
    world.store.inner().set_down(true);
    let shown = browser.get(PATH).await;
    let posted = browser.post(PATH, body).await;
    let asked = browser.post("/account/link/new-link", form(&[("email", "ada@example.com")])).await;
    for answer in [shown, posted, asked] {
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert!(answer.says("Something is not working right now") && answer.says(">Try again</a>"));
    }
    world.store.inner().set_down(false);
    assert!(browser.has_cookie());
    assert_eq!(browser.choose(GOOD).await.status, 200);
}
