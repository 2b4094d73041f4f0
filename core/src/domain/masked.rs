//! Masking an address: so much of it that its owner knows it again, and nobody else can tell it.

use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategoryGroup},
};

use super::{EmailAddress, email::unquoted};

/// What stands for what is left out, however long that is.
const MASK: &str = "•••";

impl EmailAddress {
    /// The address for a reader who may not be its owner, such as the bearer of a mail that was passed on: the first character
    /// of its local part, the first one of its domain, and that domain's last label. Of what has one or two characters, none is
    /// shown. How long it is can't be seen.
    ///
    /// A domain is shown in its own script. Two addresses may look the same, so this is for eyes: nothing can be looked up by it.
    ///
    /// ```
    /// use accountable_core::domain::EmailAddress;
    /// let masked = |text| EmailAddress::parse(text).map(|address| address.masked());
    /// assert_eq!(masked("ada.lovelace@example.com")?, "a•••@e•••.com");
    /// assert_eq!(masked("al@q.example")?, "•••@•••.example");
    /// # Ok::<(), accountable_core::domain::AddressError>(())
    /// ```
    #[must_use]
    pub fn masked(&self) -> String {
        let (domain, _) = idna::domain_to_unicode(self.domain());
        let (name, last) = domain.rsplit_once('.').unwrap_or_default();
        let local = unquoted(self.local_part());
        format!("{}{MASK}@{}{MASK}.{last}", beginning(&local), beginning(name))
    }
}

/// The first character with the marks upon it, where at least two others follow.
fn beginning(text: &str) -> &str {
    let marks = CodePointMapData::<GeneralCategory>::new();
    let mut starts = text
        .char_indices()
        .filter(|(at, c)| *at == 0 || !GeneralCategoryGroup::Mark.contains(marks.get(*c)))
        .map(|(at, _)| at)
        .skip(1);
    match (starts.next(), starts.next()) {
        (Some(second), Some(_)) => text.get(..second).unwrap_or_default(),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masked(text: &str) -> String {
        EmailAddress::parse(text).unwrap().masked()
    }

    #[test]
    fn an_address_is_known_again_by_its_first_characters() {
        assert_eq!(masked("Grace.Hopper@navy.example"), "G•••@n•••.example");
        assert_eq!(masked("abc@abc.de"), "a•••@a•••.de");
    }

    #[test]
    fn of_what_is_short_nothing_is_shown() {
        for (text, shown) in [
            ("a@example.com", "•••@e•••.com"),
            ("ab@example.com", "•••@e•••.com"),
            ("ada@x.com", "a•••@•••.com"),
            ("ada@me.se", "a•••@•••.se"),
            ("e\u{301}e\u{301}@example.com", "•••@e•••.com"),
        ] {
            assert_eq!(masked(text), shown, "{text}");
        }
    }

    #[test]
    fn a_character_keeps_its_marks_and_a_domain_its_script() {
        assert_eq!(masked("e\u{301}lodie@example.com"), "e\u{301}•••@e•••.com");
        assert_eq!(masked("ada@bücher.example"), "a•••@b•••.example");
        assert_eq!(masked("ada@bücher.рф"), "a•••@b•••.рф");
        assert_eq!(masked("花子さん@example.jp"), "花•••@e•••.jp");
    }

    #[test]
    fn quotes_are_not_the_first_character() {
        assert_eq!(masked("\"ada lovelace\"@example.com"), "a•••@e•••.com");
        assert_eq!(masked("\"@@@@\"@example.com"), "@•••@e•••.com");
    }

    #[test]
    fn how_long_an_address_is_can_not_be_seen() {
        let long = format!("{}@{}.{}.com", "a".repeat(64), "b".repeat(63), "c".repeat(63));
        assert_eq!(masked(&long), masked("aaa@bbb.com"));
    }

    proptest! {
        #[test]
        fn at_most_two_characters_and_the_last_label_are_shown(
            local in "[a-z]{1,20}", name in "[a-z]{1,20}", last in "[a-z]{2,6}",
        ) {
            let shown = masked(&format!("{local}@{name}.{last}"));
            let begins = |text: &str| text.chars().take(usize::from(text.len() > 2)).collect::<String>();
            prop_assert_eq!(shown, format!("{}•••@{}•••.{last}", begins(&local), begins(&name)));
        }
    }
}
