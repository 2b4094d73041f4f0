//! Groups of networks.

use serde_json::json;

use crate::house::House;

#[test]
fn a_group_is_defined_shown_listed_and_removed() {
    let house = House::without_mailer();
    let office = house.object(&["groups", "define", "office", "192.0.2.7/24", "2001:db8::/32"]);
    assert_eq!(office, json!({ "name": "office", "networks": ["192.0.2.0/24", "2001:db8::/32"] }));
    house.object(&["groups", "define", "closed", "--nobody"]);
    house.object(&["accounts", "register", "ada@example.com", "--group", "office"]);
    assert_eq!(house.object(&["groups", "show", "office"])["accounts"], 1);
    let names: Vec<_> =
        house.lines(&["groups", "list"]).into_iter().map(|group| group["name"].clone()).collect();
    assert_eq!(names, ["closed", "office"]);
    assert!(house.table(&["groups", "list"]).contains("192.0.2.0/24, 2001:db8::/32"));

    assert_eq!(house.code(&["groups", "remove", "office"]), "ip_filter_group_in_use");
    assert_eq!(house.object(&["groups", "remove", "closed"]), json!({ "name": "closed", "removed": true }));
    assert_eq!(house.code(&["groups", "remove", "closed"]), "unknown_ip_filter_group");
    assert_eq!(house.code(&["groups", "show", "closed"]), "unknown_ip_filter_group");
    let events = house.lines(&["journal", "feed"]);
    let of = |name: &str| events.iter().filter(|event| event["what"]["event"] == name).count();
    assert_eq!((of("ip_filter_group_defined"), of("ip_filter_group_removed")), (2, 1));
}

#[test]
fn a_group_without_networks_must_be_meant() {
    let house = House::without_mailer();
    let output = house.run("manage", &["groups", "define", "office"], "");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}
