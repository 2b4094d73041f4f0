//! Accounts over HTTP: where, for whom, and which contracts.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use accountable_core::{
    domain::LinkUrl,
    port::{Clock, Entropy},
};
use accountable_http::{
    Connections, Guard, Limits, SCOPES, WebOrigins,
    auth::{BearerKeys, NcpSignatures},
    origin::Proxies,
    pages::{PagesOptions, Template, Templates},
    profile::{data_forest, payway, webconnect},
};
use accountable_system::secrets_from_file;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Contract, LARGEST, SettingsError, file::text_of};

/// The section `http`: accounts over HTTP. A build without the feature `axum` reads the section and does not look at
/// it.
///
/// `accountable serve` does all that it says. A host that mounts routers itself takes the parts that it wants: the
/// guard, the keys, the options of a profile.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HttpSettings {
    /// The address and port to listen on: `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// The path that all contracts are served below; empty by default. The pages are where the section `links` says.
    pub base_path: String,
    /// The web origins whose pages may call from browsers (CORS); none by default.
    #[serde(deserialize_with = "web_origins")]
    pub web_origins: WebOrigins,
    /// Whether to let in calls whose peer the server does not tell, as over a Unix socket; no by default. Nothing that
    /// is counted by origin is bounded for them: see [`Guard::admitting_unknown_peers`].
    pub admit_unknown_peers: bool,
    /// The file of bearer keys (RFC 6750) that may call: `bearer-keys.toml`. It is read only if a contract needs it.
    pub bearer_keys_file: PathBuf,
    /// The file of shared secrets whose signatures may call: `ncp-keys.toml`. It is read only if a contract needs it.
    pub ncp_keys_file: PathBuf,
    /// The proxies whose word counts.
    pub proxies: Proxies,
    /// The limits that each call is held to: sizes, times, and how many at once.
    pub limits: Limits,
    /// The limits that each connection is held to.
    pub connections: Connections,
    /// The section `http.pages`: the pages that mailed links lead to.
    pub pages: PagesSettings,
    /// The section `http.webconnect`: the contract of HULFT-WebConnect. [`HttpSettings::webconnect_options`] adds the
    /// base path of all contracts.
    pub webconnect: Contract<webconnect::Options>,
    /// The section `http.data_forest`: the contract of Data Forest.
    pub data_forest: Contract<data_forest::Options>,
    /// The section `http.payway`: the contract of Payway.
    pub payway: Contract<payway::Options>,
    /// The section `http.feedback`: the route for mails that came back. It needs the features `axum` and `mail`.
    pub feedback: FeedbackSettings,
    /// The section `http.feed`: the route that tells other programs what happened.
    pub feed: FeedSettings,
    /// The section `http.openapi`: the contracts that are served, described for machines. It needs the feature `openapi`.
    pub openapi: OpenApiSettings,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            base_path: String::new(),
            web_origins: WebOrigins::default(),
            admit_unknown_peers: false,
            bearer_keys_file: PathBuf::from("bearer-keys.toml"),
            ncp_keys_file: PathBuf::from("ncp-keys.toml"),
            proxies: Proxies::default(),
            limits: Limits::default(),
            connections: Connections::default(),
            pages: PagesSettings::default(),
            webconnect: Contract::default(),
            data_forest: Contract::default(),
            payway: Contract::default(),
            feedback: FeedbackSettings::default(),
            feed: FeedSettings::default(),
            openapi: OpenApiSettings::default(),
        }
    }
}

/// Names the option: the place of an error is that of the whole list.
fn web_origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WebOrigins, D::Error> {
    let no = |error| serde::de::Error::custom(format!("http.web_origins: {error}"));
    WebOrigins::try_from(Vec::<String>::deserialize(deserializer)?).map_err(no)
}

/// The section `http.pages`: the pages that mailed links lead to. Where they are served says the section `links`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PagesSettings {
    /// Whether the pages are served; yes by default. Switch this off where the host has pages of its own.
    pub enabled: bool,
    /// Whether readers of a dead link may ask for a new one; yes by default.
    pub offer_new_links: bool,
    /// The host's page to sign in at, which the pages lead to; none by default. Whom readers turn to says `links.contact`.
    pub sign_in_url: Option<LinkUrl>,
    /// The host's page to change a password at, for password managers; by default they are led to the page to sign in at, or
    /// to the one that mails a new link.
    pub change_password_url: Option<LinkUrl>,
    /// Whether the bearer of a link is shown the whole address that it was mailed to; no by default: it is masked.
    pub show_full_addresses: bool,
    /// The path of a style sheet that takes the place of ours; none by default.
    pub style_file: Option<PathBuf>,
    /// The path of a folder with templates (`choose.html` ..) that take the place of ours; none by default. The one of a name
    /// that is not there stays ours.
    pub template_folder: Option<PathBuf>,
}

