//! The documents' own samples against `accountable serve`, with what `init`, `manage` and `key` make: run as they are printed, but
//! for host, keys and ids.

use std::{fs, process::Command};

use tempfile::TempDir;

use crate::{
    customer::Customer,
    server::{Server, bash, key, runs, write_private},
    settled::{SERVE, initialised, ready, settle, with},
};

const JAVA: [&str; 2] = [
    include_str!("../../../http/tests/webconnect/samples/AccountDefinition.java.txt"),
    include_str!("../../../http/tests/webconnect/samples/PasswordSetRequest.java.txt"),
];
const JQUERY: [&str; 2] = [
    include_str!("../../../http/tests/webconnect/samples/AccountDefinition.js.txt"),
    include_str!("../../../http/tests/webconnect/samples/PasswordSetRequest.js.txt"),
];
const DATA_FOREST: &str = include_str!("../../../http/tests/resets/samples/data_forest_reset_password.sh");
const PAYWAY: &str =
    include_str!("../../../http/tests/resets/samples/payway_custom_request_password_reset.sh");
const HOST: &str = "https://www.webconnect.hulft.com";
const PLACEHOLDER: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
const SECRET: &str = "0123456789abcdef";

/// All three contracts as their documents have them, for pages of these web origins.
struct Service {
    server: Server,
    key: String,
    _folder: TempDir,
}

impl Service {
    fn of(web_origins: &[&str]) -> Self {
        let (folder, text) = initialised();
        let at = folder.path();
        let text =
            ["webconnect", "data_forest", "payway"].iter().fold(ready(&text), |text, on| with(&text, on));
        let text = text
            .replace("preset = \"nist\"", "preset = \"data_forest_current\"")
            .replace("web_origins = []", &format!("web_origins = {web_origins:?}"))
            .replace("allowed_pages = []", "allowed_pages = [\"https://www.yoursite.se/reset_password\"]")
            .replace("return_urls = []", "return_urls = [\"https://www.yoursite.se/return_url\"]");
        settle(at, &text);
        let key = key(at, &["accounts:read", "accounts:write", "/external/account/w"]);
        let ncp_key = format!("[keys.D78BB444D6D3C84CA38A]\nsecret = \"{SECRET}\"\nname = \"forest\"\n");
        write_private(&at.join("ncp-keys.toml"), &ncp_key);
        runs(at, &["manage", "groups", "define", "ipFilterGroupName", "192.0.2.0/24"]);
        Self { server: Server::start_in(at, &SERVE), key, _folder: folder }
    }

    /// One of WebConnect's samples, for this host, key and account.
    fn for_us(&self, sample: &str, id: &str) -> String {
        for_us(sample, &self.server.base, &self.key, id)
    }

    /// As whoever has the secret signs `POST path` now: the headers.
    fn signed(path: &str) -> [(&'static str, String); 2] {
        let time = bash("date +%s000").trim().to_owned();
        let text = format!("POST {path}\\n{time}\\nD78BB444D6D3C84CA38A");
        let signature =
            bash(&format!("printf '{text}' | openssl dgst -sha256 -hmac {SECRET} -binary | base64"));
        [("x-ncp-apigw-timestamp", time), ("x-ncp-apigw-signature-v2", signature.trim().to_owned())]
    }
}

fn for_us(sample: &str, base: &str, key: &str, id: &str) -> String {
    assert!(sample.contains(HOST), "{sample}");
    let keyed = ["'", "\""].iter().fold(sample.replace(HOST, base), |sample, quote| {
        sample.replace(
            &format!("apiKey = {quote}{PLACEHOLDER}{quote}"),
            &format!("apiKey = {quote}{key}{quote}"),
        )
    });
    keyed.replace(PLACEHOLDER, id)
}

/// The pages have these samples on one line, where a comment would swallow the rest.
fn in_lines(sample: &str) -> String {
    sample
        .replace("// load jquery ", "// load jquery\n")
        .replace("// error ", "// error\n")
        .replace('\u{a0}', " ")
}

/// What a Java sample prints.
fn java(method: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let source = format!("import java.io.*;\nimport java.net.*;\npublic class Sample {{\n{method}\n}}\n");
    fs::write(folder.path().join("Sample.java"), source).unwrap();
    let run = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    run("javac", &["Sample.java"]);
    run("java", &["-cp", ".", "Sample"])
}

fn id_in(answer: &str) -> String {
    let (_, id) = answer.split_once("\"id\":\"").unwrap_or_else(|| panic!("{answer}"));
    id.split('"').next().unwrap().to_owned()
}

#[test]
fn the_documents_java_and_curl_samples_are_done() {
    let service = Service::of(&[]);
    if Command::new("javac").arg("-version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI must have a javac to run the documents' samples");
        eprintln!("SKIPPED: there is no javac here, so the documents' samples were not run");
        return;
    }
    let registered = java(&in_lines(&service.for_us(JAVA[0], PLACEHOLDER)));
    assert!(registered.contains("\"mailAddress\":\"sample@example.com\""), "{registered}");
    assert!(registered.contains("\"ipFilterGroupName\":\"ipFilterGroupName\""), "{registered}");
    let id = id_in(&registered);
    assert_eq!(java(&in_lines(&service.for_us(JAVA[1], &id))).trim(), "No Content");

