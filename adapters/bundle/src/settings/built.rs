//! What settings make, and that nothing is made where anything is wrong.

use std::fs;

use accountable_core::domain::{EmailAddress, Password, PolicyContext, RulesError};
use accountable_system::write_new_keyring;

use super::{tests::refusal, *};

/// A folder with keys and these settings.
fn folder(settings: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("settings.toml"), settings).unwrap();
    let id = accountable_core::domain::KeyId::parse("one").unwrap();
    write_new_keyring(folder.path().join("keys.toml"), &OsEntropy, &id).unwrap();
    folder
}

const PAGE: &str = "[links]\npage = \"https://app.example/password\"\n";

#[cfg(feature = "testing")]
fn built(folder: &tempfile::TempDir) -> Result<Builder, SettingsError> {
    let settings = Settings::from_file(folder.path().join("settings.toml"))?;
    settings.builder(crate::testing::RecordingMailer::new())
}

#[test]
#[cfg(feature = "testing")]
fn a_file_of_settings_makes_accounts_beside_it() {
    use crate::{NewAccount, domain::Actor};
    let folder = folder(&format!("realm = \"orchard\"\n{PAGE}[policy]\npreset = \"payway\""));
    let accounts = built(&folder).unwrap().build().unwrap();
    assert!(format!("{accounts:?}").contains("orchard"));
    let ada = EmailAddress::parse("ada@example.com").unwrap();
    let admin = accounts.admin(Actor::parse("test").unwrap());
    async_io::block_on(admin.register(NewAccount::new(ada))).unwrap();
    assert!(folder.path().join("accounts.db").exists());
}

#[test]
#[cfg(feature = "testing")]
fn where_anything_is_wrong_no_database_is_made() {
    for (settings, problem) in [
        (String::new(), "links.page: name the page"),
        (format!("{PAGE}[policy]\nmost_length = 3"), "policy: "),
        (format!("{PAGE}[policy]\nblocklist_file = \"none.txt\""), "none.txt can't be read"),
        (
            format!("{PAGE}[hashing]\ncost = {{ memory_kib = 19456, passes = 1, lanes = 1 }}"),
            "hashing: hashes of m=19456,t=1,p=1 are too weak",
        ),
        (format!("{PAGE}[hashing]\nwaiting = 1000001"), "hashing: waiting: 1000001 is out of bounds"),
        (format!("{PAGE}[[hashing.decoys]]\nbcrypt = {{ cost = 15 }}"), "hashing: decoys of bcrypt cost=15 "),
        (format!("{PAGE}[keys]\nfile = \"other.toml\""), "keys"),
        (format!("{PAGE}[keys]\nenvironment = \"ACCOUNTABLE_TEST_NO_SUCH_KEYS\""), "keys"),
        ("realm = 1".to_owned(), "settings.toml, line 1, column 9: "),
    ] {
        let folder = folder(&settings);
        let refused = built(&folder).unwrap_err().to_string();
        assert!(refused.contains(problem), "{settings}: {refused}");
        assert!(!folder.path().join("accounts.db").exists(), "{settings}");
    }
}

#[test]
#[cfg(feature = "testing")]
fn a_blocklist_beside_the_settings_counts() {
    let folder = folder(&format!("{PAGE}[policy]\nblocklist_file = \"mine.txt\""));
    fs::write(folder.path().join("mine.txt"), "green hedgehogs all around\n").unwrap();
    let settings = Settings::from_file(folder.path().join("settings.toml")).unwrap();
    let policy = settings.policy.build().unwrap();
    let email = EmailAddress::parse("ada@example.com").unwrap();
    let password = Password::parse("Green Hedgehogs All Around").unwrap();
    let violations = policy.violations(&password, &PolicyContext { email: &email });
    assert!(matches!(&violations[..], [accountable_core::domain::Violation::Common { .. }]));
}

