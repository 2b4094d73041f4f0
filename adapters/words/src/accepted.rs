//! Which languages a browser says that its reader understands.

use accountable_core::domain::Locale;

/// Most languages of one header that are looked at. A browser sends a handful.
const MOST: usize = 32;

/// The languages of an `Accept-Language` header (RFC 9110 section 12.5.4), the dearest first.
///
/// Those of equal weight stay in their order, and those of weight 0 are left out. So is what is no language: `*` stands for the
/// default, which comes at the end anyway (RFC 4647 section 3.4). Of several headers, give the values joined by commas.
///
/// ```
/// # use accountable_core::domain::Locale;
/// # use accountable_words::accepted_languages;
/// let [korean, english] = [Locale::parse("ko-KR")?, Locale::parse("en")?];
/// assert_eq!(accepted_languages("en;q=0.5, ko-KR, de;q=0, *;q=0.1"), [korean, english]);
/// # Ok::<(), accountable_core::domain::InputError>(())
/// ```
#[must_use]
pub fn accepted_languages(header: &str) -> Vec<Locale> {
    let mut accepted: Vec<_> = header.split(',').filter_map(range).take(MOST).collect();
    accepted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    accepted.into_iter().map(|(_, locale)| locale).collect()
}

/// One language and its weight, in thousandths; none if it weighs nothing, or either is malformed.
fn range(text: &str) -> Option<(u16, Locale)> {
    let (tag, parameter) = match text.split_once(';') {
        Some((tag, parameter)) => (tag, Some(parameter.trim())),
        None => (text, None),
    };
    let weight = match parameter {
        Some(parameter) => weight(parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="))?)?,
        None => 1_000,
    };
    let locale = Locale::parse(tag.trim()).ok()?;
    (weight > 0).then_some((weight, locale))
}

/// A weight between 0 and 1, of up to three decimals (RFC 9110 section 12.4.2), in thousandths.
fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{decimals:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_ordered_by_weight_and_else_stay_as_they_stand() {
        for (header, tags) in [
            ("de", "de"),
            ("da, en-gb;q=0.8, en;q=0.7", "da en-gb en"),
            ("en;q=0.2,de;q=0.300 , ja;q=1.0,sv;Q=0.3", "ja de sv en"),
            ("fr ; q=0.1, ko", "ko fr"),
            ("de;q=0, de;q=0.0, en", "en"),
            ("*", ""),
            ("*, sv;q=0.5", "sv"),
            ("", ""),
        ] {
            let accepted: Vec<_> = accepted_languages(header);
            let accepted: Vec<_> = accepted.iter().map(Locale::as_str).collect();
            assert_eq!(accepted.join(" ").to_ascii_lowercase(), tags, "{header}");
        }
    }

    #[test]
    fn what_is_malformed_is_left_out_and_nothing_else_is() {
        for odd in [
            ";q=1",
            "de;",
            "de;q",
            "de;q=",
            "de;q=2",
            "de;q=1.5",
            "de;q=-1",
            "de;q=0.1234",
            "de;q=.5",
            "de;q=0.x",
            "de;q=0.5;q=1",
            "de;level=1",
            "d e",
            "<script>",
            "\u{e4}",
            "de_CH\u{0}",
        ] {
            let accepted = accepted_languages(&format!(" ,{odd}, sv;q=0.1,,"));
            assert_eq!(accepted, [Locale::parse("sv").unwrap()], "{odd}");
        }
    }

    #[test]
    fn a_header_without_end_is_not_looked_at_to_its_end() {
        assert_eq!(accepted_languages(&"de,".repeat(10_000)).len(), MOST);
    }
}
