//! Why a host's words can't be taken, and where in its text the reason stands.

/// Why words can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// There are no words in this language yet: it is misspelt, or must be added first.
    #[error("there are no words in the language `{0}`")]
    NoSuchLanguage(String),
    /// Something in the text of a language is wrong.
    #[error("words in `{language}`, line {line}: {fault}")]
    Text {
        /// The language, as a BCP 47 tag.
        language: String,
        /// The line in the text that was given, counted from 1.
        line: usize,
        /// What is wrong there.
        fault: Fault,
    },
}

/// What is wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It is not written as Fluent asks.
    #[error("this is not Fluent: {0}")]
    Syntax(String),
    /// Nothing here says a message of this name: it is misspelt, or from another version.
    #[error("there is no message `{message}`")]
    NoSuchMessage {
        /// The message's name.
        message: String,
    },
    /// The message stands in this text twice.
    #[error("the message `{message}` stands here twice")]
    Twice {
        /// The message's name.
        message: String,
    },
    /// The message has no text of its own, but attributes only.
    #[error("the message `{message}` has no text")]
    NoText {
        /// The message's name.
        message: String,
    },
    /// The message uses a variable that it is not told.
    #[error("the message `{message}` is not told `${variable}`")]
    NoSuchVariable {
        /// The message's name.
        message: String,
        /// The variable's name, without `$`.
        variable: String,
    },
    /// The message refers to what is not there, or, in the end, to itself.
    #[error("the message `{message}` refers to `{reference}`, which is not there or leads back to it")]
    BadReference {
        /// The message's name.
        message: String,
        /// The message, term (`-name`), attribute (`message.name`) or function (`NAME()`) that it refers to.
        reference: String,
    },
}
