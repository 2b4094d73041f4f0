//! What a mailer needs to know: which relays, whom to trust, where bounces go, and how long things may take.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use accountable_core::domain::{EmailAddress, OutOfBounds, Span};
use serde::{Deserialize, Serialize};

use crate::{Relay, RelayUrl, Roots, Verp};

/// How an [`SmtpMailer`](crate::SmtpMailer) works.
///
/// | setting | default |
/// |---|---|
/// | `relays` | none: at least one must be named; the next is asked only where the one before can't be reached or refuses us |
/// | `deadline`, from the call to the answer | 1 min; 4 min at most, for the courier's lease is 5 min |
/// | `connections` to each relay at once | 8 |
/// | `idle`: how long an unused connection is kept | 30 s |
/// | `hello`, the name that we greet with | the domain of the sender's address |
/// | `bounces_to`, the envelope's sender | the sender's address |
/// | `verp`: envelope senders that say which mail a bounce is about | none |
/// | `roots`: trusted certificate authorities | [`Roots::System`] |
/// | `root_files`: further ones, as PEM | none |
///
/// This is a section of the settings file, key by key:
///
/// ```
/// # let text = r#"{
/// #   "relays": [{ "url": "smtps://accounts@mail.example", "password_file": "smtp.password" }, { "url": "smtp://fallback.example" }],
/// #   "deadline": "90 s", "verp": "b+@bounces.orchard.example", "roots": "named", "root_files": ["ca.pem"]
/// # }"#;
/// # let of_file: accountable_smtp::SmtpSettings = serde_json::from_str(text)?;
/// use accountable_core::domain::Span;
/// use accountable_smtp::{Relay, Roots, SmtpSettings};
/// let settings = SmtpSettings::default()
///     .with_relay(Relay::at("smtps://accounts@mail.example".parse()?).with_password_file("smtp.password"))
///     .with_relay(Relay::at("smtp://fallback.example".parse()?))
///     .with_deadline(Span::seconds(90))
///     .with_verp("b+@bounces.orchard.example".parse()?)
///     .with_roots(Roots::Named)
///     .with_root_file("ca.pem");
/// # assert_eq!(of_file, settings);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpSettings {
    pub(crate) relays: Vec<Relay>,
    pub(crate) deadline: Span,
    pub(crate) connections: usize,
    pub(crate) idle: Span,
    pub(crate) hello: Option<HelloName>,
    pub(crate) bounces_to: Option<EmailAddress>,
    pub(crate) verp: Option<Verp>,
    pub(crate) roots: Roots,
    pub(crate) root_files: Vec<PathBuf>,
    /// Said in code.
    #[serde(skip)]
    pub(crate) root_pem: Vec<String>,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            relays: Vec::new(),
            deadline: Span::minutes(1),
            connections: 8,
            idle: Span::seconds(30),
            hello: None,
            bounces_to: None,
            verp: None,
            roots: Roots::default(),
            root_files: Vec::new(),
            root_pem: Vec::new(),
        }
    }
}

impl SmtpSettings {
    /// Adds a relay, which is asked where those before it can't be reached or refuse us.
    #[must_use]
    pub fn with_relay(mut self, relay: Relay) -> Self {
        self.relays.push(relay);
        self
    }

    /// Sets how long a delivery takes at most, from the call to the answer, over all relays; 4 min at most.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Span) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets how many connections there are to each relay at once, 256 at most; further letters wait for one. A relay that allows fewer
    /// refuses us where it meets more.
    #[must_use]
    pub fn with_connections(mut self, at_most: usize) -> Self {
        self.connections = at_most;
        self
    }

    /// Sets how long an unused connection is kept; 1 h at most. Zero: each letter has one of its own.
    #[must_use]
    pub fn with_idle(mut self, kept: Span) -> Self {
        self.idle = kept;
        self
    }

    /// Sets the name that we greet relays with (RFC 5321 section 4.1.1.1).
    #[must_use]
    pub fn with_hello(mut self, name: HelloName) -> Self {
        self.hello = Some(name);
        self
    }

    /// Sets the envelope's sender, to which bounces go, of all mails that [`Verp`] gives none of their own.
    #[must_use]
    pub fn with_bounces_to(mut self, address: EmailAddress) -> Self {
        self.bounces_to = Some(address);
        self
    }

    /// Gives each mail that has a feedback tag an envelope sender of its own.
    #[must_use]
    pub fn with_verp(mut self, verp: Verp) -> Self {
        self.verp = Some(verp);
        self
    }

    /// Sets which certificate authorities are trusted.
    #[must_use]
    pub fn with_roots(mut self, roots: Roots) -> Self {
        self.roots = roots;
        self
    }

