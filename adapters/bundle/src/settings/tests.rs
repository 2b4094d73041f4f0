//! The settings file says everything, and says what the code does.

use std::collections::BTreeSet;

use accountable_core::domain::Purpose;
use accountable_system::{Argon2Cost, CostClass, ForeignCeiling, Pbkdf2Digest};
use serde_json::Value;

use super::*;

/// The file with its examples switched on.
pub(super) fn everything() -> String {
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

pub(super) fn options_of(value: impl Serialize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    options(&serde_json::to_value(value).unwrap(), "", &mut found);
    found
}

pub(super) fn refusal(text: &str) -> String {
    Settings::from_toml(text).unwrap_err().to_string()
}

#[test]
fn the_settings_file_says_the_defaults() {
    let said = |settings: Settings| serde_json::to_value(settings).unwrap();
    assert_eq!(said(Settings::from_toml(Settings::TOML).unwrap()), said(Settings::default()));
    assert_eq!(said(Settings::from_toml("").unwrap()), said(Settings::default()));
}

#[test]
fn the_settings_file_has_every_option_and_its_examples_are_read() {
    let text = everything();
    let settings = Settings::from_toml(&text).unwrap();
    let in_the_file = options_of(text.parse::<toml::Table>().unwrap());
    let in_the_code = options_of(&settings);
    assert_eq!(in_the_file, in_the_code);
    assert!(in_the_code.is_superset(&options_of(Settings::default())));
    assert!(in_the_code.len() > 120, "{}", in_the_code.len());
    for purpose in Purpose::ALL {
        assert!(settings.links.pages.contains_key(&purpose), "{purpose:?}");
    }
    settings.links.build().unwrap();
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
fn what_is_said_is_written_again() {
    let settings = Settings::from_toml(&everything()).unwrap();
    let written = serde_json::to_value(&settings).unwrap();
    let again: Settings = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(again).unwrap(), written);
}

#[test]
fn each_number_of_the_rules_reaches_its_place() {
    let all = r#"
        [rules]
        account_quota = "2 / 1 s"
        recipient_quota = "3 / 2 s"
        sign_up_quota = "4 / 3 s"
        sign_up_long_quota = "5 / 4 s"
        sign_ups_quota = "6 / 5 s"
        email_change_quota = "7 / 6 s"
        new_address_quota = "8 / 7 s"
        new_address_long_quota = "9 / 8 s"
        notice_quota = "10 / 9 s"
        proof_quota = "11 / 10 s"
        origin_quota = "12 / 11 s"
        network_quota = "13 / 12 s"
        origin_failure_quota = "14 / 13 s"
        network_failure_quota = "15 / 14 s"
        device_failure_quota = "16 / 15 s"
        owner_failure_quota = "17 / 16 s"
        temporary_password = "65 s"
        expiry_warnings = ["77 s", "76 s"]
        closing_grace = "78 s"
        sign_up_kept = "79 h"
        journal_kept = "80 h"
        dead_mails_kept = "forever"
        suppressions_kept = "81 h"
        code_lives = { password_set = "6 h", password_reset = "7 min", password_management = "8 min", email_confirm = "9 min", email_revert = "10 min" }
        lock_out = { room = 6, first_lock = "7 s", longest_lock = "8 s", disable_at = 9, forget_after = "70 s" }
        retries = { first = "11 s", longest = "12 s", attempts = 13, age = "74 s", lease = "75 s" }
    "#;
    let rules = Settings::from_toml(all).unwrap().rules;
    let quota = |burst: u32, seconds: u64| {
        accountable_core::domain::Quota::new(burst, Span::seconds(seconds)).unwrap()
    };
    let mut expected = Rules::default();
    expected.account_quota = quota(2, 1);
    expected.recipient_quota = quota(3, 2);
    expected.sign_up_quota = quota(4, 3);
    expected.sign_up_long_quota = quota(5, 4);
    expected.sign_ups_quota = quota(6, 5);
    expected.email_change_quota = quota(7, 6);
    expected.new_address_quota = quota(8, 7);
    expected.new_address_long_quota = quota(9, 8);
    expected.notice_quota = quota(10, 9);
    expected.proof_quota = quota(11, 10);
    expected.origin_quota = quota(12, 11);
    expected.network_quota = quota(13, 12);
    expected.origin_failure_quota = quota(14, 13);
    expected.network_failure_quota = quota(15, 14);
    expected.device_failure_quota = quota(16, 15);
    expected.owner_failure_quota = quota(17, 16);
    expected.temporary_password = Span::seconds(65);
    expected.expiry_warnings = [Span::seconds(77), Span::seconds(76)];
    expected.closing_grace = Span::seconds(78);
    expected.sign_up_kept = Span::hours(79);
    expected.journal_kept = Some(Span::hours(80));
    expected.dead_mails_kept = None;
    expected.suppressions_kept = Some(Span::hours(81));
    expected.code_lives.password_set = Span::hours(6);
    expected.code_lives.password_reset = Span::minutes(7);
    expected.code_lives.password_management = Span::minutes(8);
    expected.code_lives.email_confirm = Span::minutes(9);
    expected.code_lives.email_revert = Span::minutes(10);
    expected.lock_out.room = 6;
    expected.lock_out.first_lock = Span::seconds(7);
    expected.lock_out.longest_lock = Span::seconds(8);
    expected.lock_out.disable_at = 9;
    expected.lock_out.forget_after = Span::seconds(70);
    expected.retries.first = Span::seconds(11);
    expected.retries.longest = Span::seconds(12);
    expected.retries.attempts = 13;
    expected.retries.age = Span::seconds(74);
    expected.retries.lease = Span::seconds(75);
    assert_eq!(rules, expected);
}

#[test]
fn each_choice_of_hashing_store_and_links_reaches_its_place() {
    let text = r#"
        [links]
        page = "https://a.example/all"
        pages = { email_revert = "https://a.example/revert" }
        allowed_pages = ["https://a.example/other"]
        contact = "https://a.example/help"
        return_urls = ["https://a.example/home"]
        [hashing]
        cost = { memory_kib = 65536, passes = 3, lanes = 2 }
        threads = 5
        waiting = 6
        ceiling = { memory_kib = 131072, passes = 7, lanes = 8 }
        ceiling_filled_kib = 524288
        accept_weak_imported_hashes = true
        devise_pepper_file = "devise.pepper"
        decoys = [
            { argon2 = { memory_kib = 19456, passes = 2, lanes = 1 } },
            { bcrypt = { cost = 10 } },
            { scrypt = { log_n = 14, r = 8, p = 2 } },
            { pbkdf2 = { digest = "sha1", rounds = 10001 } },
            { pbkdf2 = { digest = "sha256", rounds = 10002 } },
            { pbkdf2 = { digest = "sha512", rounds = 10003 } },
            { phpass = { log_rounds = 11 } },
        ]
        [hashing.foreign_ceiling]
        bcrypt_cost = 11
        scrypt_work = 1048576
        scrypt_memory_kib = 65536
        pbkdf2_rounds = 20000
        phpass_log_rounds = 12
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
    assert_eq!(links.contact().unwrap().as_str(), "https://a.example/help");
    assert_eq!(links.page(Purpose::PasswordSet).as_str(), "https://a.example/all");
    assert!(links.allows_page(&"https://a.example/other".parse().unwrap()));
    assert!(links.allows_return(&"https://a.example/home/today".parse().unwrap()));

    let cost = |memory, passes, lanes| Argon2Cost::new(memory, passes, lanes).unwrap();
    let hashing = Argon2Settings::default()
        .with_cost(cost(65_536, 3, 2))
        .with_threads(5.try_into().unwrap())
        .with_waiting(6)
        .with_ceiling(cost(131_072, 7, 8))
        .with_ceiling_filled_kib(524_288)
        .accept_weak_imported_hashes()
        .with_devise_pepper_file("devise.pepper")
        .with_foreign_ceiling(
            ForeignCeiling::default()
                .with_bcrypt(11)
                .with_scrypt(1_048_576)
                .with_scrypt_memory_kib(65_536)
                .with_pbkdf2(20_000)
                .with_phpass(12),
        )
        .with_decoys([
            CostClass::Argon2(cost(19_456, 2, 1)),
            CostClass::Bcrypt { cost: 10 },
            CostClass::Scrypt { log_n: 14, r: 8, p: 2 },
            CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha1, rounds: 10_001 },
            CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha256, rounds: 10_002 },
            CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha512, rounds: 10_003 },
            CostClass::Phpass { log_rounds: 11 },
        ]);
    assert_eq!(settings.hashing, hashing);
    let options = settings.store.options;
    assert_eq!(options.migrate, crate::sqlite::Migrate::Refuse);
    assert_eq!((options.readers, options.cache_kib, options.queue), (7, 9, 10));
    assert_eq!(options.busy_timeout, Span::ZERO);
}

