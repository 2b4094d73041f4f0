//! A receiver of webhooks on this machine, and a follower whose clock does not make anybody wait.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use accountable_core::{
    Accounts, Admin, FollowerName, Machine, MailOptions, NewAccount,
    domain::{
        AccountId, Actor, EmailAddress, Event, Incarnation, KeyId, Keyring, LinkUrl, Links, MailedCode,
        Origin, Password, Purpose, Span, Timestamp,
    },
    port::Clock,
};
use accountable_http::{
    EventForm,
    profile::payway::{Events, HostMail},
    webhooks::{Ended, Endpoint, Follower, MailService, Progress, SigningSecret},
};
use accountable_memory::{
    FaultyStore, InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer, SeededEntropy,
};
use async_trait::async_trait;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::{net::TcpListener, sync::Notify, task::yield_now};

pub(crate) const START: Timestamp = Timestamp::from_micros(1_767_268_800_000_000);

/// By which a receiver is said to be too late.
pub(crate) const PATIENCE: Span = Span::seconds(15);

/// How long a follower waits that has nothing to do.
pub(crate) const PAUSE: Span = Span::seconds(1);

/// So often a test looks whether something is so; then it has failed.
pub(crate) const LOOKS: usize = 5_000_000;

/// A clock whose waits are over at once, and counted: but for how long a receiver may take, which ends where a test says so, and
/// for the pauses of a follower that is to stay idle.
#[derive(Clone)]
pub(crate) struct HurriedClock {
    pub(crate) now: Arc<Mutex<Timestamp>>,
    pub(crate) waits: Arc<Mutex<Vec<Span>>>,
    pub(crate) patience_is_over: Arc<AtomicBool>,
    pub(crate) asked: Arc<Notify>,
    pub(crate) stays_idle: Arc<AtomicBool>,
    pub(crate) is_idle: Arc<AtomicBool>,
}

#[async_trait]
impl Clock for HurriedClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, span: Span) {
        if span == PATIENCE {
            loop {
                if self.patience_is_over.load(Ordering::SeqCst) {
                    return;
                }
                self.asked.notified().await;
            }
        }
        if span == PAUSE && self.stays_idle.load(Ordering::SeqCst) {
            self.is_idle.store(true, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        yield_now().await;
        self.waits.lock().unwrap().push(span);
        let mut now = self.now.lock().unwrap();
        *now = *now + span;
    }
}

/// What arrived at a receiver.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) body: String,
    answered: u16,
}

/// What a receiver answers to the call of this number; none: nothing, for ever.
pub(crate) type Answers = Arc<dyn Fn(usize, &Value) -> Option<u16> + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Receiver {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Answers,
    pub(crate) called: Arc<Notify>,
    /// Whether somebody called where a redirect leads.
    pub(crate) strayed: Arc<AtomicBool>,
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert_eq!(header("content-type"), "application/json");
    let answer = {
        let mut received = receiver.received.lock().unwrap();
        let answer = (receiver.answers)(received.len(), &serde_json::from_str(&body).unwrap());
        received.push(Received {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
            body,
            answered: answer.unwrap_or(0),
        });
        answer
    };
    receiver.called.notify_one();
    match answer {
        Some(status) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [("location", "/elsewhere")], "so it is").into_response()
        }
        None => std::future::pending().await,
    }
}

async fn elsewhere(State(receiver): State<Receiver>) -> StatusCode {
    receiver.strayed.store(true, Ordering::SeqCst);
    StatusCode::INTERNAL_SERVER_ERROR
}

pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) store: FaultyStore<MemoryStore>,
    pub(crate) clock: HurriedClock,
    /// That of the accounts.
    pub(crate) manual: ManualClock,
    pub(crate) mailer: RecordingMailer,
    pub(crate) receiver: Receiver,
    url: String,
    pub(crate) secrets: Vec<Vec<u8>>,
}

/// An endpoint with both secrets.
fn endpoint(name: &str, url: &str, secrets: &[Vec<u8>]) -> Endpoint {
    let secret =
        |at: usize| SigningSecret::parse(&format!("whsec_{}", STANDARD.encode(&secrets[at]))).unwrap();
    Endpoint::new(name.parse().unwrap(), url, secret(0)).unwrap().also_signed_by(secret(1))
}

