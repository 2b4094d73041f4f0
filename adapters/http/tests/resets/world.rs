//! A server on a loopback port, accounts in a file behind it, and a caller that sends what it likes.

use std::{net::SocketAddr, process::Stdio};

use accountable_core::{
    Accounts, Admin, Authentication, Builder, Delivery, DeliveryOptions, Machine, MailList, NewAccount,
    domain::{
        AccountId, Actor, EmailAddress, Event, Incarnation, KeyId, Keyring, LinkUrl, Links, MailedCode,
        Origin, Password, PasswordPolicy, ReturnUrl,
    },
    port::Mailer,
};
use accountable_http::{
    Guard, Limits, Says,
    auth::{BearerKeys, NcpKey, NcpSignatures, Secret, signature},
    profile::{data_forest, payway},
};
use accountable_memory::{InsecureTestHasher, ManualClock, RecordingMailer, SeededEntropy};
use accountable_sqlite::{Options, SqliteStore, rusqlite::Connection};
use axum::{Router, http::Method};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::mpsc,
};
use url::Url;
use zeroize::Zeroizing;

/// The page and the return URL of Payway's sample.
pub(crate) const PAGE: &str = "https://www.yoursite.se/reset_password";
pub(crate) const BACK: &str = "https://www.yoursite.se/return_url";
const ACCESS_KEY: &str = "AN-ACCESS-KEY-OF-OURS";
const SECRET: &str = "0123456789abcdef0123456789abcdef01234567";

