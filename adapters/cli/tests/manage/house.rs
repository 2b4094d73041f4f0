//! A folder with keys, settings and a database, and an operator in it.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use accountable::{Accounts, Settings, testing::RecordingMailer};
use serde_json::Value;

const SETTINGS: &str = "[links]\npage = \"https://app.example/password\"\n";
const MAIL: &str = "[mail]\nfolder = \"outbox\"\nfrom = \"accounts@app.example\"\n";

pub(crate) struct House(tempfile::TempDir);

impl House {
    /// Mails go into the folder `outbox`.
    pub(crate) fn new() -> Self {
        Self::with(&format!("{SETTINGS}{MAIL}"))
    }

    /// No mailer is named anywhere.
    pub(crate) fn without_mailer() -> Self {
        Self::with(SETTINGS)
    }

    /// With these settings beside, and no mailer.
    pub(crate) fn saying(settings: &str) -> Self {
        Self::with(&format!("{SETTINGS}{settings}"))
    }

    /// Mails to everybody are given up, untried.
    pub(crate) fn withholding() -> Self {
        Self::with(&format!("{SETTINGS}{MAIL}only_to = [\"nobody.example\"]\n"))
    }

    fn with(settings: &str) -> Self {
        let house = Self(tempfile::tempdir().unwrap());
        assert!(house.run("init", &["."], "").status.success());
        house.write("settings.toml", settings);
        house.write("other.toml", &format!("realm = \"other\"\n{settings}"));
        house
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder().join(name), text).unwrap();
    }

    /// Runs a command of the program with this standard input.
    pub(crate) fn run(&self, command: &str, args: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_accountable"))
            .arg(command)
            .args(args)
            .current_dir(self.folder())
            .env("USER", "eve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who reads nothing may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What `accountable manage` prints for a person; it must succeed.
    pub(crate) fn table(&self, args: &[&str]) -> String {
        let output = self.run("manage", args, "");
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The lines of JSON that it prints; it must succeed, and say nothing else.
    pub(crate) fn lines(&self, args: &[&str]) -> Vec<Value> {
        self.lines_of(args, "")
    }

    fn lines_of(&self, args: &[&str], input: &str) -> Vec<Value> {
        let output = self.run("manage", &[args, &["--json"]].concat(), input);
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The one object that it prints.
    pub(crate) fn object(&self, args: &[&str]) -> Value {
        self.object_of(args, "")
    }

    /// The one object that it prints, after it was given this input.
    pub(crate) fn object_of(&self, args: &[&str], input: &str) -> Value {
        let mut lines = self.lines_of(args, input);
        assert_eq!(lines.len(), 1, "{args:?}: {lines:?}");
        lines.remove(0)
    }

    /// The code and the text with which it is refused, by exit code 1 and in the form of JSON.
    pub(crate) fn refused(&self, args: &[&str]) -> (String, String) {
        self.refused_with(args, "")
    }

    pub(crate) fn refused_with(&self, args: &[&str], input: &str) -> (String, String) {
        let output = self.run("manage", &[args, &["--json"]].concat(), input);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        (text(&told, "/error/code"), text(&told, "/error/text"))
    }

    /// The code with which it is refused.
    pub(crate) fn code(&self, args: &[&str]) -> String {
        self.refused(args).0
    }

    /// Does with the accounts, in this process, what no operator does.
    pub(crate) fn with_accounts(&self, work: impl AsyncFnOnce(Accounts)) {
        let settings = Settings::from_file(self.folder().join("settings.toml")).unwrap();
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let builder = settings.builder(RecordingMailer::new()).unwrap();
            work(builder.open().await.unwrap()).await;
        });
    }

    /// Registers an account, and gives its id.
    pub(crate) fn registered(&self, email: &str) -> String {
        text(&self.object(&["accounts", "register", email]), "/id")
    }

    /// The names of an account's events, oldest first.
    pub(crate) fn events(&self, account: &str) -> Vec<String> {
        let events = self.lines(&["journal", "history", account]);
        events.iter().map(|event| text(event, "/what/event")).collect()
    }

    /// The last event of an account, and in whose name it was done.
    pub(crate) fn last_event(&self, account: &str) -> (String, String) {
        let last = self.lines(&["journal", "history", account]).pop().unwrap();
        (text(&last, "/what/event"), text(&last, "/by/administrator"))
    }

    /// The mails in the folder that takes them.
    pub(crate) fn mails(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.folder().join("outbox")) else { return Vec::new() };
        entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }
}

/// The text at this place.
pub(crate) fn text(of: &Value, at: &str) -> String {
    of.pointer(at).and_then(Value::as_str).unwrap_or_else(|| panic!("{at} of {of}")).to_owned()
}
