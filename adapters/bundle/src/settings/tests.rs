//! The settings file says everything, and says what the code does.

use std::{collections::BTreeSet, fs};

use accountable_core::domain::{EmailAddress, Password, PolicyContext, Purpose, Rules};
use accountable_system::{
    Argon2Cost, Argon2Settings, CostClass, ForeignCeiling, Pbkdf2Digest, write_new_keyring,
};
use serde_json::Value;

use super::*;

/// The file with its examples switched on.
fn everything() -> String {
    let example = |line: &str| line.starts_with('#') && !line.starts_with("# ") && line != "#";
    let lines =
        Settings::TOML.lines().map(|line| line.strip_prefix('#').filter(|_| example(line)).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every option in it by its path; of lists, what all their items have.
fn options(of: &Value, path: &str, found: &mut BTreeSet<String>) {
    match of {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{path}.{name}");
                options(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| options(item, path, found)),
        _ => {}
    }
}

fn options_of(value: impl Serialize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    options(&serde_json::to_value(value).unwrap(), "", &mut found);
    found
}

fn refusal(text: &str) -> String {
    Settings::from_toml(text).unwrap_err().to_string()
}

#[test]
fn the_settings_file_says_the_defaults() {
    assert_eq!(Settings::from_toml(Settings::TOML).unwrap(), Settings::default());
    assert_eq!(Settings::from_toml("").unwrap(), Settings::default());
}

#[test]
fn the_settings_file_has_every_option_and_its_examples_are_read() {
    let text = everything();
    let settings = Settings::from_toml(&text).unwrap();
    let in_the_file = options_of(text.parse::<toml::Table>().unwrap());
    let in_the_code = options_of(&settings);
    assert_eq!(in_the_file, in_the_code);
    assert!(in_the_code.is_superset(&options_of(Settings::default())));
    assert!(in_the_code.len() > 60, "{}", in_the_code.len());
    for purpose in Purpose::ALL {
        assert!(settings.links.pages.contains_key(&purpose), "{purpose:?}");
    }
    settings.links.build().unwrap();
    settings.hashing.build().unwrap();
    PolicySettings { blocklist_file: None, ..settings.policy }.build().unwrap();
}

#[test]
fn every_option_has_a_line_that_says_what_it_does() {
    let mut before = "";
    let plain = Settings::TOML.lines().filter(|line| !line.is_empty());
    let mut section = false;
    for line in plain {
        let option = line.trim_start_matches('#').contains(" = ") && !line.starts_with("# ");
        // Options of one group follow each other below one comment.
        let grouped = before.contains(" = ") || section;
        assert!(!option || before.starts_with("# ") || grouped, "{line}");
        section = line.trim_start_matches('#').starts_with('[');
        before = line;
    }
}

#[test]
fn all_numbers_of_the_rules_are_there_with_the_same_defaults() {
    assert_eq!(RuleSettings::default().build(), Rules::default());
    let names = |value: Value| -> BTreeSet<String> {
        options_of(value).into_iter().filter(|path| !path.contains("_quota.")).collect()
    };
    let ours = serde_json::to_value(RuleSettings::default()).unwrap();
    assert_eq!(names(ours), names(serde_json::to_value(Rules::default()).unwrap()));
}

#[test]
fn each_number_of_the_rules_reaches_its_place() {
    let all = r#"
        account_quota = "2 / 1 s"
        recipient_quota = "3 / 2 s"
        origin_quota = "4 / 3 s"
        origin_failure_quota = "5 / 4 s"
        temporary_password = "5 s"
        expiry_warnings = ["17 s", "16 s"]
        closing_grace = "18 s"
        sign_up_kept = "19 s"
        journal_kept = "20 s"
        dead_mails_kept = "forever"
        lock_out = { room = 6, first_lock = "7 s", longest_lock = "8 s", disable_at = 9, forget_after = "10 s" }
        retries = { first = "11 s", longest = "12 s", attempts = 13, age = "14 s", lease = "15 s" }
    "#;
    let rules = toml::from_str::<RuleSettings>(all).unwrap().build();
    let form = serde_json::to_value(rules).unwrap();
    let quota =
        |burst: u64, seconds: u64| serde_json::json!({ "burst": burst, "period": seconds * 1_000_000 });
    let span = |seconds: u64| seconds * 1_000_000;
    assert_eq!(
        form,
        serde_json::json!({
            "account_quota": quota(2, 1),
            "recipient_quota": quota(3, 2),
            "origin_quota": quota(4, 3),
            "origin_failure_quota": quota(5, 4),
            "temporary_password": span(5),
            "expiry_warnings": [span(17), span(16)],
            "closing_grace": span(18),
            "sign_up_kept": span(19),
            "journal_kept": span(20),
            "dead_mails_kept": null,
            "lock_out": {
                "room": 6, "first_lock": span(7), "longest_lock": span(8), "disable_at": 9, "forget_after": span(10),
            },
            "retries": {
                "first": span(11), "longest": span(12), "attempts": 13, "age": span(14), "lease": span(15),
            },
        })
    );
}

#[test]
fn hashing_and_store_have_the_defaults_of_what_they_set() {
    let shown = format!("{:?}", HashingSettings::default().build().unwrap());
    assert_eq!(shown, format!("{:?}", Argon2Settings::default()));
    #[cfg(feature = "sqlite")]
    {
        let shown = format!("{:?}", StoreSettings::default().options());
        assert_eq!(shown, format!("{:?}", crate::sqlite::Options::default()));
    }
}

#[test]
fn each_choice_of_hashing_store_and_links_reaches_its_place() {
    let text = r#"
        [links]
        page = "https://a.example/all"
        pages = { email_revert = "https://a.example/revert" }
        allowed_pages = ["https://a.example/other"]
        return_urls = ["https://a.example/home"]
        [hashing]
        memory_kib = 65536
        passes = 3
        lanes = 2
        threads = 5
        waiting = 6
        ceiling = { memory_kib = 131072, passes = 7, lanes = 8 }
        accept_weak_imported_hashes = true
        decoys = [
            { argon2 = { memory_kib = 19456, passes = 2, lanes = 1 } },
            { bcrypt = { cost = 10 } },
            { scrypt = { log_n = 14, r = 8, p = 2 } },
            { pbkdf2_sha1 = { rounds = 10001 } },
            { pbkdf2_sha256 = { rounds = 10002 } },
            { pbkdf2_sha512 = { rounds = 10003 } },
        ]
        [hashing.foreign_ceiling]
        bcrypt_cost = 11
        scrypt_log_n = 15
        scrypt_r = 9
        scrypt_p = 3
        scrypt_memory_kib = 65536
        pbkdf2_rounds = 20000
        [store]
        migrate = "refuse"
        readers = 7
        busy_timeout = "0 s"
        cache_kib = 9
        queue = 10
    "#;
    let settings = Settings::from_toml(text).unwrap();
    let links = settings.links.build().unwrap();
    assert_eq!(links.page(Purpose::EmailRevert).as_str(), "https://a.example/revert");
    assert_eq!(links.page(Purpose::PasswordSet).as_str(), "https://a.example/all");
    assert!(links.allows_page(&"https://a.example/other".parse().unwrap()));
    assert!(links.allows_return(&"https://a.example/home/today".parse().unwrap()));

    let cost = |memory, passes, lanes| Argon2Cost::new(memory, passes, lanes).unwrap();
    let hashing = Argon2Settings::default()
        .with_cost(cost(65_536, 3, 2))
        .with_threads(5.try_into().unwrap())
        .with_waiting(6)
        .with_ceiling(cost(131_072, 7, 8))
        .accept_weak_imported_hashes()
        .with_foreign_ceiling(
            ForeignCeiling::default()
                .with_bcrypt(11)
                .with_scrypt(15, 9, 3)
                .with_scrypt_memory_kib(65_536)
                .with_pbkdf2(20_000),
        )
        .with_decoys([
            CostClass::Argon2(cost(19_456, 2, 1)),
            CostClass::Bcrypt { cost: 10 },
            CostClass::Scrypt { log_n: 14, r: 8, p: 2 },
            CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha1, rounds: 10_001 },
            CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha256, rounds: 10_002 },
            CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha512, rounds: 10_003 },
        ]);
    assert_eq!(format!("{:?}", settings.hashing.build().unwrap()), format!("{hashing:?}"));
    #[cfg(feature = "sqlite")]
    {
        let options = settings.store.options();
        assert_eq!(options.migrate, crate::sqlite::Migrate::Refuse);
        assert_eq!((options.readers, options.cache_kib, options.queue), (7, 9, 10));
        assert!(options.busy_timeout.is_zero());
    }
}

