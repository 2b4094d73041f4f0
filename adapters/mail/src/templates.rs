//! Templates: how the words of a mail are laid out, as plain text and as HTML.

use std::fmt;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};

use crate::page::{Fact, Link, Page, Part};

const TEXT: &str = "mail.txt";
const HTML: &str = "mail.html";

/// How the words of mails are laid out: two templates in the language of
/// [minijinja](https://docs.rs/minijinja/latest/minijinja/syntax/), one for plain text and one for HTML.
///
/// Those that come with the crate are `templates/mail.txt` and `templates/mail.html`; a host may have its own, read as the
/// program starts. A template is told:
///
/// | name | what it is |
/// |---|---|
/// | `lang`, `dir` | the mail's language as a BCP 47 tag, and its direction, `ltr` or `rtl` |
/// | `start` | the side on which a line begins, `left` or `right` |
/// | `subject`, `service` | the mail's subject, and the name of the service |
/// | `parts` | what the mail says, part by part; each has a `kind` |
///
/// | `kind` | what the part is, and what else it has |
/// |---|---|
/// | `says` | a paragraph: `text` |
/// | `facts` | when something happened, by whom, from where: `facts`, each with `label`, `value`, and both as one `line` |
/// | `link` | the letter's link: `url`, `label`, and for plain text the line `above` it |
/// | `back` | a link that leads to the service and does nothing else: as `link` |
///
/// In HTML all values are escaped.
///
/// ```
/// use accountable_mail::Templates;
/// let plain = r#"{% for part in parts %}
/// {% if part.kind == "says" %}
/// {{ part.text }}
/// {% elif part.kind == "facts" %}
/// {{ part.facts | map(attribute="line") | join("; ") }}
/// {% else %}
/// {{ part.label }} <{{ part.url }}>
/// {% endif %}
/// {% endfor %}"#;
/// let templates = Templates::builtin().with_text(plain)?;
/// assert!(Templates::builtin().with_html("<p>{{ subject }}</p>").is_err(), "the link would be lost");
/// # let _ = templates;
/// # Ok::<(), accountable_mail::TemplateError>(())
/// ```
#[derive(Clone)]
pub struct Templates(Environment<'static>);

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// It can't be read, or asks for something that it is not told.
    #[error("the template `{template}` can't be used, line {line}: {why}")]
    Unusable {
        /// Which template: `mail.txt` or `mail.html`.
        template: &'static str,
        /// The line, counted from 1; 0 where that is not known.
        line: usize,
        /// What is wrong there. It holds nothing of any letter.
        why: String,
    },
    /// A letter's link would not stand in its mail.
    #[error("the template `{template}` leaves a letter's link out")]
    WithoutLink {
        /// Which template: `mail.txt` or `mail.html`.
        template: &'static str,
    },
}

impl Templates {
    /// The templates that come with the crate: one calm layout, light or dark as its reader's device is, readable on a narrow
    /// one, with a letter's link as a button and as text. They fetch nothing.
    #[must_use]
    pub fn builtin() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let blocks =
            SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        environment.set_syntax(blocks.unwrap_or_default()); // the delimiters are the usual ones, so there is nothing to refuse
        environment.set_formatter(|out, state, value| {
            if matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe() {
                return Ok(out.write_str(&escaped(&value.to_string()))?);
            }
            Ok(write!(out, "{value}")?)
        });
        for (name, source) in
            [(TEXT, include_str!("../templates/mail.txt")), (HTML, include_str!("../templates/mail.html"))]
        {
            // That both can be read is a test; without one, no mail leaves.
            let _ = environment.add_template(name, source);
        }
        Self(environment)
    }

    /// Puts this template in the place of that for plain text.
    ///
    /// # Errors
    /// [`TemplateError`] where it is no template, or would lose a letter's link: it is tried on letters made up for that.
    pub fn with_text(self, source: &str) -> Result<Self, TemplateError> {
        self.with(TEXT, source)
    }

    /// Puts this template in the place of that for HTML.
    ///
    /// # Errors
    /// As [`with_text`](Self::with_text).
    pub fn with_html(self, source: &str) -> Result<Self, TemplateError> {
        self.with(HTML, source)
    }

    fn with(mut self, template: &'static str, source: &str) -> Result<Self, TemplateError> {
        let unusable = |error: minijinja::Error| {
            let why = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            TemplateError::Unusable { template, line: error.line().unwrap_or_default(), why }
        };
        self.0.add_template_owned(template, source.to_owned()).map_err(unusable)?;
        for parts in samples() {
            let page = Page {
                lang: "en",
                dir: "ltr",
                start: "left",
                subject: "subject",
                service: "service",
                parts: &parts,
            };
            let rendered = self
                .0
                .get_template(template)
                .and_then(|found| found.render(Serde(&page)))
                .map_err(unusable)?;
            let link = parts.iter().any(|part| matches!(part, Part::Link(_)));
            if link && !rendered.contains(SAMPLE_LINK) {
                return Err(TemplateError::WithoutLink { template });
            }
        }
        Ok(self)
    }

    pub(crate) fn text(&self, page: &Page<'_>) -> Result<String, TemplateError> {
        self.render(TEXT, page)
    }

    pub(crate) fn html(&self, page: &Page<'_>) -> Result<String, TemplateError> {
        self.render(HTML, page)
    }

    fn render(&self, template: &'static str, page: &Page<'_>) -> Result<String, TemplateError> {
        let rendered = self.0.get_template(template).and_then(|found| found.render(Serde(page)));
        // Of a letter, only the kind of the error is told: its detail may quote a value.
        rendered.map_err(|error| TemplateError::Unusable {
            template,
            line: error.line().unwrap_or_default(),
            why: error.kind().to_string(),
        })
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").finish_non_exhaustive()
    }
}

