//! A customer's own web page, of an origin of its own, opened in Chromium: its script calls the server.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::Command,
    sync::Arc,
    thread,
};

/// Notes what the script prints, in the page itself.
const PAGE: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A customer's page</title><script src="/jquery.js"></script>
<script>
    console.log = (data) => {
        const said = data?.readyState === undefined ? JSON.stringify(data ?? null) : "failed " + data.status;
        document.documentElement.setAttribute("data-said", said);
    };
</script></head><body><script src="/sample.js"></script></body></html>"#;

/// A page that is not served yet; only its origin is known.
pub(crate) struct Customer {
    listener: TcpListener,
    pub(crate) origin: String,
    jquery: String,
}

impl Customer {
    /// None, with a word about it, where there is no Chromium or no jQuery (see `.ci/run`). In CI there must be both.
    pub(crate) fn found() -> Option<Self> {
        let own = env::var_os("ACCOUNTABLE_BROWSER_SCRIPTS").map(PathBuf::from);
        let cached = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache/accountable/browser-tests"));
        let script = own.or_else(cached)?.join("node_modules/jquery/dist/jquery.min.js");
        let jquery = fs::read_to_string(script).ok();
        let runs = Command::new("chromium").arg("--version").output().is_ok();
        let Some(jquery) = jquery.filter(|_| runs) else {
            assert!(env::var_os("CI").is_none(), "CI must have chromium and jQuery");
            eprintln!(
                "SKIPPED: there is no chromium or no jQuery here, so the documents' jQuery samples were not run"
            );
            return None;
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        Some(Self { listener, origin, jquery })
    }

    /// What the script printed once its call had ended.
    pub(crate) fn run(&self, script: &str) -> String {
        let files = Arc::new([("/jquery.js", self.jquery.clone()), ("/sample.js", script.to_owned())]);
        let listener = self.listener.try_clone().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let files = Arc::clone(&files);
                thread::spawn(move || answer(stream, &*files));
            }
        });
        let profile = tempfile::tempdir().unwrap();
        let mut chromium = Command::new("chromium");
        chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]);
        chromium.arg(format!("--user-data-dir={}", profile.path().display()));
        // In the page's own time, which stands still while a call is under way.
        let shown =
            chromium.args(["--virtual-time-budget=20000", "--dump-dom", &self.origin]).output().unwrap();
        let page = String::from_utf8(shown.stdout).unwrap();
        let (_, said) = page.split_once("data-said=\"").unwrap_or_else(|| panic!("{page}"));
        said.split('"').next().unwrap().replace("&quot;", "\"")
    }
}

/// Answers one request, and closes the connection.
fn answer(stream: TcpStream, files: &[(&str, String)]) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let first = lines.next()?.ok()?;
    while !lines.next()?.ok()?.is_empty() {}
    let path = first.split(' ').nth(1)?;
    let file = files.iter().find(|(name, _)| *name == path);
    let (kind, body) = file.map_or(("text/html", PAGE), |(_, script)| ("text/javascript", script));
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset=utf-8\r\nConnection: close");
    write!(&stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).ok()
}
