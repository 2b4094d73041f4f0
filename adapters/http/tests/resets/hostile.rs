//! What nobody sends by mistake: refused by name, with nothing stored.

use accountable_core::domain::PasswordPolicy;
use accountable_http::profile::{data_forest, payway};
use serde_json::json;

use crate::{
    payway::{COMPLETE, CREATE, CUSTOM, FIRST, PLAIN, custom, send},
    payway_codes::created,
    world::{World, header},
};

/// Bodies of no sense in any contract.
fn nonsense() -> Vec<Vec<u8>> {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let mut bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "null",
        "[]",
        "\"x\"",
        "{\"__proto__\":{}}",
        "{\"email\":{\"$ne\":null}}",
        "{\"id\":{\"$gt\":\"\"},\"password\":{\"$gt\":\"\"}}",
        "{\"a\":1e999999}",
        "{\"a\":\"\\ud800\"}",
        "{'email':'a@example.com'}",
        "{}//",
        "\u{feff}{}x",
        &deep,
    ]
    .map(|body| body.as_bytes().to_vec())
    .into();
    bodies.push(b"{\"email\":\"\xff@example.com\"}".to_vec());
    bodies.push(b"\xff\xfe{\0}\0".to_vec());
    bodies.push(b"{\"email\":\"a@example.com\0\"}".to_vec());
    bodies.push(vec![b' '; 65_537]);
    bodies
}

