//! A description differs where the options do.

use accountable_core::domain::PasswordPolicy;
use accountable_http::profile::data_forest;
use serde_json::{Value, json};

use crate::described::{by_default, data_forest_with, operations, strict};

fn schema<'a>(document: &'a Value, name: &str) -> &'a Value {
    &document["components"]["schemas"][name]["properties"]
}

fn has_status(document: &Value, status: &str) -> bool {
    operations(document).iter().any(|(_, _, operation)| !operation["responses"][status].is_null())
}

#[test]
fn webconnect_is_described_as_it_is_mounted() {
    let [safe, letter] = [&by_default()[0].document, &strict()[0].document];
    let group = |document| schema(document, "RegisterAccount")["ipFilterGroupName"]["pattern"].clone();
    assert_eq!([group(safe), group(letter)], ["^[0-9A-Za-z.-]+$", "^[A-Za-z.-]+$"]);
    let verified = |document| schema(document, "AccountDefinition")["isVerifiedMailAddress"]["enum"].clone();
    assert_eq!([verified(safe), verified(letter)], [Value::Null, json!([true])]);
    let delete = "delete";
    let of = |document: &Value, path: &str| document["paths"][path][delete]["summary"].clone();
    assert_eq!(of(safe, "/api/v2/accounts/definition/{id}"), "Closes an account");
    assert_eq!(of(letter, "/tenants/a/api/v2/accounts/definition/{id}"), "Erases an account");
    let about = letter["info"]["description"].as_str().unwrap();
    assert!(about.contains("At most 500 accounts"), "{about}");
}

#[test]
fn data_forest_asks_for_the_passwords_that_its_accounts_take() {
    for (policy, least, most, words) in [
        (PasswordPolicy::data_forest_current(), 8, 20, "None of these may be in it"),
        (PasswordPolicy::data_forest_three_classes(), 8, 20, "a combination of at least three types"),
        (PasswordPolicy::nist(), 15, 256, "at least 15 characters"),
    ] {
        let described = data_forest_with(policy, data_forest::Options::default());
        let password = &schema(&described.document, "ResetAccountPasswordRequest")["password"];
        assert_eq!((&password["minLength"], &password["maxLength"]), (&json!(least), &json!(most)));
        assert!(password["description"].as_str().unwrap().contains(words), "{password}");
    }
    let [safe, letter] = [&by_default()[1].document, &strict()[1].document];
    let most = |document| schema(document, "GetAccountListResponse")["contents"]["maxItems"].clone();
    assert_eq!([most(safe), most(letter)], [10_000, 10]);
    let says = |document: &Value| {
        document["paths"]["/api/v2/accounts/resetPassword"]["post"]["description"].to_string()
    };
    assert!(says(safe).contains("No error repeats a password"));
    assert!(says(letter).contains("An error repeats a refused password"));
    let scopes = |document: &Value| {
        let asked = &document["paths"]["/api/v2/accounts/getList"]["post"]["security"][0];
        asked["x-ncp-iam-access-key"].clone()
    };
    assert_eq!([scopes(safe), scopes(letter)], [json!([]), json!(["accounts"])]);
}

#[test]
fn payway_tells_of_404_where_it_answers_so() {
    let [safe, letter] = [&by_default()[2].document, &strict()[2].document];
    let asks = "/external/api/v1/accounts/custom_request_password_reset";
    let unknown = |document: &Value| !document["paths"][asks]["post"]["responses"]["404"].is_null();
    assert_eq!([unknown(safe), unknown(letter)], [false, true]);
    assert!(has_status(safe, "404"), "for codes");
    let pattern = |document| schema(document, "CreatePasswordReset")["email"]["pattern"].clone();
    assert!(pattern(safe).is_null() && pattern(letter).is_string());
}
