//! A generator of passwords: such as people make of listed words and habits, and such as chance makes. Each from a seed.

use std::{collections::HashSet, rc::Rc};

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::words::WORDS;

/// What the crate's list has.
const LISTED: &str = include_str!("../../../core/src/domain/policy/common_passwords.txt");

/// What a host lists besides.
pub(crate) const HOSTS: [&str; 8] =
    ["Orchard", "Data Forest", "büchermagd", "x9q7", "Kolibri-2", "водолаз", "zyklopen", "acme"];

/// Rows and columns to walk along.
const LINES: [&str; 10] = [
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "йцукенгшщз",
    "qazwsxedcrfvtgbyhnujm",
    "1qaz2wsx3edc4rfv5tgb",
    "!@#$%^&*()",
    "qwertzuiop",
];

/// Keys of two rows, one above the other.
const PAIRS: [(&str, &str); 4] = [
    ("1234567890", "qwertyuiop"),
    ("qwertyuiop", "asdfghjkl;"),
    ("1234567890", "abcdefghij"),
    ("asdfghjkl", "zxcvbnm,."),
];

const SEPARATORS: [&str; 10] = ["", "", " ", "-", "_", ".", "!", "#", "--", " & "];

/// A generator of 64-bit numbers (SplitMix64), so that a seed gives the same passwords everywhere.
pub(crate) struct Generator {
    state: u64,
    listed: Rc<[&'static str]>,
    unlisted: Rc<[&'static str]>,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        let listed: Rc<[_]> = LISTED.lines().collect();
        let known: HashSet<_> = listed.iter().copied().collect();
        let is_listed = |word: &&str| known.contains(unaccented(word).as_str());
        let unlisted = WORDS.split_whitespace().filter(|word| !is_listed(word)).collect();
        Self { state: seed, listed, unlisted }
    }

    fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Fifteen characters or more, of three listed words at most, digits, years, walks and repetitions.
    pub(crate) fn habitual(&mut self) -> String {
        let words = self.below(4);
        let mut pieces: Vec<String> = (0..words).map(|_| self.spelt_word()).collect();
        for _ in 0..self.below(3) {
            let place = self.below(pieces.len() + 1);
            let piece = self.filling();
            pieces.insert(place, piece);
        }
        if words == 0 {
            pieces.push(self.walk());
        }
        let separator = self.one_of(&SEPARATORS);
        let mut text = pieces.join(separator);
        while text.chars().count() < 15 {
            text = match self.below(4) {
                0 => format!("{text}{separator}{text}"),
                1 => format!(
                    "{text}{}{}",
                    separator,
                    self.one_of(&pieces.iter().map(String::as_str).collect::<Vec<_>>())
                ),
                2 => format!("{}{text}", self.filling()),
                _ => format!("{text}{}", self.filling()),
            };
        }
        text.chars().take(256).collect()
    }

    /// Five words, two or three of them not listed.
    pub(crate) fn passphrase(&mut self) -> String {
        let unlisted = 2 + self.below(2);
        let (outside, inside) = (Rc::clone(&self.unlisted), Rc::clone(&self.listed));
        let mut words: Vec<&str> = Vec::new();
        while words.len() < unlisted {
            let word = self.one_of(&outside);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        while words.len() < 5 {
            let place = self.below(words.len() + 1);
            let word = self.one_of(&inside);
            // A word that is drawn twice counts once, as the rule wants.
            if !words.contains(&word) {
                words.insert(place, word);
            }
        }
        let separator = self.one_of(&SEPARATORS);
        words.join(separator)
    }

    /// Characters by chance, as a password manager makes them.
    pub(crate) fn random(&mut self) -> String {
        let alphabet: Vec<char> = match self.below(5) {
            0 => ('!'..='~').collect(),
            1 => ('0'..='9').chain('a'..='z').chain('A'..='Z').collect(),
            2 => ('a'..='z').collect(),
            3 => ('0'..='9').chain('a'..='f').collect(),
            _ => ('a'..='z').chain("23456789-".chars()).collect(),
        };
        let length = 15 + self.below(18);
        (0..length).map(|_| self.one_of(&alphabet)).collect()
    }

    fn spelt_word(&mut self) -> String {
        let word = match self.below(12) {
            0 => self.one_of(&HOSTS),
            _ => self.one_of(&Rc::clone(&self.listed)),
        };
        match self.below(8) {
            0 | 1 => capital(word),
            2 => word.to_uppercase(),
            3 => self.each(word, |letter| letter.to_uppercase().next().unwrap()),
            4 => self.each(word, leet),
            5 => self.each(word, accented),
            _ => word.to_owned(),
        }
    }

    /// Changes each letter by chance.
    fn each(&mut self, word: &str, change: fn(char) -> char) -> String {
        word.chars().map(|letter| if self.below(2) == 0 { change(letter) } else { letter }).collect()
    }

    /// What people put around words.
    fn filling(&mut self) -> String {
        match self.below(6) {
            0 => (1900 + self.below(200)).to_string(),
            1 => (0..=self.below(8))
                .map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap()))
                .collect(),
            2 => self.one_of(&["!", "!!", "?", "***", "$", "#1", "!?"]).to_owned(),
            3 => self.one_of(&["a", "x", "7", "*"]).repeat(3 + self.below(4)),
            _ => self.walk(),
        }
    }

    fn walk(&mut self) -> String {
        let length = 4 + self.below(8);
        let walk: Vec<char> = if self.below(3) == 0 {
            let (one, other) = self.one_of(&PAIRS);
            let zigzag: Vec<char> =
                one.chars().zip(other.chars()).flat_map(|(one, other)| [one, other]).collect();
            zigzag.into_iter().take(length.max(6)).collect()
        } else {
            let line: Vec<char> = self.one_of(&LINES).chars().collect();
            // Whole columns, where the line is made of some.
            let start = if line.len() > 12 && line[0] != 'a' {
                0
            } else {
                self.below(line.len().saturating_sub(length).max(1))
            };
            line.into_iter()
                .skip(start)
                .take(if start == 0 { length.next_multiple_of(12) } else { length })
                .collect()
        };
        if self.below(2) == 0 { walk.into_iter().rev().collect() } else { walk.into_iter().collect() }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

fn leet(letter: char) -> char {
    match letter {
        'a' => '@',
        'e' => '3',
        'i' => '1',
        'l' => '1',
        'o' => '0',
        's' => '$',
        't' => '7',
        'b' => '8',
        'g' => '9',
        other => other,
    }
}

/// A word as the list has it, which knows no accents: `mañana` is listed as `manana`.
fn unaccented(word: &str) -> String {
    let nfkd = DecomposingNormalizerBorrowed::new_nfkd();
    nfkd.normalize(word).chars().filter(|part| !('\u{300}'..='\u{36f}').contains(part)).collect()
}

fn accented(letter: char) -> char {
    match letter {
        'a' => 'ä',
        'e' => 'é',
        'i' => 'í',
        'o' => 'ô',
        'u' => 'ů',
        'n' => 'ñ',
        'c' => 'ç',
        other => other,
    }
}