impl Default for PagesSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            offer_new_links: true,
            sign_in_url: None,
            change_password_url: None,
            show_full_addresses: false,
            style_file: None,
            template_folder: None,
        }
    }
}

impl PagesSettings {
    /// Makes the options of the pages at a URL, for a service of this name if it has one. Reads the style sheet and the
    /// templates where they are named.
    ///
    /// # Errors
    /// [`SettingsError::File`] where the style sheet, the folder or a template can't be read, [`SettingsError::TooLarge`] where
    /// one is too large; [`SettingsError::UnknownTemplate`], [`SettingsError::Templates`] where no page can be made of them.
    pub fn options(&self, page: LinkUrl, service: Option<&str>) -> Result<PagesOptions, SettingsError> {
        let mut options = PagesOptions::new(page);
        if let Some(service) = service {
            options = options.of(service.to_owned());
        }
        if !self.offer_new_links {
            options = options.without_new_links();
        }
        if self.show_full_addresses {
            options = options.naming_accounts_in_full();
        }
        options = self.sign_in_url.iter().cloned().fold(options, PagesOptions::with_sign_in);
        options = self.change_password_url.iter().cloned().fold(options, PagesOptions::with_change_password);
        if let Some(file) = &self.style_file {
            options = options.with_style(text_of(file, LARGEST)?);
        }
        if let Some(folder) = &self.template_folder {
            let templates = Templates::builtin().with(templates_in(folder)?);
            let broken = |source| SettingsError::Templates { path: folder.clone(), source };
            options = options.with_templates(templates.map_err(broken)?);
        }
        Ok(options)
    }
}

/// The templates of the pages in this folder: each file that ends in `.html` is one.
fn templates_in(folder: &Path) -> Result<Vec<(Template, String)>, SettingsError> {
    let failed = |source| SettingsError::File { path: folder.to_owned(), source };
    let mut templates = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "html") {
            let template = path.file_name().and_then(|name| Template::named(name.to_str()?));
            let template = template.ok_or_else(|| SettingsError::UnknownTemplate(path.clone()))?;
            templates.push((template, text_of(&path, LARGEST)?));
        }
    }
    Ok(templates)
}

/// The section `http.feedback`: `POST /feedback`, by which mail servers hand over mails that came back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FeedbackSettings {
    /// Whether the route is served; no by default.
    pub enabled: bool,
}

/// The section `http.feed`: `GET /events`, by which other programs follow what happened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FeedSettings {
    /// Whether the route is served; no by default.
    pub enabled: bool,
}

/// The section `http.openapi`: what each contract that is served takes and answers, as OpenAPI 3.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct OpenApiSettings {
    /// Whether the documents are served, to everybody; yes by default. There is no secret in them, and nothing of any account.
    pub enabled: bool,
}

impl Default for OpenApiSettings {
    fn default() -> Self {
        Self { enabled: true }
    }
}

impl HttpSettings {
    /// Makes the guard to put around each router, with the limits, the proxies and the web origins of these settings.
    #[must_use]
    pub fn guard(&self, entropy: impl Entropy) -> Guard {
        let guard = Guard::new(self.limits, entropy)
            .with_proxies(self.proxies.clone())
            .with_web_origins(self.web_origins.clone());
        if self.admit_unknown_peers { guard.admitting_unknown_peers() } else { guard }
    }

    /// Reads the file of bearer keys, of 64 KiB at most. Whoever may change it lets anybody in: on Unix only its owner may have
    /// access to it.
    ///
    /// # Errors
    /// [`SettingsError::BearerKeyFile`] where the file can't be read or others have access to it, [`SettingsError::BearerKeys`]
    /// where it is malformed, and [`SettingsError::UnknownScope`] where a key has a scope that no route asks for.
    pub fn bearer_keys(&self) -> Result<BearerKeys, SettingsError> {
        self.bearer_keys_with(&[])
    }

    /// Reads the file of bearer keys as [`bearer_keys`](Self::bearer_keys) does, for a host with routes of its own, whose keys may
    /// have these scopes besides.
    ///
    /// # Errors
    /// Those of [`bearer_keys`](Self::bearer_keys).
    pub fn bearer_keys_with(&self, scopes: &[&str]) -> Result<BearerKeys, SettingsError> {
        let path: &Path = &self.bearer_keys_file;
        let text = secrets_from_file(path).map_err(SettingsError::BearerKeyFile)?;
        let keys = BearerKeys::from_toml(&text)
            .map_err(|source| SettingsError::BearerKeys { path: path.to_owned(), source })?;
        for entry in keys.entries() {
            let known = |scope: &&String| SCOPES.iter().chain(scopes).any(|known| known == scope);
            if let Some(unknown) = entry.scopes.iter().find(|scope| !known(scope)) {
                return Err(SettingsError::UnknownScope {
                    path: path.to_owned(),
                    key: entry.id.to_string(),
                    scope: shown_scope(unknown),
                });
            }
        }
        Ok(keys)
    }

