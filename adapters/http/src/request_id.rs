//! The request ID: the name of one call, by which its answer, its log lines and a caller's question about it are found.

use std::sync::Arc;

use accountable_core::port::Entropy;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header of the request ID, in requests and in answers.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of one call. A [`Guard`](crate::Guard) puts it into the extensions of each request.
///
/// A caller may choose it, so it proves nothing: use it for log lines only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The request ID that the caller sent, if it sent one only, of 1 to 64 characters out of `A-Z a-z 0-9 . _ -`: nothing
    /// else may reach a log.
    #[must_use]
    pub fn given(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(X_REQUEST_ID).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        let text = value.to_str().ok()?;
        let plain = text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'));
        (plain && (1..=64).contains(&text.len())).then(|| Self(text.into()))
    }

    /// A fresh request ID of 32 hexadecimal digits; none where the machine has no randomness.
    #[must_use]
    pub fn drawn(entropy: &dyn Entropy) -> Option<Self> {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes).ok()?;
        Some(Self(format!("{:032x}", u128::from_be_bytes(bytes)).into()))
    }

    /// The request ID as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use accountable_memory::SeededEntropy;

    use super::*;

    fn given(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(X_REQUEST_ID, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        RequestId::given(&headers).map(|id| id.as_str().to_owned())
    }

    #[test]
    fn a_callers_own_is_taken_only_if_it_is_one_and_plain() {
        assert_eq!(given(&["01HX-3.a_b"]), Some("01HX-3.a_b".into()));
        let (most, more) = ("a".repeat(64), "a".repeat(65));
        assert!(given(&[&most]).is_some());
        for odd in [
            &[][..],
            &[""],
            &[&more],
            &["a b"],
            &["a\tb"],
            &["a;b"],
            &["<a>"],
            &["é"],
            &["${jndi:x}"],
            &["a", "b"],
        ] {
            assert_eq!(given(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn two_that_are_drawn_differ() {
        let entropy = SeededEntropy::new(7);
        let (one, other) = (RequestId::drawn(&entropy).unwrap(), RequestId::drawn(&entropy).unwrap());
        assert!(one != other && one.as_str().len() == 32);
    }
}
