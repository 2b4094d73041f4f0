//! Texts that are nearly hashes: each is refused with its reason, at once, and nothing panics.

use proptest::prelude::*;

use super::{bcrypt::Bcrypt, *};
use crate::{Argon2Settings, Pbkdf2Digest, Pepper, foreign_marks};

const BCRYPT: &str = "abcdefghijklmnopqrstuujyJJZFHxfP7uFcWoV4k5KREorUKVI2K";
const HEX_64: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn peppers() -> Peppers {
    Peppers { devise: Pepper::new("pepper") }
}

fn why(text: &str) -> Option<UnusableHash> {
    Foreign::read(text, &peppers()).err()
}

fn keycloak(secret: &str, data: &str) -> String {
    serde_json::json!({ "secretData": secret, "credentialData": data }).to_string()
}

#[test]
fn a_text_of_no_scheme_is_said_to_be_so() {
    for text in [
        "",
        "$",
        "{",
        "{}",
        "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
        "$1$salt$hash",
        "$6$rounds=5000$salt$hash",
        "$S$D",
        "md5$salt$0cc175b9c0f1b6a831c399e269772661",
        "0cc175b9c0f1b6a831c399e269772661",
        "$firescrypt$ln=14,r=8,p=1$sPtDhWcd1MfdAw==$x",
        "$pbkdf2-md5$i=20000$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA",
        "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D",
        "correct horse battery staple",
    ] {
        assert_eq!(why(text), Some(UnusableHash::UnknownScheme), "{text}");
        let braces = text.starts_with('{');
        assert!(braces || !foreign_marks::is_marked(text), "{text} is marked");
    }
    let extension = keycloak(r#"{"value":"x","salt":"x"}"#, r#"{"hashIterations":1,"algorithm":"mine"}"#);
    assert_eq!(why(&extension), Some(UnusableHash::UnknownScheme));
}

#[test]
fn a_text_that_is_not_of_its_schemes_form_is_malformed() {
    let (salt, out) = ("c2FsdHNhbHQ", "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM");
    let (upper, salt_64) = (HEX_64.to_uppercase(), "c2FsdHNhbHRzYWx0c2FsdA==");
    let out_pad = format!("{out}=");
    let value = |value: &str, salt: &str| format!(r#"{{"value":"{value}","salt":"{salt}"}}"#);
    let right = r#"{"hashIterations":20000,"algorithm":"pbkdf2-sha256"}"#;
    let argon2 = |rest: &str| {
        format!(r#"{{"hashIterations":5,"algorithm":"argon2","additionalParameters":{{{rest}}}}}"#)
    };
    let kinds =
        r#""hashLength":["32"],"memory":["7168"],"type":["id"],"version":["1.3"],"parallelism":["1"]"#;
    assert_eq!(why(&keycloak(&value(&out_pad, salt_64), right)), None, "the fixture itself is right");
    assert_eq!(
        why(&keycloak(&value(&out_pad, salt_64), &argon2(kinds))),
        None,
        "the fixture itself is right"
    );
    let two = format!("{HEX_64}{HEX_64}");
    assert_eq!(why(&format!("00112233:{two}")), None, "the fixture itself is right");
    for text in [
        // Numbers: repeated, missing, with a sign, a zero in front, a blank, too large.
        format!("$scrypt$ln=14,ln=14,r=8,p=1${salt}${out}"),
        format!("$scrypt$ln=14,r=8${salt}${out}"),
        format!("$scrypt$ln=14,r=8,p=1,${salt}${out}"),
        format!("$scrypt$ln=+14,r=8,p=1${salt}${out}"),
        format!("$scrypt$ln=-14,r=8,p=1${salt}${out}"),
        format!("$scrypt$ln=14,r=08,p=1${salt}${out}"),
        format!("$scrypt$ln= 14,r=8,p=1${salt}${out}"),
        format!("$scrypt$ln=14,r=4294967296,p=1${salt}${out}"),
        format!("$scrypt$ln=14,r=4294967295,p=4294967295${salt}${out}"),
        format!("$scrypt$ln=16385,r=8,p=1${salt}=${out}="),
        format!("$scrypt$ln=65536,r=8,p=1,p=2${salt}=${out}="),
        format!("$pbkdf2-sha256$i=20000,i=20000${salt}${out}"),
        format!("pbkdf2_sha256$020000$seasalt${out}="),
        format!("pbkdf2_sha256$+20000$seasalt${out}="),
        format!("pbkdf2_sha256$0$seasalt${out}="),
        format!("pbkdf2_sha256$99999999999$seasalt${out}="),
        format!("scrypt$16385$seasalt$8$1${out}="),
        format!("scrypt:0:8:1$seasalt${HEX_64}"),
        format!("scrypt:16384:8$seasalt${HEX_64}"),
        format!("scrypt:16384:8:1:1$seasalt${HEX_64}"),
        // Alphabets and padding: each form has one.
        format!("$scrypt$ln=14,r=8,p=1${salt}=${out}="),
        format!("$scrypt$ln=16384,r=8,p=1${salt}${out}"),
        format!("$pbkdf2-sha256$i=20000$c2FsdHNhb.Q${out}"),
        format!("$pbkdf2-sha256$20000$c2FsdHNhb+Q${out}"),
        format!("$pbkdf2-sha256$20000${salt}=${out}="),
        format!("$pbkdf2-sha256$i=20000${salt}$_-MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"),
        format!("pbkdf2_sha256$20000$seasalt${out}"),
        format!("pbkdf2_sha256$20000$seasalt${out}=="),
        format!("pbkdf2_sha256$20000$seasalt${}N=", out.strip_suffix('M').unwrap()),
        // Lengths: of salts, of outputs, of texts.
        format!("pbkdf2_sha256$20000$sea${out}="),
        format!("pbkdf2_sha256$20000${}${out}=", "s".repeat(129)),
        "pbkdf2_sha256$20000$seasalt$AwMDAwMDAwMDAwMDAwMD".to_owned(),
        format!("$scrypt$ln=14,r=8,p=1$c2Fs${out}"),
        format!("$scrypt$ln=14,r=8,p=1${salt}${}", "A".repeat(684)),
        format!("$scrypt$ln=14,r=8,p=1${salt}${}", "A".repeat(1_000_000)),
        format!("pbkdf2:sha256:20000$seasalt${HEX_64}00"),
        format!("$P$B12345678{}", "a".repeat(21)),
        format!("$P$B12345678{}", "a".repeat(23)),
        // What stands behind, between or in place of something.
        format!("pbkdf2_sha256$20000$seasalt${out}=$"),
        format!("pbkdf2_sha256$20000$sea$salt${out}="),
        format!("pbkdf2_sha256$20000$seasalt${out}=\n"),
        "pbkdf2_sha256$".to_owned(),
        "pbkdf2_sha256$20000$seasalt".to_owned(),
        format!("bcrypt$$2b$10${BCRYPT}$"),
        format!("bcrypt$2b$10${BCRYPT}"),
        format!("bcrypt_sha256$$2x$10${BCRYPT}"),
        format!("$wp$2y$10${BCRYPT}x"),
        format!("$wp$2y$1${BCRYPT}0"),
        format!("$devise$devise$2a$10${BCRYPT}"),
        format!("argon2$argon2x$v=19$m=65536,t=2,p=1${salt}${out}"),
        format!("argon2$$argon2id$v=19$m=65536,t=2,p=1${salt}${out}"),
        "$P$".to_owned(),
        format!("$P$412345678{}", "a".repeat(22)),
        format!("$P$~12345678{}", ".".repeat(22)),
        format!("$P$B1234567$ {}", ".".repeat(22)),
        format!("$P$B12345678{}2", "a".repeat(21)).replace("a2", "aZ"),
        // Hexadecimal digits in upper case, an odd number of them.
        format!("00112233:{upper}{upper}"),
        format!("AABBCCDD:{two}"),
        format!("0011223:{two}"),
        format!("00112233:{HEX_64}"),
        format!("s2:00112233:{HEX_64}"),
        format!("scrypt:16384:8:1$seasalt${upper}"),
        format!("pbkdf2:sha3:20000$seasalt${HEX_64}"),
        // Identity: of another version, digest, length.
        "AQAAAAMAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==".to_owned(),
        "AQAAAAEAACcQAAAAgAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==".to_owned(),
        "AQAAAAEAACcQ/////wABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==".to_owned(),
        "AQAAAAEAAAAAAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==".to_owned(),
        "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw".to_owned(),
        "AQAAAA".to_owned(),
        // Keycloak: what is not JSON inside, missing, twice, negative, out of form.
        keycloak("", right),
        keycloak(&value(&out_pad, salt_64), "{}"),
        keycloak(r#"{"value":"x"}"#, right),
        keycloak(&value(out, salt_64), right),
        keycloak(&value(&out_pad, "c2Fs"), right),
        keycloak(&value(&out_pad, salt_64), r#"{"hashIterations":-1,"algorithm":"pbkdf2-sha256"}"#),
        keycloak(&value(&out_pad, salt_64), r#"{"hashIterations":0,"algorithm":"pbkdf2-sha256"}"#),
        keycloak(
            &value(&out_pad, salt_64),
            r#"{"hashIterations":20000,"hashIterations":1,"algorithm":"pbkdf2-sha256"}"#,
        ),
        keycloak(&value(&out_pad, salt_64), r#"{"hashIterations":5,"algorithm":"argon2"}"#),
        keycloak(&value(&out_pad, salt_64), &argon2(&kinds.replace("\"32\"", "\"31\""))),
        keycloak(&value(&out_pad, salt_64), &argon2(&kinds.replace("\"id\"", "\"id\",\"i\""))),
        keycloak(&value(&out_pad, salt_64), &argon2(&kinds.replace("1.3", "1.2"))),
        keycloak(&value(&out_pad, salt_64), &argon2(&format!(r#"{kinds},"memory":["7168"]"#))),
        r#"{"secretData":1,"credentialData":2}"#.to_owned(),
        format!("{}{}", r#"{"secretData":"#, "[".repeat(1_000)),
    ] {
        let short: String = text.chars().take(120).collect();
        assert_eq!(why(&text), Some(UnusableHash::Malformed), "{short}");
    }
}

#[test]
fn a_hash_with_a_pepper_needs_it() {
    let hash = format!("$devise$2a$10${BCRYPT}");
    assert_eq!(Foreign::read(&hash, &Peppers::default()).err(), Some(UnusableHash::PepperMissing));
    assert_eq!(why(&hash), None);
}

#[test]
fn a_nul_ends_a_password_where_its_system_says_so() {
    let mut scratch = Scratch::new(0);
    // Made by PHP 8.2 of "nul": see the vectors.
    let php = fs_line("wordpress.jsonl", "nul", "$2y$");
    let php = Bcrypt::read(&php).unwrap();
    for (password, verifies, part) in
        [("nul", true, false), ("nul\0inside", true, true), ("nul\0", true, true)]
    {
        assert_eq!(php.verifies(password.as_bytes(), &mut scratch).unwrap(), verifies, "{password:?}");
        assert_eq!(php.reads_part_only(password.as_bytes()), part, "{password:?}");
    }
    // Made by bcrypt for Python of "nul\0inside".
    let python = Bcrypt::read(&fs_line("django.jsonl", "nul", "$2b$")).unwrap();
    for (password, verifies) in [("nul", false), ("nul\0inside", true), ("nul\0", false)] {
        assert_eq!(python.verifies(password.as_bytes(), &mut scratch).unwrap(), verifies, "{password:?}");
        assert!(!python.reads_part_only(password.as_bytes()), "{password:?}");
    }
}

/// The first vector of that password that begins so.
fn fs_line(file: &str, password: &str, begins: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let vectors = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut hashes = vectors.filter(|vector| vector["password"] == password);
    hashes
        .find_map(|vector| vector["hash"].as_str().filter(|hash| hash.starts_with(begins)).map(str::to_owned))
        .unwrap()
}

#[test]
fn what_is_hashed_before_bcrypt_is_never_truncated() {
    let long = [b'x'; 4_096];
    for (text, part) in [
        (format!("bcrypt_sha256$$2b$10${BCRYPT}"), false),
        (format!("$wp$2y$10${BCRYPT}"), false),
        (format!("bcrypt$$2b$10${BCRYPT}"), true),
        (format!("$devise$2a$10${BCRYPT}"), true),
    ] {
        let read = Foreign::read(&text, &peppers()).unwrap_or_else(|why| panic!("{why}: {text}"));
        assert_eq!(read.0.reads_part_only(&long), part, "{text}");
        // 72 octets are all looked at, whatever the pepper.
        assert!(!read.0.reads_part_only(long.get(..72).unwrap()), "{text}");
    }
}

#[test]
fn wordpress_trims_and_better_auth_normalises() {
    let mut scratch = Scratch::new(0);
    for (file, password, begins, typed) in [
        ("wordpress.jsonl", "plain", "$P$", "\t correct horse battery staple\0\u{b}\r\n"),
        ("wordpress.jsonl", "plain", "$wp$", " correct horse battery staple "),
        ("node.jsonl", "compatibility", "", "fine 1 1\u{2044}2 abc"),
    ] {
        let read = Foreign::read(&fs_line(file, password, begins), &peppers());
        let read = read.unwrap_or_else(|why| panic!("{why}"));
        assert!(read.0.verifies(typed.as_bytes(), &mut scratch).unwrap(), "{typed:?}");
    }
}

#[test]
fn a_decoy_of_any_class_is_read_back_as_of_that_class() {
    for class in [
        CostClass::Bcrypt { cost: 9 },
        CostClass::Scrypt { log_n: 13, r: 8, p: 10 },
        CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha224, rounds: 10_000 },
        CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha384, rounds: 10_000 },
        CostClass::Phpass { log_rounds: 7 },
        CostClass::Phpass { log_rounds: 13 },
    ] {
        let decoy = Foreign::decoy(class, [0xa5; SALT], &[0x5a; OUTPUT]).unwrap();
        let read = Foreign::read(decoy.expose(), &peppers()).unwrap_or_else(|why| panic!("{why}: {class}"));
        assert_eq!(read.class(), class);
        assert!(foreign_marks::is_marked(decoy.expose()));
    }
    let settings = Argon2Settings::default().with_decoys([CostClass::Phpass { log_rounds: 13 }]);
    assert!(settings.check().is_err(), "a weak class is drawn only where weak hashes are read");
    settings.accept_weak_imported_hashes().check().unwrap();
}

/// Beginnings and parts that schemes look for.
fn nearly_a_hash() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("$".to_owned()),
        Just(":".to_owned()),
        Just(",".to_owned()),
        Just("=".to_owned()),
        proptest::sample::select(vec![
            "$2b$10$",
            "$2y$",
            "$scrypt$",
            "ln=14",
            "r=8",
            "p=1",
            "$pbkdf2-sha512$",
            "i=20000",
            "$P$B",
            "$wp$2y$10$",
            "$devise",
            "pbkdf2_sha256",
            "argon2$argon2id$v=19$m=65536,t=2,p=1",
            "bcrypt_sha256$",
            "scrypt",
            "AQAAAAEAACcQ",
            "16384",
            "4294967295",
            "s2:",
            "{\"secretData\":\"",
            "\",\"credentialData\":\"{\\\"algorithm\\\":",
            "c2FsdHNhbHQ",
            "\u{e9}",
            "\0",
        ])
        .prop_map(str::to_owned),
        "[a-zA-Z0-9+/.]{0,60}",
        "[0-9a-f]{0,130}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Reading does none of a hash's work: hundreds of texts are read while one hash would be made.
    #[test]
    fn no_text_makes_reading_panic_and_what_is_read_is_judged(text in nearly_a_hash()) {
        if let Ok(read) = Foreign::read(&text, &peppers()) {
            prop_assert!(read.class().is_defined());
            let _ = Argon2Settings::default().judge(read.class(), read.is_weak());
            let _ = read.0.reads_part_only(&[0; 100]);
        }
    }

    /// A hash that was damaged by one character is read as what it is, or not at all.
    #[test]
    fn a_damaged_hash_makes_nothing_panic(at in 0..100_usize, other in any::<char>(), which in 0..6_usize) {
        let whole = [
            format!("$devise$2a$10${BCRYPT}"),
            format!("$wp$2y$10${BCRYPT}"),
            format!("scrypt:16384:8:1$seasalt${HEX_64}"),
            format!("00112233:{HEX_64}{HEX_64}"),
            "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==".to_owned(),
            format!("$P$B12345678{}.", "a".repeat(21)),
        ];
        let mut letters: Vec<char> = whole[which].chars().collect();
        let at = at.checked_rem(letters.len()).unwrap();
        letters[at] = other;
        let text: String = letters.into_iter().collect();
        if let Ok(read) = Foreign::read(&text, &peppers()) {
            prop_assert!(read.class().is_defined());
        }
    }
}
