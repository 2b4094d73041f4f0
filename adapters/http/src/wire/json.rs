//! JSON bodies (RFC 8259), read so that no two readers could understand them differently.

use std::{cell::Cell, fmt};

use serde::{
    Deserialize as _,
    de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{
    fields::{DEEPEST, FieldError, Fields, Value},
    number::integer,
};

/// What some serializers begin with, and RFC 8259 section 8.1 lets readers pass over.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a JSON object (RFC 8259) into its fields, behind a byte order mark or not. Duplicate names are refused at any depth, also where only their escapes
/// differ.
///
/// # Errors
/// [`FieldError::Malformed`] for anything but one object of valid JSON in UTF-8, at most 4 levels deep;
/// [`FieldError::Duplicate`] for a name that is there twice; [`FieldError::Unknown`] for one of more than 128 octets.
pub fn read(body: &[u8]) -> Result<Fields, FieldError> {
    let refused = Cell::new(None);
    let seed = Seed { path: String::new(), room: DEEPEST, refused: &refused };
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match read {
        Ok(Value::Fields(fields)) => Ok(fields),
        Ok(_) => Err(FieldError::Malformed),
        Err(_) => Err(refused.take().unwrap_or(FieldError::Malformed)),
    }
}

/// Reads one value.
struct Seed<'a> {
    /// The path of what is within: empty, or ends with a dot.
    path: String,
    /// How many levels may still open.
    room: u8,
    /// Why reading stopped, where that was not the syntax.
    refused: &'a Cell<Option<FieldError>>,
}

impl Seed<'_> {
    /// For the values one level below.
    fn below<E: serde::de::Error>(&self, path: String) -> Result<Self, E> {
        let room = self.room.checked_sub(1).ok_or_else(|| E::custom("too deep"))?;
        Ok(Self { path, room, ..*self })
    }

    fn again(&self) -> Self {
        Self { path: self.path.clone(), ..*self }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;
    /// Numbers are taken from the text: the parser would round some, and refuse others.
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let written = <&RawValue>::deserialize(deserializer)?.get();
        if written.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            return Ok(integer(written).map_or(Value::OtherNumber, Value::Integer));
        }
        serde_json::Deserializer::from_str(written).deserialize_any(self).map_err(D::Error::custom)
    }
}

