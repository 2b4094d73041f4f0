//! The blocklist: passwords that everybody tries first, by list and by habit.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fmt,
    sync::{Arc, LazyLock},
};

use icu_casemap::CaseMapper;
use zeroize::Zeroizing;

use super::{
    cover,
    folding::{self, Folded},
    lexicon::Lexicon,
    part::{CommonKind, CommonPart},
    walk,
};
use crate::domain::Password;

/// One a line: lower case, ASCII, of six characters and more; of four and five only the most common that are letters.
/// Sorted by octets. Where they come from stands in the notice beside.
static COMMON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::sorted(Cow::Borrowed(include_str!("common_passwords.txt"))));

/// What everybody knows by heart, one a line, as it is written. Each counts as one word.
static PHRASES: LazyLock<Lexicon> = LazyLock::new(|| {
    include_str!("common_phrases.txt").lines().map(|line| folding::as_listed(line).to_string()).collect()
});

/// A core shorter than this is no password, common or not: what surrounds it may well be a good one.
const SHORTEST_CORE: usize = 6;
/// A line of the host's that has fewer letters and digits is compared with whole passwords only.
const SHORTEST_WORD: usize = 3;

/// Passwords that are refused for being tried first, and those that are made of nothing else.
///
/// Beside some 43,000 passwords and 140 phrases by name it knows the habits by which they are made long. A password is
/// refused if nothing is left of it, or three listed words at most, once the following is taken away: case, accents and
/// the spelling `p@$$w0rd`; blanks, signs and digits between words; walks along keyboards and alphabets, in either
/// direction and zigzag; and what merely repeats what stands before. A letter or two beside do not save it. Where it has
/// no letters, digits count as letters do, but for years and walks.
///
/// Of a longer password the first 256 code points are judged.
///
/// ```
/// use accountable_core::domain::{Blocklist, Password};
/// let list = Blocklist::common().with(["Troubadour4Life"]);
/// let refused = |text| list.contains(&Password::parse(text).unwrap());
/// assert!(refused("Password12345678"));
/// assert!(refused("troubadour4life"));
/// assert!(refused("1q2w3e4r5t6y7u8i"));
/// assert!(refused("correct horse battery staple"));
/// assert!(!refused("seven violet umbrellas apologise"));
/// ```
#[derive(Clone, Default)]
pub struct Blocklist {
    own: Arc<Own>,
}

/// The host's own lines.
#[derive(Clone, Default)]
struct Own {
    /// As they are, but for case.
    whole: BTreeSet<String>,
    /// As parts of passwords.
    words: Lexicon,
}

impl Blocklist {
    /// The passwords and habits that this crate knows.
    #[must_use]
    pub fn common() -> Self {
        // Read now, and not while somebody waits for an answer.
        LazyLock::force(&COMMON);
        LazyLock::force(&PHRASES);
        Self::default()
    }

    /// Also the host's own, one a line; blank lines count for nothing. A line of three letters and digits or more counts
    /// as a word in longer passwords too.
    #[must_use]
    pub fn with<L: AsRef<str>>(mut self, lines: impl IntoIterator<Item = L>) -> Self {
        let own = Arc::make_mut(&mut self.own);
        let mut words: Vec<String> = own.words.words().map(str::to_owned).collect();
        for line in lines {
            // In the form of a password; what can't be one need not be on the list.
            let Ok(password) = Password::parse(line.as_ref().trim()) else { continue };
            own.whole.insert(folded(&password).to_string());
            let word = folding::as_listed(password.expose());
            if password.length() <= folding::MOST_READ && word.chars().count() >= SHORTEST_WORD {
                words.push(word.to_string());
            }
        }
        own.words = words.into_iter().collect();
        self
    }

    /// Whether the password is on the list, or made of listed words and habits alone.
    #[must_use]
    pub fn contains(&self, password: &Password) -> bool {
        self.parts(password).is_some()
    }

    /// What the password is made of, if that is nothing but common parts; none for a good one. The parts stand in the
    /// order of the password, and tell no character of it.
    #[must_use]
    pub fn parts(&self, password: &Password) -> Option<Vec<CommonPart>> {
        let text = folding::fold(password.expose());
        let parts = cover::parts(&text, &[&COMMON, &PHRASES, &self.own.words]);
        if !parts.is_empty() {
            return Some(parts);
        }
        let whole = |kind| Some(vec![CommonPart { kind, start: 0, end: password.length() }]);
        match () {
            () if self.own.whole.contains(folded(password).as_str()) => whole(CommonKind::Listed),
            () if is_repetition(&text) => whole(CommonKind::Repetition),
            () => None,
        }
    }
}

