//! What is loaded: accounts in a file, two profiles and the pages over them, on a loopback port, with a courier beside.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc};

use accountable_benches::{PASSWORD, Trouble, key};
use accountable_core::{
    Accounts, Admin, Import, ImportedPassword, Machine, MailList, MailOptions, NewAccount,
    domain::{
        AccountId, Actor, EmailAddress, Incarnation, KeyId, Keyring, LinkUrl, Links, Password, Purpose,
        ReturnUrl, Span,
    },
    port::{Clock as _, PasswordHasher as _, Store, Who},
};
use accountable_http::{
    Connections, Guard, Limits,
    answer::Problem,
    auth::BearerKeys,
    pages::{self, PagesOptions},
    profile::{payway, webconnect},
};
use accountable_memory::RecordingMailer;
use accountable_sqlite::{Options, SqliteStore};
use accountable_system::{Argon2Pool, Argon2Settings, OsEntropy, SystemClock};
use axum::{Router, response::IntoResponse as _};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// The page that links lead to, and where its readers may go on to.
pub(crate) const PAGE: &str = "https://app.example/password";
pub(crate) const BACK: &str = "https://app.example/home";
/// How many may wait for a hashing thread. With the default, 256, nobody would ever be turned away by so many callers;
/// with this nobody waits much longer than a second.
pub(crate) const WAITING: usize = 32;

/// The file, and the keys that open it: what outlives a server.
pub(crate) struct Estate {
    file: PathBuf,
    keys: [[u8; 32]; 2],
    pub(crate) mailer: RecordingMailer,
    hasher: Argon2Pool,
}

impl Estate {
    pub(crate) fn new(file: PathBuf) -> Result<Self, Trouble> {
        let hasher = Argon2Pool::new(&Argon2Settings::default().with_waiting(WAITING))?;
        Ok(Self { file, keys: [key()?, key()?], mailer: RecordingMailer::new(), hasher })
    }