impl World {
    pub(crate) async fn new(answers: impl Fn(usize, &Value) -> Option<u16> + Send + Sync + 'static) -> Self {
        let answers: Answers = Arc::new(answers);
        let entropy = SeededEntropy::new(1);
        let store = FaultyStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16])));
        let manual = ManualClock::new(START);
        let machine = Machine::new(manual.clone(), entropy, InsecureTestHasher::new(1));
        let secret = |first: u8| std::array::from_fn(|at| first ^ u8::try_from(at).unwrap());
        let keyring = Keyring::new(secret(1), KeyId::parse("k1").unwrap(), secret(2)).unwrap();
        let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
        let receiver =
            Receiver { received: Arc::default(), answers, called: Arc::default(), strayed: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/hooks", post(receive))
            .route("/elsewhere", post(elsewhere).get(elsewhere))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let clock = HurriedClock {
            now: Arc::new(Mutex::new(START)),
            waits: Arc::default(),
            patience_is_over: Arc::default(),
            asked: Arc::default(),
            stays_idle: Arc::default(),
            is_idle: Arc::default(),
        };
        let secrets = vec![vec![3; 24], vec![4; 64]];
        let mailer = RecordingMailer::new();
        let accounts = Accounts::builder(machine, store.clone(), mailer.clone(), keyring, links);
        let service = MailService::new(endpoint("mail", &url, &secrets), clock.clone()).unwrap();
        let accounts = accounts
            .patience(Span::seconds(1))
            .mail_routing(HostMail::new(service, Events::default()).resets_only())
            .build()
            .unwrap();
        Self { accounts, store, clock, manual, mailer, receiver, url, secrets }
    }

    pub(crate) fn name() -> FollowerName {
        "crm".parse().unwrap()
    }

    pub(crate) fn follower(&self) -> Follower {
        self.follower_told(EventForm::Journal)
    }

    pub(crate) fn follower_told(&self, form: EventForm) -> Follower {
        let endpoint = endpoint(Self::name().as_str(), &self.url, &self.secrets).telling(form);
        Follower::new(self.accounts.clone(), endpoint, self.clock.clone(), SeededEntropy::new(2)).unwrap()
    }

    pub(crate) fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    pub(crate) async fn register(&self, person: usize) -> AccountId {
        let address = EmailAddress::parse(&format!("p{person}@example.com")).unwrap();
        self.admin().register(NewAccount::new(address)).await.unwrap().id
    }

    /// Gives an account of this person, which is made if it is not there, a password by a code.
    pub(crate) async fn chooses(&self, person: usize, password: &str) -> AccountId {
        let admin = self.admin();
        let address = EmailAddress::parse(&format!("p{person}@example.com")).unwrap();
        let account = match admin.account_by_email(&address).await.unwrap() {
            Some(account) => account,
            None => admin.register(NewAccount::new(address)).await.unwrap(),
        };
        let purpose = if account.password.is_some() { Purpose::PasswordReset } else { Purpose::PasswordSet };
        let issued = admin.issue_code(account.id, purpose, &MailOptions::default()).await.unwrap();
        let code = MailedCode::new(&account.id.to_string(), &issued.code.expose());
        let new = Password::parse(password).unwrap();
        self.accounts.public(Origin::Unknown).choose_password(&code, &new).await.unwrap();
        account.id
    }

    /// Asks for a reset as a stranger does, and lets a courier do what is due.
    pub(crate) async fn forgets(&self, person: usize) {
        let address = EmailAddress::parse(&format!("p{person}@example.com")).unwrap();
        let public = self.accounts.public(Origin::Unknown);
        let _ = public.request_password_reset(&address, MailOptions::default()).await.unwrap();
        self.accounts.sweep(100).await.unwrap();
    }

    pub(crate) async fn register_all(&self, people: std::ops::Range<usize>) {
        for person in people {
            self.register(person).await;
        }
    }

    pub(crate) async fn journal(&self) -> Vec<Event> {
        self.accounts.journal().feed(None, 1_000).await.unwrap().events
    }

    pub(crate) async fn names(&self) -> Vec<String> {
        self.journal().await.iter().map(|event| format!("{}-{}", event.commit, event.ordinal)).collect()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.receiver.received.lock().unwrap().clone()
    }

    /// The names of the events that were taken, each where it was taken first.
    pub(crate) fn taken(&self) -> Vec<String> {
        let mut taken = Vec::new();
        for received in self.received() {
            if (200..300).contains(&received.answered) && !taken.contains(&received.id) {
                taken.push(received.id);
            }
        }
        taken
    }

    /// Until this is so; and a little longer, so that what is not so any more is seen.
    pub(crate) async fn until(&self, so: impl Fn(&Self) -> bool) {
        let mut looks = 0..LOOKS;
        while !so(self) {
            assert!(looks.next().is_some(), "it is not so: {:#?}", self.received());
            yield_now().await;
        }
        for _ in 0..50 {
            yield_now().await;
        }
    }

    /// Follows until this is so, then ends in good order.
    pub(crate) async fn follow_until(&self, so: fn(&Self) -> bool) -> Ended {
        self.follower().run(self.until(so)).await
    }

    pub(crate) async fn progress(&self) -> Progress {
        Progress::of(&self.accounts, &Self::name()).await.unwrap()
    }
}

/// Runs a future for so many polls, and drops it wherever it is then.
pub(crate) async fn dropped_after(polls: usize, future: impl Future) {
    let mut future = pin!(future);
    for _ in 0..polls {
        if poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await.is_ready() {
            return;
        }
        yield_now().await;
    }
}