#[test]
fn an_option_that_is_not_known_is_refused_in_every_section() {
    for section in [
        "",
        "links",
        "policy",
        "rules",
        "rules.lock_out",
        "rules.retries",
        "hashing",
        "hashing.foreign_ceiling",
        "store",
        "keys",
    ] {
        let header = if section.is_empty() { String::new() } else { format!("[{section}]") };
        let text = refusal(&format!("{header}\npasience = 1"));
        assert!(
            text.starts_with("settings, line 2, column 1: unknown field `pasience`"),
            "{section}: {text}"
        );
    }
    assert!(refusal("[links.pages]\npassword = \"https://a.example/\"").contains("unknown variant"));
    assert!(refusal("[[policy.patterns]]\ncode = \"x\"\nmatch = \"x\"").contains("unknown field `match`"));
    assert!(refusal("[[policy.classes]]\nmost = 1").contains("unknown field `most`"));
    assert!(refusal("[[hashing.decoys]]\nargon2 = { memory = 1 }").contains("unknown field `memory`"));
    assert!(
        refusal("[[hashing.decoys]]\nbcrypt = { rounds = 1 }")
            .ends_with("line 2, column 12: unexpected keys in table: rounds, available keys: cost")
    );
    assert!(refusal("[[hashing.decoys]]\nmd5 = { rounds = 1 }").contains("unknown variant `md5`"));
}

