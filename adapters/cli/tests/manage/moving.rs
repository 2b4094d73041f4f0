//! Moving out and in again: what an export holds, who may read it, and imports that were broken off.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use accountable::{
    Import, NewAccount,
    domain::{Actor, EmailAddress},
};
use serde_json::json;

use crate::house::House;

const PASSWORD: &str = "seven green hedgehogs in a row";

/// A house with accounts of every kind that lasts.
fn inhabited() -> House {
    let house = House::without_mailer();
    house.object(&["groups", "define", "office", "192.0.2.0/24", "2001:db8::/32"]);
    house.object(&[
        "accounts",
        "register",
        "ada@example.com",
        "--memo",
        "line one\nline \"two\"",
        "--validity",
        "90",
        "--group",
        "office",
        "--locale",
        "de",
    ]);
    for email in ["bob@example.com", "carol@example.com", "dave@example.com"] {
        house.registered(email);
        house.object_of(&["accounts", "assign-password", email], PASSWORD);
    }
    house.object(&["accounts", "suspend", "bob@example.com", "--reason", "spam"]);
    house.object(&["accounts", "suspend", "carol@example.com", "--reason", "spam"]);
    house.object(&["accounts", "close", "carol@example.com"]);
    house.with_accounts(async |accounts| {
        let admin = accounts.admin(Actor::parse("test").unwrap());
        let erin = Import::new(NewAccount::new(EmailAddress::parse("Érin+tag@exämple.com").unwrap()));
        let born = "2019-05-01T00:00:00.000001Z".parse().unwrap();
        admin.import(erin.proven().created_at(born)).await.unwrap();
    });
    house.object(&["accounts", "erase", &house.registered("frank@example.com"), "--yes"]);
    house
}

#[test]
fn an_export_is_taken_back_by_an_empty_store_which_exports_the_same_octets() {
    let house = inhabited();
    for hashes in [&[][..], &["--with-password-hashes"]] {
        let name = format!("out{}.ndjson", hashes.len());
        let told = house.object(&[&["export", &name], hashes].concat());
        assert_eq!(told, json!({ "export": name, "accounts": 5, "password_hashes": !hashes.is_empty() }));
        let there = House::without_mailer();
        let out = house.folder().join(&name);
        let moved = there.imports(&["--from", "accountable", out.to_str().unwrap()]);
        assert_eq!((moved.code, &moved.done["done"]["imported"]), (Some(0), &json!(5)), "{moved:?}");
        let again = there.imports(&["--from", "accountable", out.to_str().unwrap()]);
        assert_eq!((again.code, &again.done["done"]["present"]), (Some(0), &json!(5)), "{again:?}");
        there.object(&[&["export", "again.ndjson"], hashes].concat());
        let [out, again] =
            [out, there.folder().join("again.ndjson")].map(|path| fs::read_to_string(path).unwrap());
        assert_eq!(out, again);
        assert!(out.contains("\"office\"") && out.contains("2019-05-01T00:00:00.000001Z"), "{out}");
        assert_eq!(out.contains("$argon2id$"), !hashes.is_empty(), "{out}");
        assert_eq!(out.contains("\"password\""), !hashes.is_empty(), "{out}");
    }
}

