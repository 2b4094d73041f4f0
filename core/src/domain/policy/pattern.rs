//! Habits: passwords that no list can hold, since anybody can make them as long as asked for.
//!
//! Where many characters are demanded, people repeat a short piece or walk along the keyboard. Both are
//! recognised by rule. Takes characters that are case-folded already.

/// The longest piece whose mere repetition makes a password common.
const LONGEST_UNIT: usize = 8;
/// The shortest stretch that is a run and no coincidence.
const SHORTEST_RUN: usize = 3;
/// How many characters beside its runs do not yet save a password.
const BESIDE_RUNS: usize = 2;

/// What fingers walk along: rows and columns of keyboards, both of digits and letters.
const WALKS: [&str; 9] = [
    "1234567890",
    "`1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "йцукенгшщзхъфывапролджэячсмитьбю",
];

/// Whether it is a short piece over and over, the last time perhaps in part: `aaaaaa`, `abcabcab`.
pub(super) fn is_repetition(characters: &[char]) -> bool {
    (1..=LONGEST_UNIT.min(characters.len() / 2)).any(|period| repeats_after(characters, period))
}

/// Whether each character is the one `period` places before it.
pub(super) fn repeats_after(characters: &[char], period: usize) -> bool {
    characters.iter().zip(characters.iter().skip(period)).all(|(before, after)| before == after)
}

/// Whether it is, but for a character or two, made of runs: along the alphabet, the digits, a keyboard, or on the
/// spot; forth or back.
pub(super) fn is_made_of_runs(characters: &[char]) -> bool {
    let mut rest = characters;
    let mut beside = 0_usize;
    while let Some((_, after_one)) = rest.split_first() {
        let run = longest_run(rest);
        if run >= SHORTEST_RUN {
            rest = rest.get(run..).unwrap_or_default();
        } else {
            beside = beside.saturating_add(1);
            rest = after_one;
        }
        if beside > BESIDE_RUNS {
            return false;
        }
    }
    characters.len() > BESIDE_RUNS.saturating_add(SHORTEST_RUN)
}

/// How far the longest run from the beginning goes.
fn longest_run(characters: &[char]) -> usize {
    let along = |is_step: &dyn Fn(char, char) -> bool| {
        let steps =
            characters.windows(2).take_while(|pair| matches!(pair, [one, next] if is_step(*one, *next)));
        steps.count().saturating_add(1)
    };
    let plain = [
        along(&|one, next| one == next),
        along(&|one, next| follows(one, next)),
        along(&|one, next| follows(next, one)),
    ];
    let walks = WALKS.iter().flat_map(|walk| {
        [along(&|one, next| adjoin(walk, one, next)), along(&|one, next| adjoin(walk, next, one))]
    });
    plain.into_iter().chain(walks).max().unwrap_or(0)
}

/// `b` after `a`, `7` after `6`, `я` after `ю`: the next code point, both letters or both digits.
fn follows(one: char, next: char) -> bool {
    let alike = (one.is_alphabetic() && next.is_alphabetic()) || (one.is_numeric() && next.is_numeric());
    alike && u32::from(one).checked_add(1) == Some(u32::from(next))
}

fn adjoin(walk: &str, one: char, next: char) -> bool {
    walk.chars().zip(walk.chars().skip(1)).any(|pair| pair == (one, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn characters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn a_short_piece_over_and_over_is_a_repetition() {
        for text in ["aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "passwordpassword", "xy!xy!xy!xy!xy!x"] {
            assert!(is_repetition(&characters(text)), "{text}");
        }
        for text in ["", "a", "correct horse battery staple", "wolkenbruchwolkenbruch"] {
            assert!(!is_repetition(&characters(text)), "{text}");
        }
    }

    #[test]
    fn walks_along_keyboard_alphabet_and_digits_are_runs() {
        for text in [
            "qwertyuiopasdfgh",
            "123456789012345",
            "543210987654321",
            "abcdefghijklmnop",
            "zyxwvutsrqponmlk",
            "1qaz2wsx3edc4rfv",
            "aaaabbbbccccdddd",
            "qwerty1234567890",
            "qwertyuiopasdf!x",
            "йцукенгшщзхъфыва",
            "абвгдежзийклмноп",
        ] {
            assert!(is_made_of_runs(&characters(text)), "{text}");
        }
        for text in [
            "",
            "ab",
            "correct horse battery staple",
            "properly treated water",
            "8301-2274-9921-77",
            "abcd and then i wrote more",
        ] {
            assert!(!is_made_of_runs(&characters(text)), "{text}");
        }
    }
}
