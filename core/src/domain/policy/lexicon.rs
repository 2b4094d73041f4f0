//! A lexicon: words in the order of their octets, looked up letter by letter.
//!
//! The sorted text is the trie. All words with one beginning stand beside each other, and a further letter narrows that
//! stretch by halving. So the built-in list is read where the program keeps it; of each word only its place takes memory,
//! four octets.

use std::borrow::Cow;

/// Words, one a line, sorted by octets, each once.
#[derive(Clone, Default)]
pub(super) struct Lexicon {
    text: Cow<'static, str>,
    /// Where each line begins, and where one more would.
    starts: Vec<u32>,
}

/// The words of a lexicon that begin alike.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Beginning {
    from: usize,
    to: usize,
    /// How many octets are alike.
    octets: usize,
}

impl Lexicon {
    /// Takes lines that are sorted already, each with its line feed.
    pub(super) fn sorted(text: Cow<'static, str>) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, octet)| *octet == b'\n').map(|(at, _)| at);
        let after = ends.filter_map(|at| u32::try_from(at.saturating_add(1)).ok());
        let starts = std::iter::once(0).chain(after).collect();
        Self { text, starts }
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Each word, in order.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.text.lines()
    }

    /// Octets of memory that it takes beside the text.
    #[cfg(test)]
    pub(super) fn octets(&self) -> usize {
        self.starts.capacity().saturating_mul(size_of::<u32>())
    }

    /// Before any letter: all words.
    pub(super) fn beginning(&self) -> Beginning {
        Beginning { from: 0, to: self.len(), octets: 0 }
    }

    /// The words that go on with this letter, if there are any.
    pub(super) fn narrowed(&self, beginning: Beginning, letter: char) -> Option<Beginning> {
        letter.encode_utf8(&mut [0; 4]).bytes().try_fold(beginning, |words, octet| {
            let Beginning { from, to, octets } = words;
            let from = self.first(from, to, |line| line.get(octets).is_some_and(|at| *at >= octet));
            let to = self.first(from, to, |line| line.get(octets).is_some_and(|at| *at > octet));
            (from < to).then_some(Beginning { from, to, octets: octets.saturating_add(1) })
        })
    }

    /// Whether one of the words ends here.
    pub(super) fn ends(&self, beginning: Beginning) -> bool {
        beginning.octets > 0 && self.line(beginning.from).len() == beginning.octets
    }

    /// The first line in the range for which this holds, where it holds for all that follow.
    fn first(&self, mut from: usize, mut to: usize, holds: impl Fn(&[u8]) -> bool) -> usize {
        while from < to {
            let middle = from.midpoint(to);
            if holds(self.line(middle)) { to = middle } else { from = middle.saturating_add(1) }
        }
        from
    }

    fn line(&self, at: usize) -> &[u8] {
        let start = self.starts.get(at).copied().unwrap_or_default() as usize;
        let next = self.starts.get(at.saturating_add(1)).copied().unwrap_or_default() as usize;
        self.text.as_bytes().get(start..next.saturating_sub(1)).unwrap_or_default()
    }
}

/// Sorts the words, in any order before.
impl FromIterator<String> for Lexicon {
    fn from_iter<T: IntoIterator<Item = String>>(words: T) -> Self {
        let mut words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        let mut text = words.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        Self::sorted(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(lexicon: &Lexicon, word: &str) -> bool {
        let found = word.chars().try_fold(lexicon.beginning(), |at, letter| lexicon.narrowed(at, letter));
        found.is_some_and(|at| lexicon.ends(at))
    }

    #[test]
    fn each_word_is_found_and_nothing_else() {
        let words = ["a", "ab", "abc", "b", "été", "étés", "日本", "日本語"];
        let lexicon: Lexicon = words.iter().rev().map(|word| (*word).to_owned()).collect();
        assert_eq!(lexicon.words().collect::<Vec<_>>(), words);
        for word in words {
            assert!(has(&lexicon, word), "{word}");
        }
        for absent in ["", "abcd", "ac", "é", "ét", "日", "c"] {
            assert!(!has(&lexicon, absent), "{absent}");
        }
        assert!(!has(&Lexicon::default(), "a"));
    }
}
