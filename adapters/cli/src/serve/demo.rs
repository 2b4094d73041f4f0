//! The demonstration: each contract over accounts of its own realm, in one store, with an account to try it on.
//!
//! It needs no configuration: the keyring and the callers' keys are drawn at the start. Where the accounts are kept, so is
//! the keyring, and the callers' keys are drawn anew each time.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use accountable::{
    Accounts, Argon2Pool, Argon2Settings, Machine, OsEntropy, SystemClock,
    domain::{Actor, KeyId, Keyring, LinkUrl, Links, PasswordPolicy, Realm, ReturnUrl},
    http::{
        Connections, Guard, Limits, WebOrigins,
        auth::{BearerKey, BearerKeys, NcpKey, NcpSignatures, Secret},
        feed::Streams,
        origin::Proxies,
        pages::{self, PagesOptions},
        profile::{data_forest, payway, webconnect},
    },
    port::{Entropy as _, Store},
    sqlite,
};
use axum::Router;

use crate::{
    error::{CommandError, failed, unusable},
    serve::{
        demo_files::DemoFiles,
        live::Generation,
        mailbox::DemoMailbox,
        mailbox_pages,
        paste::{NcpCredentials, Paste},
        samples,
        server::{PreparedServer, guarded, listen, nothing_there},
    },
    words,
};

/// What the accounts of all realms are made with.
struct SharedParts {
    base: String,
    keyring: Keyring,
    store: Arc<dyn Store>,
    hasher: Argon2Pool,
    mailbox: DemoMailbox,
}

/// The accounts of one realm, and the page that their links lead to.
struct Tenant {
    accounts: Accounts,
    page: Router,
}

impl SharedParts {
    fn tenant(
        &self,
        realm: &str,
        policy: PasswordPolicy,
        name: &'static str,
    ) -> Result<Tenant, CommandError> {
        let url = |path: &str| format!("{}{path}", self.base);
        let page = LinkUrl::parse(&url(&format!("/{realm}/password"))).map_err(failed)?;
        let documented = "https://www.yoursite.se";
        let links = Links::to(page.clone())
            .allow_page(LinkUrl::parse(&format!("{documented}/reset_password")).map_err(failed)?)
            .allow_return(ReturnUrl::parse(&url("/mailbox")).map_err(failed)?)
            .allow_return(ReturnUrl::parse(&format!("{documented}/return_url")).map_err(failed)?);
        let machine = Machine::new(SystemClock, OsEntropy, self.hasher.clone());
        let (store, mailbox) = (Arc::clone(&self.store), self.mailbox.clone());
        let options = PagesOptions::new(page).of(name).with_words(words::shared().clone());
        let accounts = Accounts::builder(machine, store, mailbox, self.keyring.clone(), links)
            .realm(Realm::parse(realm).map_err(failed)?)
            .policy(policy)
            .build()
            .map_err(failed)?;
        let page = pages::router(accounts.clone(), options);
        Ok(Tenant { accounts, page })
    }
}

