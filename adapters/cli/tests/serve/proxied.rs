//! As an operator sets it up: the unit for systemd, and behind a real nginx and a real Caddy by the examples that are shown.
//!
//! Where nginx, Caddy or systemd-analyze are not installed, the tests say that they were skipped; `ACCOUNTABLE_REQUIRE_NGINX=1`,
//! `ACCOUNTABLE_REQUIRE_CADDY=1` and `ACCOUNTABLE_REQUIRE_SYSTEMD=1` make that a failure.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use accountable_conformance::postfix::looked_for;
use tempfile::TempDir;

use crate::server::{Server, bash, free_port, key, runs};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

/// Whether a program is there; where it must be, it is.
fn is_there(program: &str, required_by: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
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

/// A proxy, by the example that is shown for it.
pub(crate) struct Proxy {
    program: &'static str,
    required_by: &'static str,
    /// Starts it with its files in this folder, for the server on the first of these ports, on the second.
    pub(crate) start: fn(&Path, u16, u16) -> Running,
}

impl Proxy {
    /// Whether it is installed, which it says where it is not.
    pub(crate) fn is_there(&self) -> bool {
        is_there(self.program, self.required_by)
    }
}

pub(crate) const NGINX: Proxy =
    Proxy { program: "nginx", required_by: "ACCOUNTABLE_REQUIRE_NGINX", start: nginx };
const CADDY: Proxy = Proxy { program: "caddy", required_by: "ACCOUNTABLE_REQUIRE_CADDY", start: caddy };

/// A proxy that runs. It is ended with this, and not killed: its workers would outlive it.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        bash(&format!("kill -TERM {}", self.0.id()));
        let _ = self.0.wait();
    }
}

/// A server behind a proxy. What is in the folder goes last.
struct Proxied {
    _proxy: Running,
    server: Server,
    folder: TempDir,
    port: u16,
    key: String,
}

impl Proxied {
    /// None where the proxy is not installed, which it says.
    fn behind(proxy: &Proxy) -> Option<Self> {
        if !proxy.is_there() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        runs(path, &["init"]);
        let key = key(path, &["accounts:read"]);
        let (upstream, port) = (free_port(), free_port());
        let settings = format!(
            "[links]\npage = \"http://127.0.0.1/password\"\n[mail]\nfolder = \"outbox\"\nfrom = \"accounts@app.example\"\n\
             [http]\nlisten = \"127.0.0.1:{upstream}\"\n[http.proxies]\nnetworks = [\"127.0.0.1\"]\n\
             [http.limits]\ncalls_at_once = 1024\ncalls_at_once_of_an_origin = 512\n[http.webconnect]\nenabled = true\n"
        );
        fs::write(path.join("settings.toml"), settings).unwrap();
        let server = Server::supervised(path, &path.join("nobody-listens"));
        let started = (proxy.start)(path, upstream, port);
        let proxied = Self { _proxy: started, server, folder, port, key };
        looked_for(|| TcpStream::connect(("127.0.0.1", port)).ok()).unwrap();
        Some(proxied)
    }

    /// A call over TLS with curl and these of its options; `[A-B]` in the query makes it many.
    fn curl(&self, options: &str, query: &str) -> String {
        let Self { port, key, .. } = self;
        format!(
            "curl -sS -k --no-progress-meter --resolve accounts.example:{port}:127.0.0.1 -H 'Authorization: Bearer {key}' \
             {options} 'https://accounts.example:{port}/api/v2/accounts/definition?{query}'"
        )
    }

    /// So many calls at once; how often each status was answered.
    fn calls(&self, at_once: usize) -> String {
        let options = format!(
            "--http1.1 --parallel --parallel-immediate --parallel-max {at_once} -o /dev/null -w '%{{http_code}}\\n'"
        );
        let call = self.curl(&options, &format!("startIndex=[1-{at_once}]&maxResults=5"));
        bash(&format!("{call} 2>&1 | sort | uniq -c"))
    }
}

