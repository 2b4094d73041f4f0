//! The commands `accountable completions` and `accountable man`.
#![expect(
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use std::{fs, process::Command};

fn printed(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_accountable")).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_shell_gets_a_script_that_knows_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = printed(&["completions", shell]);
        assert!(script.contains("request-password-set") && script.contains("suppressions"), "{shell}");
    }
    assert!(printed(&["--help"]).contains("accountable completions SHELL"));
}

#[test]
fn a_manual_page_is_printed_and_one_of_each_command_written() {
    assert!(printed(&["man"]).contains(".TH accountable 1"));
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    printed(&["man", pages.to_str().unwrap()]);
    let page = fs::read_to_string(pages.join("accountable-manage-accounts-erase.1")).unwrap();
    assert!(page.contains("despite\\-revert"), "{page}");
}
