//! The words of a demonstration's mails.

use std::sync::LazyLock;

use accountable::mail::LetterWords;

/// Made once: each set of words reads its templates anew.
static WORDS: LazyLock<LetterWords> = LazyLock::new(|| LetterWords::of("the demonstration"));

/// The words of mails in which the service is called "the demonstration".
pub(crate) fn of_demonstration() -> &'static LetterWords {
    &WORDS
}