#[test]
fn nonsense_is_refused_where_it_stands_and_with_what_to_write() {
    for (text, place, advice) in [
        ("realm = \"Größe\"", "line 1, column 9", "1 to 64 lower-case letters"),
        ("\n\npatience = 30", "line 3, column 12", "as in \"600 s\""),
        ("patience = \"30 parsecs\"", "line 1, column 12", "as in \"600 s\""),
        ("patience = \"0 s\"", "line 1, column 12", "longer than zero"),
        ("log_in_queue = -1", "line 1, column 16", "expected usize"),
        ("[links]\npage = \"http://app.example/\"", "line 2, column 8", "absolute https URL"),
        ("[links]\nreturn_urls = [\"/home\"]", "line 2, column 15", "absolute https URL"),
        ("[policy]\npreset = \"none\"", "line 2, column 10", "own_rules_only"),
        ("[[policy.patterns]]\ncode = \"Too Short\"", "line 2, column 8", "lower-case letters"),
        ("[[policy.classes]]\nleast = 1\namong = [\"emoji\"]", "line 3, column 10", "special"),
        ("[rules]\naccount_quota = \"0 / 1 s\"", "line 2, column 17", "\"5 / 600 s\""),
        ("[rules.lock_out]\nforget_after = \"0 h\"", "line 2, column 16", "longer than zero"),
        ("[rules]\nexpiry_warnings = [\"14 d\"]", "line 2, column 19", "length 2"),
        ("[rules]\nexpiry_warnings = [\"14 d\", \"0 d\"]", "line 2, column 19", "longer than zero"),
        ("[rules]\njournal_kept = \"always\"", "line 2, column 16", "\"forever\""),
        ("[rules]\ndead_mails_kept = \"0 s\"", "line 2, column 19", "longer than zero"),
        ("notices_to = \"staff\"", "line 1, column 14", "address"),
        ("[policy]\nminimum_age = 1", "line 2, column 15", "as in \"600 s\""),
        ("[hashing]\nthreads = 0", "line 2, column 11", "nonzero"),
        ("[store]\nreaders = 0", "line 2, column 11", "nonzero"),
        ("[store]\nmigrate = \"yes\"", "line 2, column 11", "on_open"),
        ("[store\npath = 1", "line 1, column 7", "]"),
    ] {
        let refused = refusal(text);
        assert!(refused.starts_with(&format!("settings, {place}: ")), "{text}: {refused}");
        assert!(refused.contains(advice) && !refused.contains('\n'), "{text}: {refused}");
    }
}