#[test]
fn an_option_that_is_not_known_is_refused_in_every_section() {
    for section in [
        "",
        "links",
        "policy",
        "rules",
        "rules.code_lives",
        "rules.lock_out",
        "rules.retries",
        "hashing",
        "hashing.cost",
        "hashing.ceiling",
        "hashing.foreign_ceiling",
        "store",
        "keys",
        "mail",
        "http",
        "http.proxies",
        "http.limits",
        "http.connections",
        "http.pages",
        "http.webconnect",
        "http.webconnect.mail",
        "http.data_forest",
        "http.payway",
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
        ("patience = \"0 s\"", "line 1, column 12", "patience: 0 s is out of bounds; write 1 s to 10 min"),
        ("\n\n[rules]\npatience = \"1 s\"", "line 4, column 1", "unknown field `patience`"),
        ("log_in_queue = -1", "line 1, column 16", "expected usize"),
        ("[links]\npage = \"http://app.example/\"", "line 2, column 8", "absolute https URL"),
        ("[links]\nreturn_urls = [\"/home\"]", "line 2, column 15", "absolute https URL"),
        ("[policy]\npreset = \"none\"", "line 2, column 10", "own_rules_only"),
        ("[[policy.patterns]]\ncode = \"Too Short\"", "line 2, column 8", "lower-case letters"),
        ("[[policy.classes]]\nleast = 1\namong = [\"emoji\"]", "line 3, column 10", "special"),
        ("[rules]\naccount_quota = \"0 / 1 s\"", "line 2, column 17", "\"5 / 600 s\""),
        (
            "[rules.lock_out]\nforget_after = \"0 h\"",
            "line 2, column 16",
            "0 s is out of bounds; write 1 min to 366 d",
        ),
        ("[rules]\nlock_out.room = 100", "line 2, column 17", "less than lock_out.disable_at, which is 100"),
        ("[rules]\nlock_out = { room = 0 }", "line 2, column 21", "write 1 to 10000"),
        ("[rules]\norigin_quota = \"2000000 / 1 s\"", "line 2, column 16", "1,000,000 at once"),
        ("[rules]\n[rules.retries]\nlease = \"60 s\"", "line 3, column 9", "longer than 60 s"),
        ("[rules]\nexpiry_warnings = [\"14 d\"]", "line 2, column 19", "length 2"),
        ("[rules]\nexpiry_warnings = [\"14 d\", \"0 d\"]", "line 2, column 19", "write 1 min to 29 d"),
        ("[rules]\njournal_kept = \"always\"", "line 2, column 16", "\"forever\""),
        ("[rules]\ndead_mails_kept = \"0 s\"", "line 2, column 19", "write 1 d to 36600 d"),
        ("notices_to = \"staff\"", "line 1, column 14", "address"),
        ("[policy]\nminimum_age = 1", "line 2, column 15", "as in \"600 s\""),
        ("[hashing]\nthreads = 0", "line 2, column 11", "nonzero"),
        ("[store]\nreaders = 0", "line 2, column 11", "write 1 to 256"),
        ("[store]\npath = \"a.db\"\nqueue = 0", "line 3, column 9", "write 1 to 1000000"),
        ("[hashing.cost]\nmemory_kib = 4\npasses = 1\nlanes = 1", "line 1, column 1", "8 KiB a lane"),
        ("[http.limits]\nbody = 0", "line 2, column 8", "write 1 to 16777216"),
        ("[http]\nlimits.call_time = \"1 h\"", "line 2, column 20", "write 100 ms to 10 min"),
        ("[http.connections]\nhead = 1", "line 2, column 8", "write 1024 to 1048576"),
        ("[http]\nweb_origins = [\"*\"]", "line 2, column 15", "https://app.example"),
        ("[http.proxies]\nnetworks = [\"10.0.0.0/08\"]", "line 2, column 12", "192.0.2.0/24"),
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
        format!("[hashing]\nwaiting = '{key}'"),
        format!("realm = \"main\" {key}"),
    ] {
        let refused = Settings::from_toml(&text).unwrap_err();
        let shown = format!("{refused} {refused:?}");
        assert!(!shown.contains("c2VjcmV0"), "{text}: {shown}");
    }
}
