//! An account's version as an entity tag, and what a caller demands of it: `ETag`, `If-Match` and `If-None-Match` (RFC 9110
//! sections 8.8.3, 13.1.1 and 13.1.2). Not in the document: whoever sends neither never notices.

use accountable_core::{
    AccountView,
    domain::{Refusal, Version},
};
use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{ETAG, IF_MATCH, IF_NONE_MATCH},
    },
    response::Response,
};

use super::open_accounts::is_open;
use crate::answer::Problem;

/// Names the version that an answer shows.
pub(super) fn with_tag(mut response: Response, account: &AccountView) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", account.version.as_u64())) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// What a caller demands of the account that it means.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Precondition {
    /// It has one of these versions. None demands nothing, as `*` does, which every account fulfils.
    if_match: Option<Vec<Tag>>,
    /// It is none of these.
    if_none_match: Option<Tags>,
}

#[derive(Debug, PartialEq, Eq)]
enum Tags {
    /// `*`: whatever is there.
    Any,
    /// Those of ours that are named; foreign ones match nothing.
    These(Vec<Tag>),
}

#[derive(Debug, PartialEq, Eq)]
struct Tag {
    version: Version,
    weak: bool,
}

impl Precondition {
    /// Reads it. One that can't be read is refused: who sends it does not want to be overlooked.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let if_match = match read(headers, &IF_MATCH, "bad_if_match")? {
            Some(Tags::These(tags)) => Some(tags),
            Some(Tags::Any) | None => None,
        };
        Ok(Self { if_match, if_none_match: read(headers, &IF_NONE_MATCH, "bad_if_none_match")? })
    }

    /// Whether it demands nothing.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the caller has this version of the account already. Weak tags count here.
    pub(super) fn knows(&self, account: &AccountView) -> bool {
        match &self.if_none_match {
            None => false,
            Some(Tags::Any) => is_open(account),
            Some(Tags::These(tags)) => {
                is_open(account) && tags.iter().any(|tag| tag.version == account.version)
            }
        }
    }

    /// Refuses to change an account that is not as demanded. Weak tags count for `If-None-Match` only.
    pub(super) fn check(&self, account: &AccountView) -> Result<(), Problem> {
        let names = |tag: &Tag| tag.version == account.version && !tag.weak;
        if self.if_match.as_ref().is_some_and(|tags| !tags.iter().any(names)) {
            return Err(Refusal::VersionMismatch.into());
        }
        if self.knows(account) {
            return Err(Problem::new(412, "precondition_failed")
                .with_detail("the account is there, as If-None-Match says that it must not be"));
        }
        Ok(())
    }
}

/// What a header names; none where it is absent.
fn read(headers: &HeaderMap, name: &HeaderName, code: &str) -> Result<Option<Tags>, Problem> {
    let unreadable = || {
        let detail = format!("{name} is no list of entity tags, and no asterisk");
        Problem::new(400, code).with_detail(detail)
    };
    let mut lines = headers.get_all(name).iter().peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    let mut named = Vec::new();
    for line in lines {
        let line = line.to_str().map_err(|_| unreadable())?;
        if line.trim() == "*" {
            return Ok(Some(Tags::Any));
        }
        named.extend(tags(line).ok_or_else(unreadable)?);
    }
    Ok(Some(Tags::These(named)))
}

/// Those of our tags that a list names; none where it is no such list.
fn tags(list: &str) -> Option<Vec<Tag>> {
    let mut tags = Vec::new();
    let mut rest = list.trim();
    while !rest.is_empty() {
        if let Some(next) = rest.strip_prefix(',') {
            rest = next.trim_start();
            continue;
        }
        let (weak, tag) = rest.strip_prefix("W/").map_or((false, rest), |tag| (true, tag));
        let (tag, next) = tag.strip_prefix('"')?.split_once('"')?;
        let number = tag.parse().ok().filter(|number: &u64| number.to_string() == tag);
        tags.extend(number.map(|number| Tag { version: Version::new(number), weak }));
        rest = next.trim_start();
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
    Some(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: HeaderName, lines: &[&'static str]) -> Result<Precondition, Problem> {
        let lines = lines.iter().map(|line| (name.clone(), HeaderValue::from_static(line)));
        Precondition::of(&lines.collect())
    }

    fn strong(versions: &[u64]) -> Vec<Tag> {
        versions.iter().map(|version| Tag { version: Version::new(*version), weak: false }).collect()
    }

    #[test]
    fn versions_are_our_tags_and_no_others_match() {
        for anything in [&[][..], &["*"], &[" * "]] {
            assert!(read(IF_MATCH, anything).unwrap().is_empty(), "{anything:?}");
        }
        let named = |lines: &[&'static str]| read(IF_MATCH, lines).unwrap().if_match;
        assert_eq!(named(&["\"3\""]), Some(strong(&[3])));
        assert_eq!(named(&["\"3\" ,, \"4\"", "\"5\""]), Some(strong(&[3, 4, 5])));
        for foreign in ["\"x,y\"", "\"03\"", "\"+3\"", "\"\"", "\"18446744073709551616\"", ""] {
            assert_eq!(named(&[foreign]), Some(vec![]), "{foreign}");
        }
        let weak = vec![Tag { version: Version::new(3), weak: true }];
        assert_eq!(read(IF_NONE_MATCH, &["W/\"3\""]).unwrap().if_none_match, Some(Tags::These(weak)));
        for any in [&["*"][..], &["\"3\"", "*"]] {
            assert_eq!(read(IF_NONE_MATCH, any).unwrap().if_none_match, Some(Tags::Any));
        }
    }

    #[test]
    fn what_can_not_be_read_is_refused() {
        for bad in ["3", "\"3", "3\"", "\"3\" \"4\"", "'3'", "w/\"3\"", "W/3", "\"3\"; \"4\"", "\"3\", *"] {
            for name in [IF_MATCH, IF_NONE_MATCH] {
                assert_eq!(read(name, &[bad]).unwrap_err().status(), 400, "{bad}");
            }
        }
    }
}
