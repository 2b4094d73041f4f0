//! The command `accountable init`, run as a person and as a machine run it.
#![expect(
    clippy::unwrap_used,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use accountable::Settings;
use serde_json::Value;

fn init(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_accountable"))
        .arg("init")
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_it_writes_is_loadable_as_settings_and_keys() {
    let folder = tempfile::tempdir().unwrap();
    let output = init(folder.path(), &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(names(folder.path()), ["keys.toml", "settings.toml"]);
    let settings = Settings::from_file(folder.path().join("settings.toml")).unwrap();
    let keys = settings.keys.read().unwrap();
    assert_eq!(keys.active().as_str().len(), "2026-11-21".len());
    let text = fs::read_to_string(folder.path().join("settings.toml")).unwrap();
    assert_eq!(text, Settings::TOML);
    let with_a_page = text.replace("#page =", "page =");
    Settings::from_toml(&with_a_page).unwrap().links.build().unwrap();
}

#[test]
#[cfg(unix)]
fn only_its_owner_may_read_the_keys() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    assert!(init(folder.path(), &[]).status.success());
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("keys.toml"), mode("settings.toml")), (0o600, 0o644));
}

#[test]
fn each_run_draws_keys_of_its_own_and_shows_none() {
    let [one, other] = [(); 2].map(|()| {
        let folder = tempfile::tempdir().unwrap();
        let output = init(folder.path(), &[]);
        let keys = fs::read_to_string(folder.path().join("keys.toml")).unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        let secrets: Vec<String> =
            keys.split('"').filter(|text| text.len() == 44).map(str::to_owned).collect();
        assert_eq!(secrets.len(), 2);
        assert!(secrets.iter().all(|secret| !told.contains(secret)));
        secrets
    });
    assert!(one.iter().all(|secret| !other.contains(secret)));
}

#[test]
fn nothing_is_overwritten_and_nothing_half_written() {
    for there in ["keys.toml", "settings.toml"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(there), "mine").unwrap();
        let output = init(folder.path(), &[]);
        assert!(!output.status.success());
        assert!(output.stdout.is_empty());
        assert!(said(&output).contains(&format!("{there} is there already")), "{}", said(&output));
        assert_eq!(names(folder.path()), [there]);
        assert_eq!(fs::read_to_string(folder.path().join(there)).unwrap(), "mine");
    }
}

#[test]
fn a_second_run_leaves_the_first_ones_keys() {
    let folder = tempfile::tempdir().unwrap();
    assert!(init(folder.path(), &[]).status.success());
    let keys = fs::read(folder.path().join("keys.toml")).unwrap();
    assert!(!init(folder.path(), &[]).status.success());
    assert_eq!(fs::read(folder.path().join("keys.toml")).unwrap(), keys);
    assert_eq!(names(folder.path()), ["keys.toml", "settings.toml"]);
}

#[test]
#[cfg(unix)]
fn a_link_that_leads_nowhere_is_there_already() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("elsewhere", folder.path().join("settings.toml")).unwrap();
    assert!(!init(folder.path(), &[]).status.success());
    assert_eq!(names(folder.path()), ["settings.toml"]);
}

#[test]
fn a_folder_is_made_where_there_is_none_but_only_one() {
    let folder = tempfile::tempdir().unwrap();
    assert!(init(folder.path(), &["etc"]).status.success());
    assert_eq!(names(&folder.path().join("etc")), ["keys.toml", "settings.toml"]);
    let output = init(folder.path(), &["no/such"]);
    assert!(!output.status.success());
    assert!(said(&output).contains("the folder no/such can't be used"), "{}", said(&output));
    assert_eq!(names(folder.path()), ["etc"]);
}

#[test]
fn a_person_is_told_what_was_written_and_what_comes_next() {
    let folder = tempfile::tempdir().unwrap();
    let told = String::from_utf8(init(folder.path(), &["etc"]).stdout).unwrap();
    for word in ["etc/keys.toml", "etc/settings.toml", "Next:", "links.page", "Settings::from_file"] {
        assert!(told.contains(word), "{told}");
    }
}

#[test]
fn a_machine_is_told_one_object() {
    let folder = tempfile::tempdir().unwrap();
    let told = String::from_utf8(init(folder.path(), &["--json", "etc"]).stdout).unwrap();
    assert_eq!(told.lines().count(), 1);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["type"], "init");
    assert_eq!(told["keys"], "etc/keys.toml");
    assert_eq!(told["settings"], "etc/settings.toml");
    assert_eq!(told["next"].as_array().unwrap().len(), 4);
    let settings = Settings::from_file(folder.path().join("etc/settings.toml")).unwrap();
    assert_eq!(told["key_id"], settings.keys.read().unwrap().active().as_str());
}
