//! The doctor: what it finds sound, what it warns of, and what it says does not work.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt as _};

use accountable::sqlite::rusqlite::Connection;
use serde_json::Value;

use crate::house::{House, text};

const ADA: &str = "ada@example.com";

/// The findings, and whether the exit code says that all works.
fn findings(house: &House) -> (Vec<Value>, bool) {
    let output = house.run("manage", &["check", "--json"], "");
    let lines = String::from_utf8(output.stdout).unwrap();
    let findings: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let failed = findings.iter().any(|finding| finding["level"] == "fail");
    assert_eq!(output.status.code(), Some(i32::from(failed)), "{lines}");
    (findings, !failed)
}

/// The texts of this level about this.
fn of(findings: &[Value], level: &str, check: &str) -> Vec<String> {
    let of = findings.iter().filter(|finding| finding["level"] == level && finding["check"] == check);
    of.map(|finding| text(finding, "/text")).collect()
}

fn sql(house: &House, statement: &str) {
    Connection::open(house.folder().join("accounts.db")).unwrap().execute_batch(statement).unwrap();
}

fn mode(house: &House, name: &str, mode: u32) {
    fs::set_permissions(house.folder().join(name), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_sound_house_is_told_to_be_one_and_nothing_is_made_by_a_look() {
    let house = House::new();
    let (before, sound) = findings(&house);
    assert!(sound && of(&before, "warn", "database").len() == 1, "{before:?}");
    assert!(!house.folder().join("accounts.db").exists());

    house.registered(ADA);
    mode(&house, "accounts.db", 0o600);
    let (after, sound) = findings(&house);
    assert!(sound, "{after:?}");
    for check in ["settings", "keys", "files", "database", "clock", "accounts", "outbox"] {
        assert!(!of(&after, "ok", check).is_empty(), "{check}: {after:?}");
        assert!(of(&after, "warn", check).is_empty(), "{check}: {after:?}");
    }
    assert!(of(&after, "warn", "mail")[0].contains("into the folder"), "{after:?}");
    let table = house.table(&["check"]);
    assert!(table.starts_with("ok    settings  settings.toml can be read\n"), "{table}");
}

#[test]
fn settings_and_keys_that_can_not_be_read_fail() {
    let house = House::new();
    house.write("settings.toml", "[links]\npage = 7\n");
    let (told, sound) = findings(&house);
    assert!(!sound && of(&told, "fail", "settings")[0].contains("line 2"), "{told:?}");
    house.write("settings.toml", "");
    assert!(of(&findings(&house).0, "fail", "settings")[0].contains("links.page"));

    let house = House::new();
    mode(&house, "keys.toml", 0o644);
    assert!(of(&findings(&house).0, "fail", "keys")[0].contains("mode 644"));
}

#[test]
fn another_keyring_than_the_databases_fails() {
    let house = House::new();
    house.registered(ADA);
    let keys = house.folder().join("keys.toml");
    fs::remove_file(&keys).unwrap();
    let id = accountable::domain::KeyId::parse("other").unwrap();
    accountable::write_new_keyring(&keys, &accountable::OsEntropy, &id).unwrap();
    let (told, _) = findings(&house);
    assert!(of(&told, "fail", "keys")[0].contains("another one"), "{told:?}");
}

#[test]
fn tables_of_a_newer_build_fail_and_a_file_that_others_may_read_is_warned_of() {
    let house = House::new();
    house.registered(ADA);
    mode(&house, "accounts.db", 0o644);
    let (told, sound) = findings(&house);
    assert!(sound && of(&told, "warn", "files")[0].contains("mode 644"), "{told:?}");
    sql(&house, "UPDATE accountable_schema SET version = 99");
    let (told, _) = findings(&house);
    assert!(of(&told, "fail", "database")[0].contains("version 99"), "{told:?}");
}

#[test]
fn a_clock_that_is_before_the_newest_event_fails() {
    let house = House::new();
    house.registered(ADA);
    sql(&house, "UPDATE accountable_event SET at = at + 3600000000");
    let (told, _) = findings(&house);
    assert!(of(&told, "fail", "clock")[0].contains("before the newest event"), "{told:?}");
}

#[test]
fn what_is_overdue_and_what_was_given_up_is_warned_of() {
    let house = House::withholding();
    house.registered(ADA);
    house.object(&["accounts", "request-password-set", ADA]);
    house.registered("bob@example.com");
    house.object(&["accounts", "request-password-set", "bob@example.com", "--wait", "0 s"]);
    assert!(of(&findings(&house).0, "warn", "outbox")[0].starts_with("1 mails were given up"));
    sql(&house, "UPDATE accountable_mail SET due = due - 3600000000 WHERE due IS NOT NULL");
    sql(&house, "UPDATE accountable_account SET due = 0 WHERE realm = 'main'");
    let (told, sound) = findings(&house);
    assert!(sound && of(&told, "warn", "outbox")[0].contains("the first for"), "{told:?}");
    assert!(of(&told, "warn", "accounts")[0].starts_with("2 accounts"), "{told:?}");
}

#[test]
fn a_mail_server_that_nobody_runs_fails() {
    let house = House::new();
    house.registered(ADA);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    house.write(
        "settings.toml",
        &format!(
            "[links]\npage = \"https://app.example/password\"\n[mail]\nfrom = \"accounts@app.example\"\n\
             [[mail.smtp.relays]]\nurl = \"smtp+plaintext://127.0.0.1:{port}\"\n"
        ),
    );
    let (told, _) = findings(&house);
    assert!(of(&told, "fail", "mail")[0].contains("no connection to the relay"), "{told:?}");
}