#[test]
#[cfg(feature = "testing")]
fn a_store_of_the_hosts_takes_the_place_of_the_file() {
    use crate::testing::{MemoryStore, RecordingMailer};
    use accountable_core::domain::Incarnation;
    let folder = folder(PAGE);
    let settings = Settings::from_file(folder.path().join("settings.toml")).unwrap();
    let store = MemoryStore::new(Incarnation::from_bytes([7; 16]));
    settings.builder_over(store, RecordingMailer::new()).unwrap().build().unwrap();
    assert!(!folder.path().join("accounts.db").exists());
}

#[test]
#[cfg(feature = "testing")]
fn the_builder_refuses_what_the_file_refuses() {
    use crate::testing::{MemoryStore, RecordingMailer};
    use accountable_core::{BuildError, domain::Incarnation};
    let refused = |change: fn(&mut Settings)| {
        let folder = folder(PAGE);
        let mut settings = Settings::from_file(folder.path().join("settings.toml")).unwrap();
        change(&mut settings);
        let store = MemoryStore::new(Incarnation::from_bytes([7; 16]));
        settings.builder_over(store, RecordingMailer::new()).unwrap().build().unwrap_err()
    };
    let room = refused(|settings| settings.rules.lock_out.room = 100);
    assert_eq!(room, BuildError::Rules(RulesError::LockOut { room: 100, disable_at: 100 }));
    assert!(
        refusal("rules.lock_out.room = 100")
            .ends_with(&room.to_string().replace("rules.lock_out", "lock_out"))
    );
    let forgets = refused(|settings| settings.rules.lock_out.forget_after = Span::ZERO);
    assert!(matches!(forgets, BuildError::Rules(RulesError::OutOfBounds(_))), "{forgets}");
    let patience = refused(|settings| settings.patience = Span::millis(500));
    assert!(matches!(&patience, BuildError::OutOfBounds(refused) if refused.option == "patience"));
    assert!(refusal("patience = \"500 ms\"").ends_with(&patience.to_string()));
    let query = refused(|settings| {
        settings.links.return_urls = vec!["https://app.example/home?of=us".parse().unwrap()];
    });
    assert!(query.to_string().starts_with("links.return_urls: https://app.example/home?of=us has a query"));
    let queue = refused(|settings| settings.log_in_queue = usize::MAX);
    assert!(matches!(&queue, BuildError::OutOfBounds(refused) if refused.option == "log_in_queue"));
    assert!(refusal("log_in_queue = 1000001").contains("write 0 to 1000000"));
}

/// One of these two is in the list, and neither is refused by anything else.
#[test]
#[cfg(all(feature = "breach", feature = "testing"))]
fn a_filter_beside_the_settings_is_asked_about_new_passwords_and_must_be_sound() {
    use crate::{NewAccount, domain::Actor};
    use accountable_breach::{BuildOptions, build};

    let folder = folder(&format!("{PAGE}[policy.breach]\nfile = \"breach.filter\""));
    let refused = built(&folder).err().unwrap();
    assert!(std::error::Error::source(&refused).unwrap().to_string().contains("breach.filter"), "{refused}");
    assert!(!folder.path().join("accounts.db").exists());
    let (known, other) = ("seven green hedgehogs in a row", "eight green hedgehogs in a row");
    let list = folder.path().join("list.txt");
    fs::write(&list, "618AFFD055FD8B1112A9DB1FD0731D43ACFA34B1:1\n").unwrap();
    build(&list, &folder.path().join("breach.filter"), &BuildOptions::default(), |_| {}).unwrap();
    async_io::block_on(async {
        let accounts = built(&folder).unwrap().open().await.unwrap();
        let admin = accounts.admin(Actor::parse("staff:7").unwrap());
        let ada = EmailAddress::parse("ada@example.com").unwrap();
        let ada = admin.register(NewAccount::new(ada)).await.unwrap();
        let refused = admin.assign_password(ada.id, &Password::parse(known).unwrap()).await.unwrap_err();
        assert_eq!(refused.code(), "weak_password", "{refused}");
        admin.assign_password(ada.id, &Password::parse(other).unwrap()).await.unwrap();
    });
}
