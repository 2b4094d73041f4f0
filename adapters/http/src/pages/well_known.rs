//! Where password managers look for the page to change a password at.
//!
//! Source: [A Well-Known URL for Changing Passwords](https://www.w3.org/TR/change-password-url/), W3C.

use axum::{Router, middleware::map_response, response::Redirect, routing::get};

use super::{headers, options::PagesOptions, page_url::PageUrl};

/// The path, at the root of an origin.
const CHANGE_PASSWORD: &str = "/.well-known/change-password";

/// Leads `GET /.well-known/change-password` (303) to the host's page to change a password at, else to the one to sign in at, else
/// to the one that mails a new link. Where there is none of them, the router is empty, and the answer 404 the host's.
///
/// Merge it at the root of the origin that people sign in at, once for each origin; do not nest it.
///
/// ```
/// use accountable_core::domain::LinkUrl;
/// use accountable_http::pages::{self, PagesOptions};
/// let options = PagesOptions::new(LinkUrl::parse("https://app.example/account/link")?)
///     .with_change_password(LinkUrl::parse("https://app.example/settings/password")?);
/// let app: axum::Router = pages::well_known(&options);
/// # let _ = app;
/// # Ok::<(), accountable_core::domain::InputError>(())
/// ```
pub fn well_known(options: &PagesOptions) -> Router {
    let page = PageUrl::of(&options.page);
    let own = options.change_password.as_ref().or(options.sign_in.as_ref()).map(ToString::to_string);
    let ask = || options.offers_new_links.then(|| page.absolute(&page.ask()));
    match own.or_else(ask) {
        Some(target) => {
            let there = get(async move || Redirect::to(&target));
            Router::new().route(CHANGE_PASSWORD, there).layer(map_response(headers::safe))
        }
        None => Router::new(),
    }
}
