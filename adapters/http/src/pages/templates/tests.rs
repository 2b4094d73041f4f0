use super::*;
use crate::pages::page::{Content, Next};

fn refused(template: Template, source: &str) -> TemplateError {
    Templates::builtin().with([(template, source)]).unwrap_err()
}

fn page<'a>(content: &'a Content<'a>, text: &'a str) -> Page<'a> {
    Page {
        lang: text,
        dir: text,
        title: text,
        heading: text,
        service: Some(text),
        style: text,
        ways: &[],
        content,
    }
}

#[test]
fn the_templates_that_come_with_the_crate_are_usable() {
    let again = Template::ALL.map(|template| (template, template.builtin()));
    Templates::builtin().with(again).unwrap();
    for template in Template::ALL {
        assert_eq!(Template::named(template.file_name()), Some(template));
    }
}

#[test]
fn whatever_stands_on_a_page_is_text() {
    let hostile = "<b>'&\"</title><script>\n";
    let own = || hostile.to_owned();
    let (lead, button, action, token) = (own(), own(), own(), own());
    let errors = [own()];
    let contents = [
        Content::Choose {
            lead,
            button,
            action,
            token,
            account: Some(own()),
            username: Some(own()),
            username_label: own(),
            password_label: own(),
            repeat_label: own(),
            hint: own(),
            least: 15,
            errors: &errors,
        },
        Content::SignIn {
            lead: own(),
            button: own(),
            action: own(),
            token: own(),
            account: own(),
            email_label: own(),
            password_label: own(),
            typed: hostile,
            error: Some(hostile),
        },
        Content::Press { lead: own(), button: own(), action: own(), token: own(), account: own() },
        Content::Ask {
            lead: own(),
            button: own(),
            action: own(),
            email_label: own(),
            typed: hostile,
            error: Some(hostile),
        },
        Content::Message { text: own(), more: Some(own()), next: Some(Next { url: own(), label: own() }) },
    ];
    for content in &contents {
        let html = Templates::builtin().render(&page(content, hostile)).unwrap();
        for raw in ["<script", "<b>", "'&", "&\""] {
            assert!(!html.contains(raw), "{raw}: {html}");
        }
        assert!(html.contains("&#60;b&#62;&#39;&#38;&#34;&#60;/title&#62;&#60;script&#62;\n</h1>"), "{html}");
        assert_eq!(html.matches("</title>").count(), 1);
    }
}

#[test]
fn a_template_that_can_not_be_used_is_refused_with_the_line_that_is_why() {
    for (template, source, at) in [
        (Template::Message, "\n{{ surname }}", 2),
        (Template::Message, "{% if text %}", 1),
        (Template::Message, "\n\n{{ text | shout }}", 3),
        (Template::Message, "{{ next.url }}", 1),
        (Template::Press, "{% extends \"frame.html\" %}", 1),
        (Template::Layout, "{% block content %}{% endblock %}\n{{ token }}", 2),
        (
            Template::Layout,
            "\n{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
            2,
        ),
    ] {
        let TemplateError::Unusable { template: of, line, why } = refused(template, source) else {
            panic!("{source}")
        };
        assert_eq!((of, line), (template, at), "{source}: {why}");
    }
}

/// What stands round a page is tried on all of them.
#[test]
fn a_layout_that_leaves_the_page_out_is_refused() {
    let without = refused(Template::Layout, "<h1>{{ heading }}</h1>");
    assert!(matches!(without, TemplateError::LeavesOut { template: Template::Choose, .. }), "{without}");
    let other = "<h1>{{ heading }}</h1>{% block main %}{% endblock %}";
    assert!(Templates::builtin().with([(Template::Layout, other)]).is_err());
    // All of them anew, at once.
    let all =
        Template::ALL.map(|template| (template, template.builtin().replace("block content", "block main")));
    Templates::builtin().with(all).unwrap();
}

#[test]
fn a_template_without_what_its_page_needs_is_refused() {
    for template in Template::ALL {
        let source = template.builtin();
        let needed: &[&str] = match template {
            Template::Layout => &["{% block content %}\n{% endblock %}", "{{ way.url }}"],
            Template::Choose => &[
                "{{ action }}",
                "{{ token }}",
                "name=\"token\"",
                "name=\"password\"",
                "name=\"repeat\"",
                "<li>{{ error }}</li>",
            ],
            Template::SignIn => &[
                "{{ action }}",
                "{{ token }}",
                "name=\"email\"",
                "name=\"password\"",
                "<p class=\"error\" id=\"error\">{{ error }}</p>",
            ],
            Template::Press => &["{{ action }}", "{{ token }}"],
            Template::Ask => &["{{ action }}", "name=\"email\"", ">{{ error }}</p>"],
            Template::Message => &["{{ text }}", "{{ more }}", "{{ next.url }}"],
        };
        for part in needed {
            assert!(source.contains(part), "{part}");
            let error = refused(template, &source.replace(part, ""));
            assert!(matches!(error, TemplateError::LeavesOut { .. }), "{part}: {error}");
        }
    }
}

#[test]
fn fields_may_be_named_in_any_quotes() {
    for quote in ["'", ""] {
        let source = Template::Choose.builtin();
        let source = ["token", "password", "repeat"].iter().fold(source.to_owned(), |source, name| {
            source.replace(&format!("name=\"{name}\""), &format!("name={quote}{name}{quote}"))
        });
        Templates::builtin().with([(Template::Choose, source)]).unwrap();
    }
}
