//! Nearness: a password that is an address or a name, but for a few characters.
//!
//! Made-of ([`ContextWords::make_up`](super::words::ContextWords::make_up)) asks whether there is anything else in
//! it; this asks how much else there is. Works on case-folded text.

use std::{collections::BTreeSet, ops::Range};

/// Whether one of the words makes up more than half of the text, or the text is one of them but for a third.
///
/// | asked of | too near if |
/// |---|---|
/// | the words that stand in it | they cover more than half of its characters, all together |
/// | it and each word | edits that turn one into the other ≤ a third of the longer one's characters |
/// | its core and each word | the same; the core is what remains without the digits and signs at both ends |
///
/// An edit puts in, takes out or replaces a character, or swaps two neighbours.
pub(super) fn is_near_any(text: &str, words: &BTreeSet<String>) -> bool {
    let core = text.trim_matches(|character: char| !character.is_alphabetic());
    is_mostly(text, words)
        || words.iter().any(|word| is_near(text, word) || !core.is_empty() && is_near(core, word))
}

/// Whether the words cover more than half of the text. Where they overlap, a character counts once.
fn is_mostly(text: &str, words: &BTreeSet<String>) -> bool {
    let mut found: Vec<Range<usize>> = words.iter().flat_map(|word| occurrences(text, word)).collect();
    found.sort_unstable_by_key(|range| range.start);
    let mut end = 0;
    let mut covered = 0_usize;
    for range in found {
        let new = text.get(range.start.max(end)..range.end).unwrap_or_default();
        covered = covered.saturating_add(new.chars().count());
        end = end.max(range.end);
    }
    covered > text.chars().count() / 2
}

/// Where the word stands, overlaps included: in `anana`, `ana` stands twice.
fn occurrences<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let starts = text.char_indices().map(|(at, _)| at);
    starts
        .filter(move |at| text.get(*at..).is_some_and(|rest| rest.starts_with(word)))
        .map(move |at| Range { start: at, end: at.saturating_add(word.len()) })
}

fn is_near(text: &str, word: &str) -> bool {
    let (text_length, word_length) = (text.chars().count(), word.chars().count());
    let allowed = text_length.max(word_length) / 3;
    // Each edit changes the length by one at most: most words are told apart without being compared.
    text_length.abs_diff(word_length) <= allowed && strsim::osa_distance(text, word) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str, words: &[&str]) -> bool {
        is_near_any(text, &words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn a_word_may_be_half_of_it_and_no_more() {
        assert!(!near("x7k2lovelacep4qz", &["lovelace"]));
        assert!(near("x7k2lovelacep4q", &["lovelace"]));
        // By characters, not by octets.
        assert!(!near("x7k2фамилия4qz", &["фамилия"]));
        assert!(near("x7k2фамилия4", &["фамилия"]));
    }

    #[test]
    fn words_count_together_and_each_character_once() {
        assert!(near("7lovelace2analytical4k!x9", &["lovelace", "analytical"]));
        assert!(!near("7loveandalsolace2k!x9", &["lovelace"]));
        assert!(!near("7k2xbananap4qz9w", &["banana", "anana", "anan"]));
        assert!(near("7bananana2", &["anana"]), "anana stands there twice, overlapping");
    }

    #[test]
    fn a_third_may_differ_and_no_more() {
        // Of 9 characters a third is 3, of 8 it is 2.
        assert!(near("an4lyt1ka", &["analytica"]));
        assert!(!near("an4ly71ka", &["analytica"]));
        assert!(near("l0ve1ace", &["lovelace"]));
        assert!(!near("l0ve1aqe", &["lovelace"]));
        assert!(near("lvoelcae", &["lovelace"]), "two swaps are two edits");
    }

    #[test]
    fn what_surrounds_a_misspelt_word_does_not_hide_it() {
        assert!(near("2026!!l0ve1ace!!2026", &["lovelace"]));
        assert!(!near("2026!!", &["lovelace"]));
    }

    #[test]
    fn a_long_text_is_told_apart_from_short_words_at_once() {
        let words: Vec<String> = (0..1_000).map(|number| format!("word{number:04}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert!(!near(&"xyzzy ".repeat(680), &words));
    }
}
