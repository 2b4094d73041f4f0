//! Contracts are described as they are served, and schemathesis finds no call that is answered otherwise.
//!
//! It is looked for where `ACCOUNTABLE_SCHEMATHESIS` says, or on the path. Without it those tests say so and end; with
//! `ACCOUNTABLE_REQUIRE_SCHEMATHESIS` they fail. How it is run is said in the folder `schemathesis`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::{Server, bash, key, runs, write_private};

const CONTRACTS: [&str; 3] = ["webconnect", "data_forest", "payway"];

/// As a host has it whose callers are back ends of its own: nothing here is more lenient than the defaults.
const SETTINGS: &str = "[log]\nlevel = \"warn\"\n[links]\npage = \"https://www.yoursite.se/reset_password\"\n\
    return_urls = [\"https://www.yoursite.se/return_url\"]\n\
    [policy]\npreset = \"data_forest_current\"\n\
    [mail]\nfolder = \"outbox\"\nfrom = \"accounts@app.example\"\n\
    [http]\nlisten = \"127.0.0.1:0\"\n[http.pages]\nenabled = false\n\
    [http.webconnect]\nenabled = true\n[http.data_forest]\nenabled = true\n[http.payway]\nenabled = true\n";

/// The same to the letter of the documents, and below a path.
const STRICT: [(&str, &str); 4] = [
    ("[http]\n", "[http]\nbase_path = \"/v1\"\n"),
    (
        "[http.webconnect]\n",
        "[http.webconnect]\nshow_every_address_as_verified = true\nrefuse_digits_in_group_names = true\nerase_at_once = true\n",
    ),
    (
        "[http.data_forest]\n",
        "[http.data_forest]\necho_refused_passwords = true\nscope = \"accounts\"\nlongest_list = 3\n",
    ),
    ("[http.payway]\n", "[http.payway]\nstrict = true\n"),
];

const ACCESS_KEY: &str = "AN-ACCESS-KEY-OF-OURS";
const SECRET: &str = "0123456789abcdef0123456789abcdef01234567";
const ADDRESS: &str = "ada@example.com";

/// A server, and what its callers know of it.
struct House {
    server: Server,
    bearer_key: String,
    account: String,
    _folder: TempDir,
}

impl House {
    fn open(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        runs(at, &["init"]);
        fs::write(at.join("settings.toml"), settings).unwrap();
        let ncp_key = format!(
            "[keys.{ACCESS_KEY}]\nsecret = \"{SECRET}\"\nname = \"forest\"\nscopes = [\"accounts\"]\n"
        );
        write_private(&at.join("ncp-keys.toml"), &ncp_key);
        let scopes =
            ["accounts:read", "accounts:write", "/external/account/w", "/external/account/confirmation_code"];
        let bearer_key = key(at, &scopes);
        // The group of the document's sample, and another.
        for group in ["ipFilterGroupName", "office"] {
            runs(at, &["manage", "groups", "define", group, "0.0.0.0/0", "::/0"]);
        }
        let registered = runs(at, &["manage", "accounts", "register", ADDRESS, "--json"]);
        let registered: Value = serde_json::from_str(&registered).unwrap();
        let account = registered.get("id").and_then(Value::as_str).unwrap().to_owned();
        Self { server: Server::start_in(at, &["serve"]), bearer_key, account, _folder: folder }
    }

