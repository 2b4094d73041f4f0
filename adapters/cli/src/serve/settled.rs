//! Serving as settings say: the accounts of each realm, their pages, and the contracts that are switched on.

use std::{fmt::Write as _, net::SocketAddr, path::Path, process, sync::Arc};

use accountable::{
    Builder, OsEntropy, Settings, SystemClock,
    domain::Incarnation,
    http::{
        Guard, feed, pages,
        profile::payway::HostMail,
        webhooks::{Endpoint, Follower},
    },
    port::Mailer,
    settings::PasswordPorts,
    sqlite::SqliteStore,
    testing::MemoryStore,
};
use axum::Router;
use tokio::net::TcpListener;

use crate::{
    error::{CommandError, failed, with_causes},
    serve::{
        contracts::{Contract, contracts},
        live::Generation,
        log,
        open_pages::{OpenPage, open_pages},
        reload::{Reloader, Source},
        server::{PreparedServer, StatusListener, guarded, listen, nothing_there},
        status,
        tenants::Tenants,
    },
};

/// Makes ready what the settings say. Everything is read before a port is taken, and the accounts' file comes last.
///
/// # Errors
/// [`CommandError::Failed`], naming the option.
pub(super) async fn prepare(source: Source) -> Result<PreparedServer, CommandError> {
    let settings = source.read()?;
    let parts = parts(&settings, &source.file)?;
    // Tried in memory, so that whatever is wrong is said before there is a port or a file.
    let nowhere = MemoryStore::new(Incarnation::from_bytes([0; 16]));
    for Tenant { settings, .. } in &parts.tenants {
        let builder = settings.builder_sharing(&parts.passwords, nowhere.clone(), parts.mailer.clone());
        builder.map_err(failed)?.build().map_err(failed)?;
    }

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
    pages: Vec<OpenPage>,
    mailer: Arc<dyn Mailer>,
    passwords: PasswordPorts,
    streams: feed::Streams,
    tenants: Vec<Tenant>,
}

/// What is said of one realm.
struct Tenant {
    settings: Settings,
    /// Where its events are told.
    endpoints: Vec<Endpoint>,
    /// Which of its mails the host's own service takes.
    routing: Option<HostMail>,
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
    let pages = if http.pages.enabled { open_pages(settings)? } else { Vec::new() };
    if pages.is_empty() && contracts.is_empty() {
        let switch = "switch on http.pages, or a contract such as http.webconnect (enabled = true)";
        return Err(failed(format!("{}: there is nothing to serve; {switch}", file.display())));
    }
    let mailer = settings.mailer().map_err(failed)?;
    // Of all realms together, for the names, which stand in the metrics.
    settings.endpoints().map_err(failed)?;
    let mut tenants = Vec::new();
    for settings in settings.each_realm() {
        let endpoints = settings.endpoints().map_err(failed)?;
        let routing = settings.mail_routing().map_err(failed)?;
        tenants.push(Tenant { settings, endpoints, routing });
    }
    // A filter of breached passwords is read as a whole: others are served meanwhile.
    let passwords = tokio::task::block_in_place(|| PasswordPorts::new(settings)).map_err(failed)?;
    Ok(Parts { guard, contracts, pages, mailer, passwords, streams, tenants })
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
        let Self { guard, contracts, pages, mailer, passwords, streams, tenants: each } = self;
        let (mut tenants, mut followers) = (Tenants::default(), Vec::new());
        for Tenant { settings, endpoints, routing } in each {
            let builder = settings.builder_sharing(&passwords, store.clone(), mailer.clone());
            let builder = routing.into_iter().fold(builder.map_err(failed)?, Builder::mail_routing);
            let accounts = builder.open().await.map_err(failed)?;
            for endpoint in endpoints {
                let follower = Follower::new(accounts.clone(), endpoint, SystemClock, OsEntropy);
                followers
                    .push(follower.map_err(|error| failed(format!("webhooks: {}", with_causes(&error))))?);
            }
            tenants.add(settings.realm, accounts);
        }
        let router = router(&guard, &tenants, contracts, pages)?;
        for contradiction in settings.contradictions() {
            tracing::warn!("{contradiction}");
        }
        let accounts = tenants.accounts();
        // Last: what is told here stands in the store until it is taken back.
        let process = format!("accountable serve, process {}", process::id());
        let mut presences = Vec::new();
        for accounts in &accounts {
            presences.push(accounts.announce(&process).await.map_err(failed)?);
        }
        Ok(Generation { router, accounts, streams, followers, presences })
    }
}

fn router(
    guard: &Guard,
    tenants: &Tenants,
    contracts: Vec<Contract>,
    pages: Vec<OpenPage>,
) -> Result<Router, CommandError> {
    // All pages have the same way for password managers but for where a new link is asked for: there, the first one's.
    let mut open = pages.first().map(|page| pages::well_known(&page.options)).unwrap_or_default();
    for OpenPage { tenancy, options } in pages {
        open = open.merge(pages::router(tenants.behind(&tenancy)?, options));
    }
    let mut router = guarded(guard, open.fallback(nothing_there));
    for contract in contracts {
        router = router.merge(contract(guard, tenants)?);
    }
    Ok(router)
}
