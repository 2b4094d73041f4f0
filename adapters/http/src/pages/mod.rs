//! The pages that mailed links lead to: to choose a password, to confirm a new address or prove the present one, to cancel a
//! change of address or take the old address back, and to open a closed account again.
//!
//! They work without JavaScript and bring their own style sheet. A host mounts one router for each page that its
//! [`Links`](accountable_core::domain::Links) name; the page finds out what a code is for, so one is enough for all
//! purposes.
//!
//! ```
//! use accountable_core::{Accounts, domain::LinkUrl};
//! use accountable_http::pages::{self, PagesOptions};
//! use axum::Router;
//!
//! fn app(accounts: Accounts) -> Result<Router, Box<dyn std::error::Error>> {
//!     let page = LinkUrl::parse("https://app.example/account/link")?;
//!     let options = PagesOptions::new(page)
//!         .of("Example")
//!         .with_sign_in(LinkUrl::parse("https://app.example/sign-in")?);
//!     let well_known = pages::well_known(&options); // for password managers
//!     Ok(Router::new().merge(pages::router(accounts, options)).merge(well_known))
//! }
//! ```
//!
//! The router answers at the path of the page's URL: merge it, do not nest it.
//!
//! # Words and layout of the host's own
//! The words are those of [`words`](crate::words), which mails are made of, too: English, Japanese, Korean, German and Swedish.
//! A host says any message anew or adds a language; the messages of the pages are in `pages.ftl` and `forms.ftl` of that crate.
//! The layout is that of [`Templates`].
//!
//! ```
//! use accountable_core::domain::{LinkUrl, Locale};
//! use accountable_http::pages::{PagesOptions, Template, Templates};
//! use accountable_http::words::Words;
//!
//! let swedish = Locale::parse("sv")?;
//! let words = Words::builtin()
//!     .with_default(&swedish)?
//!     .with_override(&swedish, "page-password-set-lead = Med det loggar du in hos { $service }.")?;
//! let press = r#"{% extends "layout.html" %}
//! {% block content %}
//! <p class="lead">{{ lead }}</p>
//! <form method="post" action="{{ action }}">
//! <button name="token" value="{{ token }}">{{ button }}</button>
//! </form>
//! {% endblock %}"#;
//! let options = PagesOptions::new(LinkUrl::parse("https://app.example/account/link")?)
//!     .of("Orchard")
//!     .with_words(words) // give the same to the mails: `LetterWords::with_words`
//!     .with_templates(Templates::builtin().with([(Template::Press, press)])?)
//!     .with_style("main { max-width: 34rem; margin: auto; font: 1.1rem/1.5 sans-serif }");
//! # let _ = options;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In which language
//! A page speaks the language of the mail that led to it, which the link says (`lang`); where there are no words in that, or the
//! link says none, the one that its reader understands best by the browser's `Accept-Language`; else the default one. The link's
//! language stays in the query of the page, of its form, and of the links on it. What can't be read counts as not said. The page
//! names its language (`Content-Language`), and that it is the browser's where it is (`Vary`).
//!
//! # What happens to a link
//! | call | does |
//! |---|---|
//! | `GET page?id=..&confirmation_code=..` | asks the store nothing; moves the code into a cookie and answers 303 to the page, with nothing but `lang` of the link, so that the address bar, the history and the `Referer` are clean |
//! | `GET page` | shows what the code of the cookie is for; consumes nothing, however often, whoever asks |
//! | `POST page` | redeems the code |
//!
//! So a scanner that fetches every link of a mail, with `GET` or `HEAD`, does no harm.
//!
//! The cookie is `HttpOnly`, `SameSite=Lax`, `Secure` (but for a page on a loopback host over http), kept to the page's
//! path and for half an hour; the link can be opened again as long as its code lives. A `POST` is refused where the browser
//! says that it comes from another site; and one that redeems a code needs the token that the form carried, which is made
//! of that code. To ask for a new link takes no token, as it takes no link: it does what any stranger may ask for.
//!
//! At the end the reader is led to the return URL that the code was issued with, as far as the accounts' links still allow
//! it. What the link's own query says of that counts for nothing.
//!
//! # What the pages do not tell
//! Nothing is said of an account to whoever holds no genuine, live code of it. Its bearer is told the address that it was
//! mailed to, [`masked`](accountable_core::domain::EmailAddress::masked): mails are forwarded, and who owns several accounts
//! knows which this is.
//!
//! So the page to choose a password has no field for a user name: a password manager would keep the mask for the name, and the
//! pair that it needs it learns at the next log-in. A host that has the whole address shown
//! ([`PagesOptions::naming_accounts_in_full`]) gets that field, read-only, with `autocomplete="username"` beside the two with
//! `new-password`. It is not sent back: the account is the code's.
//!
//! # Where a page ends
//! Wherever a page has nothing more to ask, it leads on: to the return URL, or to the host's page to sign in at
//! ([`PagesOptions::with_sign_in`]); who can't go on is led to a new link, and told whom to turn to
//! ([`Links::with_contact`](accountable_core::domain::Links::with_contact)). A new link for the account of a genuine one leads
//! back to where that one did, used or expired as it may be.
//!
//! # The host's session
//! A confirmed address ends all sessions. Who has just confirmed it, by the password, stays signed in where the host has a
//! [`SessionKeeper`]: it is handed the new stamp.
//!
//! # Who asks
//! Within a [`Guard`](crate::Guard) quotas and IP filter groups count by the origin that it found out; else it is unknown, and no quota applies.
//! The time that a form may take is the guard's, too.
//!
//! Mails of what was done here say roughly where from, where a [`CoarseOrigin`](accountable_core::domain::CoarseOrigin) is
//! among the request's extensions. The guard puts it there if the host's proxies say it
//! ([`Proxies::with_place_header`](crate::origin::Proxies::with_place_header)); a layer of the host's may as well.
//!
//! # Known devices
//! The cookie of a device is the host's. A layer of the host's puts the
//! [`DeviceToken`](accountable_core::domain::DeviceToken) that it read from its cookie into the request's extensions, where
//! the page that confirms an address takes it for the log-in; and it finds the device's next token in the extensions of an
//! answer that a password was chosen or an address confirmed by, to put it into the cookie.

