//! The table of documented behaviours names tests that exist.

const TABLE: &str = include_str!("../../src/profile/webconnect/documented.md");
const TESTS: &str = concat!(
    include_str!("callers.rs"),
    include_str!("change.rs"),
    include_str!("delete.rs"),
    include_str!("hostile.rs"),
    include_str!("java.rs"),
    include_str!("list.rs"),
    include_str!("register.rs"),
    include_str!("set_request.rs"),
    include_str!("../browser/samples.rs"),
);

#[test]
fn each_documented_behaviour_has_its_test() {
    let rows: Vec<_> = TABLE.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20, "{} rows", rows.len());
    for row in rows {
        let test = row.trim_end_matches(" |").rsplit_once("| `").and_then(|(_, test)| test.strip_suffix('`'));
        let test = test.unwrap_or_else(|| panic!("no test is named in {row}"));
        assert!(TESTS.contains(&format!("async fn {test}()")), "there is no test {test}");
    }
}
