//! Covers: whether a password is made of listed words, walks, repetitions and digits alone, and of which.
//!
//! From left to right, each place is reached by the parts that end there. What counts is how many different listed words
//! it took to get there, and how many characters stood beside all parts. A part begins where another ends, so all ways to
//! take the password apart are tried at once, in time that grows with its length times the length of a part.

use zeroize::Zeroizing;

use super::{
    folding::{Folded, stands_for},
    lexicon::{Beginning, Lexicon},
    part::{CommonKind, CommonPart},
    walk,
};

/// Listed words that do not make a password yet.
const MOST_WORDS: usize = 3;
/// Characters beside all parts that do not save it yet.
const MOST_BESIDE: usize = 2;
/// Characters in parts that there must be, where some stand beside. A shorter text is no password, common or not.
const LEAST_COVERED: usize = 6;
/// Characters in walks and repetitions that there must be, where there is no listed word.
const LEAST_BY_HABIT: usize = 4;
/// The shortest straight walk or zigzag beside which other digits count for as little as beside a word.
const LONG_WALK: usize = 6;
/// Other digits and signs that there may be beside a long walk, where there are no letters.
const MOST_DIGITS: usize = 8;
/// The shortest stretch that counts as a repetition of an earlier one.
const SHORTEST_REPETITION: usize = 3;
/// Beginnings of words that are followed at once. A sign may stand for two letters or for none, so there can be several.
const MOST_BEGINNINGS: usize = 32;
/// Letters that are looked up at most for the words of a lexicon that begin at one place: some words' worth, however their
/// letters are spelt and set apart. Beginnings live on over signs, so nothing else would end a search among signs alone.
const MOST_LOOKED_UP: usize = 512;

/// How many listed words, and how many characters beside: `words * (MOST_BESIDE + 1) + beside`.
type State = usize;
const STATES: usize = (MOST_WORDS + 1) * (MOST_BESIDE + 1);

/// How a state at a place was reached first.
#[derive(Clone, Copy)]
struct Arrival {
    place: usize,
    state: State,
    kind: Option<CommonKind>,
}

/// What a character is, as far as it counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Blank,
    Sign,
    Digit,
    Letter,
}

impl Weight {
    fn of(letter: char) -> Self {
        match letter {
            _ if letter.is_alphabetic() => Self::Letter,
            _ if letter.is_numeric() => Self::Digit,
            _ if letter.is_whitespace() => Self::Blank,
            _ => Self::Sign,
        }
    }
}

/// The parts of a text that is made of common parts alone; empty for any other.
///
/// Only characters of the weightiest sort that it has need be in a part: letters, in a text that has any; else digits, else
/// signs. The others merely separate them.
pub(super) fn parts(text: &[Folded], lexicons: &[&Lexicon]) -> Vec<CommonPart> {
    let Some(weight) = text.iter().map(|folded| Weight::of(folded.letter)).max() else {
        return Vec::new();
    };
    let mut cover = Cover {
        text,
        weight,
        has_long_walk: false,
        arrivals: vec![[None; STATES]; text.len().saturating_add(1)],
    };
    cover.take_apart(lexicons);
    cover.told()
}

struct Cover<'a> {
    text: &'a [Folded],
    /// What must be in a part.
    weight: Weight,
    /// Whether it has a walk that nobody takes for a coincidence.
    has_long_walk: bool,
    /// By place, of which there is one more than there are characters, and by state.
    arrivals: Vec<[Option<Arrival>; STATES]>,
}

