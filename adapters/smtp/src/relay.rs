//! A relay: where it is, how the way to it is kept safe, and as whom we log in.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::RelayPassword;

/// How the way to a relay is kept safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Security {
    /// TLS from the first octet on (RFC 8314 section 3.3): `smtps`, port 465.
    ImplicitTls,
    /// TLS by `STARTTLS` (RFC 3207), without which nothing is sent: `smtp`, port 587.
    StartTls,
    /// Nothing: everybody on the way reads each mail and the link in it. For a relay on the same machine: `smtp+plaintext`,
    /// port 25. There is no log-in then.
    Plaintext,
}

impl Security {
    const ALL: [Self; 3] = [Self::ImplicitTls, Self::StartTls, Self::Plaintext];

    fn scheme(self) -> &'static str {
        match self {
            Self::ImplicitTls => "smtps",
            Self::StartTls => "smtp",
            Self::Plaintext => "smtp+plaintext",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::ImplicitTls => 465,
            Self::StartTls => 587,
            Self::Plaintext => 25,
        }
    }
}

/// Where a relay is, as a URL: `smtps://user@host:465`, `smtp://user@host:587`, or `smtp+plaintext://host:25`. The user and the
/// port may be left out. It bears no password.
///
/// ```
/// use accountable_smtp::{RelayUrl, RelayUrlError, Security};
/// let relay: RelayUrl = "smtps://accounts%40orchard.example@mail.example".parse()?;
/// assert_eq!((relay.host(), relay.port(), relay.security()), ("mail.example", 465, Security::ImplicitTls));
/// assert_eq!(relay.user(), Some("accounts@orchard.example"));
/// assert_eq!("smtp://a:secret@mail.example".parse::<RelayUrl>(), Err(RelayUrlError::Password));
/// # Ok::<(), RelayUrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelayUrl {
    security: Security,
    host: String,
    port: u16,
    user: Option<String>,
}

/// Why a text is no relay's URL. It does not show the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelayUrlError {
    /// It is no URL of one of the three schemes.
    #[error("a relay is smtps://host, smtp://host (with STARTTLS) or smtp+plaintext://host")]
    Scheme,
    /// It names no host, or more than user, host and port.
    #[error("a relay's URL has a user, a host and a port, and nothing else")]
    Form,
    /// The user is no text without control characters.
    #[error("a relay's user is text without control characters")]
    User,
    /// It bears a password.
    #[error("a password has no place in a URL: it is given by itself, or in a file of its own")]
    Password,
    /// It bears a user where the way is not kept safe.
    #[error("there is no log-in without TLS")]
    LoginInPlaintext,
}

impl RelayUrl {
    /// The relay's name, or its IP address without brackets. With TLS, its certificate must bear it.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How the way to it is kept safe.
    #[must_use]
    pub fn security(&self) -> Security {
        self.security
    }

    /// As whom we log in, if we do.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

impl FromStr for RelayUrl {
    type Err = RelayUrlError;

    fn from_str(text: &str) -> Result<Self, RelayUrlError> {
        let url = Url::parse(text).map_err(|_| RelayUrlError::Scheme)?;
        let of_scheme = |security: &Security| security.scheme() == url.scheme();
        let security = Security::ALL.into_iter().find(of_scheme).ok_or(RelayUrlError::Scheme)?;
        if url.password().is_some() {
            return Err(RelayUrlError::Password);
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(RelayUrlError::Form);
        }
        let host = match url.host().ok_or(RelayUrlError::Form)? {
            Host::Domain(name) => host_name(name)?,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let user = Some(url.username()).filter(|user| !user.is_empty()).map(decoded).transpose()?;
        if user.is_some() && security == Security::Plaintext {
            return Err(RelayUrlError::LoginInPlaintext);
        }
        Ok(Self { security, host, port: url.port().unwrap_or(security.port()), user })
    }
}

/// A URL whose scheme is not one of the web's keeps its host as it was written.
fn host_name(name: &str) -> Result<String, RelayUrlError> {
    let ip = name.parse::<std::net::IpAddr>().map(|ip| ip.to_string());
    let is_plain = name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_'));
    match ip {
        Ok(ip) => Ok(ip),
        Err(_) if is_plain && !name.is_empty() => Ok(name.to_ascii_lowercase()),
        Err(_) => Err(RelayUrlError::Form),
    }
}

/// What percent signs hide in a user's name.
fn decoded(user: &str) -> Result<String, RelayUrlError> {
    let mut octets = Vec::with_capacity(user.len());
    let mut rest = user.bytes();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'%' => {
                let mut digit =
                    || char::from(rest.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                let (high, low) = (digit(), digit());
                high.zip(low).map(|(high, low)| high << 4 | low).ok_or(RelayUrlError::User)?
            }
            other => other,
        });
    }
    let user = String::from_utf8(octets).map_err(|_| RelayUrlError::User)?;
    if user.chars().any(char::is_control) { Err(RelayUrlError::User) } else { Ok(user) }
}

