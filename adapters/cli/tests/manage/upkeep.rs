//! Backups, sweeps and keys.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::json;

use crate::house::House;

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "seven green hedgehogs in a row";

#[test]
fn a_backup_is_for_its_owner_refuses_a_file_that_is_there_and_can_be_put_back() {
    let house = House::without_mailer();
    house.registered(ADA);
    assert_eq!(house.object(&["backup", "monday.db"]), json!({ "backup": "monday.db" }));
    house.registered("bob@example.com");
    let (code, said) = house.refused(&["backup", "monday.db"]);
    assert_eq!(code, "no_backup");
    assert!(said.starts_with("FILE: monday.db: the backup is there already"), "{said}");
    let backup = house.folder().join("monday.db");
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);

    for file in ["accounts.db", "accounts.db-wal", "accounts.db-shm"] {
        let _ = fs::remove_file(house.folder().join(file));
    }
    fs::rename(backup, house.folder().join("accounts.db")).unwrap();
    assert!(house.run("restore", &["accounts.db"], "").status.success());
    let emails: Vec<_> = house.lines(&["accounts", "list"]).iter().map(|one| one["email"].clone()).collect();
    assert_eq!(emails, [ADA]);
}

#[test]
fn a_backup_takes_the_place_of_a_database_that_was_lost_and_of_no_other() {
    let house = House::without_mailer();
    house.registered(ADA);
    house.object(&["backup", "monday.db"]);
    let before = fs::read(house.folder().join("monday.db")).unwrap();
    let (code, said) = house.refused(&["restore", "monday.db"]);
    assert!(code == "database_there" && said.contains("accounts.db is there"), "{said}");
    for file in ["accounts.db", "accounts.db-wal", "accounts.db-shm"] {
        let _ = fs::remove_file(house.folder().join(file));
    }
    assert_eq!(house.code(&["restore", "tuesday.db"]), "not_restored");
    assert_eq!(house.code(&["restore", "settings.toml"]), "not_restored");
    // As a run leaves it that is killed before the new life has begun.
    house.write("accounts.db.restoring", "half");
    assert_eq!(house.object(&["restore", "monday.db"]), json!({ "restored": "accounts.db", "accounts": 1 }));
    let database = house.folder().join("accounts.db");
    assert_eq!(fs::metadata(&database).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!house.folder().join("accounts.db.restoring").exists());
    assert_eq!(fs::read(house.folder().join("monday.db")).unwrap(), before);
    let emails: Vec<_> = house.lines(&["accounts", "list"]).iter().map(|one| one["email"].clone()).collect();
    assert_eq!(emails, [ADA]);
    // It has no life of before: what the backup holds is of another.
    assert_ne!(fs::read(database).unwrap(), before);
}

/// All realms have one key file: whoever is locked out of the second has no use for the first.
#[test]
fn a_key_is_taken_away_once_nothing_of_any_realm_rests_on_it() {
    let house = House::saying("[realms.forest.links]\npage = \"https://forest.example/password\"\n");
    let forest = |args: &[&str]| house.object(&[args, &["--realm", "forest"]].concat());
    forest(&["accounts", "register", ADA]);
    house.object_of(&["accounts", "assign-password", ADA, "--realm", "forest"], PASSWORD);
    let first = house.lines(&["keys", "list"]).remove(0)["key"].as_str().unwrap().to_owned();
    house.object(&["keys", "add", "--id", "second"]);
    house.object(&["keys", "use", "second"]);
    assert_eq!(house.code(&["keys", "retire", &first]), "key_rested_on");
    assert_eq!(forest(&["keys", "reseal"]), json!({ "resealed": 1 }));
    house.object(&["keys", "retire", &first]);
    assert_eq!(forest(&["accounts", "show", ADA])["email"], ADA);
}

#[test]
fn a_sweep_delivers_what_waits() {
    let house = House::new();
    house.registered(ADA);
    house.object(&["accounts", "request-password-set", ADA, "--wait", "0 s"]);
    assert!(house.mails().is_empty());
    let swept = house.object(&["sweep"]);
    assert_eq!((&swept["delivered"], &swept["faults"]), (&json!(1), &json!(0)), "{swept}");
    assert_eq!(house.mails().len(), 1);
    assert!(house.events(ADA).contains(&"mail_delivered".to_owned()), "{:?}", house.events(ADA));
}

#[test]
fn what_rests_on_a_retired_key_is_counted_and_sealed_anew() {
    let house = House::without_mailer();
    for email in [ADA, "bob@example.com"] {
        house.registered(email);
        house.object_of(&["accounts", "assign-password", email], PASSWORD);
    }
    let keys = house.lines(&["keys", "list"]);
    assert_eq!(keys.len(), 1);
    assert_eq!((&keys[0]["active"], &keys[0]["accounts"]), (&json!(true), &json!(2)));
    let old = keys[0]["key"].as_str().unwrap();

    // Another key beside it, which is active from now on.
    let path = house.folder().join("keys.toml");
    let text = fs::read_to_string(&path).unwrap();
    let id = accountable::domain::KeyId::parse("new").unwrap();
    let drawn = accountable::new_keyring_toml(&accountable::OsEntropy, &id).unwrap();
    let new = drawn.lines().find(|line| line.starts_with("\"new\" = ")).unwrap();
    fs::write(&path, rotated(&text, old, new)).unwrap();

    assert_eq!(house.object(&["keys", "reseal", "--at-a-time", "1"]), json!({ "resealed": 2 }));
    let keys = house.lines(&["keys", "list"]);
    let of = |key: &str| keys.iter().find(|one| one["key"] == key).unwrap()["accounts"].clone();
    assert_eq!((of(old), of("new")), (json!(0), json!(2)));
    assert!(house.events(ADA).contains(&"resealed".to_owned()));
    assert_eq!(house.object(&["keys", "reseal"]), json!({ "resealed": 0 }));
}

/// The keyring with a second key, which takes the place of the first.
fn rotated(text: &str, old: &str, new: &str) -> String {
    let active = format!("active = \"{old}\"");
    assert!(text.contains(&active), "the form of the key file");
    let text = text.replace(&active, &format!("active = \"new\"\nretired = [\"{old}\"]"));
    format!("{}\n{new}\n", text.trim_end())
}