impl Cover<'_> {
    /// Fills in which states each place can be reached in.
    fn take_apart(&mut self, lexicons: &[&Lexicon]) {
        self.arrive(Arrival { place: 0, state: 0, kind: None }, 0, 0);
        let reaches = walk::reaches(self.text);
        self.has_long_walk =
            reaches.iter().flat_map(|reaches| reaches.iter().take(2)).any(|(_, most)| *most >= LONG_WALK);
        let repetitions = repetitions(self.text);
        let text = self.text;
        for (at, ((folded, reaches), repetition)) in text.iter().zip(reaches).zip(repetitions).enumerate() {
            if self.arrivals.get(at).is_none_or(|states| states.iter().all(Option::is_none)) {
                continue;
            }
            for lexicon in lexicons {
                for end in word_ends(text, at, lexicon) {
                    self.go(at, end, (1, 0), Some(CommonKind::Listed));
                }
            }
            for (least, most) in reaches {
                for length in least..=most {
                    self.go(at, at.saturating_add(length), (0, 0), Some(CommonKind::Walk));
                }
            }
            for length in SHORTEST_REPETITION..=repetition {
                self.go(at, at.saturating_add(length), (0, 0), Some(CommonKind::Repetition));
            }
            if begins_with_year(text.get(at..).unwrap_or_default()) {
                self.go(at, at.saturating_add(4), (0, 0), Some(CommonKind::Year));
            }
            let weight = Weight::of(folded.letter);
            let kind = (weight == Weight::Digit).then_some(CommonKind::Digits);
            let beside =
                usize::from(weight == self.weight && !(self.has_long_walk && weight < Weight::Letter));
            self.go(at, at.saturating_add(1), (0, beside), kind.filter(|_| beside == 0));
        }
    }

    /// Reaches a place from each state of an earlier one, for so many words and characters beside.
    fn go(&mut self, place: usize, to: usize, (words, beside): (usize, usize), kind: Option<CommonKind>) {
        for state in 0..STATES {
            let is_reached =
                self.arrivals.get(place).and_then(|states| states.get(state)?.as_ref()).is_some();
            let (before, left) = apart(state);
            let (words, beside) = (before.saturating_add(words), left.saturating_add(beside));
            if is_reached && words <= MOST_WORDS && beside <= MOST_BESIDE {
                self.arrive(Arrival { place, state, kind }, to, together(words, beside));
            }
        }
    }

    /// Notes the first way to a state.
    fn arrive(&mut self, arrival: Arrival, place: usize, state: State) {
        if let Some(known) = self.arrivals.get_mut(place).and_then(|states| states.get_mut(state)) {
            known.get_or_insert(arrival);
        }
    }

    /// The parts of the cover with the fewest words, if one is good enough.
    fn told(&self) -> Vec<CommonPart> {
        let end = self.text.len();
        let heavy = self.text.iter().filter(|folded| Weight::of(folded.letter) == self.weight).count();
        let suffices = |state: &State| {
            let (words, beside) = apart(*state);
            let covered = heavy.saturating_sub(beside);
            // Each character beside is a word that nobody else has.
            words.saturating_add(beside) <= MOST_WORDS
                && self
                    .arrivals
                    .get(end)
                    .is_some_and(|states| states.get(*state).is_some_and(Option::is_some))
                && (beside == 0 || covered >= LEAST_COVERED)
                && end >= LEAST_COVERED
                && (words > 0 || covered >= LEAST_BY_HABIT || self.has_long_walk)
        };
        let Some(mut state) = (0..STATES).find(suffices) else {
            return Vec::new();
        };
        let (words, beside) = apart(state);
        let mut parts: Vec<CommonPart> = Vec::new();
        let mut end = end;
        while end > 0
            && let Some(Some(arrival)) = self.arrivals.get(end).and_then(|states| states.get(state))
        {
            if let Some(kind) = arrival.kind {
                self.put(&mut parts, kind, arrival.place, end);
            }
            (end, state) = (arrival.place, arrival.state);
        }
        parts.reverse();
        let digits = parts.iter().filter(|part| part.kind == CommonKind::Digits);
        let digits: usize = digits.map(|part| part.end.saturating_sub(part.start)).sum();
        // Without a word, characters beside are as good as so many digits.
        let free = if self.weight < Weight::Letter { digits } else { digits.saturating_add(beside) };
        if words == 0 && free > MOST_DIGITS && (self.weight < Weight::Letter || beside > 0) {
            Vec::new()
        } else {
            parts
        }
    }

    /// Puts a part before the others, by the code points of the password. Digits beside digits are one part.
    fn put(&self, parts: &mut Vec<CommonPart>, kind: CommonKind, place: usize, end: usize) {
        let from = |at: usize| self.text.get(at).map_or(0, |folded| folded.from);
        let (start, end) = (from(place), from(end.saturating_sub(1)).saturating_add(1));
        match parts.last_mut() {
            Some(after) if kind == CommonKind::Digits && after.kind == kind && after.start == end => {
                after.start = start;
            }
            _ => parts.push(CommonPart { kind, start, end }),
        }
    }
}

