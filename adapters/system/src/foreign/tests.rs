//! Published hashes of other systems verify, and nothing else does.

use std::{collections::BTreeSet, num::NonZeroUsize};

use accountable_core::port::{HashError, PasswordHasher as _};
use async_io::block_on;
use futures_util::FutureExt as _;

use super::*;
use crate::{Argon2Cost, Argon2Pool, Argon2Settings, ForeignCeiling, Pbkdf2Digest, stored::Stored};

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn stored(text: &str) -> PasswordHash {
    PasswordHash::from_phc(String::from(text).into())
}

fn read(text: &str) -> Result<Stored, UnusableHash> {
    Stored::read(&stored(text), &Peppers::default())
}

fn strict() -> Argon2Pool {
    Argon2Pool::new(&Argon2Settings::insecure_for_tests()).unwrap()
}

/// Published examples are often weak, to be quick.
fn lenient() -> Argon2Pool {
    Argon2Pool::new(&Argon2Settings::insecure_for_tests().accept_weak_imported_hashes()).unwrap()
}

#[track_caller]
fn is_of(pool: &Argon2Pool, text: &str, of: &str) {
    let hash = stored(of);
    assert!(pool.check(&hash).is_ok(), "{of}");
    assert!(pool.needs_rehash(&hash), "{of}");
    assert!(block_on(pool.verify(&password(text), &hash)).unwrap(), "{of}");
    assert!(!block_on(pool.verify(&password(&format!("x{text}")), &hash)).unwrap(), "{of}");
}