    /// Reads the file of shared secrets, by which callers sign. There are secrets in it: on Unix only its owner may
    /// have access to it.
    ///
    /// # Errors
    /// [`SettingsError::NcpKeyFile`] where the file can't be read or others may read it, [`SettingsError::NcpKeys`]
    /// where it is malformed.
    pub fn ncp_signatures(&self, clock: impl Clock) -> Result<NcpSignatures, SettingsError> {
        let text = secrets_from_file(&self.ncp_keys_file).map_err(SettingsError::NcpKeyFile)?;
        NcpSignatures::from_toml(clock, &text)
            .map_err(|source| SettingsError::NcpKeys { path: self.ncp_keys_file.clone(), source })
    }

    /// The path that all contracts are served below.
    ///
    /// # Errors
    /// [`SettingsError::BasePath`] where the path is not one that others can follow.
    pub fn base_path(&self) -> Result<&str, SettingsError> {
        webconnect::Options::default().with_base(&self.base_path)?;
        Ok(&self.base_path)
    }

    /// The options of WebConnect, below the base path of all contracts.
    ///
    /// # Errors
    /// [`SettingsError::BasePath`] where the path is not one that others can follow.
    pub fn webconnect_options(&self) -> Result<webconnect::Options, SettingsError> {
        let base = format!("{}/api/v2", self.base_path()?);
        Ok(self.webconnect.options.clone().with_base(&base)?)
    }

    /// Makes relative paths relative to this folder.
    pub(super) fn beside(&mut self, folder: &Path) {
        self.bearer_keys_file = folder.join(&self.bearer_keys_file);
        self.ncp_keys_file = folder.join(&self.ncp_keys_file);
        self.pages.style_file = self.pages.style_file.take().map(|file| folder.join(file));
        self.pages.template_folder = self.pages.template_folder.take().map(|own| folder.join(own));
    }
}