/// Accounts, and whatever they need.
pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) clock: ManualClock,
    pub(crate) mailer: RecordingMailer,
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(policy: PasswordPolicy) -> Self {
        Self::with(policy, |mailer, _| mailer.clone(), |builder, _| builder)
    }

    /// With a mailer around the one that records, and with more said to the builder.
    pub(crate) fn with<M: Mailer>(
        policy: PasswordPolicy,
        mailer: impl FnOnce(&RecordingMailer, &ManualClock) -> M,
        more: impl FnOnce(Builder, &ManualClock) -> Builder,
    ) -> Self {
        Self::on(&Options::default(), policy, mailer, more)
    }

    /// With more said to the store as well.
    pub(crate) fn on<M: Mailer>(
        options: &Options,
        policy: PasswordPolicy,
        mailer: impl FnOnce(&RecordingMailer, &ManualClock) -> M,
        more: impl FnOnce(Builder, &ManualClock) -> Builder,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store =
            SqliteStore::open(folder.path().join("accounts.db"), Incarnation::from_bytes([7; 16]), options);
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
        let recorder = RecordingMailer::new();
        let machine = Machine::new(clock.clone(), SeededEntropy::new(42), InsecureTestHasher::new(1));
        let outgoing = mailer(&recorder, &clock);
        let builder = Accounts::builder(machine, store.unwrap(), outgoing, keys(), links()).policy(policy);
        let accounts = more(builder, &clock).build().unwrap();
        Self { accounts, clock, mailer: recorder, folder }
    }

    pub(crate) fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    pub(crate) async fn register(&self, address: &str) -> AccountId {
        self.admin().register(NewAccount::new(email(address))).await.unwrap().id
    }

    /// An account whose owner has chosen this password.
    pub(crate) async fn in_use(&self, address: &str, chosen: &str) -> AccountId {
        let id = self.register(address).await;
        let delivery = self.admin().request_password_set(id, DeliveryOptions::default()).await.unwrap();
        assert_eq!(delivery, Delivery::Delivered);
        let code = code_of(&self.mailer.last_link_to(&email(address)).unwrap());
        let public = self.accounts.public(Origin::Unknown);
        public.choose_password(&code, &password(chosen)).await.unwrap();
        while self.accounts.sweep(100).await.unwrap().delivered > 0 {}
        id
    }

    pub(crate) async fn log_in(&self, address: &str, typed: &str) -> Authentication {
        let public = self.accounts.public(Origin::Unknown);
        public.authenticate(&email(address), &password(typed), None).await.unwrap()
    }

    /// The link that a courier mails to this address now, if it mails one.
    pub(crate) async fn mailed_link(&self, address: &str) -> Option<Url> {
        let before = self.mailer.count();
        self.accounts.sweep(100).await.unwrap();
        let letters = self.mailer.letters();
        let new = letters.iter().skip(before).filter(|letter| letter.to == email(address));
        let mut links = new.filter_map(|letter| letter.link());
        links.next_back().map(|link| link.expose().parse().unwrap())
    }

    /// All that is stored of what happened and of what is to be mailed.
    pub(crate) async fn trace(&self) -> (Vec<Event>, String) {
        let journal = self.accounts.journal().feed(None, 1_000).await.unwrap().events;
        let outbox = self.admin().mails(&MailList::All { after: None }, 1_000).await.unwrap();
        (journal, format!("{:?}", outbox.items))
    }

    /// Opens the same accounts with other keys of the same names, which only a person can mend.
    pub(crate) fn take_other_keys(&mut self) {
        let path = self.folder.path().join("accounts.db");
        let store = SqliteStore::open(path, Incarnation::from_bytes([7; 16]), &Options::default()).unwrap();
        let entropy = SeededEntropy::new(43);
        let machine = Machine::new(self.clock.clone(), entropy, InsecureTestHasher::new(1));
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap()));
        let other = Keyring::new(key(101), KeyId::parse("one").unwrap(), key(102)).unwrap();
        let builder = Accounts::builder(machine, store, self.mailer.clone(), other, links());
        self.accounts = builder.build().unwrap();
    }

    /// Takes the floor from under the store, as a person does who drops the wrong table.
    pub(crate) fn break_the_store(&self) {
        let host = Connection::open(self.folder.path().join("accounts.db")).unwrap();
        host.execute_batch("PRAGMA foreign_keys = OFF; DROP TABLE accountable_account;").unwrap();
    }

    pub(crate) async fn data_forest(&self, options: data_forest::Options) -> Server {
        let callers = NcpSignatures::new(self.clock.clone());
        let secret = Secret::new(Zeroizing::new(SECRET.into()));
        let name = Actor::parse("data-forest").unwrap();
        callers.add(ACCESS_KEY, NcpKey { secret, name, scopes: vec!["reset".into()] }).unwrap();
        let router = data_forest::router(self.accounts.clone(), callers, options);
        Server::start(router, data_forest::says).await
    }

    /// With keys that have these scopes, one each call.
    pub(crate) async fn payway(&self, options: payway::Options) -> (Server, Bearers) {
        let entropy = SeededEntropy::new(3);
        let keys = BearerKeys::default();
        let key = |name: &str, scopes: &[&str]| {
            let actor = Actor::parse(name).unwrap();
            let drawn = BearerKeys::draw(&entropy, KeyId::parse(name).unwrap(), actor, scopes.to_vec());
            let drawn = drawn.unwrap();
            keys.add(drawn.entry).unwrap();
            drawn.key.expose().to_owned()
        };
        let bearers = Bearers {
            plain: key("shop", &[payway::SCOPE]),
            trusted: key("back-end", &[payway::SCOPE, payway::CODES_SCOPE]),
            codes_only: key("half", &[payway::CODES_SCOPE]),
            none: key("reader", &["/external/account/r"]),
        };
        let router = payway::router(self.accounts.clone(), keys, options);
        (Server::start(router, payway::says).await, bearers)
    }

    /// The headers of a signed call to this path.
    pub(crate) fn signed(&self, path: &str) -> Vec<(String, String)> {
        let timestamp = (self.clock.now_in_milliseconds()).to_string();
        let signature = self.signature(path, &timestamp);
        vec![
            ("x-ncp-apigw-timestamp".into(), timestamp),
            ("x-ncp-iam-access-key".into(), ACCESS_KEY.into()),
            ("x-ncp-apigw-signature-v2".into(), signature),
        ]
    }

    fn signature(&self, path: &str, timestamp: &str) -> String {
        let secret = Secret::new(Zeroizing::new(SECRET.into()));
        signature(&secret, &Method::POST, path, timestamp, ACCESS_KEY)
    }
}

