//! The commands `accountable completions` and `accountable man`.
#![expect(
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use std::{collections::BTreeSet, fs, process::Command};

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

/// The commands of `accountable manage`, as their manual pages are called: `keys use`, `check`.
fn commands_of_manage() -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    printed(&["man", folder.path().to_str().unwrap()]);
    let entries = fs::read_dir(folder.path()).unwrap();
    let name = |file: String| Some(file.strip_prefix("accountable-manage-")?.strip_suffix(".1")?.to_owned());
    let names: BTreeSet<_> =
        entries.filter_map(|entry| name(entry.unwrap().file_name().into_string().unwrap())).collect();
    let is_group = |name: &str| names.iter().any(|other| other.starts_with(&format!("{name}-")));
    let command = |name: &String| match name.split_once('-') {
        Some((group, rest)) if names.contains(group) => format!("{group} {rest}"),
        _ => name.clone(),
    };
    names.iter().filter(|name| !is_group(name)).map(command).collect()
}

/// Those that the operators' table has a row for. A row names its group once.
fn commands_of_the_table() -> BTreeSet<String> {
    let page = include_str!("../MANAGE.md");
    let (_, table) =
        page.split_once("| command | what it does | event | test |\n|---|---|---|---|\n").unwrap();
    let groups = ["accounts", "groups", "suppressions", "outbox", "journal", "keys", "webhooks", "breach"];
    let mut commands = BTreeSet::new();
    for row in table.lines().take_while(|row| row.starts_with("| `")) {
        let cell = row.split('|').nth(1).unwrap();
        let mut group = None;
        for span in cell.split('`').skip(1).step_by(2).filter(|span| !span.starts_with('-')) {
            let mut words = span.split(' ');
            let mut first = words.next().unwrap();
            if groups.contains(&first) {
                group = Some(first);
                first = words.next().unwrap();
            }
            commands.insert(group.map_or_else(|| first.to_owned(), |group| format!("{group} {first}")));
        }
    }
    commands
}

#[test]
fn the_operators_table_has_each_command_of_manage_and_no_other() {
    let commands = commands_of_manage();
    assert!(commands.len() > 40, "{commands:?}");
    assert_eq!(commands_of_the_table(), commands);
}
