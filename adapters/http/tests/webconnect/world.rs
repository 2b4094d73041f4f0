//! A world to call into: accounts in a real SQLite file, a clock in hand, mails to look at, a server on loopback.

use std::net::SocketAddr;

use accountable_core::{
    Accounts, Admin, Authentication, Builder, Machine, MailOptions, PublicError,
    domain::{
        AccountId, Actor, EmailAddress, Event, Incarnation, IpFilterGroupName, KeyId, Keyring, LinkUrl,
        Links, MailedCode, Origin, Password, Timestamp,
    },
};
use accountable_http::{
    Connections, Guard, Limits,
    auth::BearerKeys,
    profile::webconnect::{self, Options, READ, WRITE},
};
use accountable_memory::{CountingStore, InsecureTestHasher, ManualClock, RecordingMailer, SeededEntropy};
use accountable_sqlite::SqliteStore;
use axum::Router;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::client::{Answer, Call};

pub(crate) const DEFINITION: &str = "/api/v2/accounts/definition";
pub(crate) const SET_REQUEST: &str = "/api/v2/accounts/password/set-request";

pub(crate) struct World {
    pub(crate) accounts: Accounts,
    /// Counts what the calls cost.
    pub(crate) store: CountingStore<SqliteStore>,
    pub(crate) clock: ManualClock,
    pub(crate) mailer: RecordingMailer,
    pub(crate) address: SocketAddr,
    /// Of a caller named `billing`, who may all.
    pub(crate) key: String,
    pub(crate) reading_key: String,
    pub(crate) writing_key: String,
    server: JoinHandle<()>,
    _stop: oneshot::Sender<()>,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self::built(options, |builder| builder, |router| router).await
    }

    pub(crate) async fn built(
        options: Options,
        settings: impl FnOnce(Builder) -> Builder,
        mount: impl FnOnce(Router) -> Router,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let incarnation = Incarnation::from_bytes([7; 16]);
        let file = folder.path().join("accounts.db");
        let store = SqliteStore::open(file, incarnation, &accountable_sqlite::Options::default()).unwrap();
        let store = CountingStore::new(store);
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap());
        let mailer = RecordingMailer::new();
        let entropy = SeededEntropy::new(42);
        let machine = Machine::new(clock.clone(), entropy.clone(), InsecureTestHasher::new(1));
        let page = LinkUrl::parse("https://app.example/password").unwrap();
        let builder = Accounts::builder(machine, store.clone(), mailer.clone(), keyring(), Links::to(page));
        let accounts = settings(builder).build().unwrap();

        let keys = BearerKeys::default();
        let [key, reading_key, writing_key] =
            [("all", &[READ, WRITE][..]), ("reads", &[READ]), ("writes", &[WRITE])].map(|(id, scopes)| {
                let (id, name) = (KeyId::parse(id).unwrap(), Actor::parse("billing").unwrap());
                let new = BearerKeys::draw(&entropy, id, name, scopes.iter().copied()).unwrap();
                keys.add(new.entry).unwrap();
                new.key.expose().to_owned()
            });

        let router = mount(webconnect::router(accounts.clone(), keys, options));
        // One machine makes all calls, as a billing system does.
        let limits = Limits::default().with_calls_at_once_of_an_origin(256).unwrap();
        let app = Guard::new(limits, entropy).around(router, webconnect::says);
        let connections = Connections::default().with_at_once_of_a_peer(1_024).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(connections.serve(listener, app, async { drop(stopped.await) }));
        Self {
            accounts,
            store,
            clock,
            mailer,
            address,
            key,
            reading_key,
            writing_key,
            server,
            _stop: stop,
            _folder: folder,
        }
    }

    pub(crate) fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    pub(crate) async fn send(&self, call: Call) -> Answer {
        call.send(self.address).await
    }

    /// A call by the caller who may all.
    pub(crate) async fn call(&self, method: &'static str, path: &str) -> Answer {
        self.send(Call::new(method, path).key(&self.key)).await
    }

    pub(crate) async fn call_with(&self, method: &'static str, path: &str, body: &str) -> Answer {
        self.send(Call::new(method, path).key(&self.key).json(body.to_owned())).await
    }

    pub(crate) async fn post(&self, body: &str) -> Answer {
        self.call_with("POST", DEFINITION, body).await
    }

    pub(crate) async fn put(&self, id: &str, body: &str) -> Answer {
        self.call_with("PUT", &one(id), body).await
    }

    pub(crate) async fn request_set(&self, id: &str) -> Answer {
        self.call_with("POST", SET_REQUEST, &format!("{{\"accountId\": \"{id}\"}}")).await
    }

    /// A registered account's id.
    pub(crate) async fn register(&self, address: &str) -> String {
        let answer = self.post(&format!("{{\"mailAddress\": \"{address}\"}}")).await;
        answer.account(201)["id"].as_str().unwrap().to_owned()
    }

    /// An account whose owner has chosen a password.
    pub(crate) async fn in_use(&self, address: &str) -> String {
        let id = self.register(address).await;
        assert_eq!(self.request_set(&id).await.status, 204);
        self.choose_password(address).await;
        id
    }

    /// The owner follows the last link that was mailed.
    pub(crate) async fn choose_password(&self, address: &str) {
        self.choose_password_from(Origin::Unknown, address).await.unwrap();
    }

    pub(crate) async fn choose_password_from(
        &self,
        from: Origin,
        address: &str,
    ) -> Result<AccountId, PublicError> {
        self.accounts
            .public(from)
            .choose_password(&self.mailed_code(address), &chosen())
            .await
            .map(|chosen| chosen.account)
    }

    fn mailed_code(&self, address: &str) -> MailedCode {
        let link = self.mailer.last_link_to(&email(address)).expect("a link was mailed");
        let link = url::Url::parse(&link).unwrap();
        let part = |wanted: &str| {
            link.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).unwrap()
        };
        MailedCode::new(&part("id"), &part("confirmation_code"))
    }

    /// The owner of an account in use changes its address.
    pub(crate) async fn change_email(&self, from: &str, to: &str) {
        let entered = self.accounts.public(Origin::Unknown).authenticate(&email(from), &chosen(), None).await;
        let Ok(Authentication::Granted { stamp, .. }) = entered else { panic!("{entered:?}") };
        let owner = self.accounts.owner(stamp, Origin::Unknown);
        owner.request_email_change(&chosen(), &email(to), &MailOptions::default()).await.unwrap();
        let _ = self.accounts.sweep(100).await.unwrap();
        owner.confirm_email(&self.mailed_code(to)).await.unwrap();
    }

    /// The groups that the document and its siblings name.
    pub(crate) async fn define_groups(&self) {
        for group in ["ipFilterGroupName", "group1"] {
            let name = IpFilterGroupName::parse(group).unwrap();
            self.admin().define_ip_filter_group(&name, vec!["192.0.2.0/24".parse().unwrap()]).await.unwrap();
        }
    }

    pub(crate) async fn journal(&self) -> Vec<Event> {
        let feed = self.accounts.journal().feed(None, 1_000).await.unwrap();
        assert!(feed.events.len() < 1_000);
        feed.events
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(crate) fn one(id: &str) -> String {
    format!("{DEFINITION}/{id}")
}

pub(crate) fn account_id(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn keyring() -> Keyring {
    let key = |first: u8| std::array::from_fn(|at| first + u8::try_from(at).unwrap());
    Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap()
}

fn chosen() -> Password {
    Password::parse("plum trombone 42 Quartz!").unwrap()
}