/// An nginx by the example, on other ports, with a certificate of its own.
fn nginx(folder: &Path, upstream: u16, port: u16) -> Running {
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
    Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// A Caddy by the example, on another port, with a certificate of its own making.
fn caddy(folder: &Path, upstream: u16, port: u16) -> Running {
    let house = folder.display();
    let mut site = fs::read_to_string(format!("{EXAMPLES}/Caddyfile")).unwrap();
    for (shown, ours) in [
        ("127.0.0.1:8080", format!("127.0.0.1:{upstream}")),
        ("accounts.example {\n", format!("accounts.example:{port} {{\n\tbind 127.0.0.1\n\ttls internal\n")),
    ] {
        assert!(site.contains(shown), "{shown}");
        site = site.replace(shown, &ours);
    }
    let options = format!(
        "{{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n\tstorage file_system {house}/caddy\n}}\n"
    );
    let file = folder.join("Caddyfile");
    fs::write(&file, format!("{options}{site}")).unwrap();
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    // It keeps what it is configured by in its user's home otherwise.
    command.env("XDG_CONFIG_HOME", folder).env("XDG_DATA_HOME", folder);
    Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// Calls come over TLS and HTTP/2, and bear their name from the answer to the log.
fn serves_over_http_2(proxied: &Proxied) {
    let options = "--http2 -o /dev/null -D - -w '%{http_version} %{http_code}'";
    // It may still be making its certificate.
    let answered = looked_for(|| {
        let call = proxied.curl(options, "startIndex=0&maxResults=5");
        Some(bash(&format!("{call} 2>&1 || true"))).filter(|answered| answered.ends_with("2 200"))
    });
    let answered = answered.unwrap();
    let name = answered.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap().trim();
    let log = || fs::read_to_string(proxied.folder.path().join("log")).unwrap();
    looked_for(|| log().contains(name).then_some(())).unwrap_or_else(|| panic!("{name} is not in {}", log()));
}

/// All of them are the proxy's connections, which is one peer.
fn brings_256_calls_at_once(proxied: &Proxied) {
    let answered = proxied.calls(256);
    assert_eq!(answered.split_whitespace().collect::<Vec<_>>(), ["256", "200"], "{answered}");
}

#[test]
fn behind_nginx_calls_come_over_tls_and_http_2_256_at_once_and_bear_their_name() {
    let Some(proxied) = Proxied::behind(&NGINX) else { return };
    serves_over_http_2(&proxied);
    brings_256_calls_at_once(&proxied);
}

#[test]
fn behind_caddy_calls_come_over_tls_and_http_2_256_at_once_and_bear_their_name() {
    let Some(proxied) = Proxied::behind(&CADDY) else { return };
    serves_over_http_2(&proxied);
    brings_256_calls_at_once(&proxied);
}

/// Calls without a pause, by way of the proxy, while the server is asked to end: each is answered whole, or told by the proxy
/// that nobody is there any more.
#[test]
fn a_server_that_is_asked_to_end_under_load_answers_what_it_has_taken() {
    let Some(proxied) = Proxied::behind(&NGINX) else { return };
    let options = "--http1.1 --parallel --parallel-immediate --parallel-max 32 -o /dev/null -w '%{http_code} %{exitcode}\\n'";
    let call = proxied.curl(options, "startIndex=[1-4000]&maxResults=5");
    let calling = Command::new("bash")
        .args(["-c", &call])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let log = || fs::read_to_string(proxied.folder.path().join("log")).unwrap();
    looked_for(|| (log().matches("status=200").count() > 200).then_some(())).unwrap();
    assert_eq!(proxied.server.ask_to_end(), Some(0));
    let taken = log().matches("status=200").count();
    let answered = String::from_utf8(calling.wait_with_output().unwrap().stdout).unwrap();
    let with = |status: &str| answered.lines().filter(|line| *line == format!("{status} 0")).count();
    let (well, away) = (with("200"), with("502"));
    assert_eq!(well + away, 4_000, "{answered}");
    assert_eq!(well, taken, "each that it answered has arrived");
    assert!(away > 0, "it was under load when it ended");
}
