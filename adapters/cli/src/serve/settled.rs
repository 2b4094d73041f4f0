//! Serving as settings say: one realm, its pages, and the contracts that are switched on.

use std::{fmt::Write as _, net::SocketAddr, path::Path, sync::Arc};

use accountable::{
    Accounts, OsEntropy, Settings, SystemClock,
    domain::{Incarnation, LinkUrl, Purpose},
    http::{
        Guard, feed, feedback,
        pages::{self, PagesOptions},
        profile::{data_forest, payway, webconnect},
        webhooks::{Endpoint, Follower},
    },
    port::Mailer,
    sqlite::SqliteStore,
    testing::MemoryStore,
};
use axum::Router;
use tokio::net::TcpListener;

use crate::{
    error::{CommandError, failed, with_causes},
    serve::{
        live::Generation,
        log,
        openapi::{self, Descriptions},
        reload::{Reloader, Source},
        server::{PreparedServer, StatusListener, guarded, listen, nothing_there},
        status,
    },
};

/// The paths of the contracts, below that of all of them: where no page can be.
const CONTRACT_PATHS: [&str; 5] =
    ["/api/v2/accounts", "/external/api/v1/accounts", "/feedback", "/events", openapi::FOLDER];

/// Makes the router of a contract over the accounts, within the guard.
type Contract = Box<dyn FnOnce(&Guard, &Accounts) -> Router + Send>;

/// Makes ready what the settings say. Everything is read before a port is taken, and the accounts' file comes last.
///
/// # Errors
/// [`CommandError::Failed`], naming the option.
pub(super) async fn prepare(source: Source) -> Result<PreparedServer, CommandError> {
    let settings = source.read()?;
    let parts = parts(&settings, &source.file)?;
    // Tried in memory, so that whatever is wrong is said before there is a port or a file.
    let nowhere = MemoryStore::new(Incarnation::from_bytes([0; 16]));
    settings.builder_over(nowhere, parts.mailer.clone()).map_err(failed)?.build().map_err(failed)?;

    log::begin(&settings.log);
    let http = &settings.http;
    let listener = listen(http.listen).await?;
    let status = match settings.status.listen {
        Some(address) => Some(StatusListener {
            listener: status_listener(address).await?,
            longest_overdue: settings.status.longest_overdue,
            counted: status::count(),
        }),
        None => None,
    };
    let store = settings.store.open().map_err(failed)?;
    let generation = parts.over(&settings, store.clone()).await?;
    let mut greeting = String::new();
    if let Some(status) = &status {
        let _ = writeln!(greeting, "Status: http://{}", status.listener.local_addr().map_err(failed)?);
    }
    let _ = writeln!(greeting, "Ready: http://{}", listener.local_addr().map_err(failed)?);
    Ok(PreparedServer {
        listener,
        connections: http.connections,
        proxies: http.proxies.clone(),
        generation,
        reloader: Some(Reloader::new(source, &settings, store)),
        status,
        greeting,
    })
}

async fn status_listener(address: SocketAddr) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address).await.map_err(|error| {
        failed(format!("status.listen: {address} can't be listened on: {}", with_causes(&error)))
    })
}

/// All that settings make beside the store.
pub(super) struct Parts {
    guard: Guard,
    contracts: Vec<Contract>,
    pages: Vec<PagesOptions>,
    mailer: Arc<dyn Mailer>,
    streams: feed::Streams,
    endpoints: Vec<Endpoint>,
}

/// Reads all that the settings of this file name, and makes of it what is served.
///
/// # Errors
/// [`CommandError::Failed`], naming the option.
pub(super) fn parts(settings: &Settings, file: &Path) -> Result<Parts, CommandError> {
    let http = &settings.http;
    let guard = http.guard(OsEntropy);
    let streams = feed::Streams::default();
    let contracts = contracts(settings, &streams)?;
    let pages = if http.pages.enabled { pages_of(settings)? } else { Vec::new() };
    if pages.is_empty() && contracts.is_empty() {
        let switch = "switch on http.pages, or a contract such as http.webconnect (enabled = true)";
        return Err(failed(format!("{}: there is nothing to serve; {switch}", file.display())));
    }
    let mailer = settings.mailer().map_err(failed)?;
    let endpoints = settings.endpoints().map_err(failed)?;
    Ok(Parts { guard, contracts, pages, mailer, streams, endpoints })
}

impl Parts {
    /// What is served over this store.
    ///
    /// # Errors
    /// [`CommandError::Failed`], also where the store was written with other keys.
    pub(super) async fn over(
        self,
        settings: &Settings,
        store: SqliteStore,
    ) -> Result<Generation, CommandError> {
        let Self { guard, contracts, pages, mailer, streams, endpoints } = self;
        let accounts = settings.builder_over(store, mailer).map_err(failed)?.open().await.map_err(failed)?;
        let router = router(&guard, &accounts, contracts, pages);
        let follower = |endpoint| Follower::new(accounts.clone(), endpoint, SystemClock, OsEntropy);
        let followers = endpoints.into_iter().map(follower).collect::<Result<_, _>>();
        let followers = followers.map_err(|error| failed(format!("webhooks: {}", with_causes(&error))))?;
        Ok(Generation { router, accounts: vec![accounts], streams, followers })
    }
}