    /// The accounts as a process finds them that has just begun.
    pub(crate) fn open(&self) -> Result<(Accounts, Arc<dyn Store>), Trouble> {
        let life = Incarnation::from_bytes([7; 16]);
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&self.file, life, &Options::default())?);
        let machine = Machine::new(SystemClock, OsEntropy, self.hasher.clone());
        let [first, second] = self.keys;
        let keys = Keyring::new(first, KeyId::parse("one")?, second)?;
        let builder = Accounts::builder(machine, Arc::clone(&store), self.mailer.clone(), keys, links()?);
        Ok((builder.build()?, store))
    }

    /// What somebody's password is, hashed.
    async fn hash(&self) -> Result<String, Trouble> {
        Ok(self.hasher.hash(&Password::parse(PASSWORD)?).await?.expose().to_owned())
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

fn links() -> Result<Links, Trouble> {
    Ok(Links::to(LinkUrl::parse(PAGE)?).allow_return(ReturnUrl::parse(BACK)?))
}

pub(crate) fn admin(accounts: &Accounts) -> Result<Admin, Trouble> {
    Ok(accounts.admin(Actor::parse("campaign")?))
}

/// Who is there before anybody calls.
pub(crate) struct Residents {
    /// New; to be mailed a link.
    pub(crate) awaiting: Vec<(AccountId, EmailAddress)>,
    /// New; with the link that each was given.
    pub(crate) invited: Vec<(AccountId, String)>,
    /// New; to be given a code.
    pub(crate) uninvited: Vec<(AccountId, EmailAddress)>,
    /// With a password.
    pub(crate) in_use: Vec<EmailAddress>,
}

impl Residents {
    /// So many of each.
    pub(crate) async fn settle(
        estate: &Estate,
        accounts: &Accounts,
        of_each: [usize; 4],
    ) -> Result<Self, Trouble> {
        let admin = &admin(accounts)?;
        let hash = &estate.hash().await?;
        let [awaiting, invited, uninvited, in_use] = of_each;
        let new = async |name: &str, number: usize| {
            let email = address(name, number)?;
            let account = admin.register(NewAccount::new(email.clone())).await?;
            Ok::<_, Trouble>((account.id, email))
        };
        let new = &new;
        let invite = async |number| {
            let (id, _) = new("invited", number).await?;
            let mail = MailOptions::default().with_return_url(ReturnUrl::parse(BACK)?);
            let issued = admin.issue_code(id, Purpose::PasswordSet, &mail).await?;
            let (_, target) = issued.link.expose().split_once("app.example").ok_or("a link elsewhere")?;
            Ok::<_, Trouble>((id, target.to_owned()))
        };
        let import = async |number| {
            let email = address("resident", number)?;
            let import =
                Import::new(NewAccount::new(email.clone())).with_password(ImportedPassword::new(hash));
            admin.import(import.proven()).await?;
            Ok::<_, Trouble>(email)
        };
        Ok(Self {
            awaiting: at_once(awaiting, |number| new("awaiting", number)).await?,
            invited: at_once(invited, invite).await?,
            uninvited: at_once(uninvited, |number| new("uninvited", number)).await?,
            in_use: at_once(in_use, import).await?,
        })
    }

    pub(crate) fn count(&self) -> usize {
        [self.awaiting.len(), self.invited.len(), self.uninvited.len(), self.in_use.len()].iter().sum()
    }
}

/// One of many domains, as people's are.
pub(crate) fn address(name: &str, number: usize) -> Result<EmailAddress, Trouble> {
    Ok(EmailAddress::parse(&format!("{name}{number}@mail{}.example", number % 97))?)
}

async fn at_once<T, F: Future<Output = Result<T, Trouble>>>(
    count: usize,
    each: impl FnMut(usize) -> F,
) -> Result<Vec<T>, Trouble> {
    stream::iter(0..count).map(each).buffered(64).try_collect().await
}

/// A server that runs, and a courier.
pub(crate) struct Served {
    pub(crate) accounts: Accounts,
    pub(crate) address: SocketAddr,
    /// Of a caller who may all.
    pub(crate) token: String,
    store: Arc<dyn Store>,
    stop: watch::Sender<()>,
    running: [JoinHandle<()>; 2],
}

impl Served {
    pub(crate) async fn start(estate: &Estate) -> Result<Self, Trouble> {
        let (accounts, store) = estate.open()?;
        let keys = BearerKeys::default();
        let scopes = [webconnect::READ, webconnect::WRITE, payway::SCOPE, payway::CODES_SCOPE];
        let caller = BearerKeys::draw(&OsEntropy, KeyId::parse("all")?, Actor::parse("billing")?, scopes)?;
        keys.add(caller.entry)?;
        let router = webconnect::router(accounts.clone(), keys.clone(), webconnect::Options::default())
            .merge(payway::router(accounts.clone(), keys, payway::Options::default()))
            .merge(pages::router(accounts.clone(), PagesOptions::new(LinkUrl::parse(PAGE)?)));
        let guard = Guard::new(Limits::default().with_calls_at_once_of_an_origin(256)?, OsEntropy);
        let app = guard.around(router, |trouble| Problem::from(trouble).into_response());

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (stop, _) = watch::channel(());
        let stopped = |mut stopped: watch::Receiver<()>| async move { drop(stopped.changed().await) };
        // All callers share one address.
        let connections = Connections::default().with_at_once_of_a_peer(1_024)?;
        let ended = stopped(stop.subscribe());
        let server = tokio::spawn(async move { connections.serve(listener, app, ended).await });
        let courier = tokio::spawn(accounts.clone().run_courier(stopped(stop.subscribe())));
        let token = caller.key.expose().to_owned();
        Ok(Self { accounts, address, token, store, stop, running: [server, courier] })
    }

    /// The records of an account and of its first event, as they are kept.
    pub(crate) async fn records(&self, of: AccountId) -> Result<(String, String), Trouble> {
        let account = self.store.load(&Who::id(of)).await?.account.ok_or("no such account")?.value;
        let page = self.accounts.journal().history(of, None, 1).await?;
        let event = page.items.first().ok_or("no event")?;
        Ok((serde_json::to_string(&account)?, serde_json::to_string(event)?))
    }

    /// Ends both; what they have begun they finish.
    pub(crate) async fn end(self) -> Result<(), Trouble> {
        drop(self.stop);
        for ended in self.running {
            ended.await?;
        }
        Ok(())
    }
}

/// A limit served as barely as can be: one handler, and what it does.
pub(crate) async fn serve_limit(
    insert: impl Fn() -> Result<(), Trouble> + Clone + Send + Sync + 'static,
) -> Result<(SocketAddr, JoinHandle<()>), Trouble> {
    use axum::{http::StatusCode, routing::post};
    let handler = async move || {
        let inserted = tokio::task::spawn_blocking(insert).await;
        if matches!(inserted, Ok(Ok(()))) { StatusCode::CREATED } else { StatusCode::INTERNAL_SERVER_ERROR }
    };
    let router = Router::new().route("/", post(handler));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok((address, tokio::spawn(async move { drop(axum::serve(listener, router).await) })))
}

/// Delivers what is left; whether nothing is. What found its recipients' server crowded waits a few seconds.
pub(crate) async fn drained(accounts: &Accounts) -> Result<bool, Trouble> {
    let admin = admin(accounts)?;
    for _ in 0..600 {
        if admin.mails(&MailList::All { after: None }, 1).await?.items.is_empty() {
            return Ok(true);
        }
        accounts.sweep(1_000).await?;
        SystemClock.sleep(Span::millis(100)).await;
    }
    Ok(false)
}
