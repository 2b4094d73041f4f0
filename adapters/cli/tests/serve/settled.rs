//! As settings say: end to end, what is switched on and what is not, and what is refused.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use tempfile::TempDir;

use crate::{
    browser::Browser,
    server::{Server, bash, fails, key, runs},
};

pub(crate) const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// What init writes: a folder, and the text of its settings.
pub(crate) fn initialised() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    runs(folder.path(), &["init"]);
    let text = fs::read_to_string(folder.path().join("settings.toml")).unwrap();
    (folder, text)
}

/// The same with all that has no default. The page's port is not the server's, which is known too late.
pub(crate) fn ready(text: &str) -> String {
    text.replace("#folder = \"outbox\"", "folder = \"outbox\"")
        .replace("#from =", "from =")
        .replace("#page = \"https://app.example/password\"", "page = \"http://127.0.0.1/password\"")
}

pub(crate) fn with(text: &str, contract: &str) -> String {
    let off = format!("[http.{contract}]\n\n# true serves it.\nenabled = false");
    assert!(text.contains(&off), "{contract}");
    text.replace(&off, &format!("[http.{contract}]\nenabled = true"))
}

pub(crate) fn settle(folder: &Path, text: &str) {
    fs::write(folder.join("settings.toml"), text).unwrap();
}

fn ending(folder: &Path, ending: &str) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(ending)).collect()
}

/// Calls with JSON; what is answered, head and all.
fn call(server: &Server, key: &str, path: &str, body: &str) -> String {
    let head = format!("-H 'Authorization: Bearer {key}' -H 'Content-Type: application/json'");
    bash(&format!("curl -sS -i {head} -d '{body}' {}{path}", server.base))
}

#[test]
fn an_account_is_registered_mailed_and_given_a_password() {
    let (folder, text) = initialised();
    let folder = folder.path();
    settle(folder, &with(&ready(&text), "webconnect").replace("base_path = \"\"", "base_path = \"/v1\""));
    let key = key(folder, &["accounts:read", "accounts:write"]);
    let server = Server::start_in(folder, &SERVE);

    let answer =
        call(&server, &key, "/v1/api/v2/accounts/definition", r#"{"mailAddress":"ada@example.com"}"#);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let (_, location) = answer.split_once("location: /v1/api/v2/accounts/definition/").unwrap();
    let id = location.split_whitespace().next().unwrap();
    let outbox = folder.join("outbox");
    assert_eq!(ending(&outbox, ".eml").len(), 0);
    let body = format!("{{\"accountId\":\"{id}\"}}");
    let answer = call(&server, &key, "/v1/api/v2/accounts/password/set-request", &body);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");

    // The answer came after the mail was put down.
    let mails = ending(&outbox, ".eml");
    assert_eq!(mails.len(), 1);
    let mail = fs::read_to_string(outbox.join(mails.first().unwrap())).unwrap();
    assert!(mail.contains("To: <ada@example.com>"), "{mail}");
    let mail = mail.replace("=\r\n", "").replace("=3D", "=");
    let (_, query) = mail.split_once("http://127.0.0.1/password?").unwrap();
    let query = query.split_whitespace().next().unwrap();

    let (owner, page) = (Browser::new(), server.url("/password"));
    let form = owner.get(&format!("{page}?{query}"));
    let chosen = owner.post(&page, &form.choosing("herons wade where the river bends"));
    assert_eq!(chosen.status, 200, "{}", chosen.body);
    assert_eq!(server.ask_to_end(), Some(0));
    assert_eq!(ending(folder, ".db"), ["accounts.db"]);
}

#[test]
fn pages_are_said_and_laid_out_as_the_settings_say() {
    let (folder, text) = initialised();
    let folder = folder.path();
    for (file, says) in [
        ("words/sv.ftl", "page-nothing-open-heading = Var är länken?"),
        (
            "pages/message.html",
            "<h1 lang=\"{{ lang }}\">{{ heading }}</h1>{{ text }}{{ more or '' }}{{ next.url if next }}\
             {% for way in ways %}{{ way.url }}{% endfor %}",
        ),
    ] {
        let file = folder.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, says).unwrap();
    }
    let own = ready(&text)
        .replace("#language = \"ja\"", "language = \"sv\"")
        .replace("#folder = \"words\"", "folder = \"words\"")
        .replace("#template_folder", "template_folder");
    settle(folder, &own);
    let server = Server::start_in(folder, &SERVE);
    let page = Browser::new().get(&server.url("/password"));
    assert!(page.body.starts_with("<h1 lang=\"sv\">Var är länken?</h1>"), "{}", page.body);
    assert_eq!(server.ask_to_end(), Some(0));

    fs::write(folder.join("pages/message.html"), "{{ heading }}").unwrap();
    let refused = fails(folder, &SERVE);
    assert!(refused.contains("`message.html` leaves out the `text`"), "{refused}");
}

