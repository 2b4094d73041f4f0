//! The fields of a body, of which a request struct is made: taken by name and type, and what is left over refused.

use std::{collections::BTreeMap, fmt};

use zeroize::Zeroizing;

/// How many levels a body may nest; the contracts need two.
pub(super) const DEEPEST: u8 = 4;

/// Most characters of a caller's own field name that an error repeats.
const MOST_SHOWN: usize = 64;

/// Most octets of a name; no contract has one half as long.
const LONGEST_NAME: usize = 128;

/// Why a body can't be used: 400 in most contracts. It names fields, and never repeats a value.
///
/// Nested fields are named by their path, as in `device_info.ip_address`. A name that the caller made up is cut at
/// 64 characters, its controls replaced; it still is the caller's text: escape it wherever it goes. One of more than
/// 128 octets is refused as unknown also where a contract ignores unknown fields.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// The body is not of its format, not UTF-8, nested deeper than 4 levels, or not a set of named fields:
    /// `malformed_body`.
    #[error("the body can't be read")]
    Malformed,
    /// A value has another type than its field: `wrong_type`.
    #[error("the field {field} is of another type")]
    WrongType {
        /// The path of the field, as in `device_info.ip_address`.
        field: String,
    },
    /// A number is a fraction, or beyond 64 bits, where an integer belongs: `not_an_integer`.
    #[error("the field {field} is no integer of 64 bits")]
    NotAnInteger {
        /// The path of the field, as in `device_info.ip_address`.
        field: String,
    },
    /// A field that must be there is absent: `missing_field`.
    #[error("the field {field} is missing")]
    Missing {
        /// The path of the field, as in `device_info.ip_address`.
        field: String,
    },
    /// The call has no field of that name: `unknown_field`.
    #[error("the field {field} is unknown")]
    Unknown {
        /// The path of the field, as in `device_info.ip_address`.
        field: String,
    },
    /// A field is there more than once, and readers could differ on which one counts: `duplicate_field`.
    #[error("the field {field} is there more than once")]
    Duplicate {
        /// The path of the field, as in `device_info.ip_address`.
        field: String,
    },
}

impl FieldError {
    /// The path of the field that is meant; none where it is the whole body.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Malformed => None,
            Self::WrongType { field }
            | Self::NotAnInteger { field }
            | Self::Missing { field }
            | Self::Unknown { field }
            | Self::Duplicate { field } => Some(field),
        }
    }

    /// The stable code for machines, such as `missing_field`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed_body",
            Self::WrongType { .. } => "wrong_type",
            Self::NotAnInteger { .. } => "not_an_integer",
            Self::Missing { .. } => "missing_field",
            Self::Unknown { .. } => "unknown_field",
            Self::Duplicate { .. } => "duplicate_field",
        }
    }
}

/// A value as it was read, not yet asked for.
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number that is a fraction, or beyond 64 bits.
    OtherNumber,
    Text(Zeroizing<String>),
    /// Text of a format without types (XML), to be read as what is asked for.
    Untyped(Zeroizing<String>),
    /// No contract has lists; what was in it has been checked, and is not kept.
    List,
    Fields(Fields),
}

/// The named values of a body, or of an object within it. Values are wiped on drop and never shown.
///
/// A call makes its request struct of them: it takes each field by name and type, then refuses the rest with
/// [`finish`](Self::finish).
///
/// ```
/// use accountable_http::wire::{FieldError, json};
/// let mut fields = json::read(br#"{"email": "ada@example.com", "days": 30, "cc": null}"#)?;
/// assert_eq!(fields.take_string("email")?.as_str(), "ada@example.com");
/// assert_eq!(fields.take_optional_integer("days")?, Some(30));
/// assert_eq!(fields.finish(), Err(FieldError::Unknown { field: "cc".into() }));
/// # Ok::<(), FieldError>(())
/// ```
#[derive(Default)]
pub struct Fields {
    /// Where they stand: empty, or a path that ends with a dot; no more of it than an error shows.
    path: String,
    values: BTreeMap<String, Value>,
}

impl Fields {
    pub(super) fn under(path: String) -> Self {
        Self { path, values: BTreeMap::new() }
    }

    /// Adds a value that was read. A name that is too long for any contract is refused as unknown.
    pub(super) fn insert(&mut self, name: String, value: Value) -> Result<(), FieldError> {
        if name.len() > LONGEST_NAME {
            return Err(FieldError::Unknown { field: self.shown(&name) });
        }
        if self.values.contains_key(&name) {
            return Err(FieldError::Duplicate { field: self.shown(&name) });
        }
        self.values.insert(name, value);
        Ok(())
    }

    /// The path of objects within the field. Each of them keeps it, so it must not grow with what a caller makes up.
    pub(super) fn path_within(&self, name: &str) -> String {
        self.path.chars().chain(name.chars()).chain(['.']).take(MOST_SHOWN).collect()
    }

