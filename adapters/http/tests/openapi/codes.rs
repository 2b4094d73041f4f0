//! Each code and status that a contract's own source names is described.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use regex::Regex;
use serde_json::Value;

use crate::described::{Described, by_default, operations, strict};

/// The source of a contract, without its description, which is in `openapi.rs` and below `openapi`.
fn source(contract: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/profile").join(contract);
    let mut text = String::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.file_stem().is_some_and(|name| name != "openapi") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    text
}

/// What callers tell the errors of a status apart by, over all operations.
fn described(contract: &Described, member: &str) -> BTreeMap<u16, BTreeSet<String>> {
    let mut all: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
    for (path, method, operation) in operations(&contract.document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let status: u16 = status.parse().unwrap();
            assert_ne!(response["description"], "", "{method} {path} {status}");
            for body in response["content"].as_object().into_iter().flatten().map(|(_, body)| body) {
                let these = &body["schema"]["allOf"][1]["properties"][member]["enum"];
                let these = these.as_array().into_iter().flatten().map(|code| code.as_str().unwrap());
                all.entry(status).or_default().extend(these.map(str::to_owned));
            }
        }
    }
    all
}

/// Each pair of a status and a text that the pattern finds in the source.
fn named(contract: &str, pattern: &str) -> BTreeSet<(u16, String)> {
    let source = source(contract);
    let pattern = Regex::new(pattern).unwrap();
    let pairs = pattern.captures_iter(&source).map(|found| {
        let (status, text) = (found["status"].parse().unwrap(), found["text"].to_owned());
        (status, text)
    });
    pairs.collect()
}

/// Statuses that belong to no operation.
const NO_OPERATION: u16 = 405;

fn assert_described(contract: &Described, member: &str, named: &BTreeSet<(u16, String)>) {
    let described = described(contract, member);
    for (status, text) in named.iter().filter(|(status, _)| *status != NO_OPERATION) {
        let known = described.get(status).is_some_and(|known| known.contains(text));
        assert!(known, "{}: {status} {text} is not described: {described:?}", contract.name);
    }
}

#[test]
fn every_problem_of_webconnect_is_described() {
    let own = named("webconnect", r#"Problem::new\((?<status>\d+), "(?<text>[a-z_]+)"\)"#);
    let told = named("webconnect", r"(?m)^//! \| `(?<text>[a-z_]+)` \| (?<status>\d+) \|");
    assert!(own.len() > 5 && told.len() > 10, "{own:?} {told:?}");
    for contract in [&by_default()[0], &strict()[0]] {
        assert_described(contract, "code", &own);
        assert_described(contract, "code", &told);
    }
}

#[test]
fn every_error_of_payway_is_described() {
    let own = named("payway", r#"(?s)(?:Self|ErrorResponse)::new\(\s*(?<status>\d+),\s*"(?<text>[a-z_]+)""#);
    assert!(own.len() > 8, "{own:?}");
    for contract in [&by_default()[2], &strict()[2]] {
        assert_described(contract, "code", &own);
    }
}

#[test]
fn every_error_of_data_forest_is_described() {
    let own = named("data_forest", r#"(?:Self|ErrorResponse)::new\((?<status>\d+), "(?<text>[a-z ]+)"\)"#);
    assert!(own.len() > 4, "{own:?}");
    for contract in [&by_default()[1], &strict()[1]] {
        // What is said of a parameter is a text of its own.
        let fixed = own.iter().filter(|(status, _)| *status != 400).cloned().collect();
        assert_described(contract, "message", &fixed);
        for (path, _, operation) in operations(&contract.document) {
            let message =
                "/responses/400/content/application~1json/schema/allOf/1/properties/message/pattern";
            let pattern = operation.pointer(message).and_then(Value::as_str);
            let pattern = Regex::new(pattern.unwrap_or_else(|| panic!("{path}"))).unwrap();
            for (_, said) in own.iter().filter(|(status, _)| *status == 400) {
                assert!(pattern.is_match(said), "{said}");
            }
        }
    }
}
