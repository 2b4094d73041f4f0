//! Walks: stretches that fingers make by themselves, along keyboards, alphabets and digits, or on one spot.
//!
//! A *straight* walk keeps to one line and one direction: `qwert`, `zyx`, `123`, `edc`, `aaa`. A *zigzag* is two of them,
//! interleaved: `1q2w3e`, `a1b2c3`. A *ramble* goes from key to neighbouring key in any direction: `qawsedrf`.

use std::{collections::HashMap, sync::LazyLock};

use super::folding::Folded;

/// The shortest straight walk that is one and no coincidence.
const SHORTEST_STRAIGHT: usize = 3;
/// The shortest zigzag.
const SHORTEST_ZIGZAG: usize = 5;
/// The shortest ramble: `redress` is a word.
const SHORTEST_RAMBLE: usize = 8;

/// Lines of keys: rows and columns of keyboards and of the block of digits.
const LINES: &[&str] = &[
    "`1234567890-=",
    "qwertyuiop[]\\",
    "asdfghjkl;'",
    "zxcvbnm,./",
    // Columns, leaning to either side.
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik,",
    "9ol.",
    "0p;/",
    "4esz",
    "5rdx",
    "6tfc",
    "7ygv",
    "8uhb",
    "9ijn",
    "0okm",
    // The block of digits.
    "147",
    "258",
    "369",
    "159",
    "357",
    // Germany's and France's rows where they differ.
    "qwertzuiopü",
    "asdfghjklöä",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    // Russia's.
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
];

/// The rows of letters and digits, and how far each is shifted to the right, in quarters of a key.
const ROWS: [(&str, usize); 4] =
    [("1234567890-=", 0), ("qwertyuiop[]", 2), ("asdfghjkl;'", 3), ("zxcvbnm,./", 5)];

/// In which ways one key leads to the next: a bit a line and direction.
type Ways = u128;

/// On one spot.
const SAME: Ways = 1;
/// The next code point, and the one before.
const UP: Ways = 1 << 1;
const DOWN: Ways = 1 << 2;
/// Odd digits, even digits.
const TWO_UP: Ways = 1 << 3;
const TWO_DOWN: Ways = 1 << 4;
/// A key beside it.
const BESIDE: Ways = 1 << 5;
/// The first bit of the lines.
const FIRST_LINE: u32 = 6;

static ALONG: LazyLock<HashMap<(char, char), Ways>> = LazyLock::new(|| {
    let mut ways: HashMap<(char, char), Ways> = HashMap::new();
    for (bit, line) in (FIRST_LINE..).step_by(2).zip(LINES) {
        for (one, next) in line.chars().zip(line.chars().skip(1)) {
            *ways.entry((one, next)).or_default() |= 1_u128.wrapping_shl(bit);
            *ways.entry((next, one)).or_default() |= 2_u128.wrapping_shl(bit);
        }
    }
    let keys: Vec<(usize, usize, char)> = ROWS
        .iter()
        .enumerate()
        .flat_map(|(row, (keys, shift))| {
            keys.chars()
                .enumerate()
                .map(move |(at, key)| (row, at.saturating_mul(4).saturating_add(*shift), key))
        })
        .collect();
    for (row, at, key) in &keys {
        for (other_row, other_at, other) in &keys {
            let beside = match row.abs_diff(*other_row) {
                0 => at.abs_diff(*other_at) == 4,
                1 => at.abs_diff(*other_at) < 4,
                _ => false,
            };
            if beside {
                *ways.entry((*key, *other)).or_default() |= BESIDE;
            }
        }
    }
    ways
});

/// The shortest and the longest walk of a sort from one place.
pub(super) type Reach = (usize, usize);

