//! What holds for a call to either contract by its head alone.

use accountable_core::domain::PasswordPolicy;
use accountable_http::profile::{data_forest, payway};
use serde_json::json;

use crate::{
    data_forest::LIST,
    payway::{COMPLETE, CREATE, CUSTOM, PLAIN},
    world::{World, header},
};

const RESET: &str = "/api/v2/accounts/resetPassword";

#[tokio::test]
async fn another_method_than_post_is_405_in_the_contracts_words() {
    let world = World::new(PasswordPolicy::data_forest_three_classes());
    let server = world.data_forest(data_forest::Options::default()).await;
    for path in [RESET, LIST] {
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let answer = server.call(method, path, &[], b"").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.json(), json!({ "message": "method not allowed", "success": false }));
            assert!(answer.has("allow: POST"), "{method} {path} {answer:?}");
        }
        let answer = server.call("GET", path, &[header("accept", "application/xml")], b"").await;
        assert!(answer.status == 405 && answer.body.contains("<success>false</success>"), "{answer:?}");
        assert!(answer.has("allow: POST"), "{answer:?}");
    }
    assert_eq!(server.call("GET", "/api/v2/accounts/setList", &[], b"").await.status, 404);
}

#[tokio::test]
async fn another_method_than_post_is_405_with_code_field_and_message() {
    let world = World::new(PasswordPolicy::payway());
    let (server, _) = world.payway(payway::Options::default()).await;
    for path in [CUSTOM, PLAIN, CREATE, COMPLETE] {
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let answer = server.call(method, path, &[], b"").await;
            let body = json!({
                "code": "method_not_allowed", "field": null, "message": "The request method is not POST",
            });
            assert_eq!((answer.status, answer.json()), (405, body), "{method} {path}");
            assert!(answer.has("allow: POST"), "{method} {path} {answer:?}");
        }
    }
    assert_eq!(server.call("GET", "/external/api/v1/accounts/none", &[], b"").await.status, 404);
}
