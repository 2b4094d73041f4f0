//! Everything that a file may say: one TOML file, each option with the safe default.
//!
//! [`Settings::TOML`] is that file with every option and what it does; `accountable init` writes it down, and keys
//! beside it. Secrets are never in it: the keys have a file, or a variable, of their own.
//!
//! ```no_run
//! # use accountable::{Settings, port::Mailer};
//! # fn start(mailer: impl Mailer) -> Result<(), Box<dyn std::error::Error>> {
//! let accounts = Settings::from_file("settings.toml")?.builder(mailer)?.build()?;
//! # Ok(())
//! # }
//! ```
//!
//! Each section can be used by itself, too: [`PolicySettings::build`] gives the policy, [`KeySettings::read`] the
//! keys, and so on.

mod beside;
mod breach;
#[cfg(feature = "axum")]
mod contract;
mod error;
mod file;
#[cfg(feature = "axum")]
mod http;
mod keys;
mod links;
mod locate;
mod mail;
mod operate;
mod password_ports;
mod policy;
mod realms;
mod reset_webhook;
mod store;
#[cfg(not(all(feature = "axum", feature = "smtp", feature = "sqlite")))]
mod unread;
mod webhooks;
mod words;

use std::{collections::BTreeMap, path::Path};

use accountable_core::{
    Accounts, Builder, Machine,
    domain::{EmailAddress, Keyring, Links, OutOfBounds, PasswordPolicy, Realm, Rules, Span},
    port::{Mailer, Store},
};
use accountable_system::{Argon2Settings, OsEntropy, SystemClock, machine_id};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[cfg(not(all(feature = "axum", feature = "smtp", feature = "sqlite")))]
pub use self::unread::Unread;
/// The section `http` in a build without the feature `axum`: it is accepted and not looked at.
#[cfg(not(feature = "axum"))]
pub use self::unread::Unread as HttpSettings;
pub use self::{
    breach::BreachSettings,
    error::{Place, SettingsError},
    keys::KeySettings,
    links::LinkSettings,
    mail::MailSettings,
    operate::{LogFormat, LogLevel, LogSettings, StatusSettings},
    password_ports::PasswordPorts,
    policy::{ClassSettings, PatternSettings, PolicySettings, Preset},
    realms::RealmSettings,
    reset_webhook::ResetWebhookSettings,
    store::StoreSettings,
    webhooks::WebhookSettings,
    words::WordSettings,
};
#[cfg(feature = "axum")]
pub use self::{
    contract::{Contract, Contradiction},
    http::{FeedSettings, FeedbackSettings, HttpSettings, OpenApiSettings, PagesSettings},
};

/// The most octets of a settings file.
const LARGEST: u64 = 1 << 20;

