//! Where the contracts that are served are described for machines: beside them, each in a document of its own.

use accountable::http::openapi::{self, Document};
use axum::Router;

/// The folder of the documents, below the path of all contracts.
pub(super) const FOLDER: &str = "/openapi";

/// Describes contracts, or does not.
#[derive(Clone, Copy)]
pub(super) struct Descriptions {
    pub(super) enabled: bool,
}

impl Descriptions {
    /// The route of a contract's document, such as `/openapi/webconnect.json`; none where nothing is described.
    pub(super) fn route(self, contract: &str, document: impl FnOnce() -> Document) -> Router {
        match self.enabled {
            true => openapi::router(&format!("{FOLDER}/{contract}.json"), &document()),
            false => Router::new(),
        }
    }
}
