//! The command `accountable restore`, run as a person and as a machine run it.
#![expect(
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use accountable::sqlite;
use serde_json::{Value, json};

fn restore(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_accountable"))
        .arg("restore")
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A folder with a closed store in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    drop(sqlite::open(folder.path().join("accounts.db")).unwrap());
    folder
}

#[test]
fn the_store_begins_a_new_life_each_time() {
    let folder = folder();
    let life = || sqlite::open(folder.path().join("accounts.db")).unwrap().incarnation();
    let mut lives = vec![life()];
    for _ in 0..2 {
        let output = restore(folder.path(), &["accounts.db"]);
        assert!(output.status.success(), "{output:?}");
        assert!(told(&output).starts_with("Restored accounts.db: 0 accounts.\n"), "{output:?}");
        assert!(!lives.contains(&life()));
        lives.push(life());
    }
}

#[test]
fn a_machine_is_told_one_object() {
    let output = restore(folder().path(), &["--json", "accounts.db"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(told(&output).lines().count(), 1);
    let told: Value = serde_json::from_str(&told(&output)).unwrap();
    assert_eq!(told, json!({ "type": "restore", "file": "accounts.db", "accounts": 0 }));
}

#[test]
fn what_is_no_store_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letter.txt"), "to my aunt").unwrap();
    for (file, why) in [("missing.db", "there is no file"), ("letter.txt", "not an SQLite database")] {
        let output = restore(folder.path(), &[file]);
        assert!(!output.status.success());
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("{file} can't be used: ")) && said.contains(why), "{said}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(fs::read(folder.path().join("letter.txt")).unwrap(), b"to my aunt");
}