trait Milliseconds {
    fn now_in_milliseconds(&self) -> i64;
}

impl Milliseconds for ManualClock {
    fn now_in_milliseconds(&self) -> i64 {
        use accountable_core::port::Clock as _;
        self.now().as_micros() / 1_000
    }
}

/// Tokens.
pub(crate) struct Bearers {
    pub(crate) plain: String,
    pub(crate) trusted: String,
    pub(crate) codes_only: String,
    pub(crate) none: String,
}

/// A server that runs for as long as the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
}

impl Server {
    async fn start(router: Router, says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let guarded = Guard::new(Limits::default(), SeededEntropy::new(9)).around(router, says);
        tokio::spawn(accountable_http::serve(listener, guarded, std::future::pending()));
        Self { address }
    }

    /// Posts a call as it is, and reads the answer to its end.
    pub(crate) async fn post(&self, path: &str, headers: &[(String, String)], body: &[u8]) -> Answer {
        self.call("POST", path, headers, body).await
    }

    /// The same with another method.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Answer {
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.push_str(&format!("host: {}\r\n", self.address));
        }
        for (name, value) in headers.iter().filter(|sent| **sent != no_host()) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut io = TcpStream::connect(self.address).await.unwrap();
        io.write_all(&[head.as_bytes(), b"x-request-id: test\r\n\r\n", body].concat()).await.unwrap();
        let mut answer = String::new();
        io.read_to_string(&mut answer).await.unwrap();
        Answer::read(&answer)
    }

    /// Runs a sample of a document in a shell, after these replacements; each must be there.
    pub(crate) async fn curl(&self, sample: &str, replacements: &[(&str, &str)]) -> (u16, serde_json::Value) {
        let script = replacements.iter().fold(sample.to_owned(), |script, (from, to)| {
            assert!(script.contains(from), "{from} is not in the sample");
            script.replace(from, to)
        });
        let home = tempfile::tempdir().unwrap();
        std::fs::write(
            home.path().join(".curlrc"),
            "silent\nshow-error\nnoproxy = \"*\"\nwrite-out = \"\\n%{http_code}\"\n",
        )
        .unwrap();
        let mut shell = Command::new("bash");
        shell.arg("-c").arg(&script).env("CURL_HOME", home.path()).stdin(Stdio::null());
        let output = shell.output().await.unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let (body, status) =
            said.rsplit_once('\n').unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        (status.parse().unwrap(), serde_json::from_str(body).unwrap())
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Lines of the head, but for the date.
    pub(crate) head: Vec<String>,
    pub(crate) body: String,
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let head = lines.filter(|line| !line.starts_with("date:")).map(str::to_owned).collect();
        Self { status, head, body: body.to_owned() }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    pub(crate) fn has(&self, line: &str) -> bool {
        self.head.iter().any(|known| known == line)
    }
}

/// Events as a host's task would read them.
pub(crate) fn sink() -> (mpsc::Sender<payway::Event>, mpsc::Receiver<payway::Event>) {
    mpsc::channel(100)
}

pub(crate) fn header(name: &str, value: &str) -> (String, String) {
    (name.into(), value.into())
}

/// Says that a call has no `Host`, which it has otherwise.
pub(crate) fn no_host() -> (String, String) {
    header("host", "\0")
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

/// A value in a link's query.
pub(crate) fn in_query(link: &Url, name: &str) -> String {
    let value = link.query_pairs().find(|(known, _)| known == name);
    value.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn code_of(link: &str) -> MailedCode {
    let link: Url = link.parse().unwrap();
    MailedCode::new(&in_query(&link, "id"), &in_query(&link, "confirmation_code"))
}

pub(crate) fn keys() -> Keyring {
    let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap()));
    Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap()
}

fn links() -> Links {
    Links::to(LinkUrl::parse("https://www.yoursite.se/standard").unwrap())
        .allow_page(LinkUrl::parse(PAGE).unwrap())
        .allow_page(LinkUrl::parse("https://www.yoursite.se/themed?theme=dark").unwrap())
        .allow_return(ReturnUrl::parse(BACK).unwrap())
}