#[test]
fn hashes_leave_by_the_flag_alone_to_a_new_file_of_the_owner_and_the_journal_says_so() {
    let house = inhabited();
    let exports = || {
        let feed = house.lines(&["journal", "feed"]);
        let of = feed.into_iter().filter(|event| event["what"]["event"] == "password_hashes_exported");
        of.map(|event| event["by"]["administrator"].clone()).collect::<Vec<_>>()
    };
    house.object(&["export", "plain.ndjson"]);
    assert!(exports().is_empty());
    house.write("there.ndjson", "something else");
    for file in ["there.ndjson", "-", "/dev/stdout", "/dev/tty", "no/such/folder"] {
        for hashes in [&[][..], &["--with-password-hashes"]] {
            assert_eq!(house.code(&[&["export", file], hashes].concat()), "no_export", "{file}");
        }
    }
    assert!(exports().is_empty(), "nothing is journaled where nothing leaves");
    assert_eq!(fs::read_to_string(house.folder().join("there.ndjson")).unwrap(), "something else");
    house.object(&["export", "whole.ndjson", "--with-password-hashes"]);
    assert_eq!(exports(), ["manage:eve"]);
    for file in ["plain.ndjson", "whole.ndjson"] {
        let mode = fs::metadata(house.folder().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn an_export_that_was_cut_off_or_is_of_another_form_is_noticed() {
    let house = inhabited();
    house.object(&["export", "out.ndjson"]);
    let out = fs::read_to_string(house.folder().join("out.ndjson")).unwrap();
    let there = House::without_mailer();
    let code = |text: &str| {
        house.write("in.ndjson", text);
        let told =
            there.imports(&["--from", "accountable", house.folder().join("in.ndjson").to_str().unwrap()]);
        told.done["error"]["code"].clone()
    };
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(code(&lines[..lines.len() - 1].join("\n")), "bad_file");
    assert_eq!(code(&out.replacen("\"accounts\":5", "\"accounts\":6", 1)), "bad_file");
    assert_eq!(code(&out.replacen("\"accountable_export\":1", "\"accountable_export\":2", 1)), "bad_file");
    assert_eq!(code(&lines[1..].join("\n")), "bad_file", "without its head");
    assert_eq!(code(&out), json!(null));
}

/// So many users of Django, a line each, without passwords.
fn django(count: usize) -> String {
    let user = |at: usize| {
        json!({ "model": "auth.user", "pk": at, "fields": {
            "password": "!", "email": format!("u{at}@example.com"), "username": at.to_string(), "is_active": true,
            "date_joined": "2024-05-06T07:08:09Z",
        }})
    };
    (1..=count).map(|at| format!("{}\n", user(at))).collect()
}

#[test]
fn an_import_that_is_killed_goes_on_where_it_stopped_and_imports_nobody_twice() {
    const USERS: usize = 4_000;
    let house = House::without_mailer();
    house.write("users.jsonl", &django(USERS));
    for told in [1, 700] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_accountable"))
            .args(["manage", "import", "--json", "--from", "django", "users.jsonl"])
            .current_dir(house.folder())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!((0..told).all(|_| lines.next().unwrap().is_ok()));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let imported = || {
        let events = house.lines(&["journal", "feed"]);
        events.iter().filter(|event| event["what"]["event"] == "imported").count()
    };
    let before = imported();
    assert!((700..USERS).contains(&before), "{before} of {USERS}");
    let told = house.imports(&["--from", "django", "users.jsonl"]);
    let expected = json!({
        "imported": USERS - before, "present": before, "without_password": 0, "passed_over": 0, "refused": 0,
        "unmatched_passwords": 0,
    });
    assert_eq!((told.code, &told.done["done"]), (Some(0), &expected));
    assert_eq!((imported(), house.lines(&["accounts", "list"]).len()), (USERS, USERS));
}

#[test]
fn what_stands_before_the_damage_of_a_file_is_imported_and_the_damage_is_told_by_its_place() {
    let house = House::without_mailer();
    let users: Vec<_> = django(3).lines().map(str::to_owned).collect();
    house.write("cut.json", &format!("[{},\n{},\n{}", users[0], users[1], &users[2][..40]));
    let told = house.imports(&["--from", "django", "cut.json"]);
    assert_eq!(told.done["error"]["code"], "bad_file");
    let said = told.done["error"]["text"].as_str().unwrap();
    assert!(said.contains("line 3") && said.contains("cut off") && !said.contains("@"), "{said}");
    assert_eq!(house.lines(&["accounts", "list"]).len(), 2);
    house.write("bad.jsonl", &format!("{}\nno JSON u9@example.com\n{}\n", users[0], users[2]));
    let told = house.imports(&["--from", "django", "bad.jsonl"]);
    assert_eq!(
        (told.code, told.became()),
        (Some(1), vec!["present".into(), "bad_record".into(), "imported".into()])
    );
    assert_eq!(house.code(&["import", "--from", "django", "nothing.json"]), "bad_file");
    assert_eq!(house.code(&["import", "--from", "django", "bad.jsonl", "--passwords", "x"]), "bad_option");
}
