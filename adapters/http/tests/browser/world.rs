//! Accounts in a real SQLite file, their pages on loopback, a clock in hand, mails to open links from.

use accountable_core::{
    Accounts, Admin, Authentication, DeliveryOptions, Machine, MailOptions, NewAccount, Public,
    domain::{
        AccountId, Actor, EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, Origin, Password,
        PasswordPolicy, ReturnUrl, Timestamp,
    },
    port::Clock as _,
};
use accountable_http::{
    Guard, Limits,
    answer::Problem,
    pages::{self, PagesOptions},
    serve,
};
use accountable_memory::{InsecureTestHasher, ManualClock, RecordingMailer, SeededEntropy};
use accountable_sqlite::SqliteStore;
use axum::{
    Router,
    response::{Html, IntoResponse as _},
    routing::get,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::chromium::Browser;

pub(crate) const ADA: &str = "ada@example.com";
/// Passwords that the policy accepts.
pub(crate) const GOOD: &str = "plum42!trombone";
pub(crate) const BETTER: &str = "velvet77?anchor";

pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) clock: ManualClock,
    pub(crate) mailer: RecordingMailer,
    /// Where the pages are.
    pub(crate) page: String,
    /// Where they lead back to.
    pub(crate) back: String,
    server: JoinHandle<()>,
    _folder: TempDir,
}

/// What accounts stand on, with a file of their own.
pub(crate) fn machine() -> (ManualClock, SeededEntropy, Machine) {
    let clock = ManualClock::new("2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap());
    let entropy = SeededEntropy::new(42);
    (clock.clone(), entropy.clone(), Machine::new(clock, entropy, InsecureTestHasher::new(1)))
}

pub(crate) fn store(folder: &TempDir) -> SqliteStore {
    let (file, incarnation) = (folder.path().join("accounts.db"), Incarnation::from_bytes([7; 16]));
    SqliteStore::open(file, incarnation, &accountable_sqlite::Options::default()).unwrap()
}

pub(crate) fn keyring() -> Keyring {
    let key = |first: u8| std::array::from_fn(|at| first ^ u8::try_from(at).unwrap());
    Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|options| options).await
    }

    /// With pages that the host has made its own.
    pub(crate) async fn with(own: impl FnOnce(PagesOptions) -> PagesOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (page, back) = (format!("{origin}/account/link"), format!("{origin}/home?tab=1&x=2"));
        let (clock, entropy, machine) = machine();
        let mailer = RecordingMailer::new();
        let policy = PasswordPolicy::data_forest_current();
        let at = LinkUrl::parse(&page).unwrap();
        let links = Links::to(at.clone())
            .allow_return(ReturnUrl::parse(&format!("{origin}/home")).unwrap())
            .with_contact("help@app.example".parse().unwrap());
        let accounts = Accounts::builder(machine, store(&folder), mailer.clone(), keyring(), links)
            .policy(policy)
            .build()
            .unwrap();
        let options = PagesOptions::new(at)
            .of("Example & Sons")
            .with_sign_in(LinkUrl::parse(&format!("{origin}/sign-in")).unwrap());
        let home = get(async || Html("<!doctype html><title>Home</title><h1>Home</h1>"));
        let router = pages::router(accounts.clone(), own(options)).route("/home", home);
        let app = Guard::new(Limits::default(), entropy)
            .around(router, |trouble| Problem::from(trouble).into_response());
        let server = serving(listener, app);
        Self { accounts, clock, mailer, page, back, server, _folder: folder }
    }

    pub(crate) fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    pub(crate) fn public(&self) -> Public {
        self.accounts.public(Origin::Unknown)
    }

    /// A new account, and the link to choose its password.
    pub(crate) async fn invited(&self) -> (AccountId, String) {
        let id = self.admin().register(NewAccount::new(email(ADA))).await.unwrap().id;
        let mail = MailOptions::default().with_return_url(ReturnUrl::parse(&self.back).unwrap());
        let options = DeliveryOptions::default().with_mail(mail);
        let _ = self.admin().request_password_set(id, options).await.unwrap();
        (id, self.link_to(ADA))
    }

    /// An account whose owner chose [`GOOD`] in the browser, and now asks for the address `new`.
    pub(crate) async fn changing_to(&self, browser: &Browser, new: &str) {
        let (_, link) = self.invited().await;
        browser.open(&link).await;
        browser.choose(GOOD).await;
        self.asks_to_change_to(new).await;
    }

    /// The owner, whose password is [`GOOD`], asks for the address `new`.
    pub(crate) async fn asks_to_change_to(&self, new: &str) {
        let stamp = match self.public().authenticate(&email(ADA), &password(GOOD), None).await.unwrap() {
            Authentication::Granted { stamp, .. } => stamp,
            other => panic!("{other:?}"),
        };
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        owner.request_email_change(&password(GOOD), &email(new), &MailOptions::default()).await.unwrap();
        self.deliver().await;
    }

    pub(crate) async fn deliver(&self) {
        while self.accounts.sweep(100).await.unwrap().next_due.is_some_and(|due| due <= self.clock.now()) {}
    }

    pub(crate) fn link_to(&self, address: &str) -> String {
        self.mailer.last_link_to(&email(address)).expect("a link was mailed")
    }

    pub(crate) async fn lets_in(&self, address: &str, typed: &str) -> bool {
        let answer = self.public().authenticate(&email(address), &password(typed), None).await.unwrap();
        !matches!(answer, Authentication::Denied(_))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Browser {
    /// Types a password twice, and presses the button.
    pub(crate) async fn choose(&self, typed: &str) {
        self.fill("password", typed).await;
        self.fill("repeat", typed).await;
        self.follow("button").await;
    }
}

/// Serves until it is aborted.
pub(crate) fn serving(listener: TcpListener, app: Router) -> JoinHandle<()> {
    tokio::spawn(serve(listener, app, std::future::pending()))
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}
