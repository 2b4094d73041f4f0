//! The body of a mail: paragraphs and links, written once and rendered as plain text and as HTML.

use accountable_core::domain::MailedLink;

/// The body of a mail: paragraphs and links. Whatever a paragraph holds is text; in HTML it is escaped.
///
/// ```
/// use accountable_mail::Body;
/// let body = Body::new("en").says("Ada & Bob").says("said <nothing>.");
/// assert_eq!(body.text(), "Ada & Bob\n\nsaid <nothing>.\n");
/// assert!(body.html("News").contains("<p>Ada &amp; Bob</p>"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    language: String,
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Link { label: String, url: String },
}

impl Body {
    /// An empty body, in the language of this BCP 47 tag.
    #[must_use]
    pub fn new(language: &str) -> Self {
        Self { language: language.to_owned(), parts: Vec::new() }
    }

    /// Adds a paragraph of plain text; a line break in it stays one.
    #[must_use]
    pub fn says(mut self, words: impl Into<String>) -> Self {
        self.parts.push(Part::Words(words.into()));
        self
    }

    /// Adds the letter's link: in plain text below its label, alone on a line; in HTML as a link on its label, and
    /// once more in full.
    #[must_use]
    pub fn link(mut self, label: impl Into<String>, link: &MailedLink) -> Self {
        self.parts.push(Part::Link { label: label.into(), url: link.expose().to_owned() });
        self
    }

    /// The body as plain text: paragraphs with an empty line between them. No line is wrapped, so that links stay whole.
    #[must_use]
    pub fn text(&self) -> String {
        let parts: Vec<_> = self
            .parts
            .iter()
            .map(|part| match part {
                Part::Words(words) => words.clone(),
                Part::Link { label, url } => format!("{label}:\n{url}"),
            })
            .collect();
        format!("{}\n", parts.join("\n\n"))
    }

    /// The body as an HTML document with this title: nothing but paragraphs and links, so that nothing is fetched when the mail
    /// is read.
    #[must_use]
    pub fn html(&self, title: &str) -> String {
        let (language, title) = (escaped(&self.language), escaped(title));
        let parts: String = self.parts.iter().map(Part::html).collect();
        format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <title>{title}</title>\n</head>\n<body>\n{parts}</body>\n</html>\n"
        )
    }
}

impl Part {
    fn html(&self) -> String {
        match self {
            Self::Words(words) => format!("<p>{}</p>\n", escaped(words).replace('\n', "<br>\n")),
            Self::Link { label, url } => {
                let (label, url) = (escaped(label), escaped(url));
                format!("<p><a href=\"{url}\">{label}</a></p>\n<p>{url}</p>\n")
            }
        }
    }
}

/// Shows how many parts there are and none of them, since one may hold a link.
impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("parts", &self.parts.len()).finish_non_exhaustive()
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_html_is_text() {
        let body = Body::new("\"><script>").says("<b>'&\"\nnext");
        let html = body.html("</title><script>");
        assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
        assert!(html.contains("<p>&lt;b&gt;&#39;&amp;&quot;<br>\nnext</p>"), "{html}");
    }
}
