//! Users of other systems, imported from what those export, logged in with, exported and imported again.

use std::{fs, path::PathBuf};

use accountable::{
    Authentication,
    domain::{EmailAddress, Origin, Password},
};
use serde_json::{Value, json};

use crate::house::{House, text};

pub(crate) const PASSWORD: &str = "seven green hedgehogs in a row";

/// A file of the samples, whole.
pub(crate) fn sample(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports").join(name).display().to_string()
}

/// What an import has told: of each record, and at the end.
#[derive(Debug)]
pub(crate) struct Told {
    records: Vec<Value>,
    pub(crate) done: Value,
    pub(crate) code: Option<i32>,
}

impl Told {
    /// What became of the record of that number: `imported`, a code, or another outcome.
    pub(crate) fn became(&self) -> Vec<String> {
        let word = |record: &Value| match record["outcome"].as_str().unwrap() {
            "imported" => record["without_password"].as_str().unwrap_or("imported").to_owned(),
            "refused" => text(record, "/code"),
            other => other.to_owned(),
        };
        self.records.iter().map(word).collect()
    }

    /// The id of the account that the other system's user became.
    fn account(&self, source_id: &str) -> String {
        let of = self.records.iter().find(|record| record["source_id"] == source_id);
        text(of.unwrap_or_else(|| panic!("{source_id}: {self:?}")), "/account")
    }
}

impl House {
    pub(crate) fn imports(&self, args: &[&str]) -> Told {
        let output = self.run("manage", &[&["import", "--json"], args].concat(), "");
        let said = String::from_utf8(output.stdout).unwrap();
        let mut records: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let done = records.pop().unwrap_or_else(|| panic!("{:?}", output.stderr));
        Told { records, done, code: output.status.code() }
    }

    /// Whether somebody is let in with this password.
    fn lets_in(&self, email: &str, password: &str) -> bool {
        let mut let_in = false;
        self.with_accounts(async |accounts| {
            let email = EmailAddress::parse(email).unwrap();
            let password = Password::parse(password).unwrap();
            let answer = accounts.public(Origin::Unknown).authenticate(&email, &password, None).await;
            let_in = !matches!(answer.unwrap(), Authentication::Denied(_));
        });
        let_in
    }
}

/// A file of a system, and what becomes of it.
struct Case {
    args: &'static [&'static str],
    file: &'static str,
    /// What the settings say beside.
    settings: &'static str,
    became: &'static [&'static str],
    /// What the other system calls Ada, and Bob, who is kept out.
    ada: &'static str,
    bob: Option<(&'static str, &'static str)>,
    /// Whether passwords of the system can be verified.
    verified: bool,
}

const PLAIN: Case =
    Case { args: &[], file: "", settings: "", became: &[], ada: "1", bob: None, verified: true };

