//! Each description is valid by OpenAPI's own schema, and its schemas are valid by JSON Schema's.
//!
//! The schema of OpenAPI 3.1 is the one of 2022-10-07 that is published at its `$id`, under the Apache License 2.0.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::described::{by_default, operations, strict};

const OPENAPI: &str = include_str!("oas-3.1-2022-10-07.json");

/// Every value under this name, at any depth.
fn all<'a>(name: &str, value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get(name));
            members.values().for_each(|member| all(name, member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| all(name, item, found)),
        _ => {}
    }
}

#[test]
fn every_description_is_valid_openapi_3_1() {
    let official = jsonschema::validator_for(&serde_json::from_str(OPENAPI).unwrap()).unwrap();
    for described in by_default().into_iter().chain(strict()) {
        assert_eq!(described.document["openapi"], "3.1.0");
        let wrong: Vec<_> =
            official.iter_errors(&described.document).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", described.name);
        let mut broken = described.document.clone();
        broken["paths"] = serde_json::json!({ "no-slash": {} });
        assert!(!official.is_valid(&broken), "the schema tells right from wrong");
    }
}

#[test]
fn every_schema_in_it_is_one_and_every_reference_leads_somewhere() {
    for described in by_default().into_iter().chain(strict()) {
        let mut schemas = Vec::new();
        all("schema", &described.document, &mut schemas);
        schemas.extend(described.document["components"]["schemas"].as_object().unwrap().values());
        assert!(schemas.len() > 20, "{}", described.name);
        for schema in schemas {
            jsonschema::meta::validate(schema).unwrap_or_else(|error| panic!("{schema}: {error}"));
        }
        let mut references = Vec::new();
        all("$ref", &described.document, &mut references);
        assert!(references.len() > 20, "{}", described.name);
        for reference in references {
            let place = reference.as_str().and_then(|place| place.strip_prefix('#')).unwrap();
            assert!(described.document.pointer(place).is_some(), "{}: {reference}", described.name);
        }
    }
}

#[test]
fn links_lead_to_operations_that_are_there_and_operations_have_names_of_their_own() {
    for described in by_default() {
        let operations = operations(&described.document);
        let ids: BTreeSet<_> = operations.iter().map(|(_, _, about)| about["operationId"].as_str()).collect();
        assert_eq!(ids.len(), operations.len(), "{}: {ids:?}", described.name);
        let mut links = Vec::new();
        all("links", &described.document, &mut links);
        let to = links.into_iter().flat_map(|links| links.as_object().unwrap().values());
        for to in to.map(|link| link["operationId"].as_str()) {
            assert!(ids.contains(&to), "{}: {to:?}", described.name);
        }
    }
}
