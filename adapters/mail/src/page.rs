//! What a template lays out: the parts of a mail's body, in the order in which they are read.

use std::fmt;

use serde::Serialize;

/// All that a template is told of a mail.
#[derive(Serialize)]
pub(crate) struct Page<'a> {
    pub(crate) lang: &'a str,
    pub(crate) dir: &'a str,
    /// The side on which a line begins, as HTML's attribute `align` names it.
    pub(crate) start: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) service: &'a str,
    pub(crate) parts: &'a [Part],
}

/// A part of a mail's body.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Part {
    /// A paragraph.
    Says { text: String },
    /// When something happened, by whom, and from where.
    Facts { facts: Vec<Fact> },
    /// The letter's link, which does something.
    Link(Link),
    /// A link that leads to the service and does nothing else.
    Back(Link),
}

/// One line of [`Part::Facts`].
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: String,
    /// Both, as one line.
    pub(crate) line: String,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Link {
    pub(crate) label: String,
    /// The label as it stands above the URL in plain text.
    pub(crate) above: String,
    pub(crate) url: String,
}

/// Shows what kind of part it is and nothing of it, since it may be a link.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Says { .. } => "Says(..)",
            Self::Facts { .. } => "Facts(..)",
            Self::Link(_) => "Link(..)",
            Self::Back(_) => "Back(..)",
        })
    }
}