/// For all but numbers.
impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(Zeroizing::new(text.to_owned())))
    }
    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(Zeroizing::new(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let below = self.below(self.path.clone())?;
        while list.next_element_seed(below.again())?.is_some() {}
        Ok(Value::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Fields::under(self.path.clone());
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(self.below(fields.path_within(&name))?)?;
            fields.insert(name, value).map_err(|refused| {
                self.refused.set(Some(refused));
                A::Error::custom("refused")
            })?;
        }
        Ok(Value::Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn duplicate_names_are_refused_at_any_depth() {
        for (body, field) in [
            (r#"{"email":"a@example.com","email":"b@example.com"}"#, "email"),
            (r#"{"email":"a@example.com","em\u0061il":"b@example.com"}"#, "email"),
            (r#"{"email":null,"email":null}"#, "email"),
            (r#"{"device_info":{"ip":"1","ip":"2"}}"#, "device_info.ip"),
            (r#"{"a":{"b":{"c":1,"c":2}}}"#, "a.b.c"),
            (r#"{"a":[[{"b":1,"b":2}]]}"#, "a.b"),
            (r#"{"":1,"":2}"#, ""),
        ] {
            let field = field.to_owned();
            assert_eq!(read(body.as_bytes()).unwrap_err(), FieldError::Duplicate { field }, "{body}");
        }
    }

    #[test]
    fn names_that_only_look_alike_are_two_fields() {
        assert!(read(r#"{"email":1,"Email":2,"email ":3,"e\u043cail":4}"#.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_not_one_object_of_valid_json_is_malformed() {
        let deep = format!("{}1{}", "{\"a\":".repeat(5), "}".repeat(5));
        let abyss = "[".repeat(60_000);
        let hostile: &[&[u8]] = &[
            b"",
            b" ",
            b"null",
            b"[]",
            b"\"email\"",
            b"[{\"email\":\"a@example.com\"}]",
            b"{\"a\":1}{\"a\":2}",
            b"{\"a\":1} x",
            b"{\"a\":1,}",
            b"{'a':1}",
            b"{a:1}",
            b"{\"a\":1",
            b"{\"a\":\"\xff\"}",
            b"{\"\xc0\x80\":1}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":\"\n\"}",
            b"{\"a\":NaN}",
            b"{\"a\":01}",
            b"{\"a\":+1}",
            b"{\"a\":1} // comment",
            b"\xef\xbb\xbf",
            b"\xef\xbb\xbf\xef\xbb\xbf{}",
            b" \xef\xbb\xbf{}",
            b"{}\xef\xbb\xbf",
            b"\xff\xfe{\0}\0",
            deep.as_bytes(),
            abyss.as_bytes(),
        ];
        for body in hostile {
            let shown = String::from_utf8_lossy(body);
            let shown: String = shown.chars().take(40).collect();
            assert_eq!(read(body).unwrap_err(), FieldError::Malformed, "{shown}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_refused_with_its_field() {
        for value in [r#"["a@example.com"]"#, "7", "true", "{}", r#"{"$eq":"a"}"#, "null", "1.5"] {
            let mut fields = read(format!(r#"{{"email":{value}}}"#).as_bytes()).unwrap();
            let wrong = FieldError::WrongType { field: "email".into() };
            assert_eq!(fields.take_string("email").unwrap_err(), wrong, "{value}");
        }
    }

    #[test]
    fn an_integer_is_one_however_json_writes_it() {
        let days =
            |value: &str| read(format!(r#"{{"days":{value}}}"#).as_bytes())?.take_optional_integer("days");
        let field = || "days".to_owned();
        for (written, is) in [
            ("30", 30),
            ("30.0", 30),
            ("3e1", 30),
            (" 0.3E+2 ", 30),
            ("-1", -1),
            ("-0", 0),
            ("1e18", 1_000_000_000_000_000_000),
        ] {
            assert_eq!(days(written), Ok(Some(is)), "{written}");
        }
        assert_eq!(days("9223372036854775807"), Ok(Some(i64::MAX)));
        assert_eq!(days("-9223372036854775808"), Ok(Some(i64::MIN)));
        for other in ["30.5", "30.00000000000000000001", "9223372036854775808", "1e999999999", "1e-999999999"]
        {
            assert_eq!(days(other), Err(FieldError::NotAnInteger { field: field() }), "{other}");
        }
        for other in ["\"30\"", "[30]", "true", r#"{"$serde_json::private::Number":"30"}"#] {
            assert_eq!(days(other), Err(FieldError::WrongType { field: field() }), "{other}");
        }
        for none in ["30.", ".5", "3e", "03", "+3", "0x1e", "--3", "-", "1e1.0", "٣"] {
            assert_eq!(days(none), Err(FieldError::Malformed), "{none}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let mut fields = read(b"\xef\xbb\xbf {\"a\":\"\xef\xbb\xbfb\"}").unwrap();
        assert_eq!(fields.take_string("a").unwrap().as_str(), "\u{feff}b", "a value is kept to the letter");
    }

    #[test]
    fn four_levels_are_read() {
        let body = format!("{}1{}", "{\"a\":".repeat(4), "}".repeat(4));
        assert!(read(body.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_kept_of_a_body_does_not_grow_with_its_paths() {
        let name = "x".repeat(60);
        let many: Vec<_> = (0..5_000).map(|at| format!("\"{at:04}\":{{}}")).collect();
        let body = format!(r#"{{"{name}":{{"{name}":{{"{name}":{{{}}}}}}}}}"#, many.join(","));
        assert!(body.len() < 65_536);
        let kept = read(body.as_bytes()).unwrap().kept();
        assert!(kept < 12 * body.len(), "{kept} octets are kept of {}", body.len());
        let long = format!(r#"{{"{}":{{"a":{{}},"b":{{}}}}}}"#, "x".repeat(60_000));
        let field = "x".repeat(64);
        assert_eq!(read(long.as_bytes()).unwrap_err(), FieldError::Unknown { field });
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }

        #[test]
        fn any_text_is_read_back_exactly(text in ".*") {
            let body = serde_json::json!({ "memo": text }).to_string();
            let taken = read(body.as_bytes()).unwrap().take_string("memo").unwrap();
            prop_assert_eq!(taken.as_str(), text);
        }
    }
}