/// What a file says of accounts; what it leaves out has its default.
///
/// ```
/// use accountable::{Settings, domain::Span};
/// let settings = Settings::from_toml(
///     r#"
///     realm = "orchard"
///     [links]
///     page = "https://orchard.example/password"
///     [rules]
///     account_quota = "1 / 15 min"
///     "#,
/// )?;
/// assert_eq!(settings.rules.account_quota.period(), Span::minutes(15));
/// assert_eq!(settings.rules.lock_out.room, 10);
///
/// let refused = Settings::from_toml("[rules]\naccount_quota = \"often\"").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "settings, line 2, column 17: write how many at once and then one each how long, as in \"5 / 600 s\""
/// );
/// # Ok::<(), accountable::SettingsError>(())
/// ```
///
/// A section is the option type of its part wherever a part has one ([`Rules`], [`Argon2Settings`], ..), so an option in
/// code is an option in the file, under one name and within the same bounds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, remote = "Self")]
#[non_exhaustive]
pub struct Settings {
    /// The tenant whose accounts these are: `main`. It is part of every key, so accounts can't be moved to another.
    pub realm: Realm,
    /// The address at which the host's staff are told what they should know; nobody is told by default.
    pub notices_to: Option<EmailAddress>,
    /// The longest that one step of a call waits, for the store, the hasher or its turn: 30 s; 1 s to 10 min.
    pub patience: Span,
    /// How many log-ins may wait for their turn, over all addresses: 4,096; 1,000,000 at most. One more is turned away.
    pub log_in_queue: usize,
    /// Whether to take a new password also while it can't be looked up among those known from breaches; no by default.
    /// It matters only where `policy.breach` names a filter, or the host fills that port.
    pub accept_unscreened_passwords: bool,
    /// Whether the password of each log-in is judged by the policy of today, and must be changed where that refuses it; no by
    /// default.
    pub recheck_at_log_in: bool,
    /// Whether each account keeps the day of its last log-in, so that accounts can be listed by it; no by default.
    pub log_ins_noted: bool,
    /// Whether another process runs the courier, or sweeps; no by default. Without this, operators are warned where mails
    /// wait and nobody in this process looks for them.
    pub served_elsewhere: bool,
    /// The section `links`: which pages mailed codes lead to.
    pub links: LinkSettings,
    /// The section `policy`: which passwords are good enough.
    pub policy: PolicySettings,
    /// The section `rules`: quotas, lock-out, retries, and how long things are kept.
    pub rules: Rules,
    /// The section `hashing`: what a password hash costs, and on how many threads it is made.
    pub hashing: Argon2Settings,
    /// The section `store`: where accounts are kept.
    pub store: StoreSettings,
    /// The section `keys`: where the secret keys are.
    pub keys: KeySettings,
    /// The section `mail`: from whom mails come, and where they go.
    pub mail: MailSettings,
    /// The section `words`: in which languages, and how, mails and pages say what they say.
    pub words: WordSettings,
    /// The section `http`: accounts over HTTP.
    pub http: HttpSettings,
    /// The section `log`: what `accountable serve` writes to its standard error.
    pub log: LogSettings,
    /// The section `status`: where `accountable serve` says whether it is well.
    pub status: StatusSettings,
    /// The list `webhooks`: where other programs are told what happens; nowhere by default.
    pub webhooks: Vec<WebhookSettings>,
    /// The section `realms`: further tenants, by name, for contracts that have accounts of their own; none by default.
    pub realms: BTreeMap<Realm, RealmSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            realm: Realm::default(),
            notices_to: None,
            patience: Span::seconds(30),
            log_in_queue: 4_096,
            accept_unscreened_passwords: false,
            recheck_at_log_in: false,
            log_ins_noted: false,
            served_elsewhere: false,
            links: LinkSettings::default(),
            policy: PolicySettings::default(),
            rules: Rules::default(),
            hashing: Argon2Settings::default(),
            store: StoreSettings::default(),
            keys: KeySettings::default(),
            mail: MailSettings::default(),
            words: WordSettings::default(),
            http: HttpSettings::default(),
            log: LogSettings::default(),
            status: StatusSettings::default(),
            webhooks: Vec::new(),
            realms: BTreeMap::new(),
        }
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Refuses what the builder refuses of its own numbers.
impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let settings = Self::deserialize(deserializer)?;
        OutOfBounds::check("patience", settings.patience, Builder::PATIENCE)
            .and_then(|()| OutOfBounds::check("log_in_queue", settings.log_in_queue, Builder::LOG_IN_QUEUE))
            .map_err(serde::de::Error::custom)?;
        settings.check_realms().map_err(serde::de::Error::custom)?;
        Ok(settings)
    }
}

impl Settings {
    /// A settings file with every option, its default, and what it does.
    pub const TOML: &str = include_str!("../settings.toml");