/// How far walks go from each place: a straight one, a zigzag, a ramble. A range whose end is before its start is empty.
pub(super) fn reaches(text: &[Folded]) -> Vec<[Reach; 3]> {
    let next = steps(text, 1);
    let after_next = steps(text, 2);
    (0..text.len())
        .map(|at| {
            let next = next.get(at..).unwrap_or_default();
            let after_next = after_next.get(at..).unwrap_or_default();
            let straight = run(next.iter()).saturating_add(1);
            // Characters of the half that begins here, and of the half that begins at the next place.
            let one_half = run(after_next.iter().step_by(2)).saturating_add(1);
            let other_half = run(after_next.iter().skip(1).step_by(2)).saturating_add(1);
            let zigzag = one_half.saturating_mul(2).min(other_half.saturating_mul(2).saturating_add(1));
            let zigzag = zigzag.min(text.len().saturating_sub(at));
            let ramble =
                next.iter().take_while(|ways| **ways & (BESIDE | SAME) != 0).count().saturating_add(1);
            [(SHORTEST_STRAIGHT, straight), (SHORTEST_ZIGZAG, zigzag), (SHORTEST_RAMBLE, ramble)]
        })
        .collect()
}

/// How each key leads to the one so many places after it.
fn steps(text: &[Folded], places: usize) -> Vec<Ways> {
    text.iter().zip(text.iter().skip(places)).map(|(one, next)| ways(one.key, next.key)).collect()
}

/// How many steps go on in one way.
fn run<'a>(steps: impl Iterator<Item = &'a Ways>) -> usize {
    let mut way = !BESIDE;
    steps
        .take_while(|step| {
            way &= **step;
            way != 0
        })
        .count()
}

fn ways(one: char, next: char) -> Ways {
    let both = |is: fn(char) -> bool| is(one) && is(next);
    let mut ways = ALONG.get(&(one, next)).copied().unwrap_or_default();
    if one == next {
        ways |= SAME;
    }
    if both(char::is_alphabetic) || both(char::is_numeric) {
        match i64::from(u32::from(next)).wrapping_sub(i64::from(u32::from(one))) {
            1 => ways |= UP,
            -1 => ways |= DOWN,
            2 if both(char::is_numeric) => ways |= TWO_UP,
            -2 if both(char::is_numeric) => ways |= TWO_DOWN,
            _ => {}
        }
    }
    ways
}

/// The longest piece whose mere repetition makes a password common.
const LONGEST_UNIT: usize = 8;

/// Whether it is a short piece over and over, the last time perhaps in part: `abcabcab`.
pub(super) fn is_repetition(text: &[Folded]) -> bool {
    let repeats_after = |period: usize| {
        text.iter().zip(text.iter().skip(period)).all(|(before, after)| before.letter == after.letter)
    };
    (1..=LONGEST_UNIT.min(text.len() / 2)).any(repeats_after)
}

#[cfg(test)]
mod tests {
    use super::{super::folding::fold, *};

    fn is_one_walk(text: &str) -> bool {
        let folded = fold(text);
        reaches(&folded).first().is_some_and(|reaches| {
            reaches.iter().any(|(least, most)| (*least..=*most).contains(&folded.len()))
        })
    }

    #[test]
    fn walks_go_forth_and_back_straight_zigzag_and_from_key_to_key() {
        assert!(LINES.len() * 2 + (FIRST_LINE as usize) < 128);
        for text in [
            "qwertyuiop",
            "poiuytrewq",
            "QWERTY",
            "asd",
            "1qaz",
            "zaq1",
            "vfr4",
            "abcdefgh",
            "zyxwvut",
            "123456",
            "987654",
            "13579",
            "8642",
            "aaaa",
            "!!!!",
            "!@#$%^&*()",
            "147",
            "йцукен",
            "абвгде",
            "qwertz",
            "azerty",
            "1q2w3e4r5t6y",
            "q1w2e3r4",
            "1a2s3d4f",
            "a1b2c3d4",
            "1z2y3x4w",
            "qawsedrftg",
            "zsedcftgb",
            "!Q@W#E$R",
        ] {
            assert!(is_one_walk(text), "{text}");
        }
        for text in ["", "a", "ab", "qw", "redress", "were", "tree", "qp", "1q2", "correct", "8301", "a1c2e3"]
        {
            assert!(!is_one_walk(text), "{text}");
        }
    }

    #[test]
    fn a_short_piece_over_and_over_is_a_repetition() {
        for text in ["aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "passwordpassword", "xy!xy!xy!xy!xy!x"] {
            assert!(is_repetition(&fold(text)), "{text}");
        }
        for text in ["", "a", "correct horse battery staple", "wolkenbruchwolkenbruch"] {
            assert!(!is_repetition(&fold(text)), "{text}");
        }
    }
}
