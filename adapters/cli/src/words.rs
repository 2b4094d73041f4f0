//! The words of a demonstration: of its mails, and of the pages that their links lead to.

use std::sync::LazyLock;

use accountable::mail::{LetterWords, words::Words};

static WORDS: LazyLock<Words> = LazyLock::new(Words::builtin);

/// Made once: each set of words reads its templates anew.
static LETTERS: LazyLock<LetterWords> =
    LazyLock::new(|| LetterWords::of("the demonstration").with_words(shared().clone()));

/// The words that mails and pages are made of.
pub(crate) fn shared() -> &'static Words {
    &WORDS
}

/// The words of mails in which the service is called "the demonstration".
pub(crate) fn of_demonstration() -> &'static LetterWords {
    &LETTERS
}
