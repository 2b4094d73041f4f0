//! Addresses as this contract takes them, and what it says of those that it does not.

use accountable_core::domain::{AddressError, EmailAddress};
use zeroize::Zeroizing;

use super::error::ErrorResponse;
use crate::wire::Fields;

/// The field as the body has it.
pub(super) const EMAIL: &str = "email";

/// The name of that field in errors.
pub(super) const CONTACT_EMAIL: &str = "contact_email";

/// What the document says of an address that it does not take, to the letter: the pattern is escaped twice there.
const FORMAT: &str =
    r"Parameter must match format (?i-mx:\\A[\\w+\\-.]+@[a-z\\d\\-]+(\\.[a-z]+)*\\.[a-z]+\\z)";

/// The same escaped once, as patterns are, in either case, and of ASCII: see [`matches_the_pattern`].
#[cfg(any(feature = "openapi", test))]
pub(super) const PATTERN: &str = r"^[A-Za-z0-9_+\-.]+@[A-Za-z0-9\-]+(\.[A-Za-z]+)*\.[A-Za-z]+$";

/// Takes the text of the address; what is wrong with the field is said of `contact_email`.
pub(super) fn take(fields: &mut Fields) -> Result<Zeroizing<String>, ErrorResponse> {
    fields.take_string(EMAIL).map_err(|error| named(error.into()))
}

/// Calls the field by the name that errors have for it.
pub(super) fn named(error: ErrorResponse) -> ErrorResponse {
    error.renaming(EMAIL, CONTACT_EMAIL)
}

/// No account has the address.
pub(super) fn unknown() -> ErrorResponse {
    ErrorResponse::not_found("contact_email could not be found").about(CONTACT_EMAIL)
}

/// Reads an address by RFC 5321; if strict, it must also match the document's pattern.
pub(super) fn read(text: &str, strict: bool) -> Result<EmailAddress, ErrorResponse> {
    let refused = |message: &str| ErrorResponse::invalid_parameter(CONTACT_EMAIL, message);
    let address = EmailAddress::parse(text).map_err(|error| match error {
        AddressError::TooLong => refused("Parameter must have at most 254 octets"),
        _ => refused(FORMAT),
    })?;
    if strict && !matches_the_pattern(text) { Err(refused(FORMAT)) } else { Ok(address) }
}

/// `\A[\w+\-.]+@[a-z\d\-]+(\.[a-z]+)*\.[a-z]+\z` in either case, as its authors meant it: of ASCII. Engines that take `\w`
/// for letters of all scripts, and `k` for the Kelvin sign, would let in what the document never did.
fn matches_the_pattern(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let mut labels = domain.split('.');
    let first = labels.next().unwrap_or_default();
    let in_local = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'+' | b'-' | b'.');
    let in_first = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
    let all = |text: &str, each: &dyn Fn(u8) -> bool| !text.is_empty() && text.bytes().all(each);
    all(local, &in_local)
        && all(first, &in_first)
        && domain.contains('.')
        && labels.all(|label| all(label, &|c| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn pattern() -> Regex {
        // Escaped once, as patterns are, and of ASCII.
        let (_, written) = FORMAT.split_once("(?i-mx:").unwrap();
        let plain = written.strip_suffix(')').unwrap().replace(r"\\", r"\");
        Regex::new(&format!("(?i-u:{plain})")).unwrap()
    }

    #[test]
    fn the_strict_pattern_is_the_one_in_the_error_and_ascii() {
        let described = Regex::new(PATTERN).unwrap();
        for (text, taken) in [
            ("test@example.com", true),
            ("Test+tag_1.x-y@Mail-2.EXAMPLE.com", true),
            ("a@b@c.com", false),
            ("a,b@example.com", false),
            ("a b@example.com", false),
            ("o'neil@example.com", false),
            ("a@b.example1.com", false),
            ("a@example", false),
            ("\u{212a}ate@example.com", false),
            ("a@\u{17f}ite.com", false),
            ("a\u{661}@example.com", false),
            ("a@example.com\n", false),
            ("@example.com", false),
            ("a@.com", false),
            ("a@example..com", false),
            ("", false),
        ] {
            assert_eq!(matches_the_pattern(text), taken, "{text:?}");
            assert_eq!(pattern().is_match(text), taken, "{text:?}");
            assert_eq!(described.is_match(text), taken, "{text:?}");
        }
    }

    #[test]
    fn strict_refuses_more_and_takes_nothing_more() {
        for (text, default, strict) in [
            ("o'neil@example.com", true, false),
            ("jörg@example.com", true, false),
            ("ada@example.com", true, true),
            (".ada@example.com", true, true),
            ("ada@-example.com", false, false),
        ] {
            assert_eq!((read(text, false).is_ok(), read(text, true).is_ok()), (default, strict), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_pattern_matches_what_the_regular_expression_does(text in "[aZk0_+.@\\-\u{212a}é ]{0,12}") {
            prop_assert_eq!(matches_the_pattern(&text), pattern().is_match(&text));
        }
    }
}
