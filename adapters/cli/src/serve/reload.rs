//! Settings that are read again while the process serves: taken as a whole, or not at all.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::Read as _,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use accountable::{Settings, domain::Realm, sqlite::SqliteStore};
use serde_json::Value;

use crate::{
    error::{CommandError, failed},
    serve::{live::Generation, settled},
};

/// What stays as it was when the process started: sections and options.
const AT_RESTART: [&str; 6] = ["http.connections", "http.listen", "log", "realm", "status", "store"];

/// What settings came from, so that they can be read again.
pub(super) struct Reloader {
    source: Source,
    store: SqliteStore,
    realm: Realm,
    /// What they said, by the name of each option and file.
    said: Said,
}

/// Where settings are, and what the command line says instead.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) file: PathBuf,
    pub(super) address: Option<SocketAddr>,
    pub(super) database: Option<PathBuf>,
}

/// What came of reading them again.
pub(super) struct Reloaded {
    pub(super) generation: Generation,
    /// The names of options that say something else, and of options whose files hold something else.
    pub(super) changed: Vec<String>,
    /// Those that count once the process starts anew.
    pub(super) at_restart: Vec<String>,
}

impl Source {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`CommandError::Failed`], naming the option.
    pub(super) fn read(&self) -> Result<Settings, CommandError> {
        let mut settings = Settings::from_file(&self.file).map_err(failed)?;
        settings.http.listen = self.address.unwrap_or(settings.http.listen);
        if let Some(database) = &self.database {
            settings.store.path.clone_from(database);
        }
        Ok(settings)
    }
}

impl Reloader {
    /// Reads again what these settings came from, over the store that is open.
    pub(super) fn new(source: Source, settings: &Settings, store: SqliteStore) -> Self {
        let (realm, said) = (settings.realm.clone(), Said::by(settings));
        Self { source, store, realm, said }
    }

    /// Reads them again, with all files that they name, and makes what they say.
    ///
    /// # Errors
    /// [`CommandError::Failed`] where anything of it is wrong; then nothing has changed.
    pub(super) async fn again(&mut self) -> Result<Reloaded, CommandError> {
        let mut settings = self.source.read()?;
        let said = Said::by(&settings);
        settings.realm = self.realm.clone();
        let generation =
            settled::parts(&settings, &self.source.file)?.over(&settings, self.store.clone()).await?;
        let (at_restart, changed) = said
            .other_than(&self.said)
            .into_iter()
            .partition(|name| AT_RESTART.iter().any(|own| is_below(name, own)));
        self.said = said;
        Ok(Reloaded { generation, changed, at_restart })
    }
}

fn is_below(name: &str, section: &str) -> bool {
    name.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What settings say, and what the files hold that they name: a number for each, so that no secret is kept.
struct Said(BTreeMap<String, u64>);

impl Said {
    fn by(settings: &Settings) -> Self {
        let mut said = BTreeMap::new();
        options(&serde_json::to_value(settings).unwrap_or_default(), "", &mut said);
        let http = &settings.http;
        let files = [
            ("keys.file", Some(&settings.keys.file)),
            ("http.bearer_keys_file", Some(&http.bearer_keys_file)),
            ("http.ncp_keys_file", Some(&http.ncp_keys_file)),
            ("http.pages.style_file", http.pages.style_file.as_ref()),
            ("policy.blocklist_file", settings.policy.blocklist_file.as_ref()),
            ("words.folder", settings.words.folder.as_ref()),
        ];
        for (name, path) in files {
            if let Some(path) = path {
                said.insert(format!("{name} (its content)"), content(path));
            }
        }
        if let Some(service) = &settings.mail.reset_webhook {
            for file in [Some(&service.secret_file), service.other_secret_file.as_ref()].into_iter().flatten()
            {
                let name = format!("mail.reset_webhook: {} (its content)", file.display());
                said.insert(name, content(file));
            }
        }
        if let Some(filter) = &settings.policy.breach.file {
            said.insert("policy.breach.file (its content)".to_owned(), beginning(filter));
        }
        for webhook in &settings.webhooks {
            for file in [Some(&webhook.secret_file), webhook.other_secret_file.as_ref()].into_iter().flatten()
            {
                said.insert(format!("webhooks: {} (its content)", file.display()), content(file));
            }
        }
        Self(said)
    }

    /// The names of what is not as it was.
    fn other_than(&self, before: &Self) -> Vec<String> {
        let names = self.0.keys().chain(before.0.keys().filter(|name| !self.0.contains_key(*name)));
        names.filter(|name| self.0.get(*name) != before.0.get(*name)).cloned().collect()
    }
}

/// A number for each option below a path.
fn options(of: &Value, path: &str, said: &mut BTreeMap<String, u64>) {
    match of {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                options(value, &path, said);
            }
        }
        value => {
            said.insert(path.to_owned(), number(value.to_string().as_bytes()));
        }
    }
}

/// A number for what a file, or all files of a folder, hold; for what can't be read, one too.
fn content(path: &Path) -> u64 {
    if let Ok(entries) = fs::read_dir(path) {
        let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        let all: Vec<_> = files.iter().flat_map(|file| fs::read(file).unwrap_or_default()).collect();
        return number(&all);
    }
    number(&fs::read(path).unwrap_or_default())
}

/// A number for how a file begins that is too large to be read as a whole: a filter's checksum stands there.
fn beginning(path: &Path) -> u64 {
    let mut octets = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(8_192).read_to_end(&mut octets));
    read.map_or(0, |_| number(&octets))
}

fn number(octets: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    octets.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_named_by_option_and_by_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            Said::by(&Settings::from_file(&path).unwrap())
        };
        let before = read("[mail]\nservice = \"Orchard\"\n");
        assert_eq!(read("[mail]\nservice = \"Orchard\"\n").other_than(&before), [""; 0]);
        fs::write(folder.path().join("bearer-keys.toml"), "").unwrap();
        fs::write(folder.path().join("keys.toml"), "x").unwrap();
        let after = read("[mail]\nservice = \"Grove\"\n[http]\nlisten = \"127.0.0.1:1\"\n");
        let changed = after.other_than(&before);
        assert_eq!(changed, ["http.listen", "keys.file (its content)", "mail.service"]);
        assert!(is_below("http.listen", "http.listen") && is_below("store.path", "store"));
        assert!(!is_below("log_in_queue", "log"));
    }
}