#[tokio::test]
async fn hostile_bodies_to_data_forest_change_nothing() {
    const RESET: &str = "/api/v2/accounts/resetPassword";
    let world = World::new(PasswordPolicy::data_forest_three_classes());
    let id = world.in_use("ada@example.com", "plumTrom42!").await.to_base62();
    let server = world.data_forest(data_forest::Options::default()).await;
    let before = world.trace().await;

    let mut bodies: Vec<(&str, Vec<u8>)> = nonsense()
        .into_iter()
        .flat_map(|body| [("application/json", body.clone()), ("application/xml", body)])
        .collect();
    for body in [
        format!(r#"{{"id":"{id}","id":"{id}","password":"abCD12!?"}}"#),
        format!(r#"{{"id":"{id}","\u0069d":"{id}","password":"abCD12!?"}}"#),
        format!(r#"{{"id":"{id}","password":"abCD12!?","password":"x"}}"#),
        format!(r#"{{"id":["{id}"],"password":"abCD12!?"}}"#),
        format!(r#"{{"id":"{id}","password":["abCD12!?"]}}"#),
        format!(r#"{{"id":"{id}","password":null}}"#),
        format!(r#"{{"id":"{id}\u0000","password":"abCD12!?"}}"#),
        format!(r#"{{"id":"{id}","password":"abCD12!?\r\nset-cookie: a"}}"#),
        format!(r#"{{"id":"{id}","password":"{}"}}"#, "aB1!".repeat(10_000)),
        format!(r#"{{"ID":"{id}","password":"abCD12!?"}}"#),
    ] {
        bodies.push(("application/json", body.into_bytes()));
    }
    let (start, end) = id.split_at(9);
    let element = |head: &str, id: &str, more: &str| {
        format!(
            "{head}<ResetAccountPasswordRequest><id>{id}</id><password>abCD12!?</password>{more}\
             </ResetAccountPasswordRequest>"
        )
    };
    let laughs = "<!DOCTYPE R [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>";
    for body in [
        element(laughs, "&c;", ""),
        element("<!DOCTYPE R [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>", "&x;", ""),
        element("<!DOCTYPE R SYSTEM \"http://127.0.0.1:1/x.dtd\">", &id, ""),
        element("<!DOCTYPE R [<!ENTITY % x SYSTEM \"file:///etc/passwd\">%x;]>", &id, ""),
        element("<?xml version=\"1.0\" encoding=\"UTF-16\"?>", &id, ""),
        element("<!-- --><!DOCTYPE R [<!ENTITY a \"0\">]>", &id, ""),
        element("<!-- -- -->", &id, ""),
        element("", &id, "<id>0</id>"),
        element("", &format!("{start}<!-- x -->{end}"), ""),
        element("", &format!("{start}<?x?>{end}"), ""),
        element("", &id, "<xsi:nil/>"),
        element("", &format!("<id>{id}</id>"), ""),
        element("", &id, "<xi:include href=\"file:///etc/passwd\"/>"),
        element("", &id, &"<a>".repeat(5_000)),
        format!("<Other><id>{id}</id><password>abCD12!?</password></Other>"),
    ] {
        bodies.push(("application/xml", body.into_bytes()));
    }
    for (media, body) in bodies {
        let mut headers = world.signed(RESET);
        headers.push(header("content-type", media));
        let answer = server.post(RESET, &headers, &body).await;
        let shown = String::from_utf8_lossy(&body).chars().take(120).collect::<String>();
        assert!((400..500).contains(&answer.status), "{shown} {answer:?}");
        assert!(!answer.body.contains("root:") && !answer.body.contains("hahaha"), "{answer:?}");
        assert!(!answer.head.iter().any(|line| line.starts_with("set-cookie")), "{answer:?}");
    }
    for target in
        [format!("{RESET}/"), format!("{RESET}/../getList"), "/api/v2/accounts/%72esetPassword%00".into()]
    {
        let mut headers = world.signed(&target);
        headers.push(header("content-type", "application/json"));
        let answer = server.post(&target, &headers, b"{}").await;
        assert!((400..500).contains(&answer.status), "{target} {answer:?}");
    }
    assert_eq!(world.trace().await, before);
}

#[tokio::test]
async fn hostile_bodies_to_payway_change_nothing() {
    let world = World::new(PasswordPolicy::payway());
    world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(payway::Options::default()).await;
    let (account, code) = created(&server, &bearers, "test@example.com").await;
    let before = world.trace().await;
    let headers = [
        header("authorization", &format!("Bearer {}", bearers.trusted)),
        header("content-type", "application/json"),
    ];
    for path in [CUSTOM, PLAIN, CREATE, COMPLETE] {
        let mut bodies = nonsense();
        let urls = r#""reset_password_url":"https://www.yoursite.se/reset_password","return_url":"https://www.yoursite.se/return_url""#;
        let rest = if path == CUSTOM { format!(",{urls}") } else { String::new() };
        for email in [
            r#""email":"test@example.com","email":"eve@example.com""#,
            r#""email":"test@example.com","\u0065mail":"eve@example.com""#,
            r#""email":["test@example.com","eve@example.com"]"#,
            r#""email":"test@example.com,eve@example.com""#,
            r#""email":"test@example.com;eve@example.com""#,
            r#""email":"test@example.com eve@example.com""#,
            r#""email":"test@example.com\r\nBcc: eve@example.com""#,
            r#""email":"test@example.com\nX: y""#,
            r#""email":"\"test\" <test@example.com>""#,
            r#""email":"test@example.com\u0000""#,
            r#""email":"te\u200bst@example.com""#,
            r#""email":{"$ne":""}"#,
            r#""email":null"#,
            r#""email":true"#,
            r#""Email":"test@example.com""#,
        ] {
            bodies.push(format!("{{{email}{rest}}}").into_bytes());
        }
        for fields in [
            r#""id":"{id}","confirmation_code":"{code}","confirmation_code":"{code}""#,
            r#""id":"{id}","confirmation_code":["{code}"]"#,
            r#""id":["{id}"],"confirmation_code":"{code}""#,
            r#""id":"{id}","confirmation_code":null"#,
            r#""id":"{id}","confirmation_code":" {code}""#,
            r#""id":"{id}","confirmation_code":"{code}=""#,
            r#""id":"{id}\r\n","confirmation_code":"{code}""#,
            r#""id":"{id}","confirmation_code":"{code}","email":"test@example.com""#,
            r#""id":"{id}","confirmation_code":"{code}","new_password":"dune quartz""#,
        ] {
            let fields = fields.replace("{id}", &account).replace("{code}", &code);
            bodies.push(format!("{{{fields},\"new_password\":\"velvet anchor\"}}").into_bytes());
        }
        for body in bodies {
            let answer = server.post(path, &headers, &body).await;
            let shown = String::from_utf8_lossy(&body).chars().take(120).collect::<String>();
            assert!((400..500).contains(&answer.status), "{path} {shown} {answer:?}");
        }
    }
    assert_eq!(world.trace().await, before);
    let live = json!({ "id": account, "confirmation_code": code, "new_password": "velvet anchor" });
    assert_eq!(
        send(&server, &bearers.plain, COMPLETE, &live).await.status,
        200,
        "the code was good all along"
    );
}

#[tokio::test]
async fn no_header_of_the_call_shapes_a_link() {
    let world = World::new(PasswordPolicy::payway());
    world.in_use("test@example.com", FIRST).await;
    let (server, bearers) = world.payway(payway::Options::default()).await;
    let headers = [
        header("authorization", &format!("Bearer {}", bearers.plain)),
        header("content-type", "application/json"),
        header("host", "evil.example"),
        header("x-forwarded-host", "evil.example"),
        header("x-forwarded-for", "198.51.100.9"),
        header("forwarded", "for=198.51.100.9;host=evil.example;proto=http"),
        header("referer", "https://evil.example/"),
        header("origin", "https://evil.example"),
    ];
    for (path, body) in
        [(CUSTOM, custom("test@example.com")), (PLAIN, json!({ "email": "test@example.com" }))]
    {
        let answer = server.post(path, &headers, body.to_string().as_bytes()).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
        let link = world.mailed_link("test@example.com").await;
        assert!(link.is_none_or(|link| link.host_str() == Some("www.yoursite.se")));
    }
    let letters = world.mailer.letters();
    assert!(letters.iter().all(|letter| letter.link().is_none_or(|link| !link.expose().contains("evil"))));
    assert_eq!(send(&server, "x\u{e9}", CUSTOM, &custom("test@example.com")).await.status, 401);
}