const SAMPLE_LINK: &str = "https://sample.example/page";

/// A body with a part of every kind, and one with nothing but a paragraph.
fn samples() -> [Vec<Part>; 2] {
    let sample = || "sample".to_owned();
    let link = |url: &str| Link { label: sample(), above: sample(), url: url.to_owned() };
    let says = || Part::Says { text: sample() };
    let facts = vec![Fact { label: sample(), value: sample(), line: sample() }];
    let back = Part::Back(link("https://sample.example"));
    [vec![says(), Part::Facts { facts }, Part::Link(link(SAMPLE_LINK)), says(), back], vec![says()]]
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
    fn the_templates_that_come_with_the_crate_are_usable() {
        let templates = Templates::builtin();
        let again = templates.with_text(include_str!("../templates/mail.txt")).unwrap();
        again.with_html(include_str!("../templates/mail.html")).unwrap();
    }

    #[test]
    fn whatever_stands_in_html_is_text() {
        let hostile = "<b>'&\"</title><script>\nnext";
        let parts = [
            Part::Says { text: hostile.to_owned() },
            Part::Facts {
                facts: vec![Fact { label: hostile.into(), value: hostile.into(), line: hostile.into() }],
            },
            Part::Link(Link { label: hostile.into(), above: hostile.into(), url: hostile.into() }),
        ];
        let page = Page {
            lang: hostile,
            dir: hostile,
            start: hostile,
            subject: hostile,
            service: hostile,
            parts: &parts,
        };
        let html = Templates::builtin().html(&page).unwrap();
        assert!(!html.contains("<script>") && !html.contains("<b>") && !html.contains("'&\""), "{html}");
        assert!(html.contains("&lt;b&gt;&#39;&amp;&quot;&lt;/title&gt;&lt;script&gt;\nnext</p>"), "{html}");
        assert!(Templates::builtin().text(&page).unwrap().starts_with(hostile));
    }

    #[test]
    fn a_template_that_loses_the_link_or_asks_for_what_it_is_not_told_is_refused() {
        let refused = |source: &str| Templates::builtin().with_html(source).unwrap_err();
        assert_eq!(refused("<p>{{ subject }}</p>"), TemplateError::WithoutLink { template: HTML });
        for (source, at) in
            [("\n{{ surname }}", 2), ("{% for part in parts %}", 1), ("\n\n{{ subject | shout }}", 3)]
        {
            let TemplateError::Unusable { template, line, why } = refused(source) else { panic!("{source}") };
            assert_eq!((template, line), (HTML, at), "{source}: {why}");
        }
    }

    #[test]
    fn an_error_about_a_letter_quotes_nothing_of_it() {
        // Tried on samples, this works: the sample's link is not this one.
        let source = "{% for part in parts %}{% if part.url is defined %}{{ part.url }}\
                      {% if part.url == 'https://app.example/secret' %}{{ 1 + part.url }}{% endif %}{% endif %}{% endfor %}";
        let templates = Templates::builtin().with_text(source).unwrap();
        let url = "https://app.example/secret".to_owned();
        let parts = [Part::Link(Link { label: String::new(), above: String::new(), url })];
        let page = Page { lang: "en", dir: "ltr", start: "left", subject: "", service: "", parts: &parts };
        let error = templates.text(&page).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
}
