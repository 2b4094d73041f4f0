//! Log-ins with the hashers of the house, where the doors' own tests hash with one that is made for tests.

use accountable_conformance::doors::world::{BETTER, at, email, keys, links, password};
use accountable_core::{
    Accounts, Authentication, Import, ImportedPassword, Machine, NewAccount,
    domain::{EventKind, Incarnation, MustChangeReason, Password},
};
use accountable_memory::{ManualClock, MemoryStore, RecordingMailer, SeededEntropy};
use accountable_system::{Argon2Pool, Argon2Settings};

const ADA: &str = "ada@example.com";
/// What the other system took, octet by octet: in our normal form it is another.
const RAW: &str = "cafe\u{301} au lait, please";

/// A hash that looked at 72 octets, most of them the user's name (Okta, 2024). With the hasher of the house.
#[tokio::test]
async fn no_password_is_cut_at_72_octets() {
    let store = MemoryStore::new(Incarnation::from_bytes([7; 16]));
    let pool = Argon2Pool::new(&Argon2Settings::insecure_for_tests()).unwrap();
    let machine = Machine::new(ManualClock::new(at("2026-11-21T12:00:00Z")), SeededEntropy::new(42), pool);
    let builder = Accounts::builder(machine, store, RecordingMailer::new(), keys(), links());
    let accounts = builder.build().unwrap();
    let admin = accounts.admin(accountable_core::domain::Actor::parse("staff").unwrap());
    let id = admin.register(NewAccount::new(email(ADA))).await.unwrap().id;
    let long = |end: &str| password(&format!("{}{end}", "correct horse battery ".repeat(8)));
    admin.assign_password(id, &long("A")).await.unwrap();
    for (typed, lets_in) in [(long("B"), false), (long(""), false), (long("A "), false), (long("A"), true)] {
        let entry =
            accounts.public(Default::default()).authenticate(&email(ADA), &typed, None).await.unwrap();
        assert_eq!(matches!(entry, Authentication::MustChange { .. }), lets_in);
    }
}

/// With the hashers of the house: bcrypt comes in, Argon2id takes its place.
#[tokio::test]
async fn a_bcrypt_hash_lets_in_and_becomes_argon2id() {
    let store = accountable_memory::CountingStore::new(MemoryStore::new(Incarnation::from_bytes([7; 16])));
    let pool = Argon2Pool::new(&Argon2Settings::insecure_for_tests()).unwrap();
    let clock = ManualClock::new(at("2026-11-21T12:00:00Z"));
    let machine = Machine::new(clock, SeededEntropy::new(42), pool);
    let mailer = RecordingMailer::new();
    let accounts = Accounts::builder(machine, store.clone(), mailer, keys(), links()).build().unwrap();
    let admin = accounts.admin(accountable_core::domain::Actor::parse("staff").unwrap());
    let public = accounts.public(Default::default());
    let log_in = async |address: &str, typed: &str| {
        public.authenticate(&email(address), &password(typed), None).await.unwrap()
    };

    let long = "correct horse battery staple ".repeat(3);
    for (address, typed) in [(ADA, RAW), ("long@example.com", &*long)] {
        let parts = bcrypt::hash_with_salt(typed, 8, [7; 16]).unwrap();
        let hash = ImportedPassword::new(&parts.format_for_version(bcrypt::Version::TwoB));
        admin.import(Import::new(NewAccount::new(email(address))).with_password(hash)).await.unwrap();
    }
    assert!(matches!(log_in(ADA, BETTER).await, Authentication::Denied(_)));
    let Authentication::Granted { stamp, .. } = log_in(ADA, RAW).await else {
        panic!("bcrypt does not let in")
    };
    let events = accounts.journal().history(stamp.account, None, 100).await.unwrap().items;
    assert!(matches!(events.last().unwrap().what, EventKind::PasswordRehashed), "{events:?}");
    let parsed = |typed: &str| Password::parse(typed).unwrap();
    assert!(matches!(log_in(ADA, "caf\u{e9} au lait, please").await, Authentication::Granted { .. }));

    let truncated = log_in("long@example.com", &long).await;
    let Authentication::MustChange { reason: MustChangeReason::Truncated, stamp } = truncated else {
        panic!("{truncated:?}")
    };
    let owner = accounts.owner(stamp, Default::default());
    owner.change_password(&parsed(&long), &parsed(BETTER)).await.unwrap();
    assert!(matches!(log_in("long@example.com", BETTER).await, Authentication::Granted { .. }));
}
