//! Whom a call is addressed to: its `Host` must be there once, and be one (RFC 9112 section 3.2). It is used for nothing.

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, Version, header::HOST, uri::Authority},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};

use crate::answer::Problem;

/// Refuses calls to these routes that are not addressed as HTTP demands: 400, which `refused` makes of their head.
pub(crate) fn addressed(router: Router, refused: fn(&HeaderMap) -> Response) -> Router {
    router.route_layer(from_fn(move |request: Request, next: Next| async move {
        match is_addressed(request.version(), request.headers()) {
            true => next.run(request).await,
            false => refused(request.headers()),
        }
    }))
}

/// The same, refused in the words of RFC 9457, where nobody published others.
pub(crate) fn addressed_or_problem(router: Router) -> Router {
    addressed(router, |_| problem().into_response())
}

/// 400 `bad_host`.
pub(crate) fn problem() -> Problem {
    Problem::new(400, "bad_host").with_detail("Host is there once, and names a host")
}

/// Only HTTP/1.1 demands a `Host`; two of them, or one that is none, are an error in every version.
fn is_addressed(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let well_formed = match hosts.next() {
        None => version != Version::HTTP_11,
        // Empty where the target has no authority, as the standard has it.
        Some(host) => host.is_empty() || is_host(host.as_bytes()),
    };
    well_formed && hosts.next().is_none()
}

/// A host and perhaps a port, without a user's name.
fn is_host(value: &[u8]) -> bool {
    !value.contains(&b'@') && Authority::try_from(value).is_ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn is_addressed_to(version: Version, hosts: &[&'static str]) -> bool {
        let hosts = hosts.iter().map(|host| (HOST, HeaderValue::from_static(host)));
        let mut headers = HeaderMap::new();
        for (name, host) in hosts {
            headers.append(name, host);
        }
        is_addressed(version, &headers)
    }

    #[test]
    fn one_host_is_demanded_of_http_1_1_and_two_are_never_taken() {
        for (hosts, version_1_1, others) in [
            (&[][..], false, true),
            (&["example.com"], true, true),
            (&["example.com:8443"], true, true),
            (&["[2001:db8::1]:80"], true, true),
            (&[""], true, true),
            (&["example.com", "example.com"], false, false),
            (&["example.com", "evil.example"], false, false),
            (&["example.com, evil.example"], false, false),
            (&["a@example.com"], false, false),
            (&["example.com/path"], false, false),
            (&["http://example.com"], false, false),
            (&["exa mple.com"], false, false),
        ] {
            assert_eq!(is_addressed_to(Version::HTTP_11, hosts), version_1_1, "{hosts:?}");
            for version in [Version::HTTP_10, Version::HTTP_2] {
                assert_eq!(is_addressed_to(version, hosts), others, "{version:?} {hosts:?}");
            }
        }
    }
}
