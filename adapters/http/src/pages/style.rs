//! The style sheet: named by its content, so that browsers may keep it for ever.

use std::borrow::Cow;

use axum::{
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::page_url::PageUrl;

/// A style sheet and where it is.
#[derive(Debug, Clone)]
pub(super) struct Style {
    css: Cow<'static, str>,
    path: String,
    reference: String,
}

impl Style {
    pub(super) fn new(css: Cow<'static, str>, page: &PageUrl) -> Self {
        let digest = Sha256::digest(css.as_bytes());
        let name = URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default());
        let path = page.below(&format!("style-{name}.css"));
        Self { css, reference: page.reference(path.clone()), path }
    }

    /// Where it is served.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// How pages refer to it.
    pub(super) fn reference(&self) -> &str {
        &self.reference
    }

    /// The style sheet, to be kept for a year.
    pub(super) fn response(&self) -> Response {
        let headers = [
            (CONTENT_TYPE, "text/css; charset=utf-8"),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ];
        (headers, self.css.to_string()).into_response()
    }
}
