//! Accounts over HTTP: where, for whom, and which contracts.

#[cfg(feature = "axum")]
mod parts;

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
};

use accountable_core::domain::Span;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::written;

/// The section `http`. Read also without the feature `axum`, so that one file serves every build.
///
/// `accountable serve` does all that it says. A host that mounts routers itself takes the parts that it wants: the
/// guard, the keys, the options of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HttpSettings {
    /// Where it is listened: `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// The path that those of all contracts begin with: empty. The pages are where `links` says.
    pub base_path: String,
    /// The web origins whose pages may call from browsers: none.
    pub web_origins: Vec<String>,
    /// Who may call by a bearer key: `bearer-keys.toml`. Read only if a contract needs it.
    pub bearer_keys_file: PathBuf,
    /// Who may call by a signature: `ncp-keys.toml`. Read only if a contract needs it.
    pub ncp_keys_file: PathBuf,
    /// The proxies whose word counts.
    pub proxies: ProxySettings,
    /// What calls are held to.
    pub limits: LimitSettings,
    /// What connections are held to.
    pub connections: ConnectionSettings,
    /// The pages that mailed links lead to.
    pub pages: PagesSettings,
    /// The contract of WebConnect.
    pub webconnect: WebConnectSettings,
    /// The contract of Data Forest.
    pub data_forest: DataForestSettings,
    /// The contract of Payway.
    pub payway: PaywaySettings,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            base_path: String::new(),
            web_origins: Vec::new(),
            bearer_keys_file: PathBuf::from("bearer-keys.toml"),
            ncp_keys_file: PathBuf::from("ncp-keys.toml"),
            proxies: ProxySettings::default(),
            limits: LimitSettings::default(),
            connections: ConnectionSettings::default(),
            pages: PagesSettings::default(),
            webconnect: WebConnectSettings::default(),
            data_forest: DataForestSettings::default(),
            payway: PaywaySettings::default(),
        }
    }
}

/// The proxies whose word counts: none by default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ProxySettings {
    /// Where they are.
    pub networks: Vec<IpNet>,
    /// The header that they write: `x-forwarded-for`.
    pub header: ProxyHeader,
}

/// The header in which a proxy says whom it was called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// What calls are held to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LimitSettings {
    /// Most octets of a body: 65,536.
    pub body: NonZeroUsize,
    /// How long a body may take to arrive: 10 s.
    #[serde(with = "written::span")]
    pub body_time: Span,
    /// How long a call may take: 30 s.
    #[serde(with = "written::span")]
    pub call_time: Span,
    /// How many calls may run at once: 256.
    pub calls_at_once: NonZeroUsize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            body: const { at_least_one(65_536) },
            body_time: Span::seconds(10),
            call_time: Span::seconds(30),
            calls_at_once: const { at_least_one(256) },
        }
    }
}

/// What connections are held to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ConnectionSettings {
    /// How many may be open: 1,024.
    pub at_once: NonZeroUsize,
    /// How long a request's head may take to arrive: 10 s.
    #[serde(with = "written::span")]
    pub head_time: Span,
    /// How long one may live: 5 min.
    #[serde(with = "written::span")]
    pub lifetime: Span,
    /// How long what has begun may take once the server shall end: 30 s.
    #[serde(with = "written::span")]
    pub drain: Span,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            at_once: const { at_least_one(1_024) },
            head_time: Span::seconds(10),
            lifetime: Span::minutes(5),
            drain: Span::seconds(30),
        }
    }
}

/// The pages that mailed links lead to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PagesSettings {
    /// Whether they are served: yes. No, where the host has pages of its own.
    pub enabled: bool,
    /// Whether readers of a dead link may ask for a new one: no.
    pub offer_new_links: bool,
}

impl Default for PagesSettings {
    fn default() -> Self {
        Self { enabled: true, offer_new_links: false }
    }
}

/// The contract of WebConnect: off by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct WebConnectSettings {
    /// Whether it is served: no.
    pub enabled: bool,
    /// So many accounts may be registered: 10,000.
    pub limit: u64,
    /// Strict: every address is shown as verified.
    pub show_every_address_as_verified: bool,
    /// Strict: names of IP filter groups have no digits.
    pub refuse_digits_in_group_names: bool,
    /// Strict: a deleted account is erased at once.
    pub erase_at_once: bool,
}

impl Default for WebConnectSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            limit: 10_000,
            show_every_address_as_verified: false,
            refuse_digits_in_group_names: false,
            erase_at_once: false,
        }
    }
}

/// The contract of Data Forest: off by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DataForestSettings {
    /// Whether it is served: no.
    pub enabled: bool,
    /// So many accounts are listed at most: 10,000.
    pub longest_list: u32,
    /// Strict: the error repeats a refused password.
    pub echo_refused_passwords: bool,
}

impl Default for DataForestSettings {
    fn default() -> Self {
        Self { enabled: false, longest_list: 10_000, echo_refused_passwords: false }
    }
}

/// The contract of Payway: off by default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PaywaySettings {
    /// Whether it is served: no.
    pub enabled: bool,
    /// Strict: an unknown address is 404, and the document's pattern of addresses holds.
    pub strict: bool,
}

const fn at_least_one(number: usize) -> NonZeroUsize {
    match NonZeroUsize::new(number) {
        Some(number) => number,
        None => NonZeroUsize::MIN,
    }
}
