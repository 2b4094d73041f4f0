//! The demonstration: each contract over accounts of its own realm, in one store, with an account to try it on.
//!
//! Nobody need configure anything, so everything is drawn at the start: the keyring, the callers' keys. What is kept of
//! it, beside the accounts where they are kept, is the keyring.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use accountable::{
    AccountView, Accounts, Admin, Argon2Pool, Argon2Settings, Machine, MailOptions, NewAccount, OsEntropy,
    SystemClock,
    domain::{
        Actor, EmailAddress, IpFilterGroupName, KeyId, Keyring, LinkUrl, Links, MailedCode, Origin, Password,
        PasswordPolicy, Purpose, Realm, ReturnUrl,
    },
    http::{
        Connections, Guard, Limits,
        auth::{BearerKey, BearerKeys, NcpKey, NcpSignatures, Secret},
        pages::{self, PagesOptions},
        profile::{data_forest, payway, webconnect},
    },
    keyring_from_file, new_keyring_toml,
    port::{Entropy as _, Store},
    sqlite, write_new_keyring,
};
use axum::Router;
use tempfile::TempDir;

use super::{
    House, around, listen,
    mailbox::Mailbox,
    mailbox_pages, nothing_there,
    paste::{Paste, Shared},
};
use crate::error::{CommandError, failed, unusable};

/// The IP filter group that the printed sample of WebConnect names. It holds this machine, so that it can be used.
pub(super) const GROUP: &str = "ipFilterGroupName";
/// So many demonstrations in one file.
const RUNS: u32 = 10_000;
const FIRST_PASSWORD: &str = "herons wade here";

/// Where the accounts are kept: in a file of the caller's, or in one that is removed at the end.
pub(super) struct Place {
    database: PathBuf,
    /// Beside a file that is kept.
    keys: Option<PathBuf>,
    _temporary: Option<TempDir>,
}

impl Place {
    /// Looks, and makes no file that stays.
    ///
    /// # Errors
    /// [`CommandError::Failed`] where accounts are there whose keys are not: they are a host's, or lost.
    pub(super) fn find(database: Option<&Path>) -> Result<Self, CommandError> {
        let Some(database) = database else {
            let folder = tempfile::tempdir().map_err(failed)?;
            let database = folder.path().join("demo.db");
            return Ok(Self { database, keys: None, _temporary: Some(folder) });
        };
        let mut keys = database.to_owned().into_os_string();
        keys.push(".keys.toml");
        let keys = PathBuf::from(keys);
        if database.exists() && !keys.exists() {
            let problem = format!("its keys, {}, are not there; name a file of its own", keys.display());
            return Err(unusable(database, problem));
        }
        Ok(Self { database: database.to_owned(), keys: Some(keys), _temporary: None })
    }

    fn keyring(&self) -> Result<Keyring, CommandError> {
        let id = KeyId::parse("demo").map_err(failed)?;
        match &self.keys {
            None => {
                let toml = new_keyring_toml(&OsEntropy, &id).map_err(failed)?;
                Keyring::from_toml(&toml).map_err(failed)
            }
            Some(path) => {
                if !path.exists() {
                    write_new_keyring(path, &OsEntropy, &id).map_err(failed)?;
                }
                keyring_from_file(path).map_err(failed)
            }
        }
    }
}

/// What all realms share.
struct Ground {
    base: String,
    keyring: Keyring,
    store: Arc<dyn Store>,
    hasher: Argon2Pool,
    mailbox: Mailbox,
}

/// The accounts of one realm, and the page that their links lead to.
struct Tenant {
    accounts: Accounts,
    page: Router,
}

impl Ground {
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
        let options = PagesOptions::new(page).of(name);
        let accounts = Accounts::builder(machine, store, mailbox, self.keyring.clone(), links)
            .realm(Realm::parse(realm).map_err(failed)?)
            .policy(policy)
            .build()
            .map_err(failed)?;
        let page = pages::router(accounts.clone(), options.offering_new_links());
        Ok(Tenant { accounts, page })
    }
}

