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

/// Killed as soon as the folder has changed so many times, or so many octets into a file: a second run makes both files, and leaves
/// nothing else.
#[test]
#[cfg(unix)]
fn whenever_it_is_killed_a_second_run_completes_it() {
    let sound = |folder: &Path, when: &str| {
        let second = init(folder, &[]);
        let finished = said(&second).contains("keys.toml is there already");
        assert!(second.status.success() || finished, "{when}: {}", said(&second));
        assert_eq!(names(folder), ["keys.toml", "settings.toml"], "{when}");
        assert_eq!(fs::read_to_string(folder.join("settings.toml")).unwrap(), Settings::TOML, "{when}");
        Settings::from_file(folder.join("settings.toml")).unwrap().keys.read().unwrap();
        !finished
    };
    let mut completed = 0;
    for round in 0..60 {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_accountable"))
            .arg("init")
            .current_dir(folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let (mut seen, mut changes) = (Vec::new(), 0);
        while changes < round % 6 && child.try_wait().unwrap().is_none() {
            let now = names(folder.path());
            changes += u32::from(now != seen);
            seen = now;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        completed += u32::from(sound(folder.path(), &format!("after {changes} changes")));
    }
    assert!(completed > 10, "{completed} of 60 were killed before the end");
    // SIGXFSZ ends it in the middle of a write.
    for blocks in [0, 1, 2, 8, 16] {
        let folder = tempfile::tempdir().unwrap();
        let line = format!("ulimit -f {blocks}; exec {} init", env!("CARGO_BIN_EXE_accountable"));
        let killed = Command::new("bash").args(["-c", &line]).current_dir(folder.path()).output().unwrap();
        assert!(!killed.status.success(), "{blocks}");
        assert!(sound(folder.path(), &format!("after {blocks} KiB")), "{blocks}");
    }
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
