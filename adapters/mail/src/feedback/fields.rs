//! Fields as headers have them (RFC 5322 section 2.2), and as the groups of a delivery status and a feedback report have them.

/// How many fields are read of one header.
const FIELDS: usize = 512;
/// How many octets are kept of one field.
const VALUE: usize = 4_096;

/// The fields of a header, in order; names in lower case, values unfolded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads fields up to the first empty line. A line that neither begins a field nor is folded goes on with the field before, as
    /// some servers break theirs.
    pub(crate) fn parse(text: &str) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            if line.trim().is_empty() {
                break;
            }
            match split_field(line) {
                Some(_) if fields.len() >= FIELDS => break,
                Some((name, value)) => fields.push((name.to_ascii_lowercase(), value.trim().to_owned())),
                None => {
                    let Some((_, value)) = fields.last_mut() else { continue };
                    if value.len().saturating_add(line.len()) <= VALUE {
                        value.push('\n');
                        value.push_str(line.trim());
                    }
                }
            }
        }
        Self(fields)
    }

    /// The first field of that lower-case name that says anything, lines of a folded one joined by LF.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All fields of that lower-case name that say anything.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(it, value)| it == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// All, by name and value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds a field.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }
}

/// The name and the value of a line that begins a field.
pub(crate) fn split_field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_end();
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let fits =
        name.len() <= 64 && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
    (begins && fits).then_some((name, value))
}

/// The first address in a text, without angle brackets: what stands round an `@`. Not checked further: it is what a report states,
/// and nothing is sent there.
pub(crate) fn address(text: &str) -> Option<&str> {
    addresses(text).next()
}

/// All addresses in a text.
pub(crate) fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let apart = |c: char| c.is_whitespace() || c.is_control() || "<>()[]{},;:\"'`|".contains(c);
    text.split(apart).filter_map(|word| {
        let word = word
            .trim_start_matches("mailto:")
            .trim_matches(|c: char| matches!(c, '.' | '!' | '?' | '*' | '='));
        let (local, domain) = word.rsplit_once('@')?;
        let known = (3..=320).contains(&word.len()) && !local.is_empty() && !domain.is_empty();
        let of_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        (known && domain.chars().all(of_host)).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_and_end_at_an_empty_line() {
        let fields = Fields::parse(
            "To: a\r\n b\r\nSTATUS : 5.1.1\r\nDiagnostic-Code: smtp; 550 no\n<x> such user\n\nTo: c\n",
        );
        assert_eq!(fields.get("to"), Some("a\nb"));
        assert_eq!(fields.get("status"), Some("5.1.1"));
        assert_eq!(fields.get("diagnostic-code"), Some("smtp; 550 no\n<x> such user"));
        assert_eq!(fields.all("to").count(), 1);
    }

    #[test]
    fn addresses_are_found_among_their_marks() {
        let found: Vec<_> =
            addresses("rfc822;<ada@example.com>, \"b\" (c@example.net). @ x@ @y mailto:d@例え.example!")
                .collect();
        assert_eq!(found, ["ada@example.com", "c@example.net", "d@例え.example"]);
    }
}
