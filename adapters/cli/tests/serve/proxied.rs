//! As an operator sets it up: the unit for systemd, and behind a real nginx by the example that is shown.
//!
//! Where nginx or systemd-analyze are not installed, the tests say that they were skipped; `ACCOUNTABLE_REQUIRE_NGINX=1` and
//! `ACCOUNTABLE_REQUIRE_SYSTEMD=1` make that a failure.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
};

use accountable_conformance::postfix::looked_for;
use tempfile::TempDir;

use crate::server::{Server, bash, runs};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

/// Whether a program is there; where it must be, it is.
fn is_there(program: &str, required_by: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok()
        || Command::new(program).arg("-v").output().is_ok();
    assert!(found || std::env::var_os(required_by).is_none(), "{program} is required, and is not installed");
    if !found {
        eprintln!("skipped: needs {program}");
    }
    found
}

#[test]
fn the_unit_is_one_that_systemd_takes() {
    if !is_there("systemd-analyze", "ACCOUNTABLE_REQUIRE_SYSTEMD") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let unit = fs::read_to_string(format!("{EXAMPLES}/accountable.service")).unwrap();
    let ours = unit.replace("/usr/bin/accountable", env!("CARGO_BIN_EXE_accountable"));
    // Of the machine's own: man pages and users that are not there are no matter of the unit's form.
    let ours = ours.replace("Documentation=man:accountable(1)\n", "").replace("User=accountable\n", "");
    fs::write(folder.path().join("accountable.service"), ours).unwrap();
    let unit = folder.path().join("accountable.service");
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    let about_it = said.lines().filter(|line| line.contains("accountable.service"));
    assert_eq!(about_it.collect::<Vec<_>>(), [""; 0], "{said}");
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server behind an nginx of the example's making.
struct Proxied {
    folder: TempDir,
    _server: Server,
    nginx: Child,
    port: u16,
    key: String,
}

impl Proxied {
    fn start() -> Option<Self> {
        if !is_there("nginx", "ACCOUNTABLE_REQUIRE_NGINX") {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        runs(path, &["init"]);
        let told = runs(path, &["key", "new", "--name", "billing", "--scope", "accounts:read"]);
        let (_, entry) = told.split_once("[[keys]]").unwrap();
        fs::write(path.join("bearer-keys.toml"), format!("[[keys]]{entry}")).unwrap();
        let key = told.lines().next().unwrap().rsplit(' ').next().unwrap().to_owned();
        let (upstream, port) = (free_port(), free_port());
        let settings = format!(
            "[links]\npage = \"http://127.0.0.1/password\"\n[mail]\nfolder = \"outbox\"\nfrom = \"accounts@app.example\"\n\
             [http]\nlisten = \"127.0.0.1:{upstream}\"\n[http.proxies]\nnetworks = [\"127.0.0.1\"]\n\
             [http.limits]\ncalls_at_once = 1024\ncalls_at_once_of_an_origin = 512\n[http.webconnect]\nenabled = true\n"
        );
        fs::write(path.join("settings.toml"), settings).unwrap();
        let nginx = nginx(path, upstream, port);
        let server = Server::supervised(path, &path.join("nobody-listens"));
        looked_for(|| TcpStream::connect(("127.0.0.1", port)).ok()).unwrap();
        Some(Self { folder, _server: server, nginx, port, key })
    }

    /// So many calls at once over TLS; how often each status and HTTP version was answered.
    fn calls(&self, at_once: usize) -> String {
        let url = format!(
            "https://127.0.0.1:{}/api/v2/accounts/definition?startIndex=[1-{at_once}]&maxResults=5",
            self.port
        );
        bash(&format!(
            "curl -sS -k --no-progress-meter --http1.1 --parallel --parallel-immediate --parallel-max {at_once} -o /dev/null \
             -w '%{{http_code}}\\n' -H 'Authorization: Bearer {}' '{url}' 2>&1 | sort | uniq -c",
            self.key
        ))
    }
}

impl Drop for Proxied {
    fn drop(&mut self) {
        // Not killed: its workers would outlive it.
        bash(&format!("kill -TERM {}", self.nginx.id()));
        let _ = self.nginx.wait();
    }
}

/// An nginx by the example, on other ports, with a certificate of its own.
fn nginx(folder: &Path, upstream: u16, port: u16) -> Child {
    let house = folder.display();
    bash(&format!(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=accounts.example -keyout {house}/tls.key -out {house}/tls.pem 2>&1"
    ));
    let mut site = fs::read_to_string(format!("{EXAMPLES}/nginx.conf")).unwrap();
    for (shown, ours) in [
        ("127.0.0.1:8080", format!("127.0.0.1:{upstream}")),
        ("listen 443 ", format!("listen 127.0.0.1:{port} ")),
        ("/etc/ssl/accounts.example.pem", format!("{house}/tls.pem")),
        ("/etc/ssl/private/accounts.example.key", format!("{house}/tls.key")),
    ] {
        assert!(site.contains(shown), "{shown}");
        site = site.replace(shown, &ours);
    }
    let scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {house}/{kind};\n"))
        .concat();
    let whole = format!(
        "worker_processes 1;\npid {house}/nginx.pid;\nerror_log {house}/nginx.log;\nworker_rlimit_nofile 4096;\n\
         events {{ worker_connections 2048; }}\nhttp {{\naccess_log off;\n{scratch}{site}}}\n"
    );
    fs::write(folder.join("nginx.conf"), whole).unwrap();
    let mut command = Command::new("nginx");
    command.args(["-g", "daemon off;", "-c"]).arg(folder.join("nginx.conf"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn behind_nginx_calls_come_over_tls_and_http_2_and_bear_their_name() {
    let Some(proxied) = Proxied::start() else { return };
    let url =
        format!("https://127.0.0.1:{}/api/v2/accounts/definition?startIndex=0&maxResults=5", proxied.port);
    let answered = bash(&format!(
        "curl -sS -k --http2 -o /dev/null -D - -w '%{{http_version}} %{{http_code}}' -H 'Authorization: Bearer {}' '{url}'",
        proxied.key
    ));
    assert!(answered.ends_with("2 200"), "{answered}");
    let name = answered.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap().trim();
    let log = || fs::read_to_string(proxied.folder.path().join("log")).unwrap();
    looked_for(|| log().contains(name).then_some(())).unwrap_or_else(|| panic!("{name} is not in {}", log()));
}

/// All of them are the proxy's connections, which is one peer.
#[test]
fn a_proxy_brings_256_calls_at_once() {
    let Some(proxied) = Proxied::start() else { return };
    let answered = proxied.calls(256);
    assert_eq!(answered.split_whitespace().collect::<Vec<_>>(), ["256", "200"], "{answered}");
}
