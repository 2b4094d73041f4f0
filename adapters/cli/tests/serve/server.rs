//! The binary as it serves, and commands that are run to their end.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_accountable");

/// A server that has said that it is ready. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
    /// What it printed.
    pub(crate) says: Vec<String>,
}

impl Server {
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::start_in(Path::new("."), args)
    }

    pub(crate) fn start_in(folder: &Path, args: &[&str]) -> Self {
        Self::started(Command::new(BINARY).args(args).current_dir(folder))
    }

    /// As its settings say, with what it logs in the file `log` beside them; for a service manager that listens there.
    pub(crate) fn supervised(folder: &Path, notify_socket: &Path) -> Self {
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let mut command = Command::new(BINARY);
        command.arg("serve").current_dir(folder).stderr(log);
        Self::started(command.env("NOTIFY_SOCKET", notify_socket))
    }

    /// By a command that becomes it.
    pub(crate) fn started(command: &mut Command) -> Self {
        let child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut server = Self { child, base: String::new(), says: Vec::new() };
        // Reading blocks until there is a line; without the last one, the server has ended, and so does this.
        for line in BufReader::new(server.child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(base) = line.strip_prefix("Ready: ") {
                base.clone_into(&mut server.base);
                break;
            }
            server.says.push(line);
        }
        assert_ne!(server.base, "", "it ended, and was not ready");
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn line_with(&self, part: &str) -> &str {
        self.says.iter().find(|line| line.contains("curl ") && line.contains(part)).unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// With SIGHUP, as whatever supervises it would.
    pub(crate) fn ask_to_read_again(&self) {
        bash(&format!("kill -HUP {}", self.child.id()));
    }

    /// With SIGTERM, as whatever supervises it would.
    pub(crate) fn ask_to_end(mut self) -> Option<i32> {
        bash(&format!("kill -TERM {}", self.child.id()));
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes a file that only its owner may have access to.
pub(crate) fn write_private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// Draws a key, and adds its entry to those that the settings accept.
pub(crate) fn key(folder: &Path, scopes: &[&str]) -> String {
    let scopes = scopes.iter().flat_map(|scope| ["--scope", scope]);
    let args: Vec<_> = ["key", "new", "--name", "billing"].into_iter().chain(scopes).collect();
    let told = runs(folder, &args);
    let (_, entry) = told.split_once("[[keys]]").unwrap();
    let file = folder.join("bearer-keys.toml");
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    write_private(&file, &format!("{before}[[keys]]{entry}"));
    told.lines().next().unwrap().rsplit(' ').next().unwrap().to_owned()
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What a shell prints for this line.
pub(crate) fn bash(line: &str) -> String {
    printed(&Command::new("bash").args(["-c", line]).output().unwrap())
}

/// A command that must succeed, and what it prints.
pub(crate) fn runs(folder: &Path, args: &[&str]) -> String {
    printed(&Command::new(BINARY).args(args).current_dir(folder).output().unwrap())
}

/// The object that `accountable manage` prints, or the code and text with which it is refused.
pub(crate) fn manages(folder: &Path, args: &[&str], input: &str) -> Result<Value, (String, String)> {
    let mut command = Command::new(BINARY);
    command.arg("manage").args(args).arg("--json").current_dir(folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // Who reads nothing may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let at = |place: &str| told.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
    if output.status.success() { Ok(told) } else { Err((at("/error/code"), at("/error/text"))) }
}

/// A command that must be refused with 1, and what it says to that.
pub(crate) fn fails(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(BINARY);
    command.args(args).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    // Whoever has something to say serves, and would never end.
    drop(child.kill());
    let output = child.wait_with_output().unwrap();
    assert_eq!((said.as_str(), output.status.code()), ("", Some(1)), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}
