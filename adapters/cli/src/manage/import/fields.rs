//! The fields of one record, as JSON has them; those of a line of CSV are all texts.

use accountable::domain::Timestamp;
use serde_json::{Map, Value};

use super::record::Refused;

/// The fields of a record, by their names. One that is null, or an empty text, is not there.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn new(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    /// Whether there is a field of that name, whatever it says.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The record as it is.
    pub(super) fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// A text.
    ///
    /// # Errors
    /// Where it is something else.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Refused> {
        let text = |value| Value::as_str(value).ok_or_else(|| Refused::field(name));
        self.get(name).map(text).transpose()
    }

    /// A name: a text or a whole number.
    ///
    /// # Errors
    /// Where it is something else.
    pub(super) fn id(&self, name: &str) -> Result<Option<String>, Refused> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) if number.is_u64() => Ok(Some(number.to_string())),
            Some(_) => Err(Refused::field(name)),
        }
    }

    /// Whether something is so, in the spellings of JSON, databases and CSV; no where nothing is said.
    ///
    /// # Errors
    /// Where it is something else.
    pub(super) fn is(&self, name: &str) -> Result<bool, Refused> {
        Ok(self.flag(name)?.unwrap_or(false))
    }

    /// As [`is`](Self::is); none where nothing is said.
    ///
    /// # Errors
    /// Where it is something else.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refused> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_u64().map(|number| number.to_string());
        let flag = match (value, number.as_deref().or(value.as_str())) {
            (Value::Bool(flag), _) => Some(*flag),
            (_, Some("true" | "TRUE" | "True" | "t" | "1")) => Some(true),
            (_, Some("false" | "FALSE" | "False" | "f" | "0")) => Some(false),
            _ => None,
        };
        flag.map(Some).ok_or_else(|| Refused::field(name))
    }

    /// A moment: RFC 3339, the form of SQL (in UTC unless it says otherwise), or a number of milliseconds.
    ///
    /// # Errors
    /// Where it is something else.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, Refused> {
        let time = match self.get(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_i64().and_then(of_millis),
            Some(Value::String(text)) if text.starts_with("0000-00-00") => return Ok(None),
            Some(Value::String(text)) => match text.parse::<i64>() {
                Ok(millis) => of_millis(millis),
                Err(_) => of_text(text),
            },
            // As MongoDB's own JSON has it.
            Some(Value::Object(object)) => object.get("$date").and_then(Value::as_str).and_then(of_text),
            Some(_) => None,
        };
        time.map(Some).ok_or_else(|| Refused::field(name))
    }

    /// The fields of a record within this one; none of them where there is none.
    ///
    /// # Errors
    /// Where it is something else.
    pub(super) fn within(&self, name: &str) -> Result<Self, Refused> {
        match self.get(name) {
            None => Ok(Self::default()),
            Some(Value::Object(fields)) => Ok(Self(fields.clone())),
            Some(_) => Err(Refused::field(name)),
        }
    }

    /// The records of a list within this one; none where there is no list.
    ///
    /// # Errors
    /// Where it is something else.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Self>, Refused> {
        let fields = |value: &Value| match value {
            Value::Object(fields) => Ok(Self(fields.clone())),
            _ => Err(Refused::field(name)),
        };
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => values.iter().map(fields).collect(),
            Some(_) => Err(Refused::field(name)),
        }
    }

    /// The texts of a list within this one; none where there is no list.
    ///
    /// # Errors
    /// Where it is something else.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&str>, Refused> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                values.iter().map(|value| value.as_str().ok_or_else(|| Refused::field(name))).collect()
            }
            Some(_) => Err(Refused::field(name)),
        }
    }
}

fn of_millis(millis: i64) -> Option<Timestamp> {
    millis.checked_mul(1_000).map(Timestamp::from_micros)
}

/// RFC 3339, and what databases make of it: a blank for the `T`, an offset of hours alone, `UTC`, or none.
fn of_text(text: &str) -> Option<Timestamp> {
    let (day, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', ' ', 't']).unwrap_or(rest);
    let rest = rest.trim_end_matches(" UTC");
    let (clock, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    let clock = if clock.is_empty() { "00:00:00" } else { clock.trim_end() };
    let offset = match offset.len() {
        0 => "Z".to_owned(),
        3 => format!("{offset}:00"),
        5 if !offset.contains(':') => format!("{}:{}", offset.get(..3)?, offset.get(3..)?),
        _ => offset.to_owned(),
    };
    format!("{day}T{clock}{offset}").parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: &Value) -> Fields {
        Fields::new(value.as_object().unwrap().clone())
    }

    #[test]
    fn a_moment_is_read_in_each_form_in_which_databases_write_it() {
        for (written, read) in [
            (json!("2024-05-06T07:08:09Z"), "2024-05-06T07:08:09Z"),
            (json!("2024-05-06T09:08:09.123456789+02:00"), "2024-05-06T07:08:09.123456Z"),
            (json!("2024-05-06 07:08:09"), "2024-05-06T07:08:09Z"),
            (json!("2024-05-06 07:08:09.5"), "2024-05-06T07:08:09.5Z"),
            (json!("2024-05-06 07:08:09.123+00"), "2024-05-06T07:08:09.123Z"),
            (json!("2024-05-06 07:08:09 UTC"), "2024-05-06T07:08:09Z"),
            (json!("2024-05-06 09:08:09 +0200"), "2024-05-06T07:08:09Z"),
            (json!("2024-05-06"), "2024-05-06T00:00:00Z"),
            (json!(1_714_979_289_000_i64), "2024-05-06T07:08:09Z"),
            (json!("1714979289000"), "2024-05-06T07:08:09Z"),
            (json!({ "$date": "2024-05-06T07:08:09.000Z" }), "2024-05-06T07:08:09Z"),
        ] {
            let read: Timestamp = read.parse().unwrap();
            assert_eq!(fields(&json!({ "at": written })).time("at"), Ok(Some(read)), "{written}");
        }
        for nothing in [json!(null), json!(""), json!("0000-00-00 00:00:00")] {
            assert_eq!(fields(&json!({ "at": nothing })).time("at"), Ok(None));
        }
        for bad in [json!("yesterday"), json!(true), json!("2024-05-06é07"), json!({ "$date": 5 })] {
            assert_eq!(fields(&json!({ "at": bad })).time("at").unwrap_err().text, "at is not of its form");
        }
    }

    #[test]
    fn a_flag_is_read_in_each_spelling_and_no_other_value_counts_as_one() {
        for yes in [json!(true), json!(1), json!("1"), json!("t"), json!("true")] {
            assert_eq!(fields(&json!({ "is": yes })).is("is"), Ok(true), "{yes}");
        }
        for no in [json!(false), json!(0), json!("0"), json!("f"), json!("false"), json!(null), json!("")] {
            assert_eq!(fields(&json!({ "is": no })).is("is"), Ok(false), "{no}");
        }
        for bad in [json!(2), json!("maybe"), json!([])] {
            assert_eq!(fields(&json!({ "is": bad })).is("is").unwrap_err().code, "bad_record", "{bad}");
        }
    }
}