mod forgery;
mod form;
mod forms;
mod headers;
mod new_link;
mod options;
mod page;
mod page_url;
mod redeem;
mod said;
mod samples;
mod sessions;
mod show;
mod site;
mod style;
mod submission;
mod templates;
mod ticket;
mod view;
mod voice;
mod ways;
mod well_known;

use std::sync::Arc;

use accountable_core::Accounts;
use axum::{Router, extract::State, middleware::map_response, response::Response, routing::get};

use self::site::{Shared, Site};
use crate::addressed::addressed_or_problem;

pub use self::{
    options::PagesOptions,
    sessions::SessionKeeper,
    templates::{Template, TemplateError, Templates},
    well_known::well_known,
};

/// The router of the pages. It answers at the path of the page's URL, so merge it and do not nest it.
pub fn router(accounts: Accounts, options: PagesOptions) -> Router {
    let site = Arc::new(Site::new(accounts, options));
    let (page, ask, css) = (site.page.path(), site.page.ask(), site.style.path());
    // A page's path is taken as it stands; `:` and `*` mean nothing in it.
    let mut router = Router::new().without_v07_checks();
    router = router.route(page, get(show::show).post(redeem::redeem)).route(css, get(style));
    if site.offers_new_links {
        router = router.route(&ask, get(new_link::show).post(new_link::ask));
    }
    let router = addressed_or_problem(router.with_state(Arc::clone(&site)));
    router.layer(map_response(headers::safe))
}

/// `GET style-HASH.css`
async fn style(State(site): State<Shared>) -> Response {
    site.style.response()
}
