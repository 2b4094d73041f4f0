//! As much of a browser as the pages need: it keeps one cookie, follows a redirect, fills in a form.

use std::net::IpAddr;

use accountable_core::domain::Origin;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, Uri},
};
use http_body_util::BodyExt as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower::ServiceExt as _;

use crate::world::PATH;

pub(crate) struct Browser {
    router: Router,
    cookie: Option<String>,
    pub(crate) origin: Origin,
    /// What it says of its reader's languages.
    accepts: Option<String>,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    /// Where the form of the page is sent to.
    pub(crate) fn action(&self) -> String {
        let (_, rest) = self.body.split_once("method=\"post\" action=\"").expect("a form");
        rest.split('"').next().unwrap().replace("&#38;", "&")
    }

    /// The value of a hidden field.
    pub(crate) fn token(&self) -> String {
        let (_, rest) = self.body.split_once("name=\"token\" value=\"").expect("a form with a token");
        rest.split('"').next().unwrap().to_owned()
    }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| {
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        format!("{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The path and query of a link.
pub(crate) fn target(link: &str) -> String {
    link.parse::<Uri>().unwrap().path_and_query().unwrap().to_string()
}

/// The same link with another code.
pub(crate) fn forged(link: &str) -> String {
    let (head, code) = link.split_once("confirmation_code=").unwrap();
    let other = if code.starts_with('A') { 'B' } else { 'A' };
    format!("{head}confirmation_code={other}{}", code.get(1..).unwrap())
}

impl Browser {
    pub(crate) fn new(router: Router) -> Self {
        Self { router, cookie: None, origin: Origin::Unknown, accepts: None }
    }

    pub(crate) fn from(mut self, ip: &str) -> Self {
        self.origin = ip.parse::<IpAddr>().unwrap().into();
        self
    }

    pub(crate) fn accepting(mut self, languages: &str) -> Self {
        self.accepts = Some(languages.to_owned());
        self
    }

    pub(crate) async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let mut request = request.extension(self.origin);
        if !request.headers_ref().is_some_and(|headers| headers.contains_key("host")) {
            request = request.header("host", "app.example");
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(languages) = &self.accepts {
            request = request.header("accept-language", languages);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        if let Some(set) = parts.headers.get("set-cookie") {
            let set = set.to_str().unwrap();
            let pair = set.split(';').next().unwrap().to_owned();
            self.cookie = (!set.contains("Max-Age=0")).then_some(pair);
        }
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&mut self, target: &str) -> Answer {
        self.send(Request::get(target), String::new()).await
    }

    pub(crate) async fn post(&mut self, target: &str, body: String) -> Answer {
        let request = Request::post(target)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("origin", "null");
        self.send(request, body).await
    }

    /// Opens a link and follows where it leads.
    pub(crate) async fn open(&mut self, link: &str) -> Answer {
        let moved = self.get(&target(link)).await;
        assert_eq!(moved.status, 303, "{}", moved.body);
        let location = moved.header("location").unwrap().to_owned();
        self.get(&location).await
    }

    /// A browser that has opened a link.
    pub(crate) async fn opened(mut self, link: &str) -> Self {
        let page = self.open(link).await;
        assert_eq!(page.status, 200, "{}", page.body);
        self
    }

    /// Fills in and sends the form of the page.
    pub(crate) async fn submit(&mut self, fields: &[(&str, &str)]) -> Answer {
        let token = self.get(PATH).await.token();
        let mut all = vec![("token", token.as_str())];
        all.extend(fields);
        self.post(PATH, form(&all)).await
    }

    /// Fills in and sends the form of this page, as it says.
    pub(crate) async fn fill(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let token = page.token();
        let mut all = vec![("token", token.as_str())];
        all.extend(fields);
        self.post(&page.action(), form(&all)).await
    }

    pub(crate) async fn choose(&mut self, typed: &str) -> Answer {
        self.submit(&[("password", typed), ("repeat", typed)]).await
    }

    pub(crate) const fn has_cookie(&self) -> bool {
        self.cookie.is_some()
    }

    pub(crate) fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap_or_default()
    }
}