#[test]
fn the_bcrypt_hashes_of_other_systems_verify() {
    let pool = strict();
    // jBCrypt, TestBCrypt.java.
    is_of(
        &pool,
        "~!@#$%^&*()      ~!@#$%^&*()PNBFRD",
        "$2a$10$LgfYWkbzEvQ4JakH7rOvHe0y8pHKF9OaFgwUZ2q7W2FFZmZzJYlfS",
    );
    is_of(
        &pool,
        "abcdefghijklmnopqrstuvwxyz",
        "$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq",
    );
    // The manual of PHP's password_hash.
    is_of(&pool, "rasmuslerdorf", "$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a");
    // Wikipedia, of 2b.
    is_of(&pool, "abc123xyz", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW");
    // Made by bcrypt 4.0.1 for Python: octets above 127.
    is_of(&pool, "päss✓word", "$2b$08$abcdefghijklmnopqrstuubHGlIlnk5m8iTCMwWvWZwSk8.FeV9MS");
}

#[test]
fn the_weak_bcrypt_hashes_of_crypt_blowfish_verify_where_weak_ones_are_accepted() {
    for (text, hash) in [
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        (
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
            "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
        ),
    ] {
        is_of(&lenient(), text, hash);
        assert_eq!(strict().check(&stored(hash)), Err(UnusableHash::TooWeak));
    }
}

#[test]
fn bcrypt_looks_at_72_octets_and_says_when_there_are_more() {
    let pool = strict();
    // Made by bcrypt 4.0.1 for Python, of 72 and of 73 x alike.
    let hash = stored("$2b$08$abcdefghijklmnopqrstuujyJJZFHxfP7uFcWoV4k5KREorUKVI2K");
    for (length, verifies, reads_part) in
        [(71, false, false), (72, true, false), (73, true, true), (4_000, true, true)]
    {
        let password = password(&"x".repeat(length));
        assert_eq!(block_on(pool.verify(&password, &hash)).unwrap(), verifies, "{length}");
        assert_eq!(pool.reads_part_only(&password, &hash), reads_part, "{length}");
    }
    // 36 letters of two octets each, and one more.
    assert!(!pool.reads_part_only(&password(&"é".repeat(36)), &hash));
    assert!(pool.reads_part_only(&password(&"é".repeat(37)), &hash));
}

#[test]
fn no_other_scheme_looks_at_a_part() {
    let pool = strict();
    let long = password(&"x".repeat(1_000));
    for hash in [
        "$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
        // Not read: nothing is said of it.
        "$2b$15$abcdefghijklmnopqrstuujyJJZFHxfP7uFcWoV4k5KREorUKVI2K",
    ] {
        assert!(!pool.reads_part_only(&long, &stored(hash)), "{hash}");
    }
}

#[test]
fn the_scrypt_hashes_of_other_systems_verify() {
    let pool = strict();
    // RFC 7914, section 12, the third: N = 16384.
    is_of(
        &pool,
        "pleaseletmein",
        "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU\
         $cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
    );
    // The manual of passlib.
    is_of(
        &pool,
        "password",
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
    );
    // Made by passlib 1.7.4: more than one p.
    is_of(
        &pool,
        "pässword",
        "$scrypt$ln=14,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$rdSJLIlGtlgZL32SDR2SPs4cgHrSylX8pAfBeiOCLE8",
    );
}

#[test]
fn the_pbkdf2_hashes_of_other_systems_verify() {
    let pool = strict();
    // The manual of passlib.
    is_of(
        &pool,
        "toomanysecrets",
        "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
    );
    // Made by passlib 1.7.4, each with a salt that has both letters of its own.
    for hash in [
        "$pbkdf2-sha256$29000$.//..//..//..//..//.Bw$2XaRI/3g5p8tNQfX78r6506Rt/KE1aMBsygHgCeAK1k",
        "$pbkdf2-sha512$25000$.//..//..//..//..//.Bw\
         $6k/9EB9s0vV9zlmfo.INtV4qCrSq5mhnX8gypWatz023Q64xq3QPRojF9vQkB3XpvAldpdLJYvN4SGUiQSi8hg",
        "$pbkdf2$131000$.//..//..//..//..//.Bw$eRbpkJKSJKRqn0RY8oAb73mxNks",
        // The same, as PHC strings.
        "$pbkdf2-sha256$i=29000,l=32$+//++//++//++//++//+Bw$2XaRI/3g5p8tNQfX78r6506Rt/KE1aMBsygHgCeAK1k",
        "$pbkdf2-sha256$i=29000$+//++//++//++//++//+Bw$2XaRI/3g5p8tNQfX78r6506Rt/KE1aMBsygHgCeAK1k",
        "$pbkdf2-sha1$i=131000,l=20$+//++//++//++//++//+Bw$eRbpkJKSJKRqn0RY8oAb73mxNks",
    ] {
        is_of(&pool, "password", hash);
    }
}

#[test]
fn the_weak_pbkdf2_hashes_of_the_books_verify_where_weak_ones_are_accepted() {
    for (text, hash) in [
        // RFC 6070, the fifth: 4096 rounds of SHA-1, 25 bytes, of which the first block counts.
        (
            "passwordPASSWORDpassword",
            "$pbkdf2-sha1$i=4096,l=25$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0\
             $PS7sT+QchJuAyNg2YsDkSospGpZM8vBwOA",
        ),
        // The tests of passlib.
        (
            "password",
            "$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ",
        ),
        (
            "password",
            "$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow\
             $eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI.BzY/YTNJOiKc5gBYFYGww",
        ),
    ] {
        is_of(&lenient(), text, hash);
        assert_eq!(strict().check(&stored(hash)), Err(UnusableHash::TooWeak));
    }
}

#[test]
fn of_a_long_pbkdf2_output_the_first_block_alone_costs_and_counts() {
    // RFC 6070, the fifth, with another octet in its second block.
    is_of(
        &lenient(),
        "passwordPASSWORDpassword",
        "$pbkdf2-sha1$i=4096,l=25$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0\
         $PS7sT+QchJuAyNg2YsDkSospGpZM8vBxOA",
    );
}

#[test]
fn a_foreign_hash_that_asks_for_more_or_less_than_configured_is_unreadable_before_any_work() {
    // Nobody may wait and the only thread is at work: any attempt to queue would say Overloaded.
    let settings = Argon2Settings::default().with_threads(NonZeroUsize::MIN).with_waiting(0);
    let pool = Argon2Pool::new(&settings).unwrap();
    let password = password("correct horse");
    let mut working = pool.hash(&password);
    assert!((&mut working).now_or_never().is_none());
    let rest = "aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E";
    let bcrypt = "abcdefghijklmnopqrstuujyJJZFHxfP7uFcWoV4k5KREorUKVI2K";
    for (hash, why) in [
        (format!("$2b$07${bcrypt}"), UnusableHash::TooWeak),
        (format!("$2b$15${bcrypt}"), UnusableHash::TooCostly),
        (format!("$2b$31${bcrypt}"), UnusableHash::TooCostly),
        (format!("$scrypt$ln=13,r=8,p=9${rest}"), UnusableHash::TooWeak),
        (format!("$scrypt$ln=12,r=8,p=20${rest}"), UnusableHash::TooWeak),
        (format!("$scrypt$ln=14,r=7,p=1${rest}"), UnusableHash::TooWeak),
        (format!("$scrypt$ln=14,r=8,p=50${rest}"), UnusableHash::TooCostly),
        (format!("$scrypt$ln=19,r=8,p=1${rest}"), UnusableHash::TooCostly),
        (format!("$scrypt$ln=1,r=8,p=134217727${rest}"), UnusableHash::TooCostly),
        (format!("$scrypt$ln=63,r=4294967295,p=4294967295${rest}"), UnusableHash::Malformed),
        (format!("$pbkdf2-sha256$i=9999,l=32${rest}"), UnusableHash::TooWeak),
        (format!("$pbkdf2-sha256$i=2000001,l=32${rest}"), UnusableHash::TooCostly),
        (format!("$pbkdf2-sha256$4294967295${}", rest.replace('+', ".")), UnusableHash::TooCostly),
        (format!("$argon2id$v=19$m=262144,t=5,p=1${rest}"), UnusableHash::TooCostly),
        (format!("argon2$argon2id$v=19$m=262145,t=1,p=1${rest}"), UnusableHash::TooCostly),
        (format!("argon2$argon2id$v=19$m=7167,t=9,p=1${rest}"), UnusableHash::TooWeak),
    ] {
        let answer = pool.verify(&password, &stored(&hash)).now_or_never();
        assert!(matches!(answer, Some(Err(HashError::Unreadable))), "{hash}: {answer:?}");
        assert_eq!(pool.check(&stored(&hash)), Err(why), "{hash}");
    }
    block_on(working).unwrap();
}

#[test]
fn only_what_can_be_verified_is_read() {
    let (salt, output) = ("aM15713r3Xsvxbi31lqr1Q", "nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E");
    let bcrypt = "abcdefghijklmnopqrstuujyJJZFHxfP7uFcWoV4k5KREorUKVI2K";
    let (one_less, two_less) = (bcrypt.replace("I2K", "I2"), bcrypt.replace("I2K", "I"));
    for unreadable in [
        String::new(),
        "$".to_owned(),
        "$2b$".to_owned(),
        format!("$2x$10${bcrypt}"),
        format!("$2$10${bcrypt}"),
        format!("$2b$1${bcrypt}a"),
        format!("$2b$010${one_less}"),
        format!("$2b$+9${bcrypt}"),
        format!("$2b$00${bcrypt}"),
        format!("$2b$03${bcrypt}"),
        format!("$2b$32${bcrypt}"),
        format!("$2b$10${one_less}"),
        format!("$2b$10${bcrypt}a"),
        format!("$2b$10${one_less}="),
        format!("$2b$10${two_less}é"),
        format!("$2b$10${}", bcrypt.replace('k', "+")),
        format!("$scrypt$ln=14,r=8${salt}${output}"),
        format!("$scrypt$ln=14,r=8,p=1,x=1${salt}${output}"),
        format!("$scrypt$ln=14,r=8,p=1,p=1${salt}${output}"),
        format!("$scrypt$ln=14,r=8,p=0${salt}${output}"),
        format!("$scrypt$ln=0,r=8,p=1${salt}${output}"),
        format!("$scrypt$ln=014,r=8,p=1${salt}${output}"),
        format!("$scrypt$ln=14,r=8,p=1${salt}"),
        format!("$scrypt$ln=14,r=8,p=1$c2Fs${output}"),
        format!("$scrypt$ln=14,r=8,p=1${salt}$AAAAAAAAAAAAAAAA"),
        format!("$pbkdf2-md5$i=20000${salt}${output}"),
        format!("$pbkdf2-sha256$l=32${salt}${output}"),
        format!("$pbkdf2-sha256$i=20000,l=31${salt}${output}"),
        format!("$pbkdf2-sha256$i=0${salt}${output}"),
        format!("$pbkdf2-sha256$i=20000${salt}"),
        format!("$pbkdf2-sha256$0${salt}$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ"),
        format!("$pbkdf2-sha256$+20000${salt}$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ"),
        format!("$pbkdf2-sha256$020000${salt}$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ"),
        "$pbkdf2-sha256$20000$c2Fs$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ".to_owned(),
        format!("$pbkdf2-sha256$20000${salt}$AAAAAAAAAAAAAAAA"),
        format!("$pbkdf2-sha256$20000${salt}$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ$"),
        format!("$pbkdf2-sha256$20000${}$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ", "A".repeat(200)),
        "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D".to_owned(),
    ] {
        assert!(read(&unreadable).is_err(), "{unreadable}");
    }
}

#[test]
fn a_decoy_of_a_foreign_class_is_a_hash_of_that_class() {
    let classes = [
        CostClass::from(Argon2Cost::literal(32, 1, 1)),
        CostClass::Bcrypt { cost: 8 },
        CostClass::Scrypt { log_n: 14, r: 8, p: 1 },
        CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha1, rounds: 10_000 },
        CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha256, rounds: 10_001 },
        CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha512, rounds: 10_002 },
    ];
    let settings = Argon2Settings::insecure_for_tests().with_decoys(classes);
    let [one, other] = [0, 1].map(|_| Argon2Pool::new(&settings).unwrap());
    let mut seen = BTreeSet::new();
    for number in 0..64 {
        let seed = [number; 32];
        let decoy = one.decoy(&seed);
        let class = read(decoy.expose()).ok().unwrap().class();
        assert_eq!(decoy, one.decoy(&seed));
        assert_eq!(class, read(other.decoy(&seed).expose()).ok().unwrap().class(), "it outlives the process");
        assert_ne!(decoy, other.decoy(&seed), "each pool has a secret of its own");
        one.check(&decoy).unwrap();
        if seen.insert(class.to_string()) {
            assert!(!block_on(one.verify(&password("correct horse"), &decoy)).unwrap(), "{class}");
            assert_eq!(one.needs_rehash(&decoy), class != classes[0]);
        }
    }
    assert_eq!(seen, classes.iter().map(CostClass::to_string).collect());
}

