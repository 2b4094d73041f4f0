//! An account's version as an entity tag, and what a caller demands of it: `ETag` and `If-Match` (RFC 9110 sections 8.8.3
//! and 13.1.1). Not in the document: whoever sends no `If-Match` never notices.

use accountable_core::{
    AccountView,
    domain::{Refusal, Version},
};
use axum::{
    http::{
        HeaderMap, HeaderValue,
        header::{ETAG, IF_MATCH},
    },
    response::Response,
};

use crate::answer::Problem;

/// Names the version that an answer shows.
pub(super) fn with_tag(mut response: Response, account: &AccountView) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", account.version.as_u64())) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// What `If-Match` demands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Precondition {
    /// Nothing: it is absent, or `*`, which every account fulfils.
    Nothing,
    /// One of these versions. Tags that are none of ours, and weak ones, match none.
    OneOf(Vec<Version>),
}

impl Precondition {
    /// Reads it. One that can't be read is refused: who sends it does not want to be overlooked.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let unreadable = || {
            Problem::new(400, "bad_if_match")
                .with_detail("If-Match is no list of entity tags, and no asterisk")
        };
        let mut versions = Vec::new();
        let mut lines = headers.get_all(IF_MATCH).iter().peekable();
        if lines.peek().is_none() {
            return Ok(Self::Nothing);
        }
        for line in lines {
            let line = line.to_str().map_err(|_| unreadable())?;
            if line.trim() == "*" {
                return Ok(Self::Nothing);
            }
            versions.extend(tags(line).ok_or_else(unreadable)?);
        }
        Ok(Self::OneOf(versions))
    }

    /// Whether it demands nothing.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::Nothing
    }

    /// Refuses an account of another version.
    pub(super) fn check(&self, account: &AccountView) -> Result<(), Refusal> {
        match self {
            Self::OneOf(versions) if !versions.contains(&account.version) => Err(Refusal::VersionMismatch),
            _ => Ok(()),
        }
    }
}

/// The versions that a list of tags names; none where it is no such list.
fn tags(list: &str) -> Option<Vec<Version>> {
    let mut versions = Vec::new();
    let mut rest = list.trim();
    while !rest.is_empty() {
        if let Some(next) = rest.strip_prefix(',') {
            rest = next.trim_start();
            continue;
        }
        let (weak, tag) = rest.strip_prefix("W/").map_or((false, rest), |tag| (true, tag));
        let (tag, next) = tag.strip_prefix('"')?.split_once('"')?;
        let number = tag.parse().ok().filter(|number: &u64| number.to_string() == tag);
        versions.extend(number.filter(|_| !weak).map(Version::new));
        rest = next.trim_start();
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
    Some(versions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&'static str]) -> Result<Precondition, Problem> {
        let lines = lines.iter().map(|line| (IF_MATCH, HeaderValue::from_static(line)));
        Precondition::of(&lines.collect())
    }

    fn one_of(versions: &[u64]) -> Precondition {
        Precondition::OneOf(versions.iter().copied().map(Version::new).collect())
    }

    #[test]
    fn versions_are_strong_tags_and_no_others_match() {
        assert_eq!(read(&[]), Ok(Precondition::Nothing));
        for anything in ["*", " * "] {
            assert_eq!(read(&[anything]), Ok(Precondition::Nothing));
        }
        assert_eq!(read(&["\"3\""]), Ok(one_of(&[3])));
        assert_eq!(read(&["\"3\" ,, \"4\"", "\"5\""]), Ok(one_of(&[3, 4, 5])));
        for foreign in ["W/\"3\"", "\"x,y\"", "\"03\"", "\"+3\"", "\"\"", "\"18446744073709551616\"", ""] {
            assert_eq!(read(&[foreign]), Ok(one_of(&[])), "{foreign}");
        }
    }

    #[test]
    fn what_can_not_be_read_is_refused() {
        for bad in ["3", "\"3", "3\"", "\"3\" \"4\"", "'3'", "w/\"3\"", "W/3", "\"3\"; \"4\"", "\"3\", *"] {
            assert_eq!(read(&[bad]).unwrap_err().status(), 400, "{bad}");
        }
    }
}
