//! What is asked for at a terminal: `script` of util-linux makes one.
#![cfg(target_os = "linux")]

use std::{
    io::{Read as _, Write as _},
    process::{Child, Command, Stdio},
};

use crate::house::House;

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "seven green hedgehogs in a row";

/// `accountable manage` at a terminal, and what it has shown so far.
struct Terminal {
    script: Child,
    device: String,
    shown: String,
}

impl Terminal {
    fn run(house: &House, args: &str) -> Self {
        let command = format!("tty; exec {} manage {args}", env!("CARGO_BIN_EXE_accountable"));
        let script = Command::new("script")
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .current_dir(house.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut terminal = Self { script, device: String::new(), shown: String::new() };
        terminal.shows("\n");
        terminal.device = terminal.shown.trim().to_owned();
        terminal
    }

    /// Waits until this is shown, beyond what was before.
    fn shows(&mut self, prompt: &str) {
        let begin = self.shown.len();
        while !self.shown[begin..].contains(prompt) {
            let mut octet = [0];
            self.script.stdout.as_mut().unwrap().read_exact(&mut octet).unwrap();
            self.shown.push(char::from(octet[0]));
        }
    }

    /// Waits for a prompt, then types.
    fn answers(&mut self, prompt: &str, typed: &str) {
        self.shows(prompt);
        self.script.stdin.as_mut().unwrap().write_all(typed.as_bytes()).unwrap();
    }

    /// Waits for a prompt, and until what is typed is not shown any more; then types.
    fn answers_unseen(&mut self, prompt: &str, typed: &str) {
        self.shows(prompt);
        let seen = || {
            let modes = Command::new("stty").args(["-F", &self.device, "-a"]).output().unwrap();
            !String::from_utf8_lossy(&modes.stdout).contains(" -echo ")
        };
        // Each look takes a moment.
        assert!((0..1_000).any(|_| !seen()), "what is typed is shown");
        self.script.stdin.as_mut().unwrap().write_all(typed.as_bytes()).unwrap();
    }

    /// All that was shown, and the exit code.
    fn ended(mut self) -> (String, Option<i32>) {
        self.script.stdout.take().unwrap().read_to_string(&mut self.shown).unwrap();
        (std::mem::take(&mut self.shown), self.script.wait().unwrap().code())
    }
}

/// Nobody waits for the answer of a test that failed.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.script.kill();
    }
}

#[test]
fn at_a_terminal_a_password_is_asked_for_twice_and_not_shown() {
    let house = House::without_mailer();
    house.registered(ADA);
    let assign = format!("accounts assign-password {ADA}");
    let mut terminal = Terminal::run(&house, &assign);
    terminal.answers_unseen("New password: ", &format!("{PASSWORD}\n"));
    terminal.answers_unseen("Once more: ", "something else than that\n");
    let (shown, code) = terminal.ended();
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("passwords_differ"), "{shown}");

    let mut terminal = Terminal::run(&house, &assign);
    terminal.answers_unseen("New password: ", &format!("{PASSWORD}\n"));
    terminal.answers_unseen("Once more: ", &format!("{PASSWORD}\n"));
    let (shown, code) = terminal.ended();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("Assigned a password") && !shown.contains("hedgehogs"), "{shown}");
    assert_eq!(house.object(&["accounts", "show", ADA])["password"]["must_change"], "assigned");
}

#[test]
fn at_a_terminal_nothing_is_erased_unless_the_word_is_typed() {
    let house = House::without_mailer();
    let id = house.registered(ADA);
    for (typed, code) in [("y\n", Some(1)), ("erase\n", Some(0))] {
        let mut terminal = Terminal::run(&house, &format!("accounts erase {ADA}"));
        terminal.answers("Type \"erase\": ", typed);
        let (shown, ended) = terminal.ended();
        assert_eq!(ended, code, "{shown}");
        assert!(shown.contains(&id) && shown.contains(ADA), "{shown}");
    }
    assert_eq!(house.code(&["accounts", "show", &id]), "no_such_account");
}
