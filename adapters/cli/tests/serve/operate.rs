//! As a service manager runs it, and as an operator watches it: what it is told, what it logs, whether it says that it is well.

use std::{
    collections::BTreeSet, fs, os::unix::net::UnixDatagram, path::Path, process::Command, time::Duration,
};

use accountable_conformance::postfix::looked_for;
use serde_json::Value;
use tempfile::TempDir;

use crate::server::{Server, bash, key, runs, write_private};

/// A server under a service manager that listens.
pub(crate) struct Supervised {
    pub(crate) folder: TempDir,
    pub(crate) server: Server,
    manager: UnixDatagram,
}

/// What all of these begin with.
const SETTINGS: &str = "[links]\npage = \"http://127.0.0.1/password\"\n\
    [mail]\nfolder = \"outbox\"\nfrom = \"accounts@app.example\"\n\
    [log]\nformat = \"json\"\nlevel = \"debug\"\n\
    [status]\nlisten = \"127.0.0.1:0\"\n\
    [http]\nlisten = \"127.0.0.1:0\"\n[http.webconnect]\nenabled = true\n";

impl Supervised {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        runs(folder.path(), &["init"]);
        fs::write(folder.path().join("settings.toml"), SETTINGS).unwrap();
        write_private(&folder.path().join("bearer-keys.toml"), "");
        Self::serving(folder)
    }

    /// As the settings in this folder say.
    pub(crate) fn serving(folder: TempDir) -> Self {
        let socket = folder.path().join("notify");
        let manager = UnixDatagram::bind(&socket).unwrap();
        // Whoever waits for a word that never comes fails, and does not hang.
        manager.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let server = Server::supervised(folder.path(), &socket);
        let this = Self { folder, server, manager };
        assert_eq!(this.told(), "READY=1");
        this
    }

    /// The next word to the service manager.
    fn told(&self) -> String {
        let mut octets = [0; 1_024];
        let read = self.manager.recv(&mut octets).unwrap();
        String::from_utf8_lossy(octets.get(..read).unwrap()).trim_end().to_owned()
    }

    /// Asks it to read its settings again, and waits until it has.
    pub(crate) fn read_again(&self) {
        self.server.ask_to_read_again();
        let reloading = self.told();
        assert!(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{reloading}");
        assert_eq!(self.told(), "READY=1");
    }

    /// Asks it to end, and waits until it has, and said so.
    pub(crate) fn ends(self) {
        let Self { folder, server, manager } = self;
        assert_eq!(server.ask_to_end(), Some(0));
        let mut octets = [0; 64];
        let read = manager.recv(&mut octets).unwrap();
        assert_eq!(octets.get(..read).unwrap().trim_ascii(), b"STOPPING=1");
        drop(folder);
    }

    /// What is answered where it says whether it is well.
    pub(crate) fn status(&self, path: &str) -> (u16, String) {
        let base = self.server.says.iter().find_map(|line| line.strip_prefix("Status: ")).unwrap();
        let answer = bash(&format!("curl -sS -w '\\n%{{http_code}}' {base}{path}"));
        let (body, code) = answer.rsplit_once('\n').unwrap();
        (code.parse().unwrap(), body.to_owned())
    }

    /// The status of a call of the contract with this key.
    fn calls(&self, key: &str) -> String {
        let head = format!("-H 'Authorization: Bearer {key}' -H 'X-Request-Id: call-of-ours'");
        bash(&format!(
            "curl -sS -o /dev/null -w '%{{http_code}}' {head} {}",
            self.server.url("/api/v2/accounts/definition?startIndex=0&maxResults=5")
        ))
    }

    /// Each line that is logged by now.
    fn logged(&self) -> Vec<Value> {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap();
        log.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect()
    }

    /// The first line that says this.
    pub(crate) fn line_with(&self, message: &str) -> Value {
        let found = || {
            self.logged()
                .into_iter()
                .find(|line| line["message"].as_str().is_some_and(|said| said.contains(message)))
        };
        looked_for(found).unwrap_or_else(|| panic!("{message} is not in {:#?}", self.logged()))
    }
}

#[test]
fn a_service_manager_is_told_when_it_serves_reads_again_and_ends() {
    let this = Supervised::start();
    this.read_again();
    this.ends();
}

#[test]
fn keys_that_are_read_again_count_at_once_and_what_changed_is_said() {
    let this = Supervised::start();
    let key = key(this.folder.path(), &["accounts:read"]);
    assert_eq!(this.calls(&key), "401", "it was not read yet");
    this.read_again();
    assert_eq!(this.calls(&key), "200");
    let line = this.line_with("the settings were read again");
    assert_eq!(
        (&line["changed"], &line["at_restart"]),
        (&"http.bearer_keys_file (its content)".into(), &"".into())
    );

    write_private(&this.folder.path().join("bearer-keys.toml"), "");
    this.read_again();
    assert_eq!(this.calls(&key), "401", "it was revoked");
}