fn apart(state: State) -> (usize, usize) {
    (state / (MOST_BESIDE + 1), state % (MOST_BESIDE + 1))
}

fn together(words: usize, beside: usize) -> State {
    words.saturating_mul(MOST_BESIDE + 1).saturating_add(beside)
}

/// Where the words end that begin at this place. Signs within a word are passed over, or read as letters; digits too, if
/// no more of them are read so than there are letters: else much of what is drawn from few letters and many digits would be
/// made of words.
fn word_ends(text: &[Folded], at: usize, lexicon: &Lexicon) -> Vec<usize> {
    let mut ends = Vec::new();
    // Each with the digits that were read as letters.
    let mut beginnings: Vec<(Beginning, usize)> = vec![(lexicon.beginning(), 0)];
    let mut letters = 0_usize;
    let mut looked_up = 0_usize;
    for (place, folded) in text.iter().enumerate().skip(at) {
        let letter = folded.letter;
        let weight = Weight::of(letter);
        letters = letters.saturating_add(usize::from(weight == Weight::Letter));
        let readings = || std::iter::once(letter).chain(stands_for(letter).chars());
        looked_up = looked_up.saturating_add(beginnings.len().saturating_mul(readings().count()));
        if looked_up > MOST_LOOKED_UP {
            break;
        }
        let further = beginnings.iter().flat_map(|(beginning, digits)| {
            readings().filter_map(|reading| {
                let read = digits.saturating_add(usize::from(weight == Weight::Digit && reading != letter));
                Some((lexicon.narrowed(*beginning, reading)?, read))
            })
        });
        let mut next: Vec<(Beginning, usize)> = Vec::new();
        for beginning in further.take(MOST_BEGINNINGS) {
            if !next.contains(&beginning) {
                next.push(beginning);
            }
        }
        if next.iter().any(|(beginning, digits)| *digits <= letters && lexicon.ends(*beginning)) {
            ends.push(place.saturating_add(1));
        }
        if !letter.is_alphanumeric() && place > at {
            for beginning in beginnings {
                if next.len() < MOST_BEGINNINGS && !next.contains(&beginning) {
                    next.push(beginning);
                }
            }
        }
        if next.is_empty() {
            break;
        }
        beginnings = next;
    }
    ends
}

/// For each place, how long the longest stretch from there is that begins before it too. The two may overlap.
fn repetitions(text: &[Folded]) -> Vec<usize> {
    let letters: Zeroizing<Vec<char>> =
        Zeroizing::new(text.iter().map(|folded| read(folded.letter)).collect());
    let mut longest = vec![0; text.len()];
    // For the place after this one, and each place before that: how far both go on alike.
    let mut alike = vec![0_usize; text.len().saturating_add(1)];
    for (at, (letter, longest)) in letters.iter().zip(&mut longest).enumerate().rev() {
        for (before, other) in letters.iter().enumerate().take(at) {
            let after = alike.get(before.saturating_add(1)).copied().unwrap_or_default();
            let length = if letter == other { after.saturating_add(1) } else { 0 };
            *longest = length.max(*longest);
            if let Some(alike) = alike.get_mut(before) {
                *alike = length;
            }
        }
        // Nothing goes on alike with itself.
        if let Some(itself) = alike.get_mut(at) {
            *itself = 0;
        }
    }
    longest
}

/// A sign as the letter that it stands for first, so that one spelling repeats the other.
fn read(letter: char) -> char {
    stands_for(letter).chars().next().unwrap_or(letter)
}