/// Whether a short piece over and over is all of it, or all between the digits and signs at both ends.
fn is_repetition(text: &[Folded]) -> bool {
    let is_letter = |folded: &Folded| folded.letter.is_alphabetic();
    let core = match (text.iter().position(is_letter), text.iter().rposition(is_letter)) {
        (Some(first), Some(last)) => text.get(first..=last).unwrap_or_default(),
        _ => &[],
    };
    walk::is_repetition(text) || core.len() >= SHORTEST_CORE && walk::is_repetition(core)
}

/// Shows how many there are, not which: a host's own list may say what it fears.
impl fmt::Debug for Blocklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blocklist(common and {} more)", self.own.whole.len())
    }
}

/// Without regard to case; as long as the longest password at most, so it never moves and leaves no copy behind.
pub(super) fn folded(password: &Password) -> Zeroizing<String> {
    let mapper = CaseMapper::new();
    let mut folded = Zeroizing::new(String::with_capacity(password.expose().len().saturating_mul(2)));
    folded.extend(password.expose().chars().map(|character| mapper.simple_fold(character)));
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> bool {
        Blocklist::common().contains(&Password::parse(text).unwrap())
    }

    #[test]
    fn the_list_is_sorted_and_plain_and_says_what_it_takes() {
        let lines: Vec<_> = COMMON.words().collect();
        assert!(lines.len() > 43_000 && lines.len() == COMMON.len());
        assert!(lines.is_sorted_by(|one, next| one < next));
        for line in &lines {
            assert!(
                line.bytes().all(|octet| octet.is_ascii_graphic() && !octet.is_ascii_uppercase()),
                "{line}"
            );
            let short = line.len() >= 4 && line.bytes().all(|octet| octet.is_ascii_lowercase());
            assert!(line.len() >= SHORTEST_CORE || short, "{line}");
        }
        // Beside the text, which the program holds anyway.
        assert!(COMMON.octets() + PHRASES.octets() < 300 << 10, "{} octets", COMMON.octets());
    }

    #[test]
    fn every_line_of_the_lists_is_refused() {
        let list = Blocklist::common();
        let phrases = include_str!("common_phrases.txt").lines();
        assert!(phrases.clone().is_sorted());
        for line in COMMON.words().step_by(17).chain(phrases) {
            assert!(list.contains(&Password::parse(line).unwrap()), "{line}");
        }
    }

    #[test]
    fn what_is_only_made_of_listed_parts_is_refused() {
        for text in [
            "password password",
            "1q2w3e4r5t6y7u8i",
            "Summer2024Summer2024",
            "p@$$w0rd12345678",
            "correct horse battery staple",
            "CorrectHorseBatteryStaple!",
            "monkey dragon shadow",
            "Mönkey_Drägon_1987",
            "!@#$%^&*()_+!@#$",
            "qweasdzxcqweasdzxc",
            "7h3-dr4g0n-dr4g0n",
            "to be, or not to be 1603",
            "d.r.a.g.o.n.2.0.2.4",
        ] {
            assert!(refused(text), "{text}");
        }
    }

    #[test]
    fn what_people_fall_back_to_at_15_characters_is_refused() {
        for text in [
            "Password12345678",
            "PASSWORDPASSWORD",
            "basketballbasketball",
            "Basketball2026!!!!!!",
            "2026!!basketball",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "qwertyuiopasdfgh",
            "123456789012345",
            "QWERTYUIOP12345!",
            "Iloveyou!Iloveyou!",
        ] {
            assert!(refused(text), "{text}");
        }
    }

    #[test]
    fn what_merely_contains_a_common_password_is_not() {
        for text in [
            "seven violet umbrellas apologise",
            "the dragon ate my homework",
            "passwordless is the future",
            "8301-2274-9921-77",
            "83017264ab91827364",
            "猫が好きですが犬も好きです、本当に",
        ] {
            assert!(!refused(text), "{text}");
        }
    }

    #[test]
    fn the_hosts_own_lines_count_without_regard_to_case_and_padding() {
        let list = Blocklist::common().with(["", "  Forest of Data ", "caf\u{e9} am see", "bell\u{7}"]);
        let refused = |text: &str| list.contains(&Password::parse(text).unwrap());
        assert!(refused("FOREST OF DATA"));
        assert!(refused("forest of data 2026"));
        assert!(refused("cafe\u{301} am see"));
        assert!(!refused("forests of data"));
        assert_eq!(format!("{list:?}"), "Blocklist(common and 2 more)");
    }
}