/// Makes the demonstration ready. The file is opened once all else is known to be well.
///
/// # Errors
/// [`CommandError`].
pub(super) async fn house(place: &Place, address: Option<SocketAddr>) -> Result<House, CommandError> {
    let address = address.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
    if !address.ip().is_loopback() {
        let problem = "a demonstration shows its mails, links and all, to whoever asks";
        return Err(failed(format!("--listen {address}: {problem}; give 127.0.0.1 or [::1] and a port")));
    }
    let listener = listen(address).await?;
    let base = format!("http://{}", listener.local_addr().map_err(failed)?);
    let keyring = place.keyring()?;
    let hasher = Argon2Pool::new(&Argon2Settings::default()).map_err(failed)?;
    let store = sqlite::open(&place.database).map_err(|error| unusable(&place.database, error))?;
    let ground = Ground { base, keyring, store: Arc::new(store), hasher, mailbox: Mailbox::new() };

    let forest_rule = PasswordPolicy::data_forest_three_classes();
    let hulft = ground.tenant("webconnect", PasswordPolicy::nist(), "WebConnect")?;
    let forest = ground.tenant("data-forest", forest_rule, "Data Forest")?;
    let tulo = ground.tenant("payway", PasswordPolicy::payway(), "Payway")?;

    let (hulft_keys, hulft_key) = bearer("webconnect", [webconnect::READ, webconnect::WRITE])?;
    let (tulo_keys, tulo_key) = bearer("payway", [payway::SCOPE, payway::CODES_SCOPE])?;
    let (signatures, shared) = signatures("data-forest")?;

    let paste = Paste {
        base: &ground.base,
        store: match place.keys {
            Some(_) => format!("{} (kept)", place.database.display()),
            None => "an SQLite file that is removed at the end; --db PATH keeps one".to_owned(),
        },
        hulft: hulft_key,
        account: with_group(&hulft.accounts).await?,
        unregistered: unregistered(&hulft.accounts.admin(operator()?), "sample").await?,
        forest: shared,
        reset: register(&forest.accounts.admin(operator()?), "grace").await?,
        tulo: tulo_key,
        reader: with_password(&tulo.accounts).await?,
    };
    let says = paste.to_string();

    let guard = Guard::new(Limits::default(), OsEntropy);
    let plain = mailbox_pages::router(ground.mailbox.clone())
        .merge(hulft.page)
        .merge(forest.page)
        .merge(tulo.page)
        .fallback(nothing_there);
    let hulft_calls = webconnect::router(hulft.accounts.clone(), hulft_keys, webconnect::Options::default());
    let forest_calls =
        data_forest::router(forest.accounts.clone(), signatures, data_forest::Options::default());
    let tulo_calls = payway::router(tulo.accounts.clone(), tulo_keys, payway::Options::default());
    let router = around(&guard, plain)
        .merge(around(&guard, hulft_calls))
        .merge(guard.around(forest_calls, data_forest::says))
        .merge(guard.around(tulo_calls, payway::says));
    Ok(House {
        listener,
        router,
        connections: Connections::default(),
        accounts: vec![hulft.accounts, forest.accounts, tulo.accounts],
        says,
    })
}

/// Who does what is done at the start.
fn operator() -> Result<Actor, CommandError> {
    Actor::parse("demo").map_err(failed)
}

/// A key that is good here and now.
fn bearer<const N: usize>(name: &str, scopes: [&str; N]) -> Result<(BearerKeys, BearerKey), CommandError> {
    let (id, actor) = (KeyId::parse("demo").map_err(failed)?, Actor::parse(name).map_err(failed)?);
    let new = BearerKeys::draw(&OsEntropy, id, actor, scopes).map_err(failed)?;
    let keys = BearerKeys::of([new.entry]).map_err(failed)?;
    Ok((keys, new.key))
}

/// An access key and its secret.
fn signatures(name: &str) -> Result<(NcpSignatures, Shared), CommandError> {
    let shared = Shared { access_key: hex::<10>()?.to_uppercase(), secret: hex::<20>()? };
    let signatures = NcpSignatures::new(SystemClock);
    let secret = Secret::new(shared.secret.clone().into());
    let key = NcpKey { secret, name: Actor::parse(name).map_err(failed)?, scopes: Vec::new() };
    signatures.add(&shared.access_key, key).map_err(failed)?;
    Ok((signatures, shared))
}

/// So many random octets.
fn hex<const N: usize>() -> Result<String, CommandError> {
    let mut octets = [0; N];
    OsEntropy.fill(&mut octets).map_err(failed)?;
    Ok(octets.map(|octet| format!("{octet:02x}")).concat())
}

/// An account that waits for its first password, and the group that the printed sample names.
async fn with_group(accounts: &Accounts) -> Result<AccountView, CommandError> {
    let admin = accounts.admin(operator()?);
    let name = IpFilterGroupName::parse(GROUP).map_err(failed)?;
    let here = ["127.0.0.0/8", "::1/128"].into_iter().map(str::parse).collect::<Result<_, _>>();
    admin.define_ip_filter_group(&name, here.map_err(failed)?).await.map_err(failed)?;
    register(&admin, "ada").await
}

/// An account whose owner has chosen a password, and can have forgotten it.
async fn with_password(accounts: &Accounts) -> Result<AccountView, CommandError> {
    let admin = accounts.admin(operator()?);
    let account = register(&admin, "test").await?;
    let issued = admin.issue_code(account.id, Purpose::PasswordSet, &MailOptions::default()).await;
    let code = MailedCode::new(&account.id.to_string(), &issued.map_err(failed)?.code.expose());
    let password = Password::parse(FIRST_PASSWORD).map_err(failed)?;
    accounts.public(Origin::Unknown).choose_password(&code, &password).await.map_err(failed)?;
    Ok(account)
}

/// Registers the first address of that name that nobody has: a file that is kept has seen others.
async fn register(admin: &Admin, name: &str) -> Result<AccountView, CommandError> {
    for run in 1..=RUNS {
        match admin.register(NewAccount::new(address(name, run)?)).await {
            Ok(account) => return Ok(account),
            Err(error) if error.code() == "email_taken" => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed("the file has seen enough demonstrations"))
}

/// The first address of that name that nobody has.
async fn unregistered(admin: &Admin, name: &str) -> Result<EmailAddress, CommandError> {
    for run in 1..=RUNS {
        let address = address(name, run)?;
        if admin.account_by_email(&address).await.map_err(failed)?.is_none() {
            return Ok(address);
        }
    }
    Err(failed("the file has seen enough demonstrations"))
}

fn address(name: &str, run: u32) -> Result<EmailAddress, CommandError> {
    let number = if run == 1 { String::new() } else { format!("-{run}") };
    EmailAddress::parse(&format!("{name}{number}@example.com")).map_err(failed)
}
