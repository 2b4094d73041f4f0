//! Why settings can't be used: where, and what to change. Never shows a value that may be a secret in the wrong place.

use std::{fmt, io, ops::Range, path::PathBuf};

use accountable_core::domain::PolicyError;
use accountable_system::{Argon2Error, KeyFileError};

use super::locate;

/// Why settings can't be used. The text says where the fault is and what to write instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The text is no TOML, or has an option that is not known or a value that is out of bounds.
    #[error("{place}: {problem}")]
    Unreadable {
        /// Where the fault stands.
        place: Place,
        /// What is wrong, and what there may be instead.
        problem: String,
    },
    /// A file that the settings name, or the settings file itself, can't be read.
    #[error("the file {path} can't be read")]
    File {
        /// The path of the file.
        path: PathBuf,
        /// What the operating system says about it.
        source: io::Error,
    },
    /// A file has more octets than such a file may have.
    #[error("the file {path} has more than {most} octets")]
    TooLarge {
        /// The path of the file.
        path: PathBuf,
        /// The most octets that it may have.
        most: u64,
    },
    /// No page is set for mailed codes to lead to.
    #[error("links.page: name the page where passwords are chosen, as in \"https://app.example/password\"")]
    NoPage,
    /// `policy.least_length` is less than the preset's own, so it would take away from the preset.
    #[error(
        "policy.least_length: {least} is less than the preset's {preset}; for a shorter one, use the preset \
         own_rules_only and say all that you want"
    )]
    WeakerThanPreset {
        /// The length that was set, in code points.
        least: usize,
        /// The least length of the preset, in code points.
        preset: usize,
    },
    /// A pattern has neither `must_match` nor `must_not_match`, or both.
    #[error("policy.patterns: {code} needs either must_match or must_not_match")]
    Pattern {
        /// The host's name for the rule.
        code: String,
    },
    /// Passwords can't be looked up in the file that `policy.breach` names.
    #[cfg(feature = "breach")]
    #[error("policy.breach.file")]
    BreachFilter(#[from] accountable_breach::FilterError),
    /// `policy.breach` names a file, and this build lacks the feature `breach`.
    #[error("policy.breach.file: this build can't look passwords up (it lacks the feature breach)")]
    NoBreachScreen,
    /// The password policy can't be built.
    #[error("policy: {0}")]
    Policy(#[from] PolicyError),
    /// Passwords can't be hashed as the section `hashing` says.
    #[error("hashing: {0}")]
    Hashing(#[from] Argon2Error),
    /// The keys can't be read.
    #[error("keys")]
    Keys(#[from] KeyFileError),
    /// Neither mail servers are set nor a folder that takes mails.
    #[error(
        "mail: name the servers that take the mails, in mail.smtp, or a folder, as in folder = \"outbox\"; without one no mail can \
         be sent"
    )]
    NoMailer,
    /// Mails can't go both to servers and into a folder.
    #[error("mail: mails go to the servers of mail.smtp or into mail.folder; name one of them")]
    TwoMailers,
    /// No mailer can be made by the section `mail.smtp`.
    #[cfg(feature = "smtp")]
    #[error("mail.smtp")]
    Smtp(#[from] accountable_smtp::SmtpSetupError),
    /// No address is set that mails come from.
    #[error("mail.from: name the address that mails come from, as in \"accounts@app.example\"")]
    NoSender,
    /// The folder for mails can't be made or used.
    #[error("mail.folder: the folder {path} can't be used")]
    MailFolder {
        /// The path of the folder.
        path: PathBuf,
        /// What the operating system says about it.
        source: io::Error,
    },
    /// There are no words in the language that the section `words` names.
    #[cfg(any(feature = "axum", feature = "mail"))]
    #[error("words.language: {0}")]
    Words(#[from] accountable_words::WordsError),
    /// There is no time zone of the name that the section `words` gives.
    #[cfg(any(feature = "axum", feature = "mail"))]
    #[error("words.zone: {0}")]
    Zone(#[from] accountable_words::UnknownZone),
    /// A file of the folder that the section `words` names can't be taken.
    #[cfg(any(feature = "axum", feature = "mail"))]
    #[error("words.folder: no words in {path}")]
    WordFile {
        /// The path of the file.
        path: PathBuf,
        /// What is wrong with the file.
        source: accountable_words::WordsError,
    },
    /// `http.base_path` is not a path that others can follow.
    #[cfg(feature = "axum")]
    #[error("http.base_path: {0}")]
    BasePath(#[from] accountable_http::profile::webconnect::NotABasePath),
    /// The file of bearer keys can't be read, or others have access to it.
    #[cfg(feature = "axum")]
    #[error("http.bearer_keys_file")]
    BearerKeyFile(#[source] KeyFileError),
    /// A bearer key has a scope that no route asks for.
    #[cfg(feature = "axum")]
    #[error(
        "http.bearer_keys_file: {path}: the key {key} has the scope {scope}, which no route asks for; there are {}",
        accountable_http::SCOPES.join(", ")
    )]
    UnknownScope {
        /// The path of the file.
        path: PathBuf,
        /// The name of the key.
        key: String,
        /// The scope, unless it may be a secret.
        scope: String,
    },
    /// The file of bearer keys is malformed.
    #[cfg(feature = "axum")]
    #[error("http.bearer_keys_file: no keys in {path}")]
    BearerKeys {
        /// The path of the file.
        path: PathBuf,
        /// What is wrong with the file.
        source: accountable_http::auth::KeysError,
    },
    /// A file in the folder of the pages' templates has a name that none of them has.
    #[cfg(feature = "axum")]
    #[error("http.pages.template_folder: no template of the pages is called as {0} is")]
    UnknownTemplate(PathBuf),
    /// The pages can't be laid out by the templates in their folder.
    #[cfg(feature = "axum")]
    #[error("http.pages.template_folder: no pages by {path}")]
    Templates {
        /// The path of the folder.
        path: PathBuf,
        /// What is wrong with a template.
        source: accountable_http::pages::TemplateError,
    },
    /// The file of shared secrets can't be read.
    #[cfg(feature = "axum")]
    #[error("http.ncp_keys_file")]
    NcpKeyFile(#[source] KeyFileError),
    /// The file of shared secrets is malformed.
    #[cfg(feature = "axum")]
    #[error("http.ncp_keys_file: no keys in {path}")]
    NcpKeys {
        /// The path of the file.
        path: PathBuf,
        /// What is wrong with the file.
        source: accountable_http::auth::NcpKeysError,
    },
    /// The name of an endpoint for webhooks is none, or another's, too. It is not repeated.
    #[cfg(feature = "webhooks")]
    #[error("webhooks: a name has 1 to 55 of a-z, 0-9, '.' and '-', and each endpoint has its own")]
    WebhookName,
    /// The URL of an endpoint is one that no webhook may be sent to.
    #[cfg(feature = "webhooks")]
    #[error("webhooks: {endpoint}: {source}")]
    WebhookUrl {
        /// The endpoint's name.
        endpoint: String,
        /// Which URLs there may be.
        source: accountable_http::webhooks::BadEndpoint,
    },
    /// The file with an endpoint's secret can't be read.
    #[cfg(feature = "webhooks")]
    #[error("webhooks: {endpoint}: its secret")]
    WebhookSecretFile {
        /// The endpoint's name.
        endpoint: String,
        /// What is wrong with the file.
        source: KeyFileError,
    },
    /// There is no secret for webhooks in the file.
    #[cfg(feature = "webhooks")]
    #[error("webhooks: {endpoint}: {source}")]
    WebhookSecret {
        /// The endpoint's name.
        endpoint: String,
        /// What there should be.
        source: accountable_http::webhooks::BadSigningSecret,
    },
    /// This machine can't call others by HTTPS.
    #[cfg(feature = "webhooks")]
    #[error("mail.reset_webhook")]
    NoWebhooks(#[from] accountable_http::client::NoClient),
    /// The store can't be opened.
    #[cfg(feature = "sqlite")]
    #[error("store: the file can't be opened")]
    Store {
        /// The path of the file.
        path: PathBuf,
        /// Why the file can't be opened.
        source: crate::sqlite::Error,
    },
}

/// A place in a file of settings.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The path of the file; none where the text came from elsewhere.
    pub file: Option<PathBuf>,
    /// Line and column, counted from 1; none where the text as a whole is meant.
    pub at: Option<(usize, usize)>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}", file.display())?,
            None => f.write_str("settings")?,
        }
        self.at.map_or(Ok(()), |(line, column)| write!(f, ", line {line}, column {column}"))
    }
}

impl SettingsError {
    pub(super) fn unreadable(text: &str, error: &toml::de::Error) -> Self {
        let span = locate::option(text, error.span(), error.message()).or_else(|| error.span());
        let place =
            Place { file: None, at: span.map(|Range { start, .. }| locate::line_and_column(text, start)) };
        Self::Unreadable { place, problem: without_strings(error.message()) }
    }

    pub(super) fn in_file(self, path: impl Into<PathBuf>) -> Self {
        match self {
            Self::Unreadable { place, problem } => {
                Self::Unreadable { place: Place { file: Some(path.into()), ..place }, problem }
            }
            other => other,
        }
    }
}

/// Text where a number or a section belongs may be a key that was put into the wrong place.
fn without_strings(message: &str) -> String {
    let message = message.trim_end().replace('\n', ", ");
    match (message.split_once("string \""), message.rsplit_once("\", expected")) {
        (Some((before, _)), Some((_, after))) => format!("{before}text, expected{after}"),
        _ => message,
    }
}