    /// Trusts the certificate authorities in this file (PEM) as well, which is read when the mailer is made: for private ones.
    #[must_use]
    pub fn with_root_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.root_files.push(file.into());
        self
    }

    /// Trusts these certificate authorities (PEM) as well.
    #[must_use]
    pub fn with_root_pem(mut self, pem: impl Into<String>) -> Self {
        self.root_pem.push(pem.into());
        self
    }

    /// Whether a relay is named, without which there is no mailer.
    #[must_use]
    pub fn has_relays(&self) -> bool {
        !self.relays.is_empty()
    }

    /// Takes paths that are relative as relative to this folder.
    #[must_use]
    pub fn relative_to(mut self, folder: &Path) -> Self {
        self.relays = self.relays.into_iter().map(|relay| relay.relative_to(folder)).collect();
        self.root_files = self.root_files.into_iter().map(|file| folder.join(file)).collect();
        self
    }

    /// # Errors
    /// [`SmtpSetupError::NoRelay`], [`SmtpSetupError::OutOfBounds`].
    pub(crate) fn check(&self) -> Result<(), SmtpSetupError> {
        if self.relays.is_empty() {
            return Err(SmtpSetupError::NoRelay);
        }
        OutOfBounds::check("deadline", self.deadline, Span::millis(100)..=Span::minutes(4))?;
        OutOfBounds::check("connections", self.connections, 1..=256)?;
        OutOfBounds::check("idle", self.idle, Span::ZERO..=Span::hours(1))?;
        Ok(())
    }
}

/// The name that we greet relays with: a host's name, or an IP address in brackets (RFC 5321 section 4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HelloName(String);

/// A name to greet with is a host's, or an IP address in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name to greet with is a host's name, or an IP address in brackets")]
pub struct NotAHelloName;

impl HelloName {
    /// The domain of an address.
    pub(crate) fn of(address: &EmailAddress) -> Self {
        Self(address.domain().to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HelloName {
    type Err = NotAHelloName;

    fn from_str(text: &str) -> Result<Self, NotAHelloName> {
        let of_host = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.');
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let is_one = match inner {
            Some(literal) => {
                literal.strip_prefix("IPv6:").unwrap_or(literal).parse::<std::net::IpAddr>().is_ok()
            }
            None => (1..=253).contains(&text.len()) && text.bytes().all(of_host),
        };
        if is_one { Ok(Self(text.to_owned())) } else { Err(NotAHelloName) }
    }
}

impl TryFrom<String> for HelloName {
    type Error = NotAHelloName;
    fn try_from(text: String) -> Result<Self, NotAHelloName> {
        text.parse()
    }
}

impl From<HelloName> for String {
    fn from(name: HelloName) -> Self {
        name.0
    }
}

impl fmt::Display for HelloName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why no mailer can be made of settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpSetupError {
    /// No relay is named.
    #[error("relays: name at least one")]
    NoRelay,
    /// A number is nonsense.
    #[error(transparent)]
    OutOfBounds(#[from] OutOfBounds),
    /// A relay's URL names a user, and there is no password.
    #[error("relays: {0:?} has a user and no password")]
    NoPassword(RelayUrl),
    /// A relay has a password, and its URL names no user.
    #[error("relays: {0:?} has a password and no user")]
    NoUser(RelayUrl),
    /// The file of a password can't be read, or holds none.
    #[error("relays: {relay:?}: its password can't be read")]
    Password {
        /// Whose password it is.
        relay: RelayUrl,
        /// What the operating system says, or that it holds none.
        #[source]
        source: io::Error,
    },
    /// Certificate authorities can't be read, or a file holds none.
    #[error("root_files: certificates can't be read")]
    Roots(#[source] io::Error),
    /// No certificate authority is trusted, so that no relay could be.
    #[error("roots: there is no certificate authority to trust")]
    NoRoots,
    /// TLS can't be set up.
    #[error("TLS can't be set up")]
    Tls(#[source] Box<rustls::Error>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_they_are_written_and_say_no_password() {
        let relay = Relay::at("smtps://ada@mail.example".parse().unwrap());
        let relay =
            relay.with_password(crate::RelayPassword::new("secret").unwrap()).with_password_file("file");
        let settings = SmtpSettings::default().with_relay(relay).with_hello("[192.0.2.1]".parse().unwrap());
        let text = serde_json::to_string(&settings).unwrap();
        assert!(!text.contains("secret") && !format!("{settings:?}").contains("secret"));
        let read: SmtpSettings = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert!(serde_json::from_str::<SmtpSettings>(r#"{"tls": false}"#).is_err());
    }

    #[test]
    fn a_name_to_greet_with_is_one_word_of_a_command() {
        for good in ["orchard.example", "localhost", "[192.0.2.1]", "[IPv6:2001:db8::1]"] {
            assert_eq!(good.parse::<HelloName>().unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a\r\nMAIL FROM:<>", "[orchard.example]", "[]", "a_b", &"a".repeat(254)] {
            assert_eq!(bad.parse::<HelloName>(), Err(NotAHelloName), "{bad}");
        }
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let some = SmtpSettings::default().with_relay(Relay::at("smtps://mail.example".parse().unwrap()));
        assert!(some.check().is_ok());
        for (bad, option) in [
            (some.clone().with_deadline(Span::minutes(5)), "deadline: "),
            (some.clone().with_deadline(Span::ZERO), "deadline: "),
            (some.clone().with_connections(0), "connections: "),
            (some.clone().with_idle(Span::days(1)), "idle: "),
            (SmtpSettings::default(), "relays: "),
        ] {
            let error = bad.check().unwrap_err().to_string();
            assert!(error.starts_with(option), "{error}");
        }
    }
}
