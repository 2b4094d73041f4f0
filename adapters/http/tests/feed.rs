//! The route that tells what happened: who may read it, where a reader goes on, and what it is never told.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use accountable_core::{
    Accounts, Admin, DeliveryOptions, Machine, MailOptions, NewAccount,
    domain::{
        AccountId, Actor, EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, Origin, Span, Timestamp,
    },
};
use accountable_http::{Guard, Limits, answer::Problem, auth::BearerKeys, feed};
use accountable_memory::{
    FaultyStore, InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer, SeededEntropy,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response},
    response::IntoResponse as _,
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::ServiceExt as _;

const STREAM: (&str, &str) = ("accept", "text/event-stream");

struct World {
    accounts: Accounts,
    store: FaultyStore<MemoryStore>,
    app: Router,
    keys: BearerKeys,
    streams: feed::Streams,
    /// Of a follower, named `crm`.
    key: String,
    /// Of a caller who may do other things.
    key_of_another: String,
}

impl World {
    fn new() -> Self {
        let entropy = SeededEntropy::new(1);
        let store = FaultyStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16])));
        let clock = ManualClock::new(Timestamp::from_micros(1_767_268_800_000_000));
        let machine = Machine::new(clock, entropy.clone(), InsecureTestHasher::new(1));
        let secret = |first: u8| std::array::from_fn(|at| first ^ u8::try_from(at).unwrap());
        let keyring = Keyring::new(secret(1), KeyId::parse("k1").unwrap(), secret(2)).unwrap();
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let accounts = Accounts::builder(machine, store.clone(), RecordingMailer::new(), keyring, links);
        let accounts = accounts.patience(Span::seconds(1)).build().unwrap();
        let keys = BearerKeys::default();
        let [key, key_of_another] = [("crm", feed::SCOPE), ("billing", "events")].map(|(name, scope)| {
            let (id, name) = (KeyId::parse(name).unwrap(), Actor::parse(name).unwrap());
            let new = BearerKeys::draw(&entropy, id, name, [scope]).unwrap();
            keys.add(new.entry).unwrap();
            new.key.expose().to_owned()
        });
        let streams = feed::Streams::at_most(1);
        let router = feed::router(accounts.clone(), keys.clone(), streams.clone());
        let guard = Guard::new(Limits::default(), entropy).admitting_unknown_peers();
        let app = guard.around(router, |trouble| Problem::from(trouble).into_response());
        Self { accounts, store, app, keys, streams, key, key_of_another }
    }

    fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    async fn register(&self, address: &str) -> AccountId {
        let address = EmailAddress::parse(address).unwrap();
        self.admin().register(NewAccount::new(address)).await.unwrap().id
    }

    /// Accounts of this many people, with an event each or more.
    async fn peopled(people: usize) -> Self {
        let world = Self::new();
        for person in 0..people {
            world.register(&format!("p{person}@example.com")).await;
        }
        world
    }

    /// All that is in the journal, as it shall be told.
    async fn journal(&self) -> Vec<Value> {
        let feed = self.accounts.journal().feed(None, 1_000).await.unwrap();
        feed.events.iter().map(|event| serde_json::to_value(event).unwrap()).collect()
    }

    async fn get(&self, key: &str, query: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let request = Request::get(format!("/events{query}")).header("host", "app.example");
        let request = request.header("authorization", format!("Bearer {key}"));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// The events of a page, where to go on, and whether there are more.
    async fn page(&self, query: &str) -> (Vec<Value>, String, bool) {
        let answer = self.get(&self.key, query, &[]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let mut lines: Vec<Value> = std::str::from_utf8(&body)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let last = lines.pop().unwrap();
        (lines, last["next"].as_str().unwrap().to_owned(), last["more"].as_bool().unwrap())
    }

    async fn stream(&self, query: &str, headers: &[(&str, &str)]) -> Stream {
        let headers: Vec<_> = [STREAM].iter().chain(headers).copied().collect();
        let answer = self.get(&self.key, query, &headers).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Stream(answer.into_body())
    }

    async fn refused(&self, query: &str, headers: &[(&str, &str)]) -> (u16, String) {
        problem(self.get(&self.key, query, headers).await).await
    }
}

async fn problem(answer: Response<Body>) -> (u16, String) {
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    (status, body["code"].as_str().unwrap().to_owned())
}

struct Stream(Body);

impl Stream {
    /// What is sent next, as it is; none at the end.
    async fn next(&mut self) -> Option<String> {
        let sent = self.0.frame().await?.unwrap().into_data().unwrap();
        Some(String::from_utf8(sent.to_vec()).unwrap())
    }

    /// The next event and its id, whatever comments come before it.
    async fn event(&mut self) -> (String, Value) {
        loop {
            let sent = self.next().await.unwrap();
            if sent.starts_with(':') {
                continue;
            }
            let (id, data) = sent.strip_prefix("id: ").unwrap().split_once("\ndata: ").unwrap();
            return (id.to_owned(), serde_json::from_str(data.strip_suffix("\n\n").unwrap()).unwrap());
        }
    }
}

#[tokio::test]
async fn pages_tell_each_event_once_and_their_last_line_says_where_to_go_on() {
    let world = World::peopled(5).await;
    let journal = world.journal().await;
    assert!(journal.len() >= 5);
    let (mut told, mut query) = (Vec::new(), String::new());
    loop {
        let (events, next, more) = world.page(&format!("?limit=2{query}")).await;
        assert!(events.len() <= 2);
        told.extend(events);
        query = format!("&after={next}");
        if !more {
            break;
        }
    }
    assert_eq!(told, journal);
    let (events, next, more) = world.page(&format!("?{query}")).await;
    assert_eq!((events, more), (vec![], false), "nothing new");
    world.register("new@example.com").await;
    let (events, _, _) = world.page(&format!("?after={next}")).await;
    assert_eq!(events, world.journal().await[journal.len()..]);
}

#[tokio::test]
async fn who_lacks_the_scope_is_told_nothing() {
    let world = World::peopled(1).await;
    for headers in [&[][..], &[STREAM]] {
        for (key, said) in [("nobody's", (401, "unauthorized")), (&world.key_of_another, (403, "forbidden"))]
        {
            let (status, code) = problem(world.get(key, "", headers).await).await;
            assert_eq!((status, code.as_str()), said);
        }
    }
}

#[tokio::test]
async fn what_is_malformed_is_400_and_a_place_that_is_gone_is_410() {
    let world = World::peopled(1).await;
    for (query, code) in [
        ("?after=xyz", "malformed_cursor"),
        ("?after=0", "malformed_cursor"),
        ("?limit=0", "out_of_bounds"),
        ("?limit=1001", "out_of_bounds"),
        ("?limit=-1", "out_of_bounds"),
        ("?limit=many", "wrong_type"),
        ("?since=1", "unknown_field"),
        ("?limit=1&limit=2", "duplicate_field"),
    ] {
        assert_eq!(world.refused(query, &[]).await, (400, code.to_owned()), "{query}");
    }
    assert_eq!(
        world.refused("", &[STREAM, ("last-event-id", "xyz")]).await,
        (400, "malformed_cursor".into())
    );
    assert_eq!(world.refused("?limit=1", &[STREAM]).await, (400, "unknown_field".into()));
    let twice = [STREAM, ("last-event-id", "00"), ("last-event-id", "00")];
    assert_eq!(world.refused("", &twice).await, (400, "duplicate_field".into()));
    assert_eq!(world.refused("", &[("accept", "text/html")]).await, (406, "not_acceptable".into()));

    let (_, next, _) = world.page("").await;
    let mut restored = next.clone();
    restored.replace_range(0..2, "ff");
    assert_eq!(world.refused(&format!("?after={restored}"), &[]).await, (410, "trimmed".into()));
    assert_eq!(world.refused("?after=00", &[]).await, (410, "trimmed".into()));
    let last = [STREAM, ("last-event-id", restored.as_str())];
    assert_eq!(world.refused(&format!("?after={next}"), &last).await, (410, "trimmed".into()));
}

#[tokio::test(start_paused = true)]
async fn a_stream_tells_what_was_and_what_comes_and_goes_on_from_any_of_its_events() {
    let world = World::peopled(3).await;
    let mut journal = world.journal().await;
    let mut stream = world.stream("", &[]).await;
    let mut told = Vec::new();
    for _ in 0..journal.len() {
        told.push(stream.event().await);
    }
    assert!(told.iter().map(|(_, event)| event).eq(&journal));
    let began = Instant::now();
    world.register("new@example.com").await;
    let (id, event) = stream.event().await;
    journal = world.journal().await;
    assert_eq!(&event, &journal[told.len()]);
    assert!(began.elapsed().as_secs() < 3, "of a clock that stands still but for waits");
    told.push((id, event));
    drop(stream);

    for (at, (id, _)) in told.iter().enumerate().take(told.len() - 1) {
        // Last-Event-ID is newer than what the URL says, which a browser repeats.
        let query = format!("?after={}", told[0].0);
        let mut stream = world.stream(&query, &[("last-event-id", id)]).await;
        assert_eq!(stream.event().await, told[at + 1]);
    }
    let query = format!("?after={}", told[1].0);
    assert_eq!(world.stream(&query, &[("last-event-id", "")]).await.event().await, told[2]);
    let (events, ..) = world.page(&query).await;
    assert_eq!(events, journal[2..], "a page goes on from where a stream was");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_bears_a_comment_every_15_s_and_ends_once_its_key_is_revoked() {
    let world = World::new();
    let mut stream = world.stream("", &[]).await;
    let began = Instant::now();
    for beats in 1..=3_u64 {
        assert_eq!(stream.next().await.unwrap(), ":\n\n");
        assert_eq!(began.elapsed().as_secs(), 15 * beats);
    }
    assert!(world.keys.revoke(&KeyId::parse("crm").unwrap()));
    assert_eq!(stream.next().await, None);
    assert_eq!(began.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn streams_have_their_places_and_end_together() {
    let world = World::new();
    let mut stream = world.stream("", &[]).await;
    assert_eq!(world.refused("", &[STREAM]).await, (503, "overloaded".into()));
    world.page("").await;
    let streams = world.streams.clone();
    let end = async {
        tokio::task::yield_now().await;
        streams.end();
    };
    let began = Instant::now();
    let (sent, ()) = tokio::join!(stream.next(), end);
    assert_eq!((sent, began.elapsed().as_secs()), (None, 0));
    drop(stream);
    let mut late = world.stream("", &[]).await;
    assert_eq!(late.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_stream_outlives_a_store_that_is_away() {
    let world = World::new();
    let mut stream = world.stream("", &[]).await;
    world.store.set_down(true);
    assert_eq!(stream.next().await.unwrap(), ":\n\n");
    assert_eq!(problem(world.get(&world.key, "", &[]).await).await.0, 503);
    world.store.set_down(false);
    world.register("new@example.com").await;
    assert_eq!(stream.event().await.1, world.journal().await[0]);
}

#[tokio::test(start_paused = true)]
async fn nothing_personal_is_told() {
    let world = World::new();
    let id = world.register("ada.lovelace@example.com").await;
    let public = world.accounts.public(Origin::Ip("192.0.2.77".parse().unwrap()));
    for address in ["ada.lovelace@example.com", "stranger@elsewhere.example"] {
        let address = EmailAddress::parse(address).unwrap();
        let _ = public.request_password_reset(&address, MailOptions::default()).await.unwrap();
    }
    let _ = world.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
    let to = EmailAddress::parse("countess@new.example").unwrap();
    world.admin().replace_email(id, &to).await.unwrap();
    world.accounts.sweep(100).await.unwrap();
    let journal = world.journal().await;
    let (page, ..) = world.page("").await;
    assert_eq!(page, journal);
    let mut stream = world.stream("", &[]).await;
    let mut told = json!(page).to_string();
    for _ in &journal {
        told += &stream.event().await.1.to_string();
    }
    for known in [json!(id).as_str().unwrap(), "mail_queued", "stranger", "email_replaced"] {
        assert!(told.contains(known), "{known}: {told}");
    }
    for personal in ["ada", "lovelace", "example", "@", "elsewhere", "countess", "192.0.2"] {
        assert!(!told.to_lowercase().contains(personal), "{personal}: {told}");
    }
}

#[tokio::test]
async fn another_method_and_a_call_without_a_host_are_refused_in_words() {
    let world = World::new();
    let hosts = |request: axum::http::request::Builder, host: &str| request.header("host", host);
    for (request, status, code) in [
        (hosts(Request::post("/events"), "app.example"), 405, "method_not_allowed"),
        (Request::get("/events"), 400, "bad_host"),
        (hosts(hosts(Request::get("/events"), "a.example"), "b.example"), 400, "bad_host"),
    ] {
        let answer = world.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers().get("allow").is_some(), status == 405);
        let body = axum::body::to_bytes(answer.into_body(), 1 << 16).await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["code"], code);
    }
}
