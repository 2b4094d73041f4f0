//! Context words: what anybody knows of a service and of an owner, and a password must not be made of, or be near to.

use std::{collections::BTreeSet, fmt, sync::Arc};

use icu_casemap::CaseMapper;

use super::{blocklist::folded, nearness::is_near_any};
use crate::domain::{EmailAddress, Password};

/// Words of fewer letters stand in too many good passwords.
const SHORTEST: usize = 4;

/// The host's own words; those of an account's address come to them when a password is judged.
#[derive(Clone, Default)]
pub(super) struct ContextWords {
    /// By their letters.
    letters: Arc<BTreeSet<String>>,
    /// As they are written, digits and signs included.
    written: Arc<BTreeSet<String>>,
}

impl ContextWords {
    /// Also these: names of the service, of its makers, of what it is about.
    pub(super) fn extend<W: AsRef<str>>(&mut self, words: impl IntoIterator<Item = W>) {
        let (letters, written) = (Arc::make_mut(&mut self.letters), Arc::make_mut(&mut self.written));
        for word in words {
            let word = word.as_ref();
            // No password has it within.
            if word.len() <= Password::MAX {
                learn(letters, word);
                learn_as_written(written, word);
            }
        }
    }

    /// Whether the password's letters are nothing but such words, in any order and number.
    pub(super) fn make_up(&self, password: &Password, email: &EmailAddress) -> bool {
        let mut letters = folded(password);
        letters.retain(char::is_alphabetic);
        if letters.is_empty() {
            return false;
        }
        let of_owner = words_of(email);
        let words = || self.letters.iter().chain(&of_owner);
        let mut ends = BTreeSet::from([0]);
        while let Some(end) = ends.pop_first() {
            let rest = letters.get(end..).unwrap_or_default();
            if rest.is_empty() {
                return true;
            }
            let next = words().filter(|word| rest.starts_with(word.as_str()));
            ends.extend(next.map(|word| end.saturating_add(word.len())));
        }
        false
    }

    /// Whether the password is too near to such words, as [`is_near_any`] has it.
    pub(super) fn are_near(&self, password: &Password, email: &EmailAddress) -> bool {
        let mut words = BTreeSet::clone(&self.written);
        learn_as_written(&mut words, email.local_part());
        learn_as_written(&mut words, email.as_str());
        let (domain, _) = idna::domain_to_unicode(email.domain());
        learn_as_written(&mut words, &domain);
        is_near_any(&folded(password), &words)
    }
}

/// Shows how many there are, not which.
impl fmt::Debug for ContextWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContextWords({})", self.letters.len())
    }
}

/// The local part and its pieces, the domain's labels, and the domain from each label on.
fn words_of(email: &EmailAddress) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    learn(&mut words, email.local_part());
    learn(&mut words, email.as_str());
    let (domain, _) = idna::domain_to_unicode(email.domain());
    let mut from_here = domain.as_str();
    learn(&mut words, from_here);
    while let Some((_, rest)) = from_here.split_once('.') {
        from_here = rest;
        learn(&mut words, from_here);
    }
    words
}

/// A word counts by its letters, forth and back; of several words, all together and each.
fn learn(known: &mut BTreeSet<String>, word: &str) {
    let mapper = CaseMapper::new();
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphabetic()).map(|c| mapper.simple_fold(c)).collect()
    };
    let whole = std::iter::once(letters(word));
    let pieces = word.split(|c: char| !c.is_alphabetic()).map(letters);
    let words: Vec<_> = whole.chain(pieces).filter(|word| word.chars().count() >= SHORTEST).collect();
    known.extend(words.iter().map(|word| backwards(word)));
    known.extend(words);
}

/// The text as a whole, and each piece between its spaces and signs, with and without the digits around it, forth
/// and back.
fn learn_as_written(known: &mut BTreeSet<String>, text: &str) {
    let mapper = CaseMapper::new();
    let folded: String = text.trim().chars().map(|c| mapper.simple_fold(c)).collect();
    let pieces = folded.split(|c: char| !c.is_alphanumeric()).chain([folded.as_str()]);
    let cores = pieces.clone().map(|piece| piece.trim_matches(|c: char| !c.is_alphabetic()));
    for word in pieces.chain(cores).filter(|word| word.chars().count() >= SHORTEST) {
        known.extend([word.to_owned(), backwards(word)]);
    }
}

fn backwards(word: &str) -> String {
    word.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn predictable(password: &str, email: &str) -> bool {
        let mut words = ContextWords::default();
        words.extend(["Data Forest", "ERP"]);
        let email = EmailAddress::parse(email).unwrap();
        words.make_up(&Password::parse(password).unwrap(), &email)
    }

    #[test]
    fn the_service_and_the_owner_make_no_password() {
        let email = "Ada.Lovelace1815@mail.Bücher.example";
        for password in [
            "DataForest2026!!",
            "forest-data-forest-99",
            "ada.lovelace1815!!",
            "lovelace_lovelace_1",
            "Ada.Lovelace1815@mail.Bücher.example",
            "bücher.example.1234",
            "mail+forest+mail 7",
        ] {
            assert!(predictable(password, email), "{password}");
        }
    }

    #[test]
    fn other_words_beside_them_do() {
        let email = "ada@example.org";
        for password in [
            "forest of seven data",
            "adaadaadaadaada",
            "erp-erp-erp-erp-erp",
            "123456789012345",
            "examples galore",
        ] {
            assert!(!predictable(password, email), "{password}");
        }
    }

    fn near(password: &str, email: &str) -> bool {
        let mut words = ContextWords::default();
        words.extend(["Data Forest", "ERP"]);
        words.are_near(&Password::parse(password).unwrap(), &EmailAddress::parse(email).unwrap())
    }

    #[test]
    fn what_is_mostly_the_owner_or_the_service_is_too_near() {
        let email = "Ada.Lovelace1815@mail.Bücher.example";
        for password in [
            "qz Ada.Lovelace1815",
            "xLOVELACE1815y",
            "x7forest!dataforest",
            "4Bücher.Example",
            "l0velace!!",
            "ada.lovlace1815@mail.bücher.example",
            "Data Forrest",
            "2 ecalevol.ADA x",
        ] {
            assert!(near(password, email), "{password}");
        }
        for password in
            ["lovelace of 7 green hedgehogs", "forestry of the 7 seas", "erp-adaerp-ada", "1815!!"]
        {
            assert!(!near(password, email), "{password}");
        }
    }

    #[test]
    fn a_long_password_of_ambiguous_pieces_is_judged_at_once() {
        let mut words = ContextWords::default();
        words.extend(["aaaa", "aaaaa", "aaaaaa", "aaaaaaa"]);
        let email = EmailAddress::parse("x@y.example").unwrap();
        let almost = Password::parse(&format!("{}b", "a".repeat(4_000))).unwrap();
        assert!(!words.make_up(&almost, &email));
    }
}
