//! The name that a server gave a mail which it took, found in what it said.

/// Most characters of it that are kept.
const MOST: usize = 64;

/// The server's own name for the mail, by the habits of the common servers. Only letters, digits and a few signs, so that it may be
/// written anywhere; none where there is nothing like one.
pub(crate) fn queue_id(text: &str) -> Option<String> {
    let text = text.lines().next_back()?;
    let lower = text.to_ascii_lowercase();
    // Cut at the same octet in both: lower case in ASCII moves nothing.
    let after = |mark: &str| lower.find(mark).and_then(|at| text.get(at.saturating_add(mark.len())..));
    let first = |text: &str| text.split_whitespace().next().and_then(plain);
    let before = || {
        let (name, said) = text.split_once(' ')?;
        said.to_ascii_lowercase().starts_with("message accepted").then(|| plain(name))?
    };
    let alone = || {
        let rest = lower.starts_with("ok ").then(|| text.get(3..))??;
        (rest.split_whitespace().count() == 1).then(|| first(rest))?
    };
    // Postfix, SendGrid; Exim; Exchange; Sendmail, OpenSMTPD; Amazon SES.
    ["queued as ", "ok id=", "internalid="]
        .into_iter()
        .find_map(|mark| first(after(mark)?))
        .or_else(before)
        .or_else(alone)
}

/// What of a word is a name, if it has a digit.
fn plain(word: &str) -> Option<String> {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '/' | '=');
    let name: String = word.chars().take_while(is_plain).take(MOST).collect();
    let name = name.trim_end_matches('.');
    name.bytes().any(|c| c.is_ascii_digit()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_servers_are_understood() {
        for (said, id) in [
            ("Ok: queued as 4Rz0Xq1mJdz9sVf", "4Rz0Xq1mJdz9sVf"),
            ("OK id=1rAbCd-000000-0z", "1rAbCd-000000-0z"),
            ("<a@b> [InternalId=47244640, Hostname=x.example] Queued mail for delivery", "47244640"),
            ("v5GK1a2b012345 Message accepted for delivery", "v5GK1a2b012345"),
            ("Ok 0100018c7e5d-1a2b-000000", "0100018c7e5d-1a2b-000000"),
            ("first\nOk: queued as 1ABC", "1ABC"),
            ("Ok: queued as aB1=@mailhog.example", "aB1="),
            ("\u{212a} Ok: queued as 1ABC", "1ABC"),
        ] {
            assert_eq!(queue_id(said).as_deref(), Some(id), "{said}");
        }
    }

    #[test]
    fn what_is_no_name_is_none_and_a_long_one_is_cut() {
        for said in [
            "",
            "Ok",
            "Great success",
            "Ok: queued as <ada@example.com>",
            "Ok thank you",
            "queued as \u{1b}[31m",
        ] {
            assert_eq!(queue_id(said), None, "{said}");
        }
        assert_eq!(queue_id(&format!("queued as {}", "1".repeat(4_000))).map(|id| id.len()), Some(MOST));
    }
}