/// A scope as errors show it: not where it may be a key that was put into the wrong place.
fn shown_scope(scope: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "/:._-".contains(c);
    match scope.len() <= 40 && scope.chars().all(plain) {
        true => scope.to_owned(),
        false => "(not shown)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use accountable_core::domain::Origin;

    use super::*;
    use crate::Settings;

    #[test]
    fn webconnect_stands_below_the_base_path_that_all_contracts_have() {
        let http = HttpSettings::default();
        let options = http.webconnect_options().unwrap();
        assert_eq!(options.base(), webconnect::Options::default().base());
        let settings = Settings::from_toml("[http]\nbase_path = \"/tenants/a\"").unwrap();
        assert_eq!(settings.http.webconnect_options().unwrap().base(), "/tenants/a/api/v2");
    }

    #[test]
    fn a_proxy_is_believed_where_it_is_named() {
        let origin = |settings: &str| {
            let settings = Settings::from_toml(settings).unwrap();
            let mut headers = axum::http::HeaderMap::new();
            headers.insert("forwarded", "for=192.0.2.7".parse().unwrap());
            settings.http.proxies.origin("10.0.0.1".parse().ok(), &headers)
        };
        let at = |ip: &str| Origin::Ip(ip.parse().unwrap());
        assert_eq!(origin(""), at("10.0.0.1"));
        let networks = "[http.proxies]\nnetworks = [\"10.0.0.0/8\"]\n";
        assert_eq!(origin(&format!("{networks}header = \"forwarded\"")), at("192.0.2.7"));
    }

    #[test]
    fn files_are_looked_for_beside_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        fs::write(&path, "[mail]\nfolder = \"outbox\"\n[http.pages]\nstyle_file = \"ours.css\"\n").unwrap();
        let settings = Settings::from_file(&path).unwrap();
        assert_eq!(settings.mail.folder, Some(folder.path().join("outbox")));
        let missing = settings.http.bearer_keys().unwrap_err();
        let missing = std::error::Error::source(&missing).unwrap().to_string();
        assert!(missing.contains(&folder.path().join("bearer-keys.toml").display().to_string()), "{missing}");
        private(&folder.path().join("bearer-keys.toml"), "[[keys]]\nid = \"secret\"");
        let broken = settings.http.bearer_keys().unwrap_err();
        assert!(broken.to_string().starts_with("http.bearer_keys_file: no keys in"), "{broken}");
        assert!(!format!("{broken:?}").contains("secret"), "{broken:?}");
        let page = LinkUrl::parse("https://app.example/password").unwrap();
        let missing = settings.http.pages.options(page.clone(), None).unwrap_err().to_string();
        assert!(missing.contains("ours.css"), "{missing}");
        fs::write(folder.path().join("ours.css"), "main { color: teal }").unwrap();
        let options = settings.http.pages.options(page, Some("Orchard")).unwrap();
        assert!(format!("{options:?}").contains("teal"), "{options:?}");
    }

    /// A file that only its owner may read.
    fn private(path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        #[cfg(unix)]
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    const ENTRY: &str = "[[keys]]\nid = \"k\"\nname = \"billing\"\nsha256 = \"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\"\n";

    #[test]
    fn a_scope_that_no_route_asks_for_is_refused_by_its_name_unless_the_host_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let http = HttpSettings { bearer_keys_file: folder.path().join("keys"), ..HttpSettings::default() };
        let with = |scopes: &str| private(&http.bearer_keys_file, &format!("{ENTRY}scopes = [{scopes}]"));
        let all: Vec<_> = SCOPES.iter().map(|scope| format!("\"{scope}\"")).collect();
        with(&all.join(", "));
        assert_eq!(http.bearer_keys().unwrap().entries()[0].scopes.len(), SCOPES.len());
        with("\"accounts:read\", \"acounts:write\"");
        let refused = http.bearer_keys().unwrap_err().to_string();
        assert!(refused.contains("the key k has the scope acounts:write,"), "{refused}");
        assert!(
            refused.contains("accounts:write, /external/account/w"),
            "it tells which there are: {refused}"
        );
        http.bearer_keys_with(&["acounts:write"]).unwrap();
        with("\"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg\"");
        let refused = http.bearer_keys().unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("n4bQ"), "it may be a key: {refused}");
    }

    #[test]
    #[cfg(unix)]
    fn bearer_keys_that_others_have_access_to_are_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let http = HttpSettings { bearer_keys_file: folder.path().join("keys"), ..HttpSettings::default() };
        private(&http.bearer_keys_file, ENTRY);
        http.bearer_keys().unwrap();
        for mode in [0o640, 0o604, 0o620, 0o602] {
            fs::set_permissions(&http.bearer_keys_file, fs::Permissions::from_mode(mode)).unwrap();
            let refused = http.bearer_keys().unwrap_err();
            assert!(
                matches!(
                    refused,
                    SettingsError::BearerKeyFile(accountable_system::KeyFileError::Exposed { .. })
                ),
                "{mode:o}"
            );
        }
    }

    #[test]
    fn pages_lead_only_where_a_mail_might() {
        let pages = |line: &str| Settings::from_toml(&format!("[http.pages]\n{line}"));
        let settings = pages("sign_in_url = \"https://app.example/sign-in\"").unwrap();
        let page = LinkUrl::parse("https://app.example/password").unwrap();
        let options = settings.http.pages.options(page, None).unwrap();
        assert!(format!("{options:?}").contains("https://app.example/sign-in"), "{options:?}");
        for option in ["sign_in_url", "change_password_url"] {
            for odd in
                ["", "/sign-in", "javascript:alert(1)", "http://app.example/in", "https://a@app.example/"]
            {
                let refused = pages(&format!("{option} = \"{odd}\"")).unwrap_err().to_string();
                assert!(refused.starts_with("settings, line 2, column "), "{odd}: {refused}");
            }
        }
    }

    #[test]
    fn templates_are_looked_for_beside_the_settings_and_tried_before_anybody_asks_for_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        fs::write(&path, "[http.pages]\ntemplate_folder = \"pages\"\n").unwrap();
        let settings = Settings::from_file(&path).unwrap();
        let page = LinkUrl::parse("https://app.example/password").unwrap();
        let options = || settings.http.pages.options(page.clone(), None);
        assert!(matches!(options().unwrap_err(), SettingsError::File { .. }), "there is no such folder");
        let own = folder.path().join("pages");
        fs::create_dir(&own).unwrap();
        fs::write(own.join("notes.txt"), "of ours").unwrap();
        fs::write(
            own.join("message.html"),
            "<title>{{ title }}</title>{{ text }}{{ more or '' }}{{ next.url if next }}\
             {% for way in ways %}{{ way.url }}{% endfor %}",
        )
        .unwrap();
        options().unwrap();
        fs::write(own.join("press.html"), "<form action='{{ action }}'>").unwrap();
        let broken = options().unwrap_err();
        assert!(matches!(broken, SettingsError::Templates { .. }), "{broken}");
        fs::write(own.join("pres.html"), "").unwrap();
        let unknown = options().unwrap_err();
        assert!(
            matches!(&unknown, SettingsError::UnknownTemplate(path) if path.ends_with("pres.html")),
            "{unknown}"
        );
    }
}
