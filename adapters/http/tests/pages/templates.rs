//! Templates of a host's own.

use accountable_http::pages::{Template, TemplateError, Templates};

use crate::{
    browser::form,
    world::{ADA, GOOD, PAGE, PATH, World},
};

#[tokio::test]
async fn pages_are_laid_out_by_the_hosts_own_templates() {
    let choose = r#"{% extends "layout.html" %}{% block content %}
        <form method=post action='{{ action }}' class="ours"><input type=hidden name=token value='{{ token }}'>
        {% for error in errors %}<strong>{{ error }}</strong>{% endfor %}
        <input name=password type=password minlength={{ least }}><input name=repeat type=password>
        <button>{{ button }}</button></form>{% endblock %}"#;
    let templates = Templates::builtin().with([(Template::Choose, choose)]).unwrap();
    let world = World::with(PAGE, |options| options.with_templates(templates));
    let (_, link) = world.invited().await;
    let mut browser = world.browser();
    let page = browser.open(&link).await;
    assert!(page.says("class=\"ours\"") && page.says("minlength=15"), "{}", page.body);
    assert!(page.says("<h1>Choose your password</h1>"), "the layout is still ours");
    let (_, token) = page.body.split_once("name=token value='").unwrap();
    let token = token.split('\'').next().unwrap();
    let fields = |typed| form(&[("token", token), ("password", typed), ("repeat", typed)]);
    let weak = browser.post(PATH, fields("short")).await;
    assert!(weak.says("<strong>It has 5 characters; at least 15 are needed.</strong>"), "{}", weak.body);
    assert_eq!(browser.post(PATH, fields(GOOD)).await.status, 200);
    assert!(world.lets_in(ADA, GOOD).await);
}

#[test]
fn a_template_that_would_break_a_page_is_refused_when_it_is_set() {
    for (template, source, says) in [
        (Template::Ask, "{{ action }} {{ secret }}", "the template `ask.html` can't be used, line 1"),
        (Template::Press, "<form>", "the template `press.html` leaves out the form's `action`"),
        (Template::Layout, "", "the template `choose.html` leaves out the form's `action`"),
    ] {
        let refused: TemplateError = Templates::builtin().with([(template, source)]).unwrap_err();
        assert!(refused.to_string().starts_with(says), "{refused}");
    }
}

/// What somebody typed, and what the host named the service, is text in whatever template.
#[tokio::test]
async fn values_are_escaped_in_the_hosts_own_templates_too() {
    let ask = r#"<title>{{ title }}</title>{{ service }}<form action="{{ action }}"><input name="email" value="{{ typed }}">{{ error or "" }}</form>"#;
    let templates = Templates::builtin().with([(Template::Ask, ask)]).unwrap();
    let world = World::with(PAGE, |options| options.of("<script>").with_templates(templates));
    let typed = "\"><script>alert('&')</script>";
    let asked = world.browser().post("/account/link/new-link", form(&[("email", typed)])).await;
    assert_eq!(asked.status, 400);
    let escaped = "&#34;&#62;&#60;script&#62;alert(&#39;&#38;&#39;)&#60;/script&#62;";
    assert!(asked.says(&format!("value=\"{escaped}\"")) && !asked.says("<script"), "{}", asked.body);
}