const CASES: [Case; 15] = [
    Case {
        args: &["--from", "django"],
        file: "django-users.json",
        became: &[
            "imported",
            "imported",
            "imported",
            "imported",
            "no_address",
            "imported",
            "hash_scheme_unknown",
            "passed_over",
        ],
        bob: Some(("2", "django:inactive")),
        ..PLAIN
    },
    Case {
        args: &["--from", "django"],
        file: "django-users.jsonl",
        became: &[
            "imported",
            "imported",
            "imported",
            "imported",
            "no_address",
            "imported",
            "hash_scheme_unknown",
        ],
        bob: Some(("2", "django:inactive")),
        ..PLAIN
    },
    Case {
        args: &["--from", "keycloak"],
        file: "keycloak-users-file.json",
        became: &["imported", "imported", "imported", "no_address", "passed_over"],
        ada: "7f0e8c34-2b1d-4c55-9a55-3d0f6a1b2c3d",
        bob: Some(("8a1c9d20-5e3f-4b66-8b77-4e1f7b2c3d4e", "keycloak:disabled")),
        ..PLAIN
    },
    Case {
        args: &["--from", "keycloak"],
        file: "keycloak-single-file.json",
        became: &["imported", "imported", "imported", "no_address", "passed_over"],
        ada: "7f0e8c34-2b1d-4c55-9a55-3d0f6a1b2c3d",
        bob: Some(("8a1c9d20-5e3f-4b66-8b77-4e1f7b2c3d4e", "keycloak:disabled")),
        ..PLAIN
    },
    Case {
        args: &["--from", "kratos"],
        file: "kratos-identities.json",
        became: &["imported", "imported", "imported"],
        ada: "1f6b2c8e-3f5e-4a6b-8c9d-0e1f2a3b4c5d",
        bob: Some(("4f6b2c8e-3f5e-4a6b-8c9d-0e1f2a3b4c60", "kratos:inactive")),
        ..PLAIN
    },
    Case {
        args: &["--from", "devise"],
        file: "devise-users.csv",
        became: &["imported", "imported", "imported", "bad_address"],
        bob: Some(("2", "devise:locked")),
        ..PLAIN
    },
    Case {
        args: &["--from", "devise"],
        file: "devise-peppered.json",
        settings: "[hashing]\ndevise_pepper_file = \"devise.pepper\"\n",
        became: &["imported"],
        ada: "6f6b2c8e-3f5e-4a6b-8c9d-0e1f2a3b4c62",
        ..PLAIN
    },
    Case {
        args: &["--from", "wordpress"],
        file: "wordpress-users.csv",
        became: &["imported", "hash_too_weak", "hash_scheme_unknown", "no_address"],
        ..PLAIN
    },
    Case {
        args: &["--from", "auth0"],
        file: "auth0-password-hashes.ndjson",
        became: &["imported", "imported", "imported"],
        ada: "auth0|5dea9f9c82dd7c0e76e4ec93",
        ..PLAIN
    },
    Case {
        args: &["--from", "auth0", "--passwords", "auth0-password-hashes.ndjson"],
        file: "auth0-users.ndjson",
        became: &["imported", "imported", "imported", "no_address"],
        ada: "auth0|5dea9f9c82dd7c0e76e4ec93",
        bob: Some(("auth0|euclid", "auth0:blocked")),
        ..PLAIN
    },
    Case {
        args: &["--from", "firebase"],
        file: "firebase-users.json",
        became: &["hash_scheme_unknown", "imported", "no_address"],
        ada: "0a1b2c3d4e5f6g7h8i9j0k1l2m3n",
        bob: Some(("1a1b2c3d4e5f6g7h8i9j0k1l2m3n", "firebase:disabled")),
        verified: false,
        ..PLAIN
    },
    Case {
        args: &["--from", "firebase"],
        file: "firebase-users.csv",
        became: &["hash_scheme_unknown", "imported", "no_address"],
        ada: "0a1b2c3d4e5f6g7h8i9j0k1l2m3n",
        bob: Some(("1a1b2c3d4e5f6g7h8i9j0k1l2m3n", "firebase:disabled")),
        verified: false,
        ..PLAIN
    },
    Case {
        args: &["--from", "better-auth"],
        file: "better-auth-tables.json",
        became: &["imported", "imported", "imported"],
        ada: "kQm1xA7b8Gx4yFfXbYt0R2n8sZ1uV3wQ",
        bob: Some(("bQm1xA7b8Gx4yFfXbYt0R2n8sZ1uV3wR", "better-auth:banned")),
        ..PLAIN
    },
    Case {
        args: &["--from", "better-auth"],
        file: "better-auth-joined.ndjson",
        became: &["imported", "imported", "imported"],
        ada: "kQm1xA7b8Gx4yFfXbYt0R2n8sZ1uV3wQ",
        bob: Some(("bQm1xA7b8Gx4yFfXbYt0R2n8sZ1uV3wR", "better-auth:banned")),
        ..PLAIN
    },
    Case {
        args: &["--from", "wordpress"],
        file: "wordpress-users.csv",
        settings: "[hashing]\naccept_weak_imported_hashes = true\n",
        became: &["imported", "imported", "hash_scheme_unknown", "no_address"],
        ..PLAIN
    },
];