/// 1900 to 2099.
fn begins_with_year(text: &[Folded]) -> bool {
    let mut letters = text.iter().map(|folded| folded.letter);
    matches!((letters.next(), letters.next()), (Some('1'), Some('9')) | (Some('2'), Some('0')))
        && letters.next().is_some_and(|letter| letter.is_ascii_digit())
        && letters.next().is_some_and(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{super::folding::fold, *};

    fn kinds(text: &str, words: &[&str]) -> Vec<(CommonKind, usize, usize)> {
        let lexicon: Lexicon = words.iter().map(|word| (*word).to_owned()).collect();
        parts(&fold(text), &[&lexicon]).into_iter().map(|part| (part.kind, part.start, part.end)).collect()
    }

    #[test]
    fn three_words_are_too_few_and_a_fourth_saves_it() {
        let words = ["amber", "birch", "cedar", "delta"];
        assert_eq!(kinds("amber birch cedar", &words).len(), 3);
        assert!(kinds("amber birch cedar delta", &words).is_empty());
        assert!(!kinds("amber birch cedar amber birch", &words).is_empty(), "a repetition is no fourth word");
        assert!(kinds("amber birch onyx", &words).is_empty());
    }

    #[test]
    fn each_part_is_told_with_its_place_and_kind() {
        use CommonKind::*;
        assert_eq!(
            kinds("Ämber-1987 qwert ambe 4711", &["amber"]),
            [(Listed, 0, 5), (Year, 6, 10), (Walk, 11, 16), (Repetition, 17, 21), (Digits, 22, 26)]
        );
        // A ligature is one code point, and two letters.
        assert_eq!(
            kinds("ﬁsh ﬁnger 77", &["fish", "finger"]),
            [(Listed, 0, 3), (Listed, 4, 9), (Walk, 10, 12)][..2]
                .iter()
                .copied()
                .chain([(Digits, 10, 12)])
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn signs_within_a_word_are_letters_or_nothing() {
        let words = ["password", "staple"];
        for text in
            ["p@$$w0rd", "p-a-s-s-w-o-r-d", "P4SSW0RD!", "p.@.s.5.w.0.r.d", "5t@p1e", "s7aple?", "p@$$w()rd"]
        {
            let refused = !kinds(text, &words).is_empty();
            assert_eq!(refused, text != "p@$$w()rd", "{text}");
        }
    }

    #[test]
    fn a_search_among_signs_alone_comes_to_an_end() {
        // What three signs of a run may stand for goes on until a letter comes, since every further sign is passed over.
        let words = (0..8).map(|bits: u32| {
            (0..3).map(|at| if bits >> at & 1 == 0 { 'i' } else { 'l' }).chain(['x']).collect::<String>()
        });
        let lexicon: Lexicon = words.collect();
        let reached = |signs: usize| word_ends(&fold(&format!("{}x", "!".repeat(signs))), 0, &lexicon);
        assert_eq!(reached(12), [13]);
        assert_eq!(reached(200), [0; 0]);
    }

    #[test]
    fn digits_alone_need_be_walks_years_or_repetitions() {
        for text in [
            "978599!@#$%^&*()",
            "0987654321-8301",
            "123456789012345",
            "1999-2024-1987",
            "12341234123412",
            "20242024",
            "1357913579",
        ] {
            assert!(!kinds(text, &[]).is_empty(), "{text}");
        }
        for text in ["8301-2274-9921-77", "123456-8301-2274-9", "831", "?%)", "🌧🦔🏔🎷🚲🪁"] {
            assert!(kinds(text, &[]).is_empty(), "{text}");
        }
    }

    /// As keys and names are drawn: of sixteen signs, ten of them digits.
    #[test]
    fn few_letters_among_many_digits_are_neither_words_nor_beside_them() {
        let words = ["abat", "test", "password"];
        for text in ["c0c2ce2abc034f486074668", "70e157e34b477276", "a2b5c7ddeef9b71774e4"] {
            assert!(kinds(text, &words).is_empty(), "{text}");
        }
        assert!(!kinds("t3s7 p4ssw0rd 834", &words).is_empty(), "as many digits as letters");
        assert!(!kinds("qwertyu-2026-123321-m", &words).is_empty(), "a character beside walks and years");
    }

    #[test]
    fn a_character_or_two_beside_do_not_save_it_and_a_third_does() {
        assert!(!kinds("amberbirchx", &["amber", "birch"]).is_empty());
        assert!(!kinds("xamberambery", &["amber"]).is_empty());
        assert!(kinds("xamberbirchy", &["amber", "birch"]).is_empty(), "each counts as a word");
        assert!(kinds("xamberzambery", &["amber"]).is_empty());
        assert!(kinds("amberxy", &["amber"]).is_empty(), "with so little in parts, each one counts");
    }
}
