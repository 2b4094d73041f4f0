//! The filter of passwords known from breaches: made, asked, looked at, and heeded.

use std::fs;

use serde_json::json;

use crate::house::{House, text};

/// SHA-1 of "seven green hedgehogs in a row", and of "password".
const LIST: &str =
    "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\n618AFFD055FD8B1112A9DB1FD0731D43ACFA34B1:3\n";
const KNOWN: &str = "seven green hedgehogs in a row";
const OTHER: &str = "eight green hedgehogs in a row";

/// A house whose settings name the filter, which is not made yet.
fn house() -> House {
    let house = House::without_mailer();
    let settings = fs::read_to_string(house.folder().join("settings.toml")).unwrap();
    house.write("settings.toml", &format!("{settings}[policy.breach]\nfile = \"breach.filter\"\n"));
    house.write("list.txt", LIST);
    house
}

#[test]
fn a_filter_is_made_of_a_list_and_its_rate_of_wrong_refusals_is_said() {
    let house = house();
    let made = house.object(&["breach", "build", "list.txt", "breach.filter", "--bits", "8"]);
    assert_eq!(
        (&made["hashes"], &made["entries"], &made["one_wrong_in"]),
        (&json!("SHA-1"), &json!(2), &json!(256))
    );
    assert_eq!(made["octets"], fs::metadata(house.folder().join("breach.filter")).unwrap().len());
    house.write("list.txt", &format!("hunter2\n{LIST}"));
    let told = house.table(&["breach", "build", "list.txt", "breach.filter", "--min-count", "4"]);
    assert!(told.starts_with("Made breach.filter of 1 SHA-1 hashes: "), "{told}");
    for said in
        ["one in 65536", "1 were seen less often than 4 times", "1 lines have no hash", "list.txt, line 1"]
    {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn a_list_that_makes_no_filter_is_refused_with_a_code() {
    let house = house();
    house.write("list.txt", "password:1\n");
    assert_eq!(house.code(&["breach", "build", "list.txt", "breach.filter"]), "list_without_hashes");
    assert_eq!(house.code(&["breach", "build", "nothing", "breach.filter"]), "list_unreadable");
    fs::create_dir(house.folder().join("ranges")).unwrap();
    house.write("ranges/5BAA6.txt", "1E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\r\n");
    assert_eq!(house.code(&["breach", "build", "ranges", "breach.filter"]), "ranges_missing");
    let made = house.object(&["breach", "build", "ranges", "breach.filter", "--ranges-may-be-missing"]);
    assert_eq!((&made["entries"], &made["missing_ranges"]), (&json!(1), &json!(1_048_575)));
}

#[test]
fn a_password_is_looked_up_as_it_is_when_one_is_assigned() {
    let house = house();
    let (code, said) = house.refused_with(&["breach", "look-up"], KNOWN);
    assert!(code == "bad_settings" && said.contains("breach.filter"), "{said}");
    house.object(&["breach", "build", "list.txt", "breach.filter"]);
    let looked_up = |password: &str| house.object_of(&["breach", "look-up"], password)["known"].clone();
    assert_eq!((looked_up(KNOWN), looked_up(OTHER)), (json!(true), json!(false)));
    house.registered("ada@example.com");
    let assign = ["accounts", "assign-password", "ada@example.com"];
    assert_eq!(house.refused_with(&assign, KNOWN).0, "weak_password");
    house.object_of(&assign, OTHER);

    let without = House::without_mailer();
    assert_eq!(without.code(&["breach", "look-up"]), "no_filter_named");
}

/// A filter that can't be read refuses each password, and nothing else.
#[test]
fn a_damaged_filter_is_found_by_a_check_and_lets_no_password_through() {
    let house = house();
    house.object(&["breach", "build", "list.txt", "breach.filter"]);
    let check = || {
        let output = house.run("manage", &["check", "--json"], "");
        let lines = String::from_utf8(output.stdout).unwrap();
        let found = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let found = found.filter(|finding| finding["check"] == "breach").collect::<Vec<_>>();
        assert_eq!(found.len(), 1, "{lines}");
        (text(&found[0], "/level"), text(&found[0], "/text"))
    };
    let (level, said) = check();
    assert!(level == "ok" && said.starts_with("2 passwords") && said.contains("65536"), "{said}");

    let path = house.folder().join("breach.filter");
    let mut octets = fs::read(&path).unwrap();
    *octets.last_mut().unwrap() ^= 1;
    fs::write(&path, octets).unwrap();
    let (level, said) = check();
    assert!(level == "fail" && said.contains("breach.filter is damaged"), "{said}");
    house.registered("ada@example.com");
    assert_eq!(
        house.refused_with(&["accounts", "assign-password", "ada@example.com"], OTHER).0,
        "unscreened"
    );
}
