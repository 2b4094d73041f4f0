//! What a form or a link's query says, read strictly: UTF-8, and each name once.

use percent_encoding::percent_decode;
use zeroize::Zeroizing;

/// Not `application/x-www-form-urlencoded`, not UTF-8, or a name twice. A decoder that mends such a text would make a
/// password that nobody typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// The fields of a form. Wiped on drop.
pub(super) struct FormData(Vec<(Zeroizing<String>, Zeroizing<String>)>);

impl FormData {
    /// Reads a form.
    pub(super) fn parse(form: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Vec::new();
        for (name, value) in pairs(form) {
            fields.push((decoded(name)?, decoded(value)?));
        }
        Ok(Self(fields))
    }

    /// The field of that name; empty where there is none.
    pub(super) fn take(&mut self, name: &str) -> Result<Zeroizing<String>, Malformed> {
        let mut named = self.0.extract_if(.., |(of, _)| of.as_str() == name);
        match (named.next(), named.next()) {
            (Some(_), Some(_)) => Err(Malformed),
            (field, _) => Ok(field.map(|(_, value)| value).unwrap_or_default()),
        }
    }
}

/// What a query says under these names; `None` where it has none of them. Others may stand beside them, in whatever form:
/// mail services append their own.
pub(super) fn among<const N: usize>(
    query: &[u8],
    names: [&str; N],
) -> Option<Result<[Option<Zeroizing<String>>; N], Malformed>> {
    let mut found = [const { None }; N];
    let mut any = false;
    let mut malformed = false;
    for (name, value) in pairs(query) {
        let Ok(name) = decoded(name) else { continue };
        let at = names.iter().position(|ours| *ours == name.as_str());
        let Some(slot) = at.and_then(|at| found.get_mut(at)) else { continue };
        any = true;
        match decoded(value) {
            Ok(value) if slot.is_none() => *slot = Some(value),
            _ => malformed = true,
        }
    }
    any.then_some(if malformed { Err(Malformed) } else { Ok(found) })
}

fn pairs(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(|octet| *octet == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut parts = pair.splitn(2, |octet| *octet == b'=');
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    })
}

fn decoded(text: &[u8]) -> Result<Zeroizing<String>, Malformed> {
    let spaced = Zeroizing::new(text.iter().map(|c| if *c == b'+' { b' ' } else { *c }).collect::<Vec<_>>());
    let mut octets = Vec::with_capacity(spaced.len());
    octets.extend(percent_decode(&spaced));
    String::from_utf8(octets).map(Zeroizing::new).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_each_field_once_and_in_utf_8() {
        let mut fields = FormData::parse(b"a=1+2%2B3&b=&&c=%C3%A4%26&d").unwrap();
        let mut take = |name| fields.take(name).unwrap().to_string();
        assert_eq!([take("a"), take("b"), take("c"), take("d"), take("e")], ["1 2+3", "", "ä&", "", ""]);
        assert_eq!(FormData::parse(b"a=%FF").map(drop), Err(Malformed));
        assert_eq!(FormData::parse(b"a=1&a=2").unwrap().take("a").map(drop), Err(Malformed));
    }

    #[test]
    fn a_query_is_ours_if_it_has_one_of_our_names_whatever_else_it_has() {
        let is_some = |query: &str| {
            among(query.as_bytes(), ["id", "code"])
                .map(|read| read.map(|found| found.map(|value| value.is_some())))
        };
        assert_eq!(is_some(""), None);
        assert_eq!(is_some("utm=%FF&%FF=1&x"), None);
        assert_eq!(is_some("utm=%FF&id=1"), Some(Ok([true, false])));
        assert_eq!(is_some("code=1&%69d=2"), Some(Ok([true, true])));
        assert_eq!(is_some("id=1&id=1"), Some(Err(Malformed)));
        assert_eq!(is_some("id=%FF"), Some(Err(Malformed)));
    }
}
