//! The documents' own samples are what the descriptions say, and what the calls do not take is not.

use accountable_core::domain::PasswordPolicy;
use accountable_http::profile::{data_forest, payway, webconnect};
use jsonschema::Validator;
use regex::Regex;
use serde_json::{Value, json};

use crate::described::{data_forest_with, payway_with, webconnect_with};

const DEFINITION_JAVA: &str = include_str!("../webconnect/samples/AccountDefinition.java.txt");
const DEFINITION_JS: &str = include_str!("../webconnect/samples/AccountDefinition.js.txt");
const SET_REQUEST_JAVA: &str = include_str!("../webconnect/samples/PasswordSetRequest.java.txt");
const RESET: &str = include_str!("../resets/samples/data_forest_reset_password.sh");
const RESET_ERROR: &str = include_str!("../resets/samples/data_forest_error.txt");
const CUSTOM: &str = include_str!("../resets/samples/payway_custom_request_password_reset.sh");
const CUSTOM_ERROR: &str = include_str!("../resets/samples/payway_error.json");

/// The schema of this name, with those that it names.
fn validator(document: &Value, name: &str) -> Validator {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{name}"),
        "components": document["components"],
    });
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// The first object in a text, once what the language of the sample escapes is undone.
fn object(sample: &str, unescaped: impl Fn(&str) -> String) -> Value {
    let text = unescaped(sample);
    let found = Regex::new(r#"(?s)\{\s*"[^{}]*\}"#).unwrap().find(&text).unwrap();
    serde_json::from_str(found.as_str()).unwrap()
}

/// A Java text is written in parts, and its quotes are escaped.
fn java(sample: &str) -> String {
    Regex::new(r#""\s*\+\s*""#)
        .unwrap()
        .replace_all(&sample.replace("\\\"", "\u{1}"), "")
        .replace('\u{1}', "\"")
}

#[test]
fn webconnects_samples_are_as_described() {
    let document = webconnect_with(webconnect::Options::default()).document;
    let registration = validator(&document, "RegisterAccount");
    for sample in [object(DEFINITION_JAVA, java), object(DEFINITION_JS, str::to_owned)] {
        assert!(registration.is_valid(&sample), "{sample}");
    }
    assert!(validator(&document, "RequestPasswordSet").is_valid(&object(SET_REQUEST_JAVA, java)));

    let answered = json!({
        "id": "abcdefghijklmnopabcdefghijklmnop", "mailAddress": "sample@example.com", "statusCode": 0,
        "isVerifiedMailAddress": true, "passwordValidityPeriod": 0, "ipFilterGroupName": null,
        "memo": "xxxxxxxxxxxxxxxxxxxxxx"
    });
    let strict = webconnect_with(webconnect::Options::strict()).document;
    for document in [&document, &strict] {
        assert!(validator(document, "AccountDefinition").is_valid(&answered));
    }

    let with = |field: &str, value: Value| {
        let mut body = json!({ "mailAddress": "sample@example.com" });
        body[field] = value;
        registration.is_valid(&body)
    };
    for (field, good, bad) in [
        (
            "mailAddress",
            vec![json!("jörg@example.com")],
            vec![json!(format!("{}@b.com", "x".repeat(249))), json!(["a@b.com"]), json!(null)],
        ),
        (
            "passwordValidityPeriod",
            vec![json!(0), json!(30), json!(365), json!(30.0), json!(null)],
            vec![json!(1), json!(29), json!(366), json!(30.5), json!(-1), json!("30")],
        ),
        (
            "ipFilterGroupName",
            vec![json!("group1"), json!("a.b-c"), json!("x".repeat(32)), json!(null)],
            vec![json!(""), json!("a b"), json!("x".repeat(33)), json!("ä")],
        ),
        (
            "memo",
            vec![
                json!(""),
                json!("line\n\ttab"),
                json!("é".repeat(256)),
                json!("😀".repeat(256)),
                json!(null),
            ],
            vec![json!("é".repeat(257)), json!("bell \u{7}"), json!("\u{9f}"), json!(7)],
        ),
        ("cc", vec![], vec![json!("b@example.com")]),
    ] {
        assert!(good.into_iter().all(|good| with(field, good)), "{field}");
        for bad in bad {
            assert!(!with(field, bad.clone()), "{field}: {bad}");
        }
    }
}

#[test]
fn data_forests_samples_are_as_described() {
    let forest =
        data_forest_with(PasswordPolicy::data_forest_three_classes(), data_forest::Options::default());
    let document = forest.document;
    let reset = validator(&document, "ResetAccountPasswordRequest");
    let sample = object(RESET, |sample| sample.replace("\\\"", "\""));
    assert!(reset.is_valid(&sample), "{sample}");
    for id in ["", &"a".repeat(23), "a-b", "ä"] {
        assert!(!reset.is_valid(&json!({ "id": id, "password": "abCD12!?" })), "{id}");
    }
    for password in ["qazQAZ1", &"x".repeat(21)] {
        assert!(!reset.is_valid(&json!({ "id": "20nAZnjbUNFdc7RsILlC3A", "password": password })));
    }
    let answered = json!({ "success": true, "id": "20nAZnjbUNFdc7RsILlC3A" });
    assert!(validator(&document, "ResetAccountPasswordResponse").is_valid(&answered));
    assert!(validator(&document, "GetAccountListRequest").is_valid(&json!({})));
    // Its text is broken over lines, which no text of JSON may be.
    let error: Value = serde_json::from_str(&RESET_ERROR.replace("\n    Please", "Please")).unwrap();
    assert!(validator(&document, "ErrorResponse").is_valid(&error), "{error}");
}

#[test]
fn payways_samples_are_as_described() {
    for options in [payway::Options::default(), payway::Options::default().strict()] {
        let document = payway_with(options).document;
        let sample = object(CUSTOM, str::to_owned);
        let custom = validator(&document, "CustomRequestPasswordReset");
        assert!(custom.is_valid(&sample), "{sample}");
        for field in ["email", "reset_password_url", "return_url"] {
            let mut without = sample.clone();
            without.as_object_mut().unwrap().remove(field);
            assert!(!custom.is_valid(&without), "{field} is required");
        }
        let error: Value = serde_json::from_str(CUSTOM_ERROR).unwrap();
        assert!(validator(&document, "Error").is_valid(&error), "{error}");
        assert!(validator(&document, "Nothing").is_valid(&json!({})));
    }
}
