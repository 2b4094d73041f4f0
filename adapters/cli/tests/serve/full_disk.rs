//! On a disk that is full: what is answered, what is logged, and that all goes on once there is room, without a restart.
//!
//! The disk is a small tmpfs that only the server sees. Where none may be mounted, the test says that it was skipped;
//! `ACCOUNTABLE_REQUIRE_TMPFS=1` makes that a failure.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use accountable_conformance::postfix::looked_for;
use tempfile::TempDir;

use crate::server::{Server, bash, key, runs};

const DEFINITION: &str = "/api/v2/accounts/definition";

/// A server whose database is on a disk of its own, with room for some hundred accounts.
struct OnSmallDisk {
    folder: TempDir,
    server: Server,
    key: String,
}

impl OnSmallDisk {
    /// None where no disk can be mounted, which it says.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::create_dir(path.join("disk")).unwrap();
        let apart = apart(&path.join("disk"))?;
        runs(path, &["init"]);
        let key = key(path, &["accounts:read", "accounts:write"]);
        let settings = "[links]\npage = \"http://127.0.0.1/password\"\n\
             [mail]\nfolder = \"outbox\"\nfrom = \"accounts@app.example\"\n\
             [store]\npath = \"disk/accounts.db\"\n[status]\nlisten = \"127.0.0.1:0\"\n\
             [http]\nlisten = \"127.0.0.1:0\"\n[http.webconnect]\nenabled = true\n";
        fs::write(path.join("settings.toml"), settings).unwrap();
        let script = format!(
            "mount -t tmpfs -o size=16m tmpfs disk && exec {} serve 2> log",
            env!("CARGO_BIN_EXE_accountable")
        );
        let mut command = Command::new("unshare");
        let server =
            Server::started(command.args(apart).args(["--", "bash", "-c", &script]).current_dir(path));
        Some(Self { folder, server, key })
    }

    /// The file that takes up all the room, as the server sees it.
    fn filling(&self) -> PathBuf {
        let disk = self.folder.path().join("disk");
        Path::new(&format!("/proc/{}/root", self.server.pid()))
            .join(disk.strip_prefix("/").unwrap())
            .join("filling")
    }

    fn fill(&self) {
        let mut file = File::create(self.filling()).unwrap();
        let full = (0..=16 * 256).find_map(|_| file.write_all(&[1; 4_096]).err());
        assert_eq!(full.unwrap().kind(), std::io::ErrorKind::StorageFull);
    }

    /// The answer to a call, head and body.
    fn call(&self, line: &str) -> String {
        let head = format!("-H 'Authorization: Bearer {}' -H 'Content-Type: application/json'", self.key);
        bash(&format!("curl -sS -i {head} {line}"))
    }

    fn register(&self, address: &str) -> String {
        self.call(&format!("-d '{{\"mailAddress\":\"{address}\"}}' {}", self.server.url(DEFINITION)))
    }
}

/// How a disk is mounted that nobody else sees; none where that may not be.
fn apart(disk: &Path) -> Option<&'static [&'static str]> {
    // Those who are not root may do so where they are root of a namespace of their own.
    let ways: [&[&str]; 2] = [&["--mount"], &["--map-root-user", "--mount"]];
    let works = |way: &&&[&str]| {
        let mut tried = Command::new("unshare");
        tried.args(**way).args(["mount", "-t", "tmpfs", "tmpfs"]).arg(disk);
        tried.output().is_ok_and(|done| done.status.success())
    };
    let found = ways.iter().find(works).copied();
    assert!(
        found.is_some() || std::env::var_os("ACCOUNTABLE_REQUIRE_TMPFS").is_none(),
        "a disk of one's own is required, and none can be mounted"
    );
    if found.is_none() {
        eprintln!("skipped: no disk can be mounted here");
    }
    found
}

/// It is answered at once, and not after the patience for a store that may come back.
#[test]
fn a_full_disk_is_answered_and_logged_by_its_name_and_no_restart_is_needed() {
    let Some(on) = OnSmallDisk::start() else { return };
    let answer = on.register("ada@example.com");
    let (_, id) =
        answer.split_once(&format!("location: {DEFINITION}/")).unwrap_or_else(|| panic!("{answer}"));
    let id = id.split_whitespace().next().unwrap();

    on.fill();
    // What is there already has room for some more.
    let mut answers = (0..10_000).map(|nth| on.register(&format!("user{nth}@example.com")));
    let refused = answers.find(|answer| !answer.starts_with("HTTP/1.1 201")).unwrap();
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(refused.contains("retry-after: 60\r\n") && refused.contains("\"code\":\"broken\""), "{refused}");
    let log = || fs::read_to_string(on.folder.path().join("log")).unwrap();
    assert!(looked_for(|| log().contains("disk is full").then_some(())).is_some(), "{}", log());
    let read = on.call(&on.server.url(&format!("{DEFINITION}/{id}")));
    assert!(read.starts_with("HTTP/1.1 200"), "what only reads goes on: {read}");
    let status = on.server.says.iter().find_map(|line| line.strip_prefix("Status: ")).unwrap();
    let counted = bash(&format!("curl -sS {status}/metrics"));
    let broken = "accountable_calls_total{call=\"admin.register\",outcome=\"broken\"}";
    assert!(counted.contains(broken), "{counted}");

    fs::remove_file(on.filling()).unwrap();
    let answer = on.register("bob@example.com");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let read = on.call(&on.server.url(&format!("{DEFINITION}/{id}")));
    assert!(read.starts_with("HTTP/1.1 200"), "{read}");
}