#[test]
fn pages_lead_on_and_a_password_manager_finds_its_way() {
    let (folder, text) = initialised();
    let folder = folder.path();
    settle(folder, &ready(&text));
    let (at, absent) = ("/.well-known/change-password", "/.well-known/resource-that-should-not-exist");
    let location = |server: &Server, path: &str| bash(&format!("curl -sS -i {}{path}", server.base));
    let server = Server::start_in(folder, &SERVE);
    let found = location(&server, at);
    assert!(
        found.starts_with("HTTP/1.1 303") && found.contains("location: http://127.0.0.1/password/new-link"),
        "{found}"
    );
    assert!(location(&server, absent).starts_with("HTTP/1.1 404"));
    drop(server);

    let own = ready(&text).replace("#sign_in_url =", "sign_in_url =").replace("#contact =", "contact =");
    settle(folder, &own);
    let server = Server::start_in(folder, &SERVE);
    assert!(location(&server, at).contains("location: https://app.example/sign-in\r\n"));
    let page = Browser::new().get(&server.url("/password"));
    assert!(page.link_with("https://app.example/sign-in").is_some(), "{}", page.body);
    assert!(page.link_with("mailto:help@app.example").is_some(), "{}", page.body);
    drop(server);

    settle(folder, &ready(&text).replace("offer_new_links = true", "offer_new_links = false"));
    let server = Server::start_in(folder, &SERVE);
    assert!(location(&server, at).starts_with("HTTP/1.1 404"));
}

#[test]
fn what_is_switched_on_is_served_to_its_callers_and_nothing_else_is() {
    let (folder, text) = initialised();
    let folder = folder.path();
    let (key, body) = (key(folder, &["/external/account/w"]), r#"{"email":"ada@example.com"}"#);
    let secrets = folder.join("ncp-keys.toml");
    fs::write(&secrets, "[keys.A]\nsecret = \"0123456789abcdef\"\nname = \"forest\"\n").unwrap();
    fs::set_permissions(&secrets, fs::Permissions::from_mode(0o644)).unwrap();
    let (hulft, forest, tulo) = (
        "/api/v2/accounts/definition",
        "/api/v2/accounts/getList",
        "/external/api/v1/accounts/request_password_reset",
    );
    let status =
        |server: &Server, path: &str| call(server, &key, path, body).split(' ').nth(1).unwrap().to_owned();

    settle(folder, &with(&ready(&text), "payway"));
    let server = Server::start_in(folder, &SERVE);
    assert_eq!([hulft, forest, tulo, "/"].map(|path| status(&server, path)), ["404", "404", "204", "404"]);
    drop(server);

    let all = with(&with(&with(&ready(&text), "payway"), "data_forest"), "webconnect");
    settle(folder, &all);
    assert!(fails(folder, &SERVE).contains("ncp-keys.toml has mode 644"));
    fs::set_permissions(&secrets, fs::Permissions::from_mode(0o600)).unwrap();
    let server = Server::start_in(folder, &SERVE);
    // This key is no good for the others.
    assert_eq!([hulft, forest, tulo].map(|path| status(&server, path)), ["403", "403", "204"]);
    drop(server);

    settle(folder, &all.replace("strict = false", "strict = true"));
    let server = Server::start_in(folder, &SERVE);
    assert_eq!(status(&server, tulo), "404");
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_left_behind() {
    let (folder, text) = initialised();
    let folder = folder.path();
    let (ready, foldered) = (ready(&text), text.replace("#folder = \"outbox\"", "folder = \"outbox\""));
    let but = |from: &str, to: &str| {
        assert!(ready.contains(from), "{from}");
        ready.replace(from, to)
    };
    for (settings, names) in [
        (text.replace("#page =", "page ="), "mail: name the servers"),
        (foldered.replace("#page =", "page ="), "mail.from: name the address"),
        (but("page = \"http", "#page = \"http"), "links.page: name the page"),
        (but("listen = \"127.0.0.1:8080\"", "listen = \"here\""), "settings.toml, line "),
        (but("web_origins = []", "web_origins = [\"*\"]"), "http.web_origins: \"*\""),
        (but("base_path = \"\"", "base_path = \"v1/\""), "http.base_path: \"v1/\""),
        (but("127.0.0.1/password", "127.0.0.1/api/v2/accounts/x"), "links: the page"),
        (but("127.0.0.1/password", "127.0.0.1/.well-known/change-password"), "links: the page"),
        (but("#sign_in_url = \"https", "sign_in_url = \"ftp"), "settings.toml, line "),
        (
            but(
                "#password_reset = \"https://app.example/reset\"",
                "password_reset = \"https://b.example/password\"",
            ),
            "links: the path",
        ),
        (with(&ready, "webconnect"), "bearer-keys.toml can't be used"),
        (with(&ready, "payway"), "bearer-keys.toml can't be used"),
        (with(&ready, "data_forest"), "http.ncp_keys_file"),
        (but("[http.pages]", "[http.pages]\nunknown = 1"), "unknown field `unknown`"),
        (but("# false, if the pages are yours.\nenabled = true", "enabled = false"), "nothing to serve"),
        (but("room = 10", "room = 0"), "lock_out.room: 0 is out of bounds; write 1 to 10000"),
        (but("preset = \"nist\"", "preset = \"nisd\""), "settings.toml, line "),
        (but("file = \"keys.toml\"", "file = \"other.toml\""), "other.toml"),
    ] {
        settle(folder, &settings);
        let said = fails(folder, &SERVE);
        assert!(said.contains(names), "{names}: {said}");
        assert_eq!(ending(folder, ".db").len(), 0, "{names}");
    }
    fs::remove_file(folder.join("settings.toml")).unwrap();
    assert!(fails(folder, &["serve"]).contains("settings.toml"));
}

/// A realm knows its keys: another keyring under the same names would find no account and open no hash.
#[test]
fn another_keyring_is_refused_by_its_name_before_anything_is_served() {
    let (folder, text) = initialised();
    settle(folder.path(), &ready(&text));
    drop(Server::start_in(folder.path(), &SERVE));
    let (other, _) = initialised();
    fs::copy(other.path().join("keys.toml"), folder.path().join("keys.toml")).unwrap();
    let said = fails(folder.path(), &SERVE);
    assert!(said.contains("the keyring is another one"), "{said}");
}
