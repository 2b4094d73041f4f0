//! A customer's own web page, of an origin of its own, that calls the profile from a script.

use axum::{
    Router,
    response::{Html, IntoResponse},
    routing::get,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{chromium::Browser, world::serving};

/// Notes what the script prints, and how jQuery says that its call ended.
const PAGE: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A customer's page</title>
<script src="/jquery.js"></script>
<script>
    window.printed = [];
    const note = (how) => (event, xhr) => {
        window.ended = { how, status: xhr.status, location: xhr.getResponseHeader("location"), printed };
    };
    $(document).on("ajaxSuccess", note("done")).on("ajaxError", note("fail"));
    console.log = (data) => printed.push(data?.readyState === undefined ? data ?? null : { failed: data.status });
</script>
</head><body><script src="/sample.js"></script></body></html>"#;

/// A page that is not served yet; only its origin is known.
pub(crate) struct Customer {
    listener: TcpListener,
    pub(crate) origin: String,
}

impl Customer {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        Self { listener, origin }
    }

    /// Opens the page, which runs the script, and waits until its call has ended.
    pub(crate) async fn run(self, browser: &Browser, script: String) -> Value {
        let app = Router::new()
            .route("/", get(async || Html(PAGE)))
            .route("/jquery.js", served(browser.tools.jquery.clone()))
            .route("/sample.js", served(script));
        let server: JoinHandle<()> = serving(self.listener, app);
        browser.open(&format!("{}/", self.origin)).await;
        assert_eq!(browser.value("typeof jQuery").await, json!("function"));
        let wait = "const told = arguments[0];
            const look = () => window.ended ? told(window.ended) : setTimeout(look, 20);
            look();";
        let ended = browser.driver.execute_async(wait, Vec::new()).await.expect("the script's call ends");
        server.abort();
        ended.json().clone()
    }
}

fn served<S: Clone + Send + Sync + 'static>(script: String) -> axum::routing::MethodRouter<S> {
    get(async move || ([("content-type", "text/javascript; charset=utf-8")], script).into_response())
}
