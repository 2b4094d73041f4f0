//! What happened, read once or from where it was left off.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::house::{House, text};

#[test]
fn a_cursor_file_goes_on_where_it_was_left_off() {
    let house = House::without_mailer();
    let feed = ["journal", "feed", "--cursor", "place"];
    let ada = house.registered("ada@example.com");
    let first = house.lines(&feed);
    assert_eq!(first.len(), 1);
    assert_eq!((text(&first[0], "/account"), text(&first[0], "/what/event")), (ada, "registered".to_owned()));
    assert!(house.lines(&feed).is_empty());
    let bob = house.registered("bob@example.com");
    let next = house.lines(&feed);
    assert_eq!(next.iter().map(|event| text(event, "/account")).collect::<Vec<_>>(), [bob]);
    assert_eq!(house.lines(&["journal", "feed"]).len(), 2, "without one it begins at the beginning");
    house.object(&["groups", "define", "office", "192.0.2.7"]);
    let table = house.table(&["journal", "feed"]);
    assert!(table.contains("administrator=manage:eve") && table.contains("name=office"), "{table}");

    house.write("place", "zz\n");
    let (code, said) = house.refused(&feed);
    assert_eq!(code, "bad_cursor_file");
    assert!(said.starts_with("--cursor: place"), "{said}");
}

/// A cursor of the life before a restoration is told to be one, and not passed over.
#[test]
fn a_cursor_from_before_a_restoration_is_trimmed() {
    let house = House::without_mailer();
    house.registered("ada@example.com");
    let feed = ["journal", "feed", "--cursor", "place"];
    house.lines(&feed);
    assert!(house.run("restore", &["accounts.db"], "").status.success());
    assert_eq!(house.code(&feed), "trimmed");
}

#[test]
fn a_follower_is_told_of_what_happens_while_it_waits() {
    let house = House::without_mailer();
    house.registered("ada@example.com");
    let mut follower = Command::new(env!("CARGO_BIN_EXE_accountable"))
        .args(["manage", "journal", "feed", "--follow", "--every", "10 ms", "--cursor", "place", "--json"])
        .current_dir(house.folder())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let of_ada = next();
    let bob = house.registered("bob@example.com");
    assert_eq!(text(&next(), "/account"), bob);
    assert_ne!(text(&of_ada, "/account"), bob);
    follower.kill().unwrap();
    follower.wait().unwrap();
    assert!(fs::read_to_string(house.folder().join("place")).unwrap().len() > 2);
}

#[test]
fn a_history_is_of_one_account_and_of_this_realm() {
    let house = House::without_mailer();
    let ada = house.registered("ada@example.com");
    house.registered("bob@example.com");
    assert_eq!(house.events(&ada), ["registered"]);
    assert_eq!(house.lines(&["journal", "history", &ada, "--at-most", "1"]).len(), 1);
    assert_eq!(house.code(&["journal", "history", &ada, "--settings", "other.toml"]), "no_such_account");
}
