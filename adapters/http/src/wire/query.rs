//! The query of a request target, read into fields: `startIndex=0&maxResults=30`.

use url::form_urlencoded;
use zeroize::Zeroizing;

use super::fields::{FieldError, Fields, Value};

/// Reads a query in the encoding of HTML forms into its fields. Its texts have no types: each is read as the type that is
/// asked for.
///
/// ```
/// use accountable_http::wire::query;
/// let mut fields = query::read(Some("startIndex=0&maxResults=30"))?;
/// assert_eq!(fields.take_optional_integer("maxResults")?, Some(30));
/// # Ok::<(), accountable_http::wire::FieldError>(())
/// ```
///
/// # Errors
/// [`FieldError::Duplicate`] for a name that is there twice; [`FieldError::Malformed`] for what is not UTF-8 once decoded;
/// [`FieldError::Unknown`] for a name of more than 128 octets.
pub fn read(query: Option<&str>) -> Result<Fields, FieldError> {
    let mut fields = Fields::default();
    for (name, text) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        // What can't be decoded becomes this character, which nobody sends on purpose.
        if name.contains(char::REPLACEMENT_CHARACTER) || text.contains(char::REPLACEMENT_CHARACTER) {
            return Err(FieldError::Malformed);
        }
        fields.insert(name.into_owned(), Value::Untyped(Zeroizing::new(text.into_owned())))?;
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_there_once_however_it_is_written() {
        for query in ["a=1&a=1", "a=1&%61=2", "a&a", "a=1&b=2&a="] {
            assert_eq!(
                read(Some(query)).unwrap_err(),
                FieldError::Duplicate { field: "a".into() },
                "{query}"
            );
        }
        assert_eq!(read(None).unwrap().finish(), Ok(()));
        assert_eq!(read(Some("&&")).unwrap().finish(), Ok(()));
    }

    #[test]
    fn a_number_is_written_in_one_way() {
        for odd in ["a=", "a=+1", "a=01", "a=1.0", "a=1e3", "a= 1", "a=%31%00", "a=٣"] {
            let wrong = Err(FieldError::WrongType { field: "a".into() });
            assert_eq!(read(Some(odd)).unwrap().take_optional_integer("a"), wrong, "{odd}");
        }
        assert_eq!(read(Some("a=%FF")).unwrap_err(), FieldError::Malformed);
    }
}
