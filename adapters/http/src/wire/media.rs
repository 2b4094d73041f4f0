//! Media types as RFC 9110 writes them (section 8.3.1), and as callers do.

/// A media type, or a range of them: `application/json; charset=utf-8`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Media {
    /// In lower case; `*` in a range.
    pub(super) kind: String,
    /// In lower case; `*` in a range.
    pub(super) subtype: String,
    /// Names in lower case, values as they are.
    parameters: Vec<(String, String)>,
}

impl Media {
    /// Reads one. There may be blanks around each semicolon, and nothing between two; a value may be quoted.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (essence, mut rest) = text.find(';').map_or((text, ""), |at| text.split_at(at));
        let (kind, subtype) = essence.trim_matches(is_blank).split_once('/')?;
        let mut parameters = Vec::new();
        while !rest.is_empty() {
            rest = rest.strip_prefix(';')?.trim_start_matches(is_blank);
            if !rest.is_empty() && !rest.starts_with(';') {
                let (name, value) = rest.split_once('=')?;
                let (value, behind) = value.strip_prefix('"').map_or_else(|| token(value), quoted)?;
                parameters.push((lower(name)?, value));
                rest = behind.trim_start_matches(is_blank);
            }
        }
        Some(Self { kind: lower(kind)?, subtype: lower(subtype)?, parameters })
    }

    /// Reads a range. A bare `*` means `*/*`, as older clients write it.
    pub(super) fn parse_range(text: &str) -> Option<Self> {
        let bare =
            text.trim_start_matches(is_blank).strip_prefix('*').map(|rest| rest.trim_matches(is_blank));
        match bare {
            Some(rest) if rest.is_empty() || rest.starts_with(';') => Self::parse(&format!("*/*{rest}")),
            _ => Self::parse(text),
        }
    }

    /// The values of the parameters of this name.
    pub(super) fn parameters(&self, name: &str) -> impl Iterator<Item = &str> {
        self.parameters.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the text is, or shall be, in UTF-8, by its parameter `charset`. Two of these are two opinions.
    pub(super) fn is_utf8(&self) -> bool {
        let mut charsets = self.parameters("charset");
        let is_utf8 = |name: &str| name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8");
        charsets.next().is_none_or(is_utf8) && charsets.next().is_none()
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// What a token is made of (RFC 9110 section 5.6.2).
fn is_in_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// A whole token in lower case.
fn lower(text: &str) -> Option<String> {
    (!text.is_empty() && text.chars().all(is_in_token)).then(|| text.to_ascii_lowercase())
}

/// The token that a text begins with, and what is behind it.
fn token(text: &str) -> Option<(String, &str)> {
    let end = text.find(|c| !is_in_token(c)).unwrap_or(text.len());
    let (token, behind) = text.split_at(end);
    (!token.is_empty()).then(|| (token.to_owned(), behind))
}

/// What stands before the closing quote, its escapes resolved, and what is behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            c => value.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_read_as_the_standard_writes_it() {
        for text in [
            "application/json",
            "Application/JSON",
            " application/json ",
            "application/json;",
            "application/json;;",
            "application/json ; ; ",
            "application/json\t;\tcharset=utf-8",
            "application/json ;charset=utf8",
            "application/json;charset=\"UTF-8\" ;",
            "application/json; CHARSET=\"u\\tf-8\"; x=\"a;b,\\\"\"",
        ] {
            let media = Media::parse(text).unwrap();
            assert_eq!((media.kind.as_str(), media.subtype.as_str()), ("application", "json"), "{text}");
            assert!(media.is_utf8(), "{text}");
        }
        for text in ["a/b;charset=utf-16", "a/b;charset=\"\"", "a/b;charset=utf-8;charset=utf-8"] {
            assert!(!Media::parse(text).unwrap().is_utf8(), "{text}");
        }
    }

    #[test]
    fn what_is_no_media_type_is_none() {
        for text in [
            "",
            ";",
            "json",
            "/",
            "a/",
            "/b",
            "a /b",
            "a/b c",
            "a/b/c",
            "a/b, c/d",
            "a/b;x",
            "a/b;x=",
            "a/b;=y",
            "a/b; x = y",
            "a/b;x=y z",
            "a/b;x=\"y",
            "a/b;x=\"y\\",
            "a/b;x=\"y\"z",
            "a/b;x=y/z",
            "é/b",
            "*",
        ] {
            assert_eq!(Media::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_bare_asterisk_is_a_range_of_all() {
        for text in ["*", "*/*", " *", "*; q=.2", "* ;q=.2"] {
            let range = Media::parse_range(text).unwrap();
            assert_eq!((range.kind.as_str(), range.subtype.as_str()), ("*", "*"), "{text}");
        }
        assert_eq!(Media::parse_range("*;q=.2").unwrap().parameters("q").collect::<Vec<_>>(), [".2"]);
        for text in ["**", "*x", "*/"] {
            assert_eq!(Media::parse_range(text), None, "{text}");
        }
    }
}