/// Makes the demonstration ready, for pages of these web origins too. The file is opened once everything else is known to work.
///
/// # Errors
/// [`CommandError::Failed`], naming the option or the file that is why.
pub(super) async fn prepare(
    files: &DemoFiles,
    address: Option<SocketAddr>,
    web_origins: WebOrigins,
) -> Result<PreparedServer, CommandError> {
    let address = address.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
    if !address.ip().is_loopback() {
        let problem = "a demonstration shows its mails, links and all, to whoever asks";
        return Err(failed(format!("--listen {address}: {problem}; give 127.0.0.1 or [::1] and a port")));
    }
    let listener = listen(address).await?;
    let base = format!("http://{}", listener.local_addr().map_err(failed)?);
    let keyring = files.keyring()?;
    let hasher = Argon2Pool::new(&Argon2Settings::default()).map_err(failed)?;
    let store = sqlite::open(&files.database).map_err(|error| unusable(&files.database, error))?;
    let parts = SharedParts { base, keyring, store: Arc::new(store), hasher, mailbox: DemoMailbox::new() };

    let forest_rule = PasswordPolicy::data_forest_three_classes();
    let hulft = parts.tenant("webconnect", PasswordPolicy::nist(), "WebConnect")?;
    let forest = parts.tenant("data-forest", forest_rule, "Data Forest")?;
    let tulo = parts.tenant("payway", PasswordPolicy::payway(), "Payway")?;

    let (hulft_keys, hulft_key) = bearer("webconnect", [webconnect::READ, webconnect::WRITE])?;
    let (tulo_keys, tulo_key) = bearer("payway", [payway::SCOPE, payway::CODES_SCOPE])?;
    let (signatures, shared) = signatures("data-forest")?;

    let paste = Paste {
        base: &parts.base,
        store: match files.are_kept() {
            true => format!("{} (kept)", files.database.display()),
            false => "an SQLite file that is removed at the end; --db PATH keeps one".to_owned(),
        },
        hulft: hulft_key,
        account: samples::with_group(&hulft.accounts).await?,
        unregistered: samples::unregistered(&hulft.accounts, "sample").await?,
        forest: shared,
        reset: samples::register(&forest.accounts, "grace").await?,
        tulo: tulo_key,
        reader: samples::with_password(&tulo.accounts).await?,
    };
    let greeting = paste.to_string();

    let guard = Guard::new(Limits::default(), OsEntropy).with_web_origins(web_origins);
    let plain = mailbox_pages::router(parts.mailbox.clone())
        .merge(hulft.page)
        .merge(forest.page)
        .merge(tulo.page)
        .fallback(nothing_there);
    let hulft_calls = webconnect::router(hulft.accounts.clone(), hulft_keys, webconnect::Options::default());
    let forest_calls =
        data_forest::router(forest.accounts.clone(), signatures, data_forest::Options::default());
    let tulo_calls = payway::router(tulo.accounts.clone(), tulo_keys, payway::Options::default());
    let router = guarded(&guard, plain)
        .merge(guarded(&guard, hulft_calls))
        .merge(guard.around(forest_calls, data_forest::says))
        .merge(guard.around(tulo_calls, payway::says));
    Ok(PreparedServer {
        listener,
        connections: Connections::default(),
        proxies: Proxies::none(),
        generation: Generation {
            router,
            accounts: vec![hulft.accounts, forest.accounts, tulo.accounts],
            streams: Streams::default(),
            followers: Vec::new(),
            presences: Vec::new(),
        },
        reloader: None,
        status: None,
        greeting,
    })
}

/// A bearer key with these scopes, and the list of keys that accepts it.
fn bearer<const N: usize>(name: &str, scopes: [&str; N]) -> Result<(BearerKeys, BearerKey), CommandError> {
    let (id, actor) = (KeyId::parse("demo").map_err(failed)?, Actor::parse(name).map_err(failed)?);
    let new = BearerKeys::draw(&OsEntropy, id, actor, scopes).map_err(failed)?;
    let keys = BearerKeys::of([new.entry]).map_err(failed)?;
    Ok((keys, new.key))
}

/// Signatures that accept one access key, and that key with its secret.
fn signatures(name: &str) -> Result<(NcpSignatures, NcpCredentials), CommandError> {
    let shared = NcpCredentials { access_key: hex::<10>()?.to_uppercase(), secret: hex::<20>()? };
    let signatures = NcpSignatures::new(SystemClock);
    let secret = Secret::new(shared.secret.clone().into());
    let key = NcpKey { secret, name: Actor::parse(name).map_err(failed)?, scopes: Vec::new() };
    signatures.add(&shared.access_key, key).map_err(failed)?;
    Ok((signatures, shared))
}

/// As many random octets as `N` says, in hexadecimal digits.
fn hex<const N: usize>() -> Result<String, CommandError> {
    let mut octets = [0; N];
    OsEntropy.fill(&mut octets).map_err(failed)?;
    Ok(octets.map(|octet| format!("{octet:02x}")).concat())
}
