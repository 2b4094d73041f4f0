//! Other programs follow what happens: by a page, by a stream, and by webhooks, over reloads and restarts.

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc::Receiver,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    receiver::{Told, receiver},
    server::{Server, bash, fails, key, runs, write_private},
};

/// With an hour to drain: a stream that does not end by itself keeps the server, and the test, waiting.
const SETTINGS: &str = "[links]\npage = \"http://127.0.0.1/password\"\n\
    [mail]\nfolder = \"outbox\"\nfrom = \"accounts@app.example\"\n\
    [http]\nlisten = \"127.0.0.1:0\"\n[http.connections]\ndrain = \"1 h\"\n\
    [http.webconnect]\nenabled = true\n[http.feed]\nenabled = true\n";

/// A folder with settings that tell this port, and a key that may register and follow.
fn settled(port: u16) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    runs(folder.path(), &["init"]);
    let webhook = format!(
        "[[webhooks]]\nname = \"crm\"\nurl = \"http://127.0.0.1:{port}/hooks\"\nsecret_file = \"crm.secret\"\n"
    );
    fs::write(folder.path().join("settings.toml"), format!("{SETTINGS}{webhook}")).unwrap();
    secret(folder.path(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    let key = key(folder.path(), &["accounts:write", "events:read"]);
    (folder, key)
}

fn secret(folder: &Path, text: &str) {
    write_private(&folder.join("crm.secret"), text);
}

fn next(received: &Receiver<Told>) -> Told {
    received.recv_timeout(Duration::from_secs(60)).unwrap()
}

fn register(server: &Server, key: &str, address: &str) {
    let head = format!("-H 'Authorization: Bearer {key}' -H 'Content-Type: application/json'");
    let body = format!("{{\"mailAddress\":\"{address}\"}}");
    bash(&format!("curl -sSf {head} -d '{body}' {}", server.url("/api/v2/accounts/definition")));
}

/// Somebody who follows a stream. Who is not done within two minutes fails.
struct Following {
    curl: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Following {
    fn begin(server: &Server, key: &str) -> Self {
        let line = format!(
            "exec curl -sSfN --max-time 120 -H 'Authorization: Bearer {key}' -H 'Accept: text/event-stream' {}",
            server.url("/events")
        );
        let mut curl = Command::new("bash").args(["-c", &line]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(curl.stdout.take().unwrap()).lines();
        Self { curl, lines }
    }

    /// The next event.
    fn event(&mut self) -> Value {
        let data = self.lines.find_map(|line| Some(line.unwrap().strip_prefix("data: ")?.to_owned()));
        serde_json::from_str(&data.unwrap()).unwrap()
    }

    /// Whether the stream ends, and is not cut off.
    fn ends_well(mut self) -> bool {
        let broken = self.lines.any(|line| line.is_err());
        !broken && self.curl.wait().unwrap().success()
    }
}

#[test]
fn what_happens_is_told_by_page_stream_and_webhook_and_streams_end_with_their_server() {
    let (port, received) = receiver(|_| false);
    let (folder, key) = settled(port);
    let server = Server::start_in(folder.path(), &["serve"]);
    register(&server, &key, "ada@example.com");

    let Told { id, body: told, .. } = next(&received);
    assert_eq!(told["type"], "registered");
    let page = bash(&format!("curl -sSf -H 'Authorization: Bearer {key}' {}", server.url("/events")));
    let (event, last) = page.split_once('\n').unwrap();
    let event: Value = serde_json::from_str(event).unwrap();
    assert_eq!(told["data"], event);
    assert!(last.starts_with("{\"next\":\""), "{page}");

    let mut following = Following::begin(&server, &key);
    assert_eq!(following.event(), event);
    server.ask_to_read_again();
    assert!(following.ends_well(), "with the settings that it was begun under");

    let mut following = Following::begin(&server, &key);
    assert_eq!(following.event(), event);
    assert_eq!(server.ask_to_end(), Some(0));
    assert!(following.ends_well(), "with the server");

    // What was told is not told again: the next is the next.
    let server = Server::start_in(folder.path(), &["serve"]);
    register(&server, &key, "bob@example.com");
    let Told { id: next_id, body: next_told, .. } = next(&received);
    assert_ne!((next_id, &next_told["data"]["account"]), (id, &told["data"]["account"]));
}

#[test]
fn an_endpoint_without_a_secret_is_refused_before_anything_is_served() {
    let (folder, _) = settled(1);
    secret(folder.path(), "hunter2");
    let said = fails(folder.path(), &["serve"]);
    assert!(
        said.contains("webhooks: crm: a secret for webhooks is whsec_") && !said.contains("hunter2"),
        "{said}"
    );
}