#[test]
fn keys_in_the_wrong_place_are_not_shown() {
    let key = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I=";
    for text in [
        format!("keys = \"{key}\""),
        format!("tags = \"{key}\""),
        format!("[keys]\n\"2026-11\" = \"{key}\""),
        format!("[keys]\nenvironment = \"{key}\""),
        format!("log_in_queue = \"{key}\""),
        format!("patience = \"{key}\""),
        format!("realm = \"{key}\""),
        format!("[hashing]\npasses = '{key}'"),
        format!("realm = \"main\" {key}"),
    ] {
        let refused = Settings::from_toml(&text).unwrap_err();
        let shown = format!("{refused} {refused:?}");
        assert!(!shown.contains("c2VjcmV0"), "{text}: {shown}");
    }
}

fn codes(policy: &str, password: &str) -> Vec<String> {
    let settings = Settings::from_toml(&format!("[policy]\n{policy}")).unwrap();
    let email = EmailAddress::parse("ada.lovelace@example.com").unwrap();
    let password = Password::parse(password).unwrap();
    let violations = settings.policy.build().unwrap().violations(&password, &PolicyContext { email: &email });
    violations.iter().map(|violation| violation.code().to_owned()).collect()
}

#[test]
fn each_preset_is_the_one_of_its_name() {
    for (preset, of_ada, of_signs, of_six) in [
        ("nist", "", "too_short", "too_short"),
        ("data_forest_all_classes", "too_long", "too_few_classes", "too_short"),
        ("data_forest_three_classes", "too_long", "", "too_short"),
        ("data_forest_current", "too_long", "banned_character", "too_short"),
        ("payway", "", "", ""),
        ("own_rules_only", "", "", ""),
    ] {
        let first = |password| codes(&format!("preset = \"{preset}\""), password).into_iter().next();
        assert_eq!(first("correct horse battery staple").unwrap_or_default(), of_ada, "{preset}");
        assert_eq!(first("abcd 7 & x").unwrap_or_default(), of_signs, "{preset}");
        assert_eq!(first("hx7k2q").unwrap_or_default(), of_six, "{preset}");
    }
}

#[test]
fn each_addition_to_a_preset_counts() {
    let payway = |more: &str, password: &str| codes(&format!("preset = \"payway\"\n{more}"), password);
    assert_eq!(payway("least_length = 9", "hx7k2q"), ["too_short"]);
    assert_eq!(payway("most_length = 7", "hx7k2qqq"), ["too_long"]);
    assert_eq!(payway("banned = \"#\"", "hx7k2q#"), ["banned_character"]);
    assert_eq!(payway("refuse_common = true", "password"), ["common"]);
    assert_eq!(payway("refuse_predictable = true", "lovelace1"), ["predictable"]);
    assert_eq!(payway("context_words = [\"Orchard\"]", "orchard 1"), ["predictable"]);
    assert_eq!(payway("refuse_similar = true", "xlovelacey"), ["too_similar"]);
    assert_eq!(payway("classes = [{ least = 1, among = [\"digit\"] }]", "abcdefg"), ["too_few_classes"]);
    let patterns = "patterns = [{ code = \"lead\", must_match = '^[a-z]' }, { code = \"year\", must_not_match = '20\\d\\d' }]";
    assert_eq!(payway(patterns, "7x2026abc"), ["lead", "year"]);
    for password in ["hx7k2q", "password", "lovelace1", "xlovelacey", "7x2026abc"] {
        assert!(payway("", password).is_empty(), "{password}");
    }
}

#[test]
fn what_a_policy_remembers_and_how_young_a_password_may_be_changed_reach_their_place() {
    let policy = |text: &str| Settings::from_toml(&format!("[policy]\n{text}")).unwrap().policy.build();
    let strict = policy("remembering = 24\nminimum_age = \"1 d\"").unwrap();
    assert_eq!((strict.history(), strict.minimum_age()), (24, Span::days(1)));
    let usual = policy("").unwrap();
    assert_eq!((usual.history(), usual.minimum_age()), (0, Span::ZERO));
    assert!(policy("remembering = 25").unwrap_err().to_string().contains("24 are the most"));
    assert!(policy("minimum_age = \"31 d\"").unwrap_err().to_string().contains("too long"));
}

