//! An operator's first day, from `init` to the end of the service: keys and a group by hand, a service manager that listens, a real
//! nginx with TLS in front, 256 calls at once, a receiver of webhooks that fails now and then, settings read again and the end
//! of it all under load.
//!
//! Where nginx is not installed, the test says that it was skipped; `ACCOUNTABLE_REQUIRE_NGINX=1` makes that a failure.

use std::{
    fs,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use accountable_conformance::postfix::looked_for;

use crate::{
    kills::Receiver,
    operate::Supervised,
    proxied::NGINX,
    server::{bash, free_port, key, runs, write_private},
};

/// As the documents' sample has it, by way of the proxy.
const SAMPLE: &str =
    r#"{"mailAddress":"ada@example.com","ipFilterGroupName":"ipFilterGroupName","memo":"memo"}"#;

/// Calls without a pause, by way of the proxy; what each was answered, a line for each.
fn calling(curl: &str, url: &str, calls: usize, at_once: usize) -> Child {
    let line = format!(
        "{curl} --http1.1 --parallel --parallel-immediate --parallel-max {at_once} -o /dev/null -w '%{{http_code}}\\n' \
         '{url}?startIndex=[1-{calls}]&maxResults=5'"
    );
    Command::new("bash").args(["-c", &line]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn answered(calling: Child, status: &str) -> usize {
    let output = calling.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().filter(|line| *line == status).count()
}

#[test]
fn an_operators_first_day() {
    if !NGINX.is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    runs(path, &["init"]);
    let key = key(path, &["accounts:read", "accounts:write"]);
    let receiver = Arc::new(Receiver::default());
    let (upstream, port, hooks) = (free_port(), free_port(), receiver.listens());
    write_private(&path.join("hooks.secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    let settings = format!(
        "[links]\npage = \"http://127.0.0.1/password\"\n[mail]\nfolder = \"outbox\"\nfrom = \"accounts@app.example\"\n\
         [status]\nlisten = \"127.0.0.1:0\"\n\
         [http]\nlisten = \"127.0.0.1:{upstream}\"\n[http.proxies]\nnetworks = [\"127.0.0.1\"]\n\
         [http.limits]\ncalls_at_once = 1024\ncalls_at_once_of_an_origin = 512\n[http.webconnect]\nenabled = true\n\
         [[webhooks]]\nname = \"hooks\"\nurl = \"http://127.0.0.1:{hooks}/\"\nsecret_file = \"hooks.secret\"\n"
    );
    fs::write(path.join("settings.toml"), settings).unwrap();
    runs(path, &["manage", "groups", "define", "ipFilterGroupName", "192.0.2.0/24"]);
    assert!(!runs(path, &["manage", "check"]).contains("fail"), "it would have failed");

    // READY is read here, before anybody calls.
    let served = Supervised::serving(folder);
    let _proxy = (NGINX.start)(served.folder.path(), upstream, port);
    let curl = format!(
        "curl -sS -k --no-progress-meter --resolve accounts.example:{port}:127.0.0.1 -H 'Authorization: Bearer {key}'"
    );
    let url = format!("https://accounts.example:{port}/api/v2/accounts/definition");
    let registered = looked_for(|| {
        let call = format!("{curl} -i -H 'Content-Type: application/json' -d '{SAMPLE}' '{url}' || true");
        Some(bash(&call)).filter(|answer| answer.starts_with("HTTP/2 201"))
    });
    let registered = registered.unwrap();
    assert!(registered.contains("location: /api/v2/accounts/definition/"), "{registered}");
    assert_eq!(answered(calling(&curl, &url, 256, 256), "200"), 256);

    let load = calling(&curl, &url, 600, 16);
    for _ in 0..3 {
        // RELOADING, and READY once more.
        served.read_again();
    }
    assert_eq!(answered(load, "200"), 600, "none was refused");
    assert!(looked_for(|| receiver.was_told().then_some(())).is_some(), "the receiver was told");
    assert_eq!(served.status("/readyz").0, 200);

    let load = calling(&curl, &url, 2_000, 16);
    let log = || fs::read_to_string(served.folder.path().join("log")).unwrap();
    let before = log().matches("status=200").count();
    let under_load = || log().matches("status=200").count() > before.saturating_add(100);
    looked_for(|| under_load().then_some(())).unwrap();
    // STOPPING.
    served.ends();
    assert!(answered(load, "200") > 100);
}