#[test]
fn what_each_system_exports_is_imported_logged_in_with_exported_and_imported_again() {
    for case in CASES {
        let house = House::saying(case.settings);
        house.write("devise.pepper", "a pepper of this sample\n");
        let paths: Vec<_> = case
            .args
            .iter()
            .map(|arg| if arg.contains('.') { sample(arg) } else { (*arg).to_owned() })
            .collect();
        let file = sample(case.file);
        let args: Vec<&str> = paths.iter().map(String::as_str).chain([file.as_str()]).collect();
        let told = house.imports(&args);
        assert_eq!(told.became(), case.became, "{} {told:?}", case.file);
        let refused = case.became.iter().any(|became| became.ends_with("_address"));
        assert_eq!(told.code, Some(i32::from(refused)), "{told:?}");

        // Again: nothing twice, and no error for what is there.
        let again = house.imports(&args);
        let present = case.became.iter().map(|became| match *became {
            "no_address" | "bad_address" | "passed_over" => *became,
            _ => "present",
        });
        assert_eq!(again.became(), present.collect::<Vec<_>>(), "{}", case.file);

        let ada = house.object(&["accounts", "show", "ada@example.com"]);
        assert_eq!(text(&ada, "/id"), told.account(case.ada), "{ada}");
        if let Some((bob, reason)) = case.bob {
            let bob = house.object(&["accounts", "show", &told.account(bob)]);
            assert_eq!(
                (text(&bob, "/email"), text(&bob, "/suspended_for")),
                ("bob@example.com".into(), reason.into())
            );
            assert!(!house.lets_in("bob@example.com", PASSWORD), "{}", case.file);
        }
        assert_eq!(house.lets_in("ada@example.com", PASSWORD), case.verified, "{}", case.file);
        assert!(!house.lets_in("ada@example.com", "another hedgehog in a row"), "{}", case.file);

        // And on to another installation, whose keys are its own.
        house.object(&["export", "out.ndjson", "--with-password-hashes"]);
        let there = House::saying(case.settings);
        there.write("devise.pepper", "a pepper of this sample\n");
        let out = house.folder().join("out.ndjson");
        let moved = there.imports(&["--from", "accountable", out.to_str().unwrap()]);
        assert_eq!((moved.code, &moved.done["done"]["refused"]), (Some(0), &json!(0)), "{moved:?}");
        there.object(&["export", "again.ndjson", "--with-password-hashes"]);
        let [out, again] =
            [out, there.folder().join("again.ndjson")].map(|path| fs::read_to_string(path).unwrap());
        assert_eq!(out, again, "{}", case.file);
        assert_eq!(there.lets_in("ada@example.com", PASSWORD), case.verified, "{}", case.file);
        assert!(!there.lets_in("ada@example.com", "another hedgehog in a row"), "{}", case.file);
    }
}

#[test]
fn ids_that_fit_are_kept_and_others_are_made_of_their_names() {
    let house = House::without_mailer();
    let told = house.imports(&["--from", "keycloak", &sample("keycloak-users-file.json")]);
    let uuid = "7f0e8c34-2b1d-4c55-9a55-3d0f6a1b2c3d";
    let ada = house.object(&["accounts", "show", uuid]);
    assert_eq!(text(&ada, "/id"), told.account(uuid));
    assert_eq!((&ada["email"], &ada["locale"]), (&json!("ada@example.com"), &json!("de")));
    assert_eq!(
        (&ada["created_at"], &ada["email_proven"]),
        (&json!("2024-05-06T07:08:09.000000Z"), &json!(true))
    );
    let carol = house.object(&["accounts", "show", "carol@example.com"]);
    assert_eq!(carol["password"]["must_change"], "required");
    // A number of one system is no number of another.
    let django = house.imports(&["--from", "devise", &sample("devise-users.csv")]);
    assert_eq!(django.became(), ["email_taken", "email_taken", "email_taken", "bad_address"]);
}

#[test]
fn people_are_told_of_whom_was_refused_by_line_and_name_and_never_by_address_or_hash() {
    let house = House::without_mailer();
    let file = sample("devise-users.csv");
    let output = house.run("manage", &["import", "--from", "devise", &file], "");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("line 5 (4): refused: "), "{said}");
    assert!(said.contains("(bad_address)") && said.contains("Imported 3 accounts"), "{said}");
    let whole = format!("{said}{}", String::from_utf8(output.stderr).unwrap());
    assert!(!whole.contains("example.com") && !whole.contains("$2a$"), "{whole}");
    let journal = house.lines(&["journal", "feed"]);
    let imported = journal.iter().filter(|event| event["what"]["event"] == "imported");
    assert!(imported.map(|event| text(event, "/by/administrator")).all(|by| by == "manage:eve"));
}
