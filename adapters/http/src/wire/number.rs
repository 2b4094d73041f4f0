//! Numbers as JSON writes them (RFC 8259 section 6), where `30`, `30.0` and `3e1` are one number.

/// Most zeros that are written out behind an integer's other digits: one of 64 bits has 19 digits in all.
const MOST_ZEROS: usize = 18;

/// The integer that a JSON number is, exactly; none for a fraction, and for one beyond 64 bits. Nothing is rounded, and no
/// power of ten is computed: an exponent costs no more than its digits.
pub(super) fn integer(number: &str) -> Option<i64> {
    let (sign, unsigned) = number.strip_prefix('-').map_or(("", number), |unsigned| ("-", unsigned));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{decimals}");
    let digits = digits.trim_start_matches('0');
    let coefficient = digits.trim_end_matches('0');
    if coefficient.is_empty() {
        return Some(0);
    }
    // What overflows here is beyond whatever the digits of a body could make up for.
    let far = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let power = exponent
        .parse()
        .unwrap_or(far)
        .saturating_sub(length(decimals))
        .saturating_add(length(digits).saturating_sub(length(coefficient)));
    let zeros = usize::try_from(power).ok().filter(|zeros| *zeros <= MOST_ZEROS)?;
    format!("{sign}{coefficient}{:0<zeros$}", "").parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for (written, is) in [
            ("30", 30),
            ("30.0", 30),
            ("30.000000", 30),
            ("3e1", 30),
            ("3E+1", 30),
            ("0.3e2", 30),
            ("300e-1", 30),
            ("0.0000030e0007", 30),
            ("-30.0", -30),
            ("0", 0),
            ("-0", 0),
            ("-0.0e-5", 0),
            ("0e999999999999999999999", 0),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("9.223372036854775807e18", i64::MAX),
            ("1e18", 1_000_000_000_000_000_000),
        ] {
            assert_eq!(integer(written), Some(is), "{written}");
        }
    }

    #[test]
    fn a_fraction_is_no_integer_and_nothing_is_rounded() {
        for written in [
            "30.5",
            "305e-1",
            "30.000000000000000000000001",
            "29.99999999999999999999",
            "1e-1",
            "1e-999999999",
            "9223372036854775808",
            "-9223372036854775809",
            "1e19",
            "1e999999999",
            "1e99999999999999999999999999",
            "-1e999999999",
            "1e-99999999999999999999999999",
        ] {
            assert_eq!(integer(written), None, "{written}");
        }
    }

    #[test]
    fn zeros_and_exponents_of_any_length_cancel_out() {
        let zeros = "0".repeat(60_000);
        assert_eq!(integer(&format!("7{zeros}e-60000")), Some(7));
        assert_eq!(integer(&format!("0.{zeros}7e60001")), Some(7));
        assert_eq!(integer(&format!("7{zeros}")), None);
        assert_eq!(integer(&format!("7e{zeros}1")), Some(70));
    }

    proptest! {
        #[test]
        fn an_integer_is_read_wherever_its_point_stands(is: i32, shift in 0_usize..12) {
            let digits = is.unsigned_abs().to_string();
            let sign = if is < 0 { "-" } else { "" };
            let padded = format!("{}{digits}", "0".repeat(shift));
            let (whole, decimals) = padded.split_at(digits.len());
            let whole = whole.trim_start_matches('0');
            let whole = if whole.is_empty() { "0" } else { whole };
            let written = match decimals {
                "" => format!("{sign}{whole}"),
                decimals => format!("{sign}{whole}.{decimals}e{shift}"),
            };
            prop_assert_eq!(integer(&written), Some(i64::from(is)), "{}", written);
        }
    }
}