#[test]
fn settings_with_anything_wrong_change_nothing_and_the_log_names_it() {
    let this = Supervised::start();
    let key = key(this.folder.path(), &["accounts:read"]);
    this.read_again();
    let file = this.folder.path().join("settings.toml");
    for (broken, names) in [
        (SETTINGS.replace("from = \"accounts@app.example\"", ""), "mail.from"),
        (SETTINGS.replace("[http]", "[http]\nunknown = 1"), "unknown field"),
        (format!("{SETTINGS}[http.data_forest]\nenabled = true\n"), "ncp_keys_file"),
    ] {
        fs::write(&file, broken).unwrap();
        write_private(&this.folder.path().join("bearer-keys.toml"), "");
        this.read_again();
        assert_eq!(this.calls(&key), "200", "{names}: all is as before, keys that were taken away too");
        let refused = |line: &&Value| {
            line["level"] == "ERROR" && line["error"].as_str().is_some_and(|error| error.contains(names))
        };
        assert!(this.logged().iter().any(|line| refused(&line)), "{names}: {:#?}", this.logged());
    }
    fs::write(&file, format!("realm = \"other\"\n{SETTINGS}")).unwrap();
    this.read_again();
    assert_eq!(this.line_with("the settings were read again")["at_restart"], "");
    let last =
        this.logged().into_iter().rfind(|line| line["message"] == "the settings were read again").unwrap();
    assert_eq!(last["at_restart"], "realm", "what can't be taken now is said");
}

/// Calls without a pause, while settings are read again and again: none is refused or broken off.
#[test]
fn reading_settings_again_refuses_no_call() {
    let this = Supervised::start();
    let key = key(this.folder.path(), &["accounts:read"]);
    this.read_again();
    let url = this.server.url("/api/v2/accounts/definition?startIndex=0&maxResults=5");
    let calls = format!(
        "for n in $(seq 150); do curl -sS -o /dev/null -w '%{{http_code}}\\n' -H 'Authorization: Bearer {key}' '{url}' || echo broken; done"
    );
    let calling =
        Command::new("bash").args(["-c", &calls]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    for _ in 0..5 {
        this.read_again();
    }
    let answered = String::from_utf8(calling.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(answered.lines().filter(|status| *status == "200").count(), 150, "{answered}");
}

#[test]
fn it_says_whether_it_is_well_and_what_it_counted() {
    let this = Supervised::start();
    assert_eq!(this.status("/livez"), (200, "ok\n".to_owned()));
    let (code, body) = this.status("/readyz");
    let readiness: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(code, 200, "{body}");
    for check in ["serving", "store", "courier", "outbox"] {
        assert_eq!(readiness["checks"][check], "ok", "{body}");
    }
    let _ = this.calls("of-nobody");
    let (code, text) = this.status("/metrics");
    assert_eq!(code, 200);
    for expected in [
        "accountable_http_calls_total{method=\"GET\",status=\"401\"} 1",
        "accountable_outbox_waiting{realm=\"main\"} 0",
        "accountable_mailer_works{realm=\"main\"} 1",
        "accountable_calls_total{call=\"outbox_health\",outcome=\"ok\"}",
    ] {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
    assert_eq!(this.status("/api/v2/accounts/definition").0, 404, "nothing else is served there");
}

/// A store that is gone: it lives, and is not ready; and says which it is.
#[test]
fn without_its_store_it_is_not_ready() {
    let this = Supervised::start();
    for name in ["accounts.db", "accounts.db-wal", "accounts.db-shm"] {
        let _ = fs::remove_file(this.folder.path().join(name));
    }
    let unready = looked_for(|| Some(this.status("/readyz")).filter(|(code, _)| *code == 503));
    let (_, body) = unready.expect("it says so");
    let readiness: Value = serde_json::from_str(&body).unwrap();
    assert_ne!(readiness["checks"]["store"], "ok", "{body}");
    assert_eq!(this.status("/livez").0, 200);
}

#[test]
fn each_call_is_a_line_of_the_log_with_its_name_and_without_what_is_secret() {
    let this = Supervised::start();
    let key = key(this.folder.path(), &["accounts:read"]);
    this.read_again();
    assert_eq!(this.calls(&key), "200");
    let of_ours = || {
        this.logged().into_iter().find(|line| line["span"]["id"] == "call-of-ours" && line["status"] == 200)
    };
    let line = looked_for(of_ours).unwrap_or_else(|| panic!("{:#?}", this.logged()));
    assert_eq!(line["level"], "INFO");
    assert_eq!(
        (&line["span"]["method"], &line["span"]["path"]),
        (&"GET".into(), &"/api/v2/accounts/definition".into())
    );
    let log = fs::read_to_string(this.folder.path().join("log")).unwrap();
    assert!(!log.contains(&key) && !log.contains("startIndex"), "{log}");
}

/// As the sources have them: what is counted is documented, and what is documented is counted.
#[test]
fn the_table_for_operators_names_each_metric_and_no_other() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let table = fs::read_to_string(house.join("adapters/cli/OPERATE.md")).unwrap();
    let documented: BTreeSet<_> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `accountable_")?.split('`').next().map(str::to_owned))
        .collect();
    let watched = [
        "core/src/engine/watch.rs",
        "adapters/http/src/guard/watch.rs",
        "adapters/http/src/webhooks/watch.rs",
    ];
    let mut counted = BTreeSet::new();
    for file in watched {
        let source = fs::read_to_string(house.join(file)).unwrap();
        // Not in the docs at its top.
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            let named = line.split("\"accountable_").skip(1).filter_map(|rest| rest.split('"').next());
            counted.extend(named.map(str::to_owned));
        }
    }
    assert_eq!(documented, counted);
    assert!(counted.len() >= 12, "{counted:?}");
}
