//! Bytes as hexadecimal digits, for names and tags.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// Writes bytes as lower-case hexadecimal digits.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // At once: records are full of names and tags, and formatting each byte cost more than writing the row.
        let mut digits = String::with_capacity(self.0.len().saturating_mul(2));
        let nibbles = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        digits.extend(nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)));
        f.write_str(&digits)
    }
}

/// Reads exactly `N` bytes, or nothing.
pub(crate) fn parse<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N.checked_mul(2)? {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let &[high, low] = pair else { return None };
        let high = char::from(high).to_digit(16)?;
        let low = char::from(low).to_digit(16)?;
        *byte = u8::try_from((high << 4) | low).ok()?;
    }
    Some(bytes)
}

/// Reads exactly `N` bytes from a text of hexadecimal digits.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<[u8; N], D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| serde::de::Error::custom("not the expected number of hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_two_lower_case_digits_and_is_read_back() {
        let bytes: [u8; 256] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let text = Hex(&bytes).to_string();
        assert!(text.starts_with("000102030405060708090a0b0c0d0e0f10") && text.ends_with("feff"));
        assert_eq!(parse(&text), Some(bytes));
    }
}
