//! Whose certificates we take a relay's word by.

use std::{io, path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use serde::{Deserialize, Serialize};
use tokio_rustls::TlsConnector;

use crate::SmtpSetupError;

/// Which certificate authorities are trusted, beside those that the settings name by themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Roots {
    /// Those that the operating system trusts.
    #[default]
    System,
    /// Mozilla's, as they were when this was built: for machines without any of their own.
    #[cfg(feature = "bundled-roots")]
    Bundled,
    /// None: only those that the settings name.
    Named,
}

/// Makes TLS connections that trust these authorities.
///
/// # Errors
/// [`SmtpSetupError`], where a file can't be read or none is left to trust.
pub(crate) fn connector(
    roots: Roots,
    files: &[PathBuf],
    pem: &[String],
) -> Result<TlsConnector, SmtpSetupError> {
    let mut store = RootCertStore::empty();
    match roots {
        // One that can't be read is one that is not trusted; none at all is said below.
        Roots::System => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        #[cfg(feature = "bundled-roots")]
        Roots::Bundled => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Roots::Named => {}
    }
    let mut name = |pem: &[u8]| -> io::Result<()> {
        let bad =
            |error: &dyn std::error::Error| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
        let mut named = 0_usize;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            store.add(certificate.map_err(|error| bad(&error))?).map_err(|error| bad(&error))?;
            named = named.saturating_add(1);
        }
        if named == 0 { Err(io::Error::new(io::ErrorKind::InvalidData, "no certificate")) } else { Ok(()) }
    };
    for file in files {
        std::fs::read(file).and_then(|pem| name(&pem)).map_err(SmtpSetupError::Roots)?;
    }
    for pem in pem {
        name(pem.as_bytes()).map_err(SmtpSetupError::Roots)?;
    }
    if store.is_empty() {
        return Err(SmtpSetupError::NoRoots);
    }
    // Named, so that no other provider in the process can take its place.
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SmtpSetupError::Tls(Box::new(error)))?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