    /// Reads settings. Relative paths in them are relative to where the process runs.
    ///
    /// # Errors
    /// [`SettingsError::Unreadable`], which says where and why: options that are not known, and values that are
    /// nonsense by themselves. Others are refused when they are put to use.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        toml::from_str(text).map_err(|error| SettingsError::unreadable(text, &error))
    }

    /// Reads a file of settings, of 1 MiB at most. Relative paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`SettingsError::Unreadable`] as for [`from_toml`](Self::from_toml), [`SettingsError::File`] where the file
    /// can't be read, and [`SettingsError::TooLarge`] where it is larger than 1 MiB.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SettingsError> {
        let path = path.as_ref();
        let text = file::text_of(path, LARGEST)?;
        let mut settings = Self::from_toml(&text).map_err(|error| error.in_file(path))?;
        if let Some(folder) = path.parent() {
            settings.store.path = folder.join(&settings.store.path);
            settings.keys.file = folder.join(&settings.keys.file);
            settings.mail = settings.mail.relative_to(folder);
            settings.words = settings.words.relative_to(folder);
            #[cfg(feature = "axum")]
            settings.http.beside(folder);
            settings.webhooks.iter_mut().for_each(|webhook| webhook.beside(folder));
            settings.hashing = settings.hashing.relative_to(folder);
            settings.policy.blocklist_file = settings.policy.blocklist_file.map(|file| folder.join(file));
            settings.policy.breach.file = settings.policy.breach.file.map(|file| folder.join(file));
        }
        Ok(settings)
    }

    /// Begins to build accounts as these settings say, in the SQLite file that they name, on this machine. What only
    /// code can say, such as a veto of erasures, is added to the builder.
    ///
    /// The file is opened last: where anything else is wrong, none is made.
    ///
    /// # Errors
    /// A [`SettingsError`] for a file that can't be read, a policy or a hashing cost that can't be had, a missing page,
    /// or a store that can't be opened. Numbers that contradict each other are refused by [`Builder::build`].
    #[cfg(feature = "sqlite")]
    pub fn builder(&self, mailer: impl Mailer) -> Result<Builder, SettingsError> {
        let parts = self.parts()?;
        Ok(self.assemble(parts, self.store.open()?, mailer))
    }

    /// Begins to build accounts as [`builder`](Self::builder) does, for a program that seldom has a password to hash, such as
    /// one that an operator runs: hashing threads are started, and the filter of breached passwords is opened, once there is one.
    ///
    /// # Errors
    /// Those of [`builder`](Self::builder), but for threads that can't be started and a filter that can't be opened: whoever has a
    /// password is told then.
    #[cfg(feature = "sqlite")]
    pub fn builder_hashing_later(&self, mailer: impl Mailer) -> Result<Builder, SettingsError> {
        let parts = self.parts_with(PasswordPorts::starting_later)?;
        Ok(self.assemble(parts, self.store.open()?, mailer))
    }

    /// Begins to build accounts as these settings say, in a store of the host's own; the section `store` is not looked
    /// at.
    ///
    /// # Errors
    /// A [`SettingsError`] for a file that can't be read, a policy or a hashing cost that can't be had, or a missing
    /// page.
    pub fn builder_over(&self, store: impl Store, mailer: impl Mailer) -> Result<Builder, SettingsError> {
        Ok(self.assemble(self.parts()?, store, mailer))
    }

    /// Begins to build accounts as [`builder_over`](Self::builder_over) does, with ports for passwords that the accounts of other
    /// realms share: one hasher for all has as many threads as the settings say, however many realms there are.
    ///
    /// # Errors
    /// Those of [`builder_over`](Self::builder_over), but for the hasher's and the filter's.
    pub fn builder_sharing(
        &self,
        passwords: &PasswordPorts,
        store: impl Store,
        mailer: impl Mailer,
    ) -> Result<Builder, SettingsError> {
        Ok(self.assemble(self.parts_with(|_| Ok(passwords.clone()))?, store, mailer))
    }

    fn parts(&self) -> Result<Parts, SettingsError> {
        self.parts_with(PasswordPorts::new)
    }

    /// What passwords go through is made last: where anything else is wrong, no thread is started.
    fn parts_with(
        &self,
        passwords: impl FnOnce(&Self) -> Result<PasswordPorts, SettingsError>,
    ) -> Result<Parts, SettingsError> {
        Ok(Parts {
            links: self.links.build()?,
            policy: self.policy.build()?,
            keys: self.keys.read()?,
            passwords: passwords(self)?,
        })
    }

    fn assemble(&self, parts: Parts, store: impl Store, mailer: impl Mailer) -> Builder {
        let machine = Machine::new(SystemClock, OsEntropy, parts.passwords.hasher).named(machine_id());
        let builder = Accounts::builder(machine, store, mailer, parts.keys, parts.links);
        let builder = match &self.notices_to {
            Some(staff) => builder.notices_to(staff.clone()),
            None => builder,
        };
        let builder = match &self.mail.only_to {
            Some(recipients) => builder.mailing_only_to(recipients.clone()),
            None => builder,
        };
        let builder =
            if self.accept_unscreened_passwords { builder.accepting_unscreened_passwords() } else { builder };
        #[cfg(feature = "breach")]
        let builder = match parts.passwords.screen {
            Some(screen) => builder.password_screen(screen),
            None => builder,
        };
        let builder = if self.recheck_at_log_in { builder.recheck_at_log_in() } else { builder };
        let builder = if self.log_ins_noted { builder.log_ins_noted() } else { builder };
        let builder = if self.served_elsewhere { builder.served_elsewhere() } else { builder };
        builder
            .policy(parts.policy)
            .rules(self.rules)
            .realm(self.realm.clone())
            .patience(self.patience)
            .longest_log_in_queue(self.log_in_queue)
    }
}

/// What settings make beside the store.
struct Parts {
    links: Links,
    policy: PasswordPolicy,
    keys: Keyring,
    passwords: PasswordPorts,
}

#[cfg(test)]
#[cfg(all(feature = "axum", feature = "smtp", feature = "sqlite"))]
mod built;
#[cfg(test)]
#[cfg(all(feature = "axum", feature = "smtp", feature = "sqlite"))]
mod every_option;
#[cfg(test)]
#[cfg(all(feature = "axum", feature = "smtp", feature = "sqlite"))]
mod tests;
