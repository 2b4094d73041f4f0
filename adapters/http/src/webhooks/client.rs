//! The client that calls endpoints: TLS by rustls with ring, no redirects, and no proxies from the environment.

use std::sync::Arc;

use accountable_core::port::Source;
use reqwest::{Client, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// The machine can't call an endpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoClient {
    /// The operating system trusts no certificate authority, so that no HTTPS URL can be called.
    #[error("no certificate authority is trusted on this machine")]
    NoRoots,
    /// No client can be made.
    #[error("no HTTPS client can be made")]
    Unusable(#[source] Source),
}

/// A client for a URL.
pub(super) fn client(url: &str) -> Result<Client, NoClient> {
    let mut roots = RootCertStore::empty();
    // One that can't be read is one that is not trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() && url.starts_with("https:") {
        return Err(NoClient::NoRoots);
    }
    // Named, so that no other provider in the process can take its place.
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| NoClient::Unusable(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(config)
        // A redirect would hand what is signed for one receiver to another.
        .redirect(Policy::none())
        .user_agent("accountable")
        .build()
        .map_err(|error| NoClient::Unusable(error.into()))
}
