//! A caller with one connection, which must last.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use accountable_benches::Trouble;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderMap},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// One connection.
pub(crate) struct Caller {
    sender: SendRequest<Full<Bytes>>,
    token: String,
}

/// So many callers, each with its connection.
pub(crate) async fn connected(callers: usize, to: SocketAddr, token: &str) -> Result<Vec<Caller>, Trouble> {
    try_join_all((0..callers).map(|_| Caller::connect(to, token))).await
}

/// What came back, and how long that took.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) took: Duration,
}

/// A call's body, and who sends it.
pub(crate) enum Sends<'a> {
    /// A program with its key; no body.
    Nothing,
    /// A program with its key.
    Json(String),
    /// A browser with its cookie; no body.
    Page(&'a str),
    /// A browser with its cookie.
    Form(&'a str, String),
}

impl Caller {
    /// Connects.
    pub(crate) async fn connect(to: SocketAddr, token: &str) -> Result<Self, Trouble> {
        let io = TokioIo::new(TcpStream::connect(to).await?);
        let (sender, connection) = handshake(io).await?;
        // Where it breaks, the next call says so.
        tokio::spawn(connection);
        Ok(Self { sender, token: format!("Bearer {token}") })
    }

    /// Calls, and reads the answer to its end.
    #[expect(
        clippy::disallowed_methods,
        reason = "what is measured is the machine's own time, not an account's"
    )]
    pub(crate) async fn call(&mut self, target: &str, sends: Sends<'_>) -> Result<Answer, Trouble> {
        let request = Request::builder().uri(target).header(HOST, "app.example");
        let request = match &sends {
            Sends::Nothing | Sends::Json(_) => request.header(AUTHORIZATION, &self.token),
            Sends::Page(cookie) | Sends::Form(cookie, _) => request.header(COOKIE, *cookie),
        };
        let request = match sends {
            Sends::Nothing | Sends::Page(_) => request.method("GET").body(Full::default()),
            Sends::Json(body) => {
                request.method("POST").header(CONTENT_TYPE, "application/json").body(Full::from(body))
            }
            Sends::Form(_, body) => {
                let request =
                    request.method("POST").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
                request.body(Full::from(body))
            }
        };
        let start = Instant::now();
        self.sender.ready().await?;
        let (head, body) = self.sender.send_request(request?).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body, took: start.elapsed() })
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether it was turned away for now, and was told when to come back.
    pub(crate) fn is_turned_away(&self) -> bool {
        let wait = self.headers.get("retry-after").and_then(|wait| wait.to_str().ok()?.parse::<u32>().ok());
        self.status == StatusCode::SERVICE_UNAVAILABLE.as_u16() && wait.is_some_and(|wait| wait > 0)
    }
}
