//! Folding: a password as a list sees it, without case and accents, and what its signs and digits may stand for.

use icu_casemap::CaseMapper;
use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::{CodePointMapData, props::CanonicalCombiningClass};
use zeroize::{Zeroize, Zeroizing};

/// Most code points of a password that are looked at; what follows changes nothing.
pub(super) const MOST_READ: usize = 256;
/// Most characters that they are folded to. A ligature may come apart into several.
const MOST_FOLDED: usize = 512;

/// One character of a folded password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Folded {
    /// Without case and accent.
    pub(super) letter: char,
    /// The key that it is typed with, on the keyboard of its script: accents kept, shift released.
    pub(super) key: char,
    /// Which code point of the password it comes from.
    pub(super) from: usize,
}

impl Zeroize for Folded {
    fn zeroize(&mut self) {
        *self = Self { letter: '\0', key: '\0', from: 0 };
    }
}

/// Folds a text: simple case folding, compatibility decomposition (UAX #15), and no combining marks.
pub(super) fn fold(text: &str) -> Zeroizing<Vec<Folded>> {
    let mapper = CaseMapper::new();
    let nfkd = DecomposingNormalizerBorrowed::new_nfkd();
    let marks = CodePointMapData::<CanonicalCombiningClass>::new();
    // Never grows, so it leaves no copy behind.
    let mut folded = Zeroizing::new(Vec::with_capacity(MOST_FOLDED));
    for (from, character) in text.chars().enumerate().take(MOST_READ) {
        let plain = mapper.simple_fold(character);
        let mut key = Some(unshifted(plain));
        let mut push = |letter: char| {
            if folded.len() < MOST_FOLDED {
                folded.push(Folded { letter, key: key.take().unwrap_or(letter), from });
            }
        };
        if let Some(letters) = spelt_out(plain) {
            letters.chars().for_each(push);
            continue;
        }
        if plain.is_ascii() {
            push(plain);
            continue;
        }
        let apart = nfkd.normalize_iter(std::iter::once(plain));
        apart
            .filter(|part| marks.get(*part) == CanonicalCombiningClass::NotReordered && !is_joiner(*part))
            .for_each(|part| push(mapper.simple_fold(part)));
    }
    folded
}

/// What neither a finger nor an eye counts.
fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// Letters that do not come apart by decomposition, but do in the words of those who type without them.
fn spelt_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'þ' => "th",
        _ => return None,
    })
}

/// The key below a sign, on a keyboard of the United States.
fn unshifted(sign: char) -> char {
    const SHIFTED: &str = "~!@#$%^&*()_+{}|:\"<>?";
    const PLAIN: &str = "`1234567890-=[]\\;',./";
    SHIFTED
        .chars()
        .zip(PLAIN.chars())
        .find_map(|(shifted, key)| (shifted == sign).then_some(key))
        .unwrap_or(sign)
}

/// The letters that a digit or a sign stands for in the spelling called leet; none for others.
pub(super) fn stands_for(character: char) -> &'static str {
    match character {
        '0' => "o",
        '1' | '!' | '|' => "il",
        '2' => "z",
        '3' | '€' => "e",
        '4' | '@' | '^' => "a",
        '5' | '$' | '§' => "s",
        '6' => "gb",
        '7' => "tl",
        '8' => "b",
        '9' => "g",
        '+' => "t",
        '(' | '<' | '[' | '{' | '¢' => "c",
        '£' => "l",
        '¥' => "y",
        '%' => "x",
        '#' => "h",
        _ => "",
    }
}

/// A word as a lexicon holds it: folded letters and digits only.
pub(super) fn as_listed(text: &str) -> Zeroizing<String> {
    let folded = fold(text);
    let mut word = Zeroizing::new(String::with_capacity(folded.len().saturating_mul(4)));
    word.extend(folded.iter().map(|folded| folded.letter).filter(|letter| letter.is_alphanumeric()));
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> String {
        fold(text).iter().map(|folded| folded.letter).collect()
    }

    #[test]
    fn case_accents_and_widths_are_folded() {
        for (text, plain) in [
            ("ÉTÉ", "ete"),
            ("Straße", "strasse"),
            ("ｐａｓｓ", "pass"),
            ("Ångström", "angstrom"),
            ("ﬁsh", "fish"),
            ("Łódź", "lodz"),
            ("пароль", "пароль"),
            ("می\u{200c}خواهم", "میخواهم"),
        ] {
            assert_eq!(letters(text), plain, "{text}");
        }
    }

    #[test]
    fn what_is_looked_at_has_a_bound() {
        assert_eq!(fold(&"a".repeat(5_000)).len(), MOST_READ);
        assert_eq!(fold(&"\u{fdfa}".repeat(256)).len(), MOST_FOLDED);
    }

    #[test]
    fn each_character_knows_its_key_and_its_place() {
        let folded = fold("ﬁЙ!");
        let keys: Vec<_> = folded.iter().map(|folded| (folded.letter, folded.from)).collect();
        assert_eq!(keys, [('f', 0), ('i', 0), ('и', 1), ('!', 2)]);
        assert_eq!(folded.iter().map(|folded| folded.key).skip(2).collect::<String>(), "й1");
    }
}