#[test]
fn a_decoy_has_the_form_that_its_scheme_writes() {
    let decoy = |class| Foreign::decoy(class, [9; SALT], &[3; OUTPUT]).unwrap().expose().to_owned();
    assert_eq!(
        decoy(CostClass::Bcrypt { cost: 8 }),
        "$2b$08$AOiHAOiHAOiHAOiHAOiHAO.uKB.uKB.uKB.uKB.uKB.uKB.uKB.uK"
    );
    assert_eq!(
        decoy(CostClass::Scrypt { log_n: 17, r: 8, p: 1 }),
        "$scrypt$ln=17,r=8,p=1$CQkJCQkJCQkJCQkJCQkJCQ$AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"
    );
    assert_eq!(
        decoy(CostClass::Pbkdf2 { digest: Pbkdf2Digest::Sha1, rounds: 10_000 }),
        "$pbkdf2-sha1$i=10000,l=20$CQkJCQkJCQkJCQkJCQkJCQ$AwMDAwMDAwMDAwMDAwMDAwMDAwM"
    );
}

#[test]
fn a_ceiling_that_was_moved_counts() {
    let hash = stored("$2b$08$abcdefghijklmnopqrstuujyJJZFHxfP7uFcWoV4k5KREorUKVI2K");
    let settings = Argon2Settings::insecure_for_tests();
    let without = settings.with_foreign_ceiling(ForeignCeiling::default().with_bcrypt(0));
    assert_eq!(Argon2Pool::new(&without).unwrap().check(&hash), Err(UnusableHash::TooCostly));
}