    fn shown(&self, name: &str) -> String {
        let visible = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        self.path.chars().chain(name.chars()).map(visible).take(MOST_SHOWN).collect()
    }

    fn wrong_type(&self, name: &str) -> FieldError {
        FieldError::WrongType { field: self.shown(name) }
    }

    fn missing(&self, name: &str) -> FieldError {
        FieldError::Missing { field: self.shown(name) }
    }

    /// A value that is there and not null.
    fn take_value(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name).filter(|value| !matches!(value, Value::Null))
    }

    /// Whether the field is there, null or not, and not yet taken: for fields whose absence means "leave it as it is".
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Refuses a field whose value is null: for fields whose absence means "leave it as it is", where null means nothing.
    ///
    /// # Errors
    /// [`FieldError::WrongType`] where the value is null.
    pub fn refuse_null(&self, name: &str) -> Result<(), FieldError> {
        match self.values.get(name) {
            Some(Value::Null) => Err(self.wrong_type(name)),
            _ => Ok(()),
        }
    }

    /// Takes a null, and says whether there was one: for fields where null means something.
    pub fn take_null(&mut self, name: &str) -> bool {
        let null = matches!(self.values.get(name), Some(Value::Null));
        if null {
            self.values.remove(name);
        }
        null
    }

    /// Takes a text that must be there.
    ///
    /// # Errors
    /// [`FieldError::Missing`] where it is absent, [`FieldError::WrongType`] where it is anything but a text.
    pub fn take_string(&mut self, name: &str) -> Result<Zeroizing<String>, FieldError> {
        self.refuse_null(name)?;
        self.take_optional_string(name)?.ok_or_else(|| self.missing(name))
    }

    /// Takes a text; none where it is absent or null.
    ///
    /// # Errors
    /// [`FieldError::WrongType`] where it is neither a text nor null.
    pub fn take_optional_string(&mut self, name: &str) -> Result<Option<Zeroizing<String>>, FieldError> {
        match self.take_value(name) {
            None => Ok(None),
            Some(Value::Text(text) | Value::Untyped(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong_type(name)),
        }
    }

    /// Takes an integer of 64 bits that must be there.
    ///
    /// # Errors
    /// [`FieldError::Missing`] where it is absent, [`FieldError::NotAnInteger`] where it is another number,
    /// [`FieldError::WrongType`] where it is anything else.
    pub fn take_integer(&mut self, name: &str) -> Result<i64, FieldError> {
        self.refuse_null(name)?;
        self.take_optional_integer(name)?.ok_or_else(|| self.missing(name))
    }

    /// Takes an integer of 64 bits; none where it is absent or null. To JSON `30.0` and `3e1` are 30, `"30"` is a text; formats
    /// without types have digits only.
    ///
    /// # Errors
    /// [`FieldError::NotAnInteger`] where it is another number, [`FieldError::WrongType`] where it is neither a number nor null.
    pub fn take_optional_integer(&mut self, name: &str) -> Result<Option<i64>, FieldError> {
        match self.take_value(name) {
            None => Ok(None),
            Some(Value::Integer(integer)) => Ok(Some(integer)),
            Some(Value::OtherNumber) => Err(FieldError::NotAnInteger { field: self.shown(name) }),
            Some(Value::Untyped(text)) => integer(&text).map(Some).ok_or_else(|| self.wrong_type(name)),
            Some(_) => Err(self.wrong_type(name)),
        }
    }

    /// Takes an integer of 64 bits that may also be written as a text of its digits; none where it is absent or null.
    ///
    /// # Errors
    /// [`FieldError::NotAnInteger`] where it is another number, [`FieldError::WrongType`] where it is neither a number, nor the
    /// digits of an integer, nor null.
    pub fn take_optional_integer_or_digits(&mut self, name: &str) -> Result<Option<i64>, FieldError> {
        match self.values.get(name) {
            Some(Value::Text(text)) => {
                let read = integer(text).map(Some).ok_or_else(|| self.wrong_type(name));
                self.values.remove(name);
                read
            }
            _ => self.take_optional_integer(name),
        }
    }

    /// Takes a truth value; none where it is absent or null.
    ///
    /// # Errors
    /// [`FieldError::WrongType`] where it is neither true, nor false, nor null.
    pub fn take_optional_bool(&mut self, name: &str) -> Result<Option<bool>, FieldError> {
        match self.take_value(name) {
            None => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(truth)),
            Some(Value::Untyped(text)) => text.parse().map(Some).map_err(|_| self.wrong_type(name)),
            Some(_) => Err(self.wrong_type(name)),
        }
    }

    /// Takes an object; none where it is absent or null. What is left over in it is for [`finish`](Self::finish) of the object
    /// itself to refuse.
    ///
    /// # Errors
    /// [`FieldError::WrongType`] where it is neither an object nor null.
    pub fn take_optional_fields(&mut self, name: &str) -> Result<Option<Self>, FieldError> {
        match self.take_value(name) {
            None => Ok(None),
            Some(Value::Fields(fields)) => Ok(Some(fields)),
            Some(_) => Err(self.wrong_type(name)),
        }
    }

    /// Refuses the fields that were not taken. Drop them instead where a contract ignores unknown fields.
    ///
    /// # Errors
    /// [`FieldError::Unknown`] with the first left-over field, in the order of their names.
    pub fn finish(self) -> Result<(), FieldError> {
        match self.values.keys().next() {
            Some(name) => Err(FieldError::Unknown { field: self.shown(name) }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
impl Fields {
    /// How many octets paths and names take, those within included.
    pub(super) fn kept(&self) -> usize {
        let within = |value: &Value| if let Value::Fields(fields) = value { fields.kept() } else { 0 };
        let each = self.values.iter().flat_map(|(name, value)| [name.capacity(), within(value)]);
        each.chain([self.path.capacity()]).sum()
    }
}

/// Decimal digits as a machine writes them: no plus sign, no leading zeros, no spaces.
fn integer(text: &str) -> Option<i64> {
    let read: i64 = text.parse().ok()?;
    (read.to_string() == text).then_some(read)
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: Value) -> Fields {
        let mut fields = Fields::default();
        fields.insert(name.into(), value).unwrap();
        fields
    }

    fn text(text: &str) -> Value {
        Value::Text(Zeroizing::new(text.into()))
    }

    #[test]
    fn a_text_is_only_had_where_a_text_is() {
        assert_eq!(of("a", text("")).take_string("a").unwrap().as_str(), "");
        let wrong = Err(FieldError::WrongType { field: "a".into() });
        for value in [Value::Null, Value::Bool(true), Value::Integer(1), Value::OtherNumber, Value::List] {
            assert_eq!(of("a", value).take_string("a"), wrong);
        }
        assert_eq!(of("b", text("")).take_string("a"), Err(FieldError::Missing { field: "a".into() }));
        assert_eq!(of("a", Value::Null).take_optional_string("a"), Ok(None));
    }

    #[test]
    fn digits_count_as_an_integer_only_where_that_is_asked_for() {
        assert!(of("n", text("30")).take_optional_integer("n").is_err());
        assert_eq!(of("n", text("30")).take_optional_integer_or_digits("n"), Ok(Some(30)));
        assert_eq!(of("n", Value::Integer(-1)).take_optional_integer_or_digits("n"), Ok(Some(-1)));
        for bad in ["", " 30", "+30", "030", "3e1", "30.0", "٣٠", "9223372036854775808", "-0"] {
            assert!(of("n", text(bad)).take_optional_integer_or_digits("n").is_err(), "{bad:?}");
        }
    }

    #[test]
    fn null_where_absent_means_as_it_is_can_be_told_from_absent() {
        let fields = of("a", Value::Null);
        assert!(fields.has("a") && fields.refuse_null("a").is_err());
        assert!(!fields.has("b") && fields.refuse_null("b").is_ok());
        let mut fields = fields;
        assert!(fields.take_null("a") && !fields.take_null("a") && !fields.take_null("b"));
        let mut other = of("a", Value::Bool(false));
        assert!(!other.take_null("a") && other.has("a"));
    }

    #[test]
    fn what_was_not_taken_is_refused_by_its_path() {
        let mut inner = Fields::under("device_info.".into());
        inner.insert("x".into(), Value::Null).unwrap();
        let mut fields = of("device_info", Value::Fields(inner));
        let inner = fields.take_optional_fields("device_info").unwrap().unwrap();
        assert_eq!(inner.finish(), Err(FieldError::Unknown { field: "device_info.x".into() }));
        assert_eq!(fields.finish(), Ok(()));
    }

    #[test]
    fn a_made_up_name_is_repeated_in_part_and_without_controls() {
        let name = format!("a\r\nSet-Cookie: {}", "x".repeat(100));
        let Err(FieldError::Unknown { field }) = of(&name, Value::Null).finish() else { panic!() };
        assert!(field.starts_with("a\u{fffd}\u{fffd}Set-Cookie"));
        assert_eq!(field.chars().count(), MOST_SHOWN);
    }

    #[test]
    fn a_name_longer_than_any_contract_has_is_refused_as_it_is_read() {
        let read = |octets| Fields::default().insert("x".repeat(octets), Value::Null);
        assert_eq!(read(LONGEST_NAME), Ok(()));
        assert_eq!(read(LONGEST_NAME + 1), Err(FieldError::Unknown { field: "x".repeat(MOST_SHOWN) }));
    }

    #[test]
    fn values_are_not_shown() {
        assert_eq!(format!("{:?}", of("password", text("hunter2"))), r#"{"password"}"#);
    }
}
