//! Calls to others: HTTP/1.1 in clear or by TLS (rustls with ring), without redirects, and without proxies from the environment.

use std::sync::Arc;

use accountable_core::port::Source;
use axum::http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// Calls others. Clones share its connections. What is signed, or a key, goes to nobody but whom it is for: a redirect is an answer
/// like any other.
///
/// It asks for no more time than its caller gives it, and needs a Tokio runtime.
#[derive(Debug, Clone)]
pub struct HttpClient(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// The machine can't call others.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoClient {
    /// No certificate authority is trusted, so that no HTTPS URL can be called.
    #[error("no certificate authority is trusted on this machine")]
    NoRoots,
    /// The text of further certificate authorities is no PEM, or holds none.
    #[error("the certificate authorities that are named can't be read")]
    BadAuthorities,
    /// TLS can't be had.
    #[error("no HTTPS client can be made")]
    Unusable(#[source] Source),
}

/// A call that was not answered.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Unanswered(#[from] Error);

impl Unanswered {
    /// Whether there was no connection at all, so that nothing of the call arrived.
    #[must_use]
    pub fn is_unreached(&self) -> bool {
        self.0.is_connect()
    }
}

impl HttpClient {
    /// A client for this URL, that trusts the certificate authorities of the machine and those of this PEM text.
    ///
    /// # Errors
    /// [`NoClient`].
    pub fn new(url: &str, authorities: Option<&[u8]>) -> Result<Self, NoClient> {
        let mut roots = RootCertStore::empty();
        // One that can't be read is one that is not trusted.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(pem) = authorities {
            add(&mut roots, pem).ok_or(NoClient::BadAuthorities)?;
        }
        if roots.is_empty() && url.starts_with("https:") {
            return Err(NoClient::NoRoots);
        }
        // Named, so that no other provider in the process can take its place.
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| NoClient::Unusable(error.into()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Makes a call. Its URL is absolute.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub async fn call(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Unanswered> {
        Ok(self.0.request(request).await?)
    }
}

/// Trusts those of a PEM text too; none where there are none.
fn add(roots: &mut RootCertStore, pem: &[u8]) -> Option<()> {
    let mut named = None;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.ok()?).ok()?;
        named = Some(());
    }
    named
}
