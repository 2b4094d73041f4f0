//! Serving as settings say: one realm, its pages, and the contracts that are switched on.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use accountable::{
    Accounts, OsEntropy, Settings, SystemClock,
    domain::{Incarnation, LinkUrl, Purpose},
    http::{
        Guard,
        auth::{BearerKeys, NcpSignatures},
        pages::{self, PagesOptions},
        profile::{data_forest, payway, webconnect},
    },
    testing::MemoryStore,
};
use axum::Router;

use crate::{
    error::{CommandError, failed},
    serve::server::{PreparedServer, guarded, listen, nothing_there},
};

/// Who may call, by either kind of credentials.
struct Callers {
    bearer: BearerKeys,
    ncp: NcpSignatures,
}

/// Makes ready what the settings say. Everything is read before a port is taken, and the accounts' file comes last.
///
/// # Errors
/// [`CommandError::Failed`], naming the option.
pub(super) async fn prepare(
    file: &Path,
    address: Option<SocketAddr>,
    database: Option<PathBuf>,
) -> Result<PreparedServer, CommandError> {
    let mut settings = Settings::from_file(file).map_err(failed)?;
    settings.http.listen = address.unwrap_or(settings.http.listen);
    settings.store.path = database.unwrap_or(settings.store.path);

    let http = &settings.http;
    let guard = http.guard(OsEntropy);
    http.base_path().map_err(failed)?;
    let callers = callers(&settings)?;
    let pages = if http.pages.enabled { pages_of(&settings)? } else { Vec::new() };
    let contracts = [http.webconnect.enabled, http.data_forest.enabled, http.payway.enabled];
    if pages.is_empty() && !contracts.contains(&true) {
        let switch =
            "switch on http.webconnect, http.data_forest, http.payway or http.pages (enabled = true)";
        return Err(failed(format!("{}: there is nothing to serve; {switch}", file.display())));
    }
    let mailer = settings.mail.mailer().map_err(failed)?;
    // Tried in memory, so that whatever is wrong is said before there is a port or a file.
    let nowhere = MemoryStore::new(Incarnation::from_bytes([0; 16]));
    settings.builder_over(nowhere, mailer.clone()).map_err(failed)?.build().map_err(failed)?;

    let listener = listen(http.listen).await?;
    let accounts = settings.builder(mailer).map_err(failed)?.build().map_err(failed)?;
    let router = router(&settings, &guard, &accounts, callers, pages)?;
    let greeting = format!("Ready: http://{}\n", listener.local_addr().map_err(failed)?);
    Ok(PreparedServer { listener, router, connections: http.connections, accounts: vec![accounts], greeting })
}

/// Reads the callers' keys, each file only if a contract needs it.
fn callers(settings: &Settings) -> Result<Callers, CommandError> {
    let http = &settings.http;
    let needs_bearer = http.webconnect.enabled || http.payway.enabled;
    let bearer = if needs_bearer { http.bearer_keys().map_err(failed)? } else { BearerKeys::default() };
    let ncp = match http.data_forest.enabled {
        true => http.ncp_signatures(SystemClock).map_err(failed)?,
        false => NcpSignatures::new(SystemClock),
    };
    Ok(Callers { bearer, ncp })
}

/// The pages that codes lead to, each once.
fn pages_of(settings: &Settings) -> Result<Vec<PagesOptions>, CommandError> {
    let links = settings.links.build().map_err(failed)?;
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
        pages.push(page);
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
    let contracts = [format!("{base}/api/v2/accounts"), format!("{base}/external/api/v1/accounts")];
    if contracts.iter().any(|contract| below(contract)) {
        return Err(failed(format!("links: the page {} is where a contract is", url.as_str())));
    }
    match others.iter().any(|other| other.path() == path || path == format!("{}/new-link", other.path())) {
        true => Err(failed(format!("links: the path of the page {} is another page's", url.as_str()))),
        false => Ok(()),
    }
}

fn router(
    settings: &Settings,
    guard: &Guard,
    accounts: &Accounts,
    callers: Callers,
    pages: Vec<PagesOptions>,
) -> Result<Router, CommandError> {
    let http = &settings.http;
    let under = |router: Router| match http.base_path.as_str() {
        "" => router,
        base => Router::new().nest(base, router),
    };
    let open = pages.into_iter().map(|page| pages::router(accounts.clone(), page));
    let mut router = guarded(guard, open.fold(Router::new(), Router::merge).fallback(nothing_there));
    if http.webconnect.enabled {
        // Not nested: it says its path itself, in `Location`.
        let options = http.webconnect_options().map_err(failed)?;
        let calls = webconnect::router(accounts.clone(), callers.bearer.clone(), options);
        router = router.merge(guarded(guard, calls));
    }
    if http.data_forest.enabled {
        let calls = data_forest::router(accounts.clone(), callers.ncp, http.data_forest.options.clone());
        router = router.merge(guard.around(under(calls), data_forest::says));
    }
    if http.payway.enabled {
        let calls = payway::router(accounts.clone(), callers.bearer, http.payway.options.clone());
        router = router.merge(guard.around(under(calls), payway::says));
    }
    Ok(router)
}