    /// What a tool prints that holds this description against the server, as each of its checks has it.
    fn held_against(&self, schemathesis: &Path, contract: &str, base: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve/schemathesis");
        let document = self.server.url(&format!("{base}/openapi/{contract}.json"));
        // Whatever it leaves behind is left in a copy.
        let scratch = tempfile::tempdir().unwrap();
        for file in ["schemathesis.toml", "hooks.py"] {
            fs::copy(folder.join(file), scratch.path().join(file)).unwrap();
        }
        let mut command = Command::new(schemathesis);
        command.args(["--config-file", "schemathesis.toml"]);
        command.args(["run", &document, "--checks", "all", "--no-color", "--continue-on-failure"]);
        command.current_dir(scratch.path());
        command.env("BEARER_KEY", &self.bearer_key);
        command.env("ACCOUNT_ID", &self.account).env("ACCOUNT_EMAIL", ADDRESS).env("GROUP", "office");
        command.env("PAGE", "https://www.yoursite.se/reset_password");
        command.env("RETURN_URL", "https://www.yoursite.se/return_url");
        if contract == "data_forest" {
            command.env("NCP_ACCESS_KEY", ACCESS_KEY).env("NCP_SECRET", SECRET);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        let counted = said.lines().filter(|line| line.contains("generated") || line.contains("API Links"));
        println!("{contract}: {}", counted.map(str::trim).collect::<Vec<_>>().join("; "));
    }
}

/// The tool, where there is one.
fn schemathesis() -> Option<PathBuf> {
    let named = env::var_os("ACCOUNTABLE_SCHEMATHESIS").map_or_else(|| "st".into(), PathBuf::from);
    if Command::new(&named).arg("--version").output().is_ok_and(|output| output.status.success()) {
        return Some(named);
    }
    let required = env::var_os("ACCOUNTABLE_REQUIRE_SCHEMATHESIS").is_some();
    assert!(!required, "no schemathesis: {} can't be run", named.display());
    eprintln!("skipped: no schemathesis");
    None
}

fn strict() -> String {
    STRICT.iter().fold(SETTINGS.to_owned(), |settings, (section, with)| settings.replace(section, with))
}

/// What is answered to everybody: the head, and the body.
fn got(server: &Server, path: &str) -> (String, String) {
    let answer = bash(&format!("curl -sS -i {}", server.url(path)));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

#[test]
fn every_contract_that_is_served_is_described_to_everybody_unless_that_is_switched_off() {
    let house = House::open(&strict());
    for contract in CONTRACTS {
        let (head, body) = got(&house.server, &format!("/v1/openapi/{contract}.json"));
        assert!(head.starts_with("http/1.1 200") && head.contains("cache-control: public"), "{head}");
        assert!(head.contains("etag: ") && head.contains("content-type: application/json"), "{head}");
        for secret in [SECRET, ACCESS_KEY, &house.bearer_key, ADDRESS] {
            assert!(!body.contains(secret), "{contract}: {secret}");
        }
        let document: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let server = &document["servers"][0]["url"];
        let paths = document["paths"].as_object().unwrap();
        for path in paths.keys() {
            let whole = format!("{}{path}", server.as_str().unwrap_or_default());
            assert!(whole.starts_with("/v1/"), "{whole}");
            let (head, _) = got(&house.server, &whole.replace("{id}", "x"));
            assert!(!head.starts_with("http/1.1 404"), "{whole}: {head}");
        }
    }
    let (head, _) = got(&house.server, "/v1/openapi/other.json");
    assert!(head.starts_with("http/1.1 404"), "{head}");
    drop(house);

    let house = House::open(&format!("{SETTINGS}[http.openapi]\nenabled = false\n"));
    for contract in CONTRACTS {
        let (head, _) = got(&house.server, &format!("/openapi/{contract}.json"));
        assert!(head.starts_with("http/1.1 404"), "{contract}: {head}");
    }
}

/// Each with accounts of its own: what one contract deletes, the other can't use.
fn schemathesis_finds_nothing(settings: &str, contract: &str, base: &str) {
    if let Some(schemathesis) = schemathesis() {
        House::open(settings).held_against(&schemathesis, contract, base);
    }
}

#[test]
fn schemathesis_finds_nothing_in_webconnect() {
    schemathesis_finds_nothing(SETTINGS, "webconnect", "");
}

#[test]
fn schemathesis_finds_nothing_in_data_forest() {
    schemathesis_finds_nothing(SETTINGS, "data_forest", "");
}

#[test]
fn schemathesis_finds_nothing_in_payway() {
    schemathesis_finds_nothing(SETTINGS, "payway", "");
}

/// For the long run.
#[test]
fn schemathesis_finds_nothing_in_any_contract_to_the_letter_of_its_document() {
    if env::var_os("ACCOUNTABLE_LONG").is_none() {
        eprintln!("skipped: for the long run");
        return;
    }
    for contract in CONTRACTS {
        schemathesis_finds_nothing(&strict(), contract, "/v1");
    }
}
