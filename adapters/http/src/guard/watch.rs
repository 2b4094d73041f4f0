//! What operators see of each call over HTTP: a span around it, and how it ended. Never a query, which may hold a code, and no header.
//!
//! Behind the features `tracing` and `metrics`; without them nothing is left of it.
//!
//! | what | where |
//! |---|---|
//! | span `http`, fields `id`, `method`, `path` | around each call; what the accounts say of it is within |
//! | event at `INFO`, fields `status`, `ms` | the end of each call; at `WARN` where the status is 500 or above |
//! | counter `accountable_http_calls_total`, labels `method`, `status` | each call |
//! | histogram `accountable_http_seconds`, label `method` | how long each call took |

use axum::{extract::Request, middleware::Next, response::Response};

use crate::request_id::RequestId;

/// Runs one call in its span, and tells how it ended.
#[cfg(any(feature = "tracing", feature = "metrics"))]
pub(super) async fn watched(id: Option<&RequestId>, request: Request, next: Next) -> Response {
    let method = method(request.method());
    let began = tokio::time::Instant::now();
    #[cfg(feature = "tracing")]
    let span = {
        let id = id.map(RequestId::as_str);
        tracing::info_span!("http", id, method, path = request.uri().path())
    };
    #[cfg(not(feature = "tracing"))]
    let _ = id;
    let answered = next.run(request);
    #[cfg(feature = "tracing")]
    let answered = tracing::Instrument::instrument(answered, span.clone());
    let response = answered.await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    #[cfg(feature = "tracing")]
    span.in_scope(|| {
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if status >= 500 { tracing::warn!(status, ms) } else { tracing::info!(status, ms) }
    });
    #[cfg(feature = "metrics")]
    {
        metrics::counter!("accountable_http_calls_total", "method" => method, "status" => status.to_string())
            .increment(1);
        metrics::histogram!("accountable_http_seconds", "method" => method).record(took.as_secs_f64());
    }
    #[cfg(not(feature = "metrics"))]
    let _ = took;
    response
}

/// As nobody watches.
#[cfg(not(any(feature = "tracing", feature = "metrics")))]
pub(super) async fn watched(_: Option<&RequestId>, request: Request, next: Next) -> Response {
    next.run(request).await
}

/// The method as a label: strangers may make up others without end.
#[cfg(any(feature = "tracing", feature = "metrics"))]
fn method(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
