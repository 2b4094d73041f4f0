//! Templates: how pages are laid out, as HTML.

use std::fmt;

use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};

use super::{page::Page, samples};

/// The work that a template may do for one page, as minijinja counts it: some hundred times what those that come with the crate
/// do.
const FUEL: u64 = 200_000;

/// One of the [`Templates`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Template {
    /// `layout.html`: what stands round every page. The others fill its block `content`.
    Layout,
    /// `choose.html`: asks for a new password.
    Choose,
    /// `sign_in.html`: asks who is there, to confirm an address.
    SignIn,
    /// `press.html`: asks to press a button.
    Press,
    /// `ask.html`: asks for the address that a new link goes to.
    Ask,
    /// `message.html`: says that something is done, or can't be.
    Message,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Layout, Self::Choose, Self::SignIn, Self::Press, Self::Ask, Self::Message];

    /// The template's name, by which another one refers to it (`{% extends "layout.html" %}`).
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Layout => "layout.html",
            Self::Choose => "choose.html",
            Self::SignIn => "sign_in.html",
            Self::Press => "press.html",
            Self::Ask => "ask.html",
            Self::Message => "message.html",
        }
    }

    const fn builtin(self) -> &'static str {
        match self {
            Self::Layout => include_str!("../../templates/layout.html"),
            Self::Choose => include_str!("../../templates/choose.html"),
            Self::SignIn => include_str!("../../templates/sign_in.html"),
            Self::Press => include_str!("../../templates/press.html"),
            Self::Ask => include_str!("../../templates/ask.html"),
            Self::Message => include_str!("../../templates/message.html"),
        }
    }

    /// The template of this name; none if there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.file_name() == name)
    }
}

/// How pages are laid out: templates in the language of
/// [minijinja](https://docs.rs/minijinja/latest/minijinja/syntax/).
///
/// Those that come with the crate are in its folder `templates`; a host may have its own in the place of any, read as the program
/// starts. A template is told:
///
/// | name | what it is |
/// |---|---|
/// | `lang`, `dir` | the page's language as a BCP 47 tag, and its direction, `ltr` or `rtl` |
/// | `title`, `heading` | the page's heading; in the title it is told where something is wrong |
/// | `service` | the name of the service, or `none` |
/// | `style` | where the style sheet is |
/// | `ways` | a list of links, each with `url` and `label`: the host's page to sign in at, and its contact; empty where it has none. `message.html` must show them |
///
/// | template | what else it is told |
/// |---|---|
/// | `choose.html` | `lead`, `button`, `action`, `token`, `account`: whose it is, or `none`; `username`: the address of the account, or `none`, and `username_label`; `password_label`, `repeat_label`, `hint`, `least`: the fewest characters of a password, `errors`: a list |
/// | `sign_in.html` | `lead`, `button`, `action`, `token`, `account`, `email_label`, `password_label`, `typed`, `error` or `none` |
/// | `press.html` | `lead`, `button`, `action`, `token`, `account`: where the link was mailed to |
/// | `ask.html` | `lead`, `button`, `action`, `email_label`, `typed`, `error` or `none` |
/// | `message.html` | `text`, `more` or `none`, `next` or `none`: a link with `url` and `label` |
///
/// A form is sent to `action` by `POST`, and has these fields: `token`, which is hidden, `password` and `repeat`; `token`,
/// `email` and `password`; `token`; `email`. The `username` is for a password manager to read, and no field that is sent. All values are escaped, for text and for attributes in quotes. What a template may
/// load, the pages' content security policy says: the style sheet, and nothing else; no script, and no `style` in an element.
///
/// ```
/// use accountable_http::pages::{Template, Templates};
/// let message = r#"{% extends "layout.html" %}
/// {% block content %}
/// <p role="status">{{ text }} {{ more or "" }}</p>
/// {% if next %}
/// <a class="button" href="{{ next.url }}">{{ next.label }}</a>
/// {% endif %}
/// {% endblock %}"#;
/// let templates = Templates::builtin().with([(Template::Message, message)])?;
///
/// let press = r#"<title>{{ title }}</title><form method="post" action="{{ action }}"><button>{{ button }}</button></form>"#;
/// assert!(Templates::builtin().with([(Template::Press, press)]).is_err(), "the token would be lost");
/// # let _ = templates;
/// # Ok::<(), accountable_http::pages::TemplateError>(())
/// ```
#[derive(Clone)]
pub struct Templates(Environment<'static>);

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// It can't be read, asks for something that it is not told, or does not come to an end.
    #[error("the template `{}` can't be used, line {line}: {why}", template.file_name())]
    Unusable {
        /// Which template.
        template: Template,
        /// The line, counted from 1; 0 where that is not known.
        line: usize,
        /// What is wrong there.
        why: String,
    },
    /// Something would not stand on the page without which it is of no use.
    #[error("the template `{}` leaves out {what}", template.file_name())]
    LeavesOut {
        /// Which template.
        template: Template,
        /// What it leaves out.
        what: &'static str,
    },
}

impl Templates {
    /// The templates that come with the crate: plain pages that need no script, readable on a narrow device, light or dark as
    /// that is.
    #[must_use]
    pub fn builtin() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        let blocks =
            SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        environment.set_syntax(blocks.unwrap_or_default()); // the delimiters are the usual ones, so there is nothing to refuse
        environment.set_formatter(|out, state, value| {
            let text = value.to_string();
            if matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe() {
                return Ok(out.write_str(&escaped(&text))?);
            }
            Ok(out.write_str(&text)?)
        });
        for template in Template::ALL {
            // That all can be read is a test; without one, there is no page.
            let _ = environment.add_template(template.file_name(), template.builtin());
        }
        Self(environment)
    }

    /// Puts these templates in the place of those of their kind.
    ///
    /// # Errors
    /// [`TemplateError`] where one is no template, or a page of it would be of no use: all pages are tried, with values made up
    /// for that.
    pub fn with<S: Into<String>>(
        mut self,
        sources: impl IntoIterator<Item = (Template, S)>,
    ) -> Result<Self, TemplateError> {
        for (template, source) in sources {
            self.0
                .add_template_owned(template.file_name(), source.into())
                .map_err(|error| unusable(&error, template))?;
        }
        samples::try_all(&self)?;
        Ok(self)
    }

    /// Lays a page out. None where the template can't, which it could when it was tried.
    pub(super) fn render(&self, page: &Page<'_>) -> Option<String> {
        self.try_render(page).ok()
    }

    /// Lays a page out.
    ///
    /// # Errors
    /// [`TemplateError::Unusable`], which may quote a value of the page.
    pub(super) fn try_render(&self, page: &Page<'_>) -> Result<String, TemplateError> {
        let template = page.content.template();
        let found = self.0.get_template(template.file_name());
        found.and_then(|found| found.render(Serde(page))).map_err(|error| unusable(&error, template))
    }
}

/// What is wrong with the template that an error names; else with this one.
fn unusable(error: &minijinja::Error, rendered: Template) -> TemplateError {
    let why = match error.kind() {
        ErrorKind::OutOfFuel => "it takes too long".to_owned(),
        kind => error.detail().map_or_else(|| kind.to_string(), str::to_owned),
    };
    TemplateError::Unusable {
        template: error.name().and_then(Template::named).unwrap_or(rendered),
        line: error.line().unwrap_or_default(),
        why,
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&#38;"),
            '<' => escaped.push_str("&#60;"),
            '>' => escaped.push_str("&#62;"),
            '"' => escaped.push_str("&#34;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "templates/tests.rs"]
mod tests;
