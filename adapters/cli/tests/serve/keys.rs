//! Going over from one key to another while two processes serve: no step goes through that would lock anybody out.

use std::{fs, os::unix::net::UnixDatagram, path::Path, time::Duration};

use accountable::{
    Authentication, Settings,
    domain::{EmailAddress, Origin, TypedPassword},
    testing::RecordingMailer,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::server::{Server, manages, runs, write_private};

const SETTINGS: &str = "[links]\npage = \"http://127.0.0.1/password\"\n\
    [mail]\nfolder = \"outbox\"\nfrom = \"accounts@app.example\"\n\
    [http]\nlisten = \"127.0.0.1:0\"\n[http.webconnect]\nenabled = true\n";
const ADA: &str = "ada@example.com";
const PASSWORD: &str = "seven green hedgehogs in a row";

/// One of several servers over one folder.
struct Serving {
    server: Server,
    manager: UnixDatagram,
}

impl Serving {
    fn in_folder(folder: &Path, name: &str) -> Self {
        let socket = folder.join(name);
        let manager = UnixDatagram::bind(&socket).unwrap();
        // Whoever waits for a word that never comes fails, and does not hang.
        manager.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let this = Self { server: Server::supervised(folder, &socket), manager };
        this.until_ready();
        this
    }

    fn until_ready(&self) {
        let mut octets = [0; 1_024];
        loop {
            let read = self.manager.recv(&mut octets).unwrap();
            if octets.get(..read).unwrap().trim_ascii() == b"READY=1" {
                return;
            }
        }
    }

    fn read_again(&self) {
        self.server.ask_to_read_again();
        self.until_ready();
    }

    /// How operators know it.
    fn name(&self) -> String {
        format!("accountable serve, process {}", self.server.pid())
    }
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    runs(folder.path(), &["init"]);
    fs::write(folder.path().join("settings.toml"), SETTINGS).unwrap();
    write_private(&folder.path().join("bearer-keys.toml"), "");
    manages(folder.path(), &["accounts", "register", ADA], "").unwrap();
    manages(folder.path(), &["accounts", "assign-password", ADA], PASSWORD).unwrap();
    folder
}

/// Whether the password is right, for a process that starts now.
fn logs_in(folder: &Path) -> bool {
    let settings = Settings::from_file(folder.join("settings.toml")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let accounts = settings.builder(RecordingMailer::new()).unwrap().open().await.unwrap();
        let public = accounts.public(Origin::Ip("192.0.2.7".parse().unwrap()));
        let (email, password) = (EmailAddress::parse(ADA).unwrap(), TypedPassword::parse(PASSWORD).unwrap());
        let answer = public.authenticate(&email, &password, None).await.unwrap();
        !matches!(answer, Authentication::Denied(_))
    })
}

fn keys(folder: &Path) -> Vec<Value> {
    let told = runs(folder, &["manage", "keys", "list", "--json"]);
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_key_is_used_once_each_process_knows_it_and_retired_once_nothing_rests_on_it() {
    let folder = folder();
    let folder = folder.path();
    let old = keys(folder)[0]["key"].as_str().unwrap().to_owned();
    let (first, second) = (Serving::in_folder(folder, "first"), Serving::in_folder(folder, "second"));
    let manage = |args: &[&str]| manages(folder, args, "");
    let refused = |args: &[&str], code: &str| {
        let (refused, text) = manage(args).unwrap_err();
        assert_eq!(refused, code, "{text}");
        assert!(logs_in(folder), "{code}");
        text
    };

    assert_eq!(manage(&["keys", "add", "--id", "new"]).unwrap()["key"], "new");
    assert!(logs_in(folder));
    let text = refused(&["keys", "use", "new"], "key_not_known");
    assert!(text.contains(&first.name()) && text.contains(&second.name()), "{text}");
    first.read_again();
    let text = refused(&["keys", "use", "new"], "key_not_known");
    assert!(text.starts_with("1 of 2 ") && text.contains(&second.name()), "{text}");
    assert!(!text.contains(&first.name()), "{text}");
    assert_eq!(keys(folder).last().unwrap()["unknown_to"], serde_json::json!([second.name()]));
    second.read_again();
    manage(&["keys", "use", "new"]).unwrap();
    assert!(logs_in(folder));

    refused(&["keys", "retire", "new"], "key_active");
    let text = refused(&["keys", "retire", &old], "key_rested_on");
    assert!(text.starts_with("1 accounts rest on"), "{text}");
    // A courier may have been the first.
    manage(&["keys", "reseal"]).unwrap();
    assert!(logs_in(folder));
    let text = refused(&["keys", "retire", &old], "key_used");
    assert!(text.contains(&first.name()) && text.contains(&second.name()), "{text}");
    first.read_again();
    second.read_again();
    manage(&["keys", "retire", &old]).unwrap();
    assert!(logs_in(folder));
    let left = keys(folder);
    assert_eq!((left.len(), &left[0]["key"], &left[0]["active"]), (1, &"new".into(), &true.into()));
    refused(&["keys", "use", &old], "no_such_key");
    refused(&["keys", "add", "--id", &old], "key_name_taken");
    assert_eq!(second.server.ask_to_end(), Some(0));
    drop(first);
}

/// One that ended in good order has taken back its word; so nobody waits for it.
#[test]
fn a_process_that_ended_keeps_no_key_from_being_used() {
    let folder = folder();
    let folder = folder.path();
    let serving = Serving::in_folder(folder, "only");
    manages(folder, &["keys", "add", "--id", "new"], "").unwrap();
    assert_eq!(manages(folder, &["keys", "use", "new"], "").unwrap_err().0, "key_not_known");
    assert_eq!(serving.server.ask_to_end(), Some(0));
    let used = manages(folder, &["keys", "use", "new"], "").unwrap();
    assert_eq!(used["processes"], 0);
    assert!(logs_in(folder));
}
