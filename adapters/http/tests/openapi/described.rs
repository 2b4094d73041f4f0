//! The contracts with their options, each as a router and as it is described.

use accountable_core::{
    Accounts, Machine,
    domain::{Incarnation, KeyId, Keyring, LinkUrl, Links, PasswordPolicy},
};
use accountable_http::{
    auth::{BearerKeys, NcpSignatures},
    openapi::Document,
    profile::{data_forest, payway, webconnect},
};
use accountable_memory::{InsecureTestHasher, ManualClock, MemoryStore, RecordingMailer, SeededEntropy};
use axum::Router;
use serde_json::Value;

/// A contract as a host mounts it.
pub(crate) struct Described {
    pub(crate) name: &'static str,
    pub(crate) router: Router,
    pub(crate) document: Value,
}

/// Accounts whose passwords are held to this rule.
pub(crate) fn accounts(policy: PasswordPolicy) -> Accounts {
    let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
    let machine = Machine::new(clock, SeededEntropy::new(42), InsecureTestHasher::new(1));
    let store = MemoryStore::new(Incarnation::from_bytes([7; 16]));
    let keys = Keyring::new(
        *b"the key of all tags, of 32 bytes",
        KeyId::parse("k1").unwrap(),
        *b"and another one, of 32 bytes too",
    )
    .unwrap();
    let links = Links::to(LinkUrl::parse("https://app.example/password").unwrap());
    Accounts::builder(machine, store, RecordingMailer::new(), keys, links).policy(policy).build().unwrap()
}

pub(crate) fn read(document: &Document) -> Value {
    serde_json::from_str(&document.to_json()).unwrap()
}

pub(crate) fn webconnect_with(options: webconnect::Options) -> Described {
    let document = read(&webconnect::description(&options));
    let accounts = accounts(PasswordPolicy::nist());
    let router = webconnect::router(accounts, BearerKeys::default(), options);
    Described { name: "webconnect", router, document }
}

pub(crate) fn data_forest_with(policy: PasswordPolicy, options: data_forest::Options) -> Described {
    let accounts = accounts(policy);
    let document = read(&data_forest::description(&accounts, &options));
    let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
    let router = data_forest::router(accounts, NcpSignatures::new(clock), options);
    Described { name: "data_forest", router, document }
}

pub(crate) fn payway_with(options: payway::Options) -> Described {
    let accounts = accounts(PasswordPolicy::payway());
    let document = read(&payway::description(&accounts, &options));
    let router = payway::router(accounts, BearerKeys::default(), options);
    Described { name: "payway", router, document }
}

/// As each is by default.
pub(crate) fn by_default() -> [Described; 3] {
    [
        webconnect_with(webconnect::Options::default()),
        data_forest_with(PasswordPolicy::data_forest_current(), data_forest::Options::default()),
        payway_with(payway::Options::default()),
    ]
}

/// As each is to the letter of its document.
pub(crate) fn strict() -> [Described; 3] {
    let forest = data_forest::Options::default().echoing_refused_passwords().requiring("accounts");
    [
        webconnect_with(
            webconnect::Options::strict().with_base("/tenants/a/api/v2").unwrap().with_limit(500),
        ),
        data_forest_with(PasswordPolicy::data_forest_all_classes(), forest.with_longest_list(10)),
        payway_with(payway::Options::default().strict()),
    ]
}

/// Each operation: its path, its method and what is said of it.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &Value)| {
        let item = item.as_object().unwrap().clone();
        let path = path.clone();
        item.into_iter().map(move |(method, operation)| (path.clone(), method.to_uppercase(), operation))
    };
    paths.iter().flat_map(methods).collect()
}