/// The contracts that are switched on, an entry for each. The callers' keys are read here, each file once, and only if a
/// contract needs it.
fn contracts(settings: &Settings, streams: &feed::Streams) -> Result<Vec<Contract>, CommandError> {
    let http = &settings.http;
    let base = http.base_path().map_err(failed)?.to_owned();
    let descriptions = Descriptions { enabled: http.openapi.enabled };
    let under = {
        let base = base.clone();
        move |router: Router| match base.as_str() {
            "" => router,
            base => Router::new().nest(base, router),
        }
    };
    let mut read = None;
    let mut bearer_keys = || {
        let keys = match read.take() {
            Some(keys) => keys,
            None => http.bearer_keys().map_err(failed)?,
        };
        Ok::<_, CommandError>(read.insert(keys).clone())
    };
    let mut contracts: Vec<Contract> = Vec::new();
    if http.webconnect.enabled {
        // Not nested: it says its path itself, in `Location`.
        let (keys, options) = (bearer_keys()?, http.webconnect_options().map_err(failed)?);
        let under = under.clone();
        contracts.push(Box::new(move |guard, accounts| {
            let described = descriptions.route("webconnect", || webconnect::description(&options));
            guarded(guard, webconnect::router(accounts.clone(), keys, options).merge(under(described)))
        }));
    }
    if http.data_forest.enabled {
        let keys = http.ncp_signatures(SystemClock).map_err(failed)?;
        let (under, base, options) = (under.clone(), base.clone(), http.data_forest.options.clone());
        contracts.push(Box::new(move |guard, accounts| {
            let document = || data_forest::description(accounts, &options).below(&base);
            let described = descriptions.route("data_forest", document);
            let calls = data_forest::router(accounts.clone(), keys, options);
            guard.around(under(calls.merge(described)), data_forest::says)
        }));
    }
    if http.payway.enabled {
        let keys = bearer_keys()?;
        let (under, base, options) = (under.clone(), base.clone(), http.payway.options.clone());
        contracts.push(Box::new(move |guard, accounts| {
            let document = || payway::description(accounts, &options).below(&base);
            let described = descriptions.route("payway", document);
            let calls = payway::router(accounts.clone(), keys, options);
            guard.around(under(calls.merge(described)), payway::says)
        }));
    }
    if http.feedback.enabled {
        let keys = bearer_keys()?;
        let under = under.clone();
        contracts.push(Box::new(move |guard, accounts| {
            guarded(guard, under(feedback::router(accounts.clone(), keys)))
        }));
    }
    if http.feed.enabled {
        let keys = bearer_keys()?;
        let (under, streams) = (under.clone(), streams.clone());
        contracts.push(Box::new(move |guard, accounts| {
            guarded(guard, under(feed::router(accounts.clone(), keys, streams)))
        }));
    }
    Ok(contracts)
}

/// The pages that codes lead to, each once.
fn pages_of(settings: &Settings) -> Result<Vec<PagesOptions>, CommandError> {
    let links = settings.links.build().map_err(failed)?;
    let words = settings.words.build().map_err(failed)?;
    let mut urls: Vec<&LinkUrl> = Vec::new();
    for purpose in Purpose::ALL {
        let url = links.page(purpose);
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    let mut pages: Vec<PagesOptions> = Vec::new();
    for url in urls {
        let service = settings.mail.service.as_deref();
        let page = settings.http.pages.options(url.clone(), service).map_err(failed)?;
        refuse_clash(settings, url, &page, &pages)?;
        pages.push(page.with_words(words.clone()));
    }
    Ok(pages)
}

/// Refuses a page whose path is a contract's or another page's, since one path has one answer.
fn refuse_clash(
    settings: &Settings,
    url: &LinkUrl,
    page: &PagesOptions,
    others: &[PagesOptions],
) -> Result<(), CommandError> {
    let path = page.path();
    let below =
        |other: &str| path == other || path.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
    let base = &settings.http.base_path;
    if CONTRACT_PATHS.iter().any(|contract| below(&format!("{base}{contract}"))) {
        return Err(failed(format!("links: the page {} is where a contract is", url.as_str())));
    }
    match others.iter().any(|other| other.path() == path || path == format!("{}/new-link", other.path())) {
        true => Err(failed(format!("links: the path of the page {} is another page's", url.as_str()))),
        false => Ok(()),
    }
}

fn router(guard: &Guard, accounts: &Accounts, contracts: Vec<Contract>, pages: Vec<PagesOptions>) -> Router {
    let open = pages.into_iter().map(|page| pages::router(accounts.clone(), page));
    let router = guarded(guard, open.fold(Router::new(), Router::merge).fallback(nothing_there));
    contracts.into_iter().fold(router, |router, contract| router.merge(contract(guard, accounts)))
}
