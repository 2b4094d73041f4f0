//! The languages that come with the crate: one file a part of the words.

use fluent_bundle::FluentResource;

/// The tag of the language in which every message is said.
pub(crate) const ENGLISH: &str = "en";

/// What words are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Dates,
    Forms,
    Mails,
    Pages,
}

impl Part {
    /// What every message of this part is told, so that a host may say it where the English does not.
    pub(crate) const fn tells_all(self) -> &'static [&'static str] {
        match self {
            Self::Dates | Self::Forms => &[],
            Self::Mails | Self::Pages => &["service"],
        }
    }
}

/// Reads a text that comes with the crate. That each is whole is a test; half a text would be better than none.
pub(crate) fn read(text: &str) -> FluentResource {
    FluentResource::try_new(text.to_owned()).unwrap_or_else(|(half, _)| half)
}

macro_rules! languages {
    ($($tag:literal),+) => {
        /// Each language's tag, and the text of its parts. English is the first, and the one that others are measured by.
        pub(crate) const SHIPPED: &[(&str, &[(Part, &str)])] = &[$(
            ($tag, &[
                (Part::Dates, include_str!(concat!("../languages/", $tag, "/dates.ftl"))),
                (Part::Forms, include_str!(concat!("../languages/", $tag, "/forms.ftl"))),
                (Part::Mails, include_str!(concat!("../languages/", $tag, "/mails.ftl"))),
                (Part::Pages, include_str!(concat!("../languages/", $tag, "/pages.ftl"))),
            ]),
        )+];
    };
}

languages!["en", "ja", "ko", "de", "sv"];