#[test]
fn nothing_takes_away_from_a_preset() {
    let policy = |text: &str| Settings::from_toml(&format!("[policy]\n{text}")).unwrap().policy.build();
    assert!(matches!(
        policy("least_length = 14"),
        Err(SettingsError::WeakerThanPreset { least: 14, preset: 15 })
    ));
    assert!(policy("least_length = 15").is_ok());
    assert!(policy("preset = \"own_rules_only\"\nleast_length = 8").is_ok());
}

#[test]
fn a_policy_that_can_not_be_had_is_refused() {
    let policy =
        |text: &str| Settings::from_toml(&format!("[policy]\n{text}")).unwrap().policy.build().unwrap_err();
    assert_eq!(policy("most_length = 9").to_string(), "policy: no password has a length between 15 and 9");
    for both in ["", ", must_match = 'a', must_not_match = 'b'"] {
        let refused = policy(&format!("patterns = [{{ code = \"mine\"{both} }}]")).to_string();
        assert_eq!(refused, "policy.patterns: mine needs either must_match or must_not_match");
    }
    let refused = policy("patterns = [{ code = \"mine\", must_match = '(' }]").to_string();
    assert_eq!(refused, "policy: the pattern of mine can't be used: unclosed group");
}

/// A folder with keys and these settings.
fn folder(settings: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("settings.toml"), settings).unwrap();
    let id = accountable_core::domain::KeyId::parse("one").unwrap();
    write_new_keyring(folder.path().join("keys.toml"), &OsEntropy, &id).unwrap();
    folder
}

const PAGE: &str = "[links]\npage = \"https://app.example/password\"\n";

#[cfg(all(feature = "sqlite", feature = "testing"))]
fn built(folder: &tempfile::TempDir) -> Result<Builder, SettingsError> {
    let settings = Settings::from_file(folder.path().join("settings.toml"))?;
    settings.builder(crate::testing::RecordingMailer::new())
}

#[test]
#[cfg(all(feature = "sqlite", feature = "testing"))]
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
#[cfg(all(feature = "sqlite", feature = "testing"))]
fn where_anything_is_wrong_no_database_is_made() {
    for (settings, problem) in [
        (String::new(), "links.page: name the page"),
        (format!("{PAGE}[policy]\nmost_length = 3"), "policy: "),
        (format!("{PAGE}[policy]\nblocklist_file = \"none.txt\""), "none.txt can't be read"),
        (format!("{PAGE}[hashing]\npasses = 1"), "hashing: hashes of m=19456,t=1,p=1 are too weak"),
        (format!("{PAGE}[hashing]\nlanes = 0"), "hashing: "),
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
#[cfg(all(feature = "sqlite", feature = "testing"))]
fn a_blocklist_beside_the_settings_counts() {
    let folder = folder(&format!("{PAGE}[policy]\nblocklist_file = \"mine.txt\""));
    fs::write(folder.path().join("mine.txt"), "green hedgehogs all around\n").unwrap();
    let settings = Settings::from_file(folder.path().join("settings.toml")).unwrap();
    let policy = settings.policy.build().unwrap();
    let email = EmailAddress::parse("ada@example.com").unwrap();
    let password = Password::parse("Green Hedgehogs All Around").unwrap();
    let violations = policy.violations(&password, &PolicyContext { email: &email });
    assert_eq!(violations, [accountable_core::domain::Violation::Common]);
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
fn the_builder_gets_what_the_settings_say() {
    use crate::testing::{MemoryStore, RecordingMailer};
    use accountable_core::{BuildError, domain::Incarnation};
    for (text, refused) in [
        ("patience = \"500 ms\"\n", BuildError::Patience(Span::millis(500))),
        ("rules.lock_out.room = 100\n", BuildError::LockOut { room: 100, disable_at: 100 }),
    ] {
        let folder = folder(&format!("{text}{PAGE}"));
        let settings = Settings::from_file(folder.path().join("settings.toml")).unwrap();
        let store = MemoryStore::new(Incarnation::from_bytes([7; 16]));
        let built = settings.builder_over(store, RecordingMailer::new()).unwrap().build();
        assert_eq!(built.unwrap_err(), refused);
    }
}