impl TryFrom<String> for RelayUrl {
    type Error = RelayUrlError;
    fn try_from(text: String) -> Result<Self, RelayUrlError> {
        text.parse()
    }
}

impl From<RelayUrl> for String {
    fn from(url: RelayUrl) -> Self {
        url.to_string()
    }
}

/// As it is read, the user's name encoded.
impl fmt::Display for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.security.scheme())?;
        for octet in self.user.iter().flat_map(|user| user.bytes()) {
            match octet {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                    write!(f, "{}", char::from(octet))?
                }
                other => write!(f, "%{other:02X}")?,
            }
        }
        if self.user.is_some() {
            f.write_str("@")?;
        }
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Without the user, who is half of a credential.
impl fmt::Debug for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RelayUrl({}://{}:{})", self.security.scheme(), self.host, self.port)
    }
}

/// A relay: a mail server that takes our mails and passes them on.
///
/// ```
/// use accountable_smtp::{Relay, RelayPassword};
/// let relay = Relay::at("smtps://accounts@mail.example".parse()?);
/// let relay = relay.with_password(RelayPassword::new("correct horse").unwrap());
/// # Ok::<(), accountable_smtp::RelayUrlError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    pub(crate) url: RelayUrl,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password_file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password_variable: Option<String>,
    /// Said in code.
    #[serde(skip)]
    pub(crate) password: Option<RelayPassword>,
}

impl Relay {
    /// The relay there. Where its URL names a user, it needs a password as well.
    #[must_use]
    pub fn at(url: RelayUrl) -> Self {
        Self { url, password_file: None, password_variable: None, password: None }
    }

    /// Gives the password of the URL's user.
    #[must_use]
    pub fn with_password(mut self, password: RelayPassword) -> Self {
        self.password = Some(password);
        self
    }

    /// Names the file that holds that password and nothing else, but perhaps a line break; it is read when the mailer is made.
    #[must_use]
    pub fn with_password_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.password_file = Some(file.into());
        self
    }

    /// Names the environment variable that holds that password; it is read when the mailer is made.
    #[must_use]
    pub fn with_password_variable(mut self, name: impl Into<String>) -> Self {
        self.password_variable = Some(name.into());
        self
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &RelayUrl {
        &self.url
    }

    pub(crate) fn relative_to(mut self, folder: &Path) -> Self {
        self.password_file = self.password_file.map(|file| folder.join(file));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_written_as_it_is_read() {
        for (given, written) in [
            ("smtps://mail.example", "smtps://mail.example:465"),
            ("smtp://Mail.Example/", "smtp://mail.example:587"),
            ("smtp+plaintext://127.0.0.1:2525", "smtp+plaintext://127.0.0.1:2525"),
            ("smtps://[::1]:4465", "smtps://[::1]:4465"),
            ("smtps://a%40b.example@mail.example:1", "smtps://a%40b.example@mail.example:1"),
            ("smtp://J%C3%B6rg%3A%2F@mail.example", "smtp://J%C3%B6rg%3A%2F@mail.example:587"),
        ] {
            let url: RelayUrl = given.parse().unwrap();
            assert_eq!(url.to_string(), written);
            assert_eq!(written.parse(), Ok(url), "{written}");
        }
    }

    #[test]
    fn what_is_no_relay_is_refused_and_its_text_not_repeated() {
        for (given, why) in [
            ("mail.example", RelayUrlError::Scheme),
            ("https://mail.example", RelayUrlError::Scheme),
            ("plaintext://mail.example", RelayUrlError::Scheme),
            ("smtps://a:secret@mail.example", RelayUrlError::Password),
            ("smtps://mail.example/path", RelayUrlError::Form),
            ("smtps://mail.example?tls=none", RelayUrlError::Form),
            ("smtps://", RelayUrlError::Form),
            ("smtps://a%0d%0aQUIT@mail.example", RelayUrlError::User),
            ("smtps://a%00@mail.example", RelayUrlError::User),
            ("smtps://a%ff@mail.example", RelayUrlError::User),
            ("smtp+plaintext://a@mail.example", RelayUrlError::LoginInPlaintext),
        ] {
            assert_eq!(given.parse::<RelayUrl>(), Err(why), "{given}");
            assert!(!why.to_string().contains("secret"));
        }
        let url: RelayUrl = "smtps://ada@mail.example".parse().unwrap();
        assert_eq!(format!("{url:?}"), "RelayUrl(smtps://mail.example:465)");
    }
}