    let base = &service.server.base;
    let list = "/api/v2/accounts/getList";
    let headers = Service::signed(list).map(|(name, value)| format!("-H '{name}: {value}'")).join(" ");
    let access = "-H 'x-ncp-iam-access-key: D78BB444D6D3C84CA38A' -H 'Content-Type: application/json'";
    let listed = bash(&format!("curl -sS {headers} {access} -d '{{}}' {base}{list}"));
    let mut sample = DATA_FOREST.replace("https://df.apigw.ntruss.com", base);
    for (name, value) in Service::signed("/api/v2/accounts/resetPassword") {
        let (before, rest) = sample.split_once(&format!("{name}:")).unwrap();
        let (_, after) = rest.split_once('"').unwrap();
        sample = format!("{before}{name}:{value}\"{after}");
    }
    let sample = sample.replace("20nAZnjbUNFdc7RsILlC3A", &id_in(&listed)).replace("**********", "abcdefg1!");
    let done = bash(sample.trim_end().trim_end_matches('\\'));
    assert!(done.contains("\"success\":true"), "{done}");

    let sample = PAYWAY
        .replace("https://payway-api.stage.adeprimo.se", base)
        .replace("Bearer token", &format!("Bearer {}", service.key));
    assert_eq!(bash(&sample).trim(), "{}");
}

#[test]
fn the_documents_jquery_samples_are_done_on_a_page_whose_origin_is_in_the_settings() {
    let (Some(first), Some(second), Some(other)) = (Customer::found(), Customer::found(), Customer::found())
    else {
        return;
    };
    let service = Service::of(&[&first.origin, &second.origin]);
    let definition = in_lines(&service.for_us(JQUERY[0], PLACEHOLDER));
    assert_eq!(other.run(&definition), "failed 0", "its origin is in no list");
    let registered = first.run(&definition);
    assert!(registered.contains("\"mailAddress\":\"sample@example.com\""), "{registered}");
    let requested = second.run(&service.for_us(JQUERY[1], &id_in(&registered)));
    assert_eq!(requested, "null");
}

#[test]
fn a_demonstration_lets_the_jquery_samples_of_a_named_origin_in() {
    let Some(customer) = Customer::found() else { return };
    let named = ["--web-origin", "http://localhost:8000", "--web-origin", &customer.origin];
    let server = Server::start(&[&["serve", "--demo", "--listen", "127.0.0.1:0"], &named[..]].concat());
    let line = server.line_with("mailAddress");
    let key = line.split_once("Bearer ").unwrap().1.split('\'').next().unwrap();
    let registered = customer.run(&in_lines(&for_us(JQUERY[0], &server.base, key, PLACEHOLDER)));
    assert!(registered.contains("\"mailAddress\":\"sample@example.com\""), "{registered}");

    // Without the option no page may call.
    let server = Server::start(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    let asks = "-X OPTIONS -H 'Origin: http://localhost:8000' -H 'Access-Control-Request-Method: POST'";
    let told = bash(&format!("curl -sS -i {asks} {}/api/v2/accounts/definition", server.base));
    assert!(!told.to_lowercase().contains("access-control-allow-origin"), "{told}");
}

/// An origin is what browsers send: no path, no wildcard. Settings have a list of their own.
#[test]
fn an_origin_is_named_to_a_demonstration_only_and_to_the_letter() {
    let refused = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_accountable")).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    for odd in ["*", "null", "localhost:8000", "http://localhost:8000/", "http://LOCALHOST"] {
        let said = refused(&["serve", "--demo", "--web-origin", odd]);
        assert!(said.contains("is no web origin"), "{odd}: {said}");
    }
    let said = refused(&["serve", "--web-origin", "http://localhost:8000"]);
    assert!(said.contains("--demo"), "{said}");
}
