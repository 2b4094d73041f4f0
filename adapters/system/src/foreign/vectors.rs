//! Hashes that the other systems made themselves, or publish: `tests/vectors/README.md` says which and how.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::Deserialize;

use super::*;
use crate::{Argon2Settings, Pepper, foreign_marks};

/// A hash, who made it, and of which password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    by: String,
    /// A name in `passwords.json`, or the password itself.
    password: String,
    hash: String,
    weak: bool,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn peppers() -> Peppers {
    Peppers { devise: Pepper::new("the pepper of the vectors: 'caf\u{e9}'") }
}

/// Our own form of Argon2 is no foreign hash, but a system of them keeps it, too.
fn read(text: &str) -> Result<crate::stored::Stored, UnusableHash> {
    crate::stored::Stored::read(&PasswordHash::from_phc(text.to_owned().into()), &peppers())
}

fn verifies(stored: &crate::stored::Stored, password: &[u8]) -> bool {
    let mut scratch = Scratch::new(0);
    match stored {
        crate::stored::Stored::Argon2(hash) => hash.is_of(password, &mut scratch).unwrap(),
        crate::stored::Stored::Foreign(Foreign(hash)) => hash.verifies(password, &mut scratch).unwrap(),
    }
}

#[track_caller]
fn all_verify(file: &str) {
    let passwords: BTreeMap<String, String> =
        serde_json::from_str(&fs::read_to_string(folder().join("passwords.json")).unwrap()).unwrap();
    let text = fs::read_to_string(folder().join(file)).unwrap();
    let (strict, lenient) =
        (Argon2Settings::default(), Argon2Settings::default().accept_weak_imported_hashes());
    for line in text.lines() {
        let Vector { by, password, hash, weak } = serde_json::from_str(line).unwrap();
        let what = format!("{by}, {password}: {hash}");
        // Once for each form, since each costs its work.
        let others = password == "plain" || !passwords.contains_key(&password);
        let password = passwords.get(&password).cloned().unwrap_or(password);
        let stored = read(&hash).unwrap_or_else(|why| panic!("{why}: {what}"));
        let judged = strict.judge(stored.class(), stored.is_weak());
        assert_eq!(judged, if weak { Err(UnusableHash::TooWeak) } else { Ok(()) }, "{what}");
        assert_eq!(lenient.judge(stored.class(), stored.is_weak()), Ok(()), "{what}");
        assert!(verifies(&stored, password.as_bytes()), "{what}");
        if others {
            assert!(!verifies(&stored, format!("y{password}").as_bytes()), "another, {what}");
        }
        assert!(hash.starts_with("$argon2") || foreign_marks::is_marked(&hash), "no mark, {what}");
    }
}

#[test]
fn those_of_django_passlib_werkzeug_and_bcrypt_for_python_verify() {
    all_verify("django.jsonl");
}

#[test]
fn those_of_keycloaks_and_kratos_forms_verify() {
    all_verify("keycloak.jsonl");
}

#[test]
fn those_of_wordpress_and_php_verify() {
    all_verify("wordpress.jsonl");
}

#[test]
fn those_of_devise_verify_with_its_pepper_and_without() {
    all_verify("devise.jsonl");
}

#[test]
fn those_of_better_auth_and_lucia_verify() {
    all_verify("node.jsonl");
}

#[test]
fn published_ones_verify() {
    all_verify("published.jsonl");
}
