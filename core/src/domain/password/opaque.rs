//! The form in which passwords are chosen and hashed: RFC 8265 OpaqueString, with emoji sequences.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{
        CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, EmojiModifier, ExtendedPictographic,
        GeneralCategory, JoiningType,
    },
};
use zeroize::Zeroizing;

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const TEXT_STYLE: char = '\u{fe0e}';
const EMOJI_STYLE: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Spaces of any script become the ASCII one, then the text is in NFC; none if it has a character that is not allowed.
pub(super) fn prepared(typed: &str) -> Option<Zeroizing<String>> {
    let mut mapped = Zeroizing::new(String::with_capacity(typed.len()));
    mapped.extend(typed.chars().map(|c| if is_space(c) { ' ' } else { c }));
    let normal = Zeroizing::new(ComposingNormalizerBorrowed::new_nfc().normalize(&mapped).into_owned());
    let is_allowed = normal.char_indices().all(|(at, character)| {
        is_plain(character) || {
            let before = normal.get(..at).unwrap_or_default();
            let after = normal.get(at.saturating_add(character.len_utf8())..).unwrap_or_default();
            is_allowed_between(character, before, after)
        }
    });
    is_allowed.then_some(normal)
}

fn is_space(character: char) -> bool {
    CodePointMapData::<GeneralCategory>::new().get(character) == GeneralCategory::SpaceSeparator
}

/// Neither a control nor unassigned, private or invisible.
fn is_plain(character: char) -> bool {
    !matches!(
        CodePointMapData::<GeneralCategory>::new().get(character),
        GeneralCategory::Control
            | GeneralCategory::Unassigned
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    ) && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

/// Whether what can't be seen itself shapes what stands around it.
fn is_allowed_between(character: char, before: &str, after: &str) -> bool {
    match character {
        NON_JOINER => follows_virama(before) || parts_letters(before, after),
        JOINER => follows_virama(before) || joins_emoji(before, after),
        TEXT_STYLE | EMOJI_STYLE => styles_emoji(before, after),
        _ => false,
    }
}

/// RFC 5892, A.1 and A.2: after a virama, either joiner chooses how letters join.
fn follows_virama(before: &str) -> bool {
    let class = |c| CodePointMapData::<CanonicalCombiningClass>::new().get(c);
    before.chars().next_back().is_some_and(|before| class(before) == CanonicalCombiningClass::Virama)
}

/// RFC 5892, A.1, its second half: between two letters that would join, whatever transparent ones stand between.
fn parts_letters(before: &str, after: &str) -> bool {
    let joining = |c: char| CodePointMapData::<JoiningType>::new().get(c);
    let joins = |mut letters: Box<dyn Iterator<Item = char> + '_>, side: JoiningType| {
        let letter = letters.find(|letter| joining(*letter) != JoiningType::Transparent);
        letter.is_some_and(|letter| [side, JoiningType::DualJoining].contains(&joining(letter)))
    };
    joins(Box::new(before.chars().rev()), JoiningType::LeftJoining)
        && joins(Box::new(after.chars()), JoiningType::RightJoining)
}

/// UTS #51, ED-16: a joiner makes one emoji of two, the first of which may have a style or a skin tone.
fn joins_emoji(before: &str, after: &str) -> bool {
    let is_picture = |c: &char| CodePointSetData::new::<ExtendedPictographic>().contains(*c);
    let is_tone = |c: &char| CodePointSetData::new::<EmojiModifier>().contains(*c);
    let mut before = before.chars().rev().peekable();
    if before.peek() == Some(&EMOJI_STYLE) || before.peek().is_some_and(is_tone) {
        before.next();
    }
    before.peek().is_some_and(is_picture) && after.chars().next().is_some_and(|next| is_picture(&next))
}

/// UTS #51, ED-8 to ED-9a and ED-14c: how an emoji is shown. After a digit only in a key cap.
fn styles_emoji(before: &str, after: &str) -> bool {
    let is_emoji = |c: char| CodePointSetData::new::<Emoji>().contains(c);
    before
        .chars()
        .next_back()
        .is_some_and(|before| is_emoji(before) && (!before.is_ascii() || after.starts_with(KEYCAP)))
}
