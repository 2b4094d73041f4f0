//! The name of one call: what an answer, a log line and a caller's question about it have in common.

use std::sync::Arc;

use accountable_core::port::Entropy;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that bears it, both ways.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names one call. In the extensions of each request within a [`Guard`](crate::Guard).
///
/// A caller may choose it, so it proves nothing and names nothing but log lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The caller's, where it sent one that is 1..=64 of `[A-Za-z0-9._-]`; nothing else may reach a log.
    #[must_use]
    pub fn given(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(X_REQUEST_ID).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        let text = value.to_str().ok()?;
        let plain = text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'));
        (plain && (1..=64).contains(&text.len())).then(|| Self(text.into()))
    }

    /// A fresh one: 32 hexadecimal digits; none where the machine has no randomness.
    #[must_use]
    pub fn drawn(entropy: &dyn Entropy) -> Option<Self> {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes).ok()?;
        Some(Self(format!("{:032x}", u128::from_be_bytes(bytes)).into()))
    }

    /// The text.
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
