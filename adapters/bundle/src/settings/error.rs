//! Why settings can't be used: where, and what to change. Never shows a value that may be a secret in the wrong place.

use std::{fmt, io, ops::Range, path::PathBuf};

use accountable_core::domain::PolicyError;
use accountable_system::{Argon2Error, KeyFileError};

use super::locate;

/// Why settings can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Not TOML, an option that is not known, or a value that is nonsense.
    #[error("{place}: {problem}")]
    Unreadable {
        /// Where it stands.
        place: Place,
        /// What is wrong, and what there may be instead.
        problem: String,
    },
    /// A file can't be read.
    #[error("the file {path} can't be read")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file is too large for what it is.
    #[error("the file {path} has more than {most} octets")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that it may have.
        most: u64,
    },
    /// No page for mailed codes.
    #[error("links.page: name the page where passwords are chosen, as in \"https://app.example/password\"")]
    NoPage,
    /// An addition to a preset would take away from it.
    #[error(
        "policy.least_length: {least} is less than the preset's {preset}; for a shorter one, use the preset \
         own_rules_only and say all that you want"
    )]
    WeakerThanPreset {
        /// The length set.
        least: usize,
        /// That of the preset.
        preset: usize,
    },
    /// A pattern says neither or both.
    #[error("policy.patterns: {code} needs either must_match or must_not_match")]
    Pattern {
        /// The host's name for the rule.
        code: String,
    },
    /// The policy can't be had.
    #[error("policy: {0}")]
    Policy(#[from] PolicyError),
    /// Passwords can't be hashed so.
    #[error("hashing: {0}")]
    Hashing(#[from] Argon2Error),
    /// The keys can't be fetched.
    #[error("keys")]
    Keys(#[from] KeyFileError),
    /// Nothing takes mails.
    #[error(
        "mail.folder: name the folder that takes the mails, as in \"outbox\"; without one no mail can be sent"
    )]
    NoMailer,
    /// Mails would come from nobody.
    #[error("mail.from: name the address that mails come from, as in \"accounts@app.example\"")]
    NoSender,
    /// Mails can't be put down.
    #[error("mail.folder: the folder {path} can't be used")]
    MailFolder {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Not a path that others can follow.
    #[cfg(feature = "axum")]
    #[error("http.base_path: {0}")]
    BasePath(#[from] accountable_http::profile::webconnect::NotABasePath),
    /// No bearer keys in the file.
    #[cfg(feature = "axum")]
    #[error("http.bearer_keys_file: no keys in {path}")]
    BearerKeys {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: accountable_http::auth::KeysError,
    },
    /// The file of shared secrets can't be read.
    #[cfg(feature = "axum")]
    #[error("http.ncp_keys_file")]
    NcpKeyFile(#[source] KeyFileError),
    /// No shared secrets in the file.
    #[cfg(feature = "axum")]
    #[error("http.ncp_keys_file: no keys in {path}")]
    NcpKeys {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: accountable_http::auth::NcpKeysError,
    },
    /// The store can't be opened.
    #[cfg(feature = "sqlite")]
    #[error("store: the file {path} can't be opened")]
    Store {
        /// The file.
        path: PathBuf,
        /// Why.
        source: crate::sqlite::Error,
    },
}

/// A place in a file of settings.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The file; none where the text came from elsewhere.
    pub file: Option<PathBuf>,
    /// Line and column, from 1; none where it is the text as a whole.
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
