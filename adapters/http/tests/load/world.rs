//! Two profiles and the pages over one file, a courier beside them; and the file, once both have ended.

use std::{collections::BTreeMap, net::SocketAddr};

use accountable_core::{
    AccountView, Accounts, Admin, Machine, MailList,
    domain::{
        AccountId, Actor, EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, ReturnUrl, Span,
        Timestamp,
    },
};
use accountable_http::{
    Guard, Limits,
    answer::Problem,
    auth::BearerKeys,
    pages::{self, PagesOptions},
    profile::{payway, webconnect},
};
use accountable_memory::{ManualClock, RecordingMailer, SeededEntropy};
use accountable_sqlite::{Options, SqliteStore};
use axum::response::IntoResponse as _;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::narrow::NarrowHasher;

pub(crate) const PAGE: &str = "https://app.example/password";
pub(crate) const BACK: &str = "https://app.example/home";

/// A server that runs.
pub(crate) struct World {
    pub(crate) hasher: NarrowHasher,
    pub(crate) address: SocketAddr,
    /// Of a caller who may all.
    pub(crate) token: String,
    pub(crate) file: File,
    stop: watch::Sender<()>,
    running: [JoinHandle<()>; 2],
}

impl World {
    pub(crate) async fn new() -> Self {
        let (hasher, mailer) = (NarrowHasher::new(), RecordingMailer::new());
        let folder = tempfile::tempdir().unwrap();
        let file = File::open(folder, mailer, &hasher, 1);

        let entropy = SeededEntropy::new(3);
        let keys = BearerKeys::default();
        let (id, name) = (KeyId::parse("all").unwrap(), Actor::parse("billing").unwrap());
        let scopes = [webconnect::READ, webconnect::WRITE, payway::SCOPE, payway::CODES_SCOPE];
        let caller = BearerKeys::draw(&entropy, id, name, scopes).unwrap();
        keys.add(caller.entry).unwrap();

        let accounts = &file.accounts;
        let options = PagesOptions::new(LinkUrl::parse(PAGE).unwrap());
        let router = webconnect::router(accounts.clone(), keys.clone(), webconnect::Options::default())
            .merge(payway::router(accounts.clone(), keys, payway::Options::default()))
            .merge(pages::router(accounts.clone(), options));
        let guard = Guard::new(Limits::default().with_calls_at_once_of_an_origin(256).unwrap(), entropy);
        let app = guard.around(router, |trouble| Problem::from(trouble).into_response());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, _) = watch::channel(());
        let stopped = || {
            let mut stopped = stop.subscribe();
            async move { drop(stopped.changed().await) }
        };
        let server = tokio::spawn(accountable_http::serve(listener, app, stopped()));
        let courier = tokio::spawn(accounts.clone().run_courier(stopped()));
        let token = format!("Bearer {}", caller.key.expose());
        Self { hasher, address, token, file, stop, running: [server, courier] }
    }

    /// Ends, and opens the file anew.
    pub(crate) async fn end(self) -> File {
        drop(self.stop);
        for ended in self.running {
            ended.await.unwrap();
        }
        let File { folder, mailer, accounts, .. } = self.file;
        drop(accounts);
        File::open(folder, mailer, &self.hasher, 2)
    }
}

/// Accounts in a file, as one process has them.
pub(crate) struct File {
    pub(crate) accounts: Accounts,
    pub(crate) mailer: RecordingMailer,
    clock: ManualClock,
    folder: tempfile::TempDir,
}

impl File {
    fn open(folder: tempfile::TempDir, mailer: RecordingMailer, hasher: &NarrowHasher, seed: u64) -> Self {
        let life = Incarnation::from_bytes([7; 16]);
        let store = SqliteStore::open(folder.path().join("accounts.db"), life, &Options::default());
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap());
        let machine = Machine::new(clock.clone(), SeededEntropy::new(seed), hasher.clone());
        let key = |first: u8| std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap()));
        let keys = Keyring::new(key(1), KeyId::parse("one").unwrap(), key(2)).unwrap();
        let links = Links::to(LinkUrl::parse(PAGE).unwrap()).allow_return(ReturnUrl::parse(BACK).unwrap());
        let builder = Accounts::builder(machine, store.unwrap(), mailer.clone(), keys, links);
        Self { accounts: builder.build().unwrap(), mailer, clock, folder }
    }

    pub(crate) fn admin(&self) -> Admin {
        self.accounts.admin(Actor::parse("staff").unwrap())
    }

    pub(crate) async fn account(&self, id: AccountId) -> AccountView {
        let found = self.admin().account(id).await.unwrap();
        found.unwrap_or_else(|| panic!("{id} is not there"))
    }

    /// Delivers what is left in the outbox; what found its recipients' server crowded waits a few seconds.
    pub(crate) async fn drain(&self) {
        for _ in 0..100 {
            let left = self.admin().mails(&MailList::All { after: None }, 1).await.unwrap();
            if left.items.is_empty() {
                return;
            }
            self.accounts.sweep(100).await.unwrap();
            self.clock.advance(Span::seconds(5));
        }
        panic!("the outbox does not drain");
    }

    /// How many links went to each address.
    pub(crate) fn links_mailed(&self) -> BTreeMap<EmailAddress, usize> {
        let mut mailed = BTreeMap::new();
        for letter in self.mailer.letters().into_iter().filter(|letter| letter.link().is_some()) {
            let count: &mut usize = mailed.entry(letter.to).or_default();
            *count = count.saturating_add(1);
        }
        mailed
    }
}
