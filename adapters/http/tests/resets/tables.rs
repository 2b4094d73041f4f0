//! The tables in the profiles' docs: each behaviour names a test, and each such test is there.

const PROFILES: [(&str, &str); 2] = [
    ("data_forest", include_str!("../../src/profile/data_forest/mod.rs")),
    ("payway", include_str!("../../src/profile/payway/mod.rs")),
];

const TESTS: [&str; 10] = [
    include_str!("data_forest.rs"),
    include_str!("data_forest_list.rs"),
    include_str!("heads.rs"),
    include_str!("hostile.rs"),
    include_str!("payway.rs"),
    include_str!("payway_codes.rs"),
    include_str!("payway_events.rs"),
    include_str!("../../src/profile/data_forest/advice.rs"),
    include_str!("../../src/profile/payway/address.rs"),
    include_str!("../../src/profile/payway/event.rs"),
];

#[test]
fn each_documented_behaviour_names_a_test_that_exists() {
    for (profile, source) in PROFILES {
        let table = source.split_once("//! | documented | test |\n//! |---|---|\n").expect("a table").1;
        let rows: Vec<_> = table.lines().take_while(|line| line.starts_with("//! |")).collect();
        assert!(rows.len() >= 10, "{profile}");
        for row in rows {
            let name = row.trim_end_matches(" |").rsplit('|').next().unwrap().trim().trim_matches('`');
            let (test, tokio) = (format!("#[test]\n    fn {name}()"), format!("]\nasync fn {name}()"));
            let found = TESTS.iter().any(|tests| tests.contains(&test) || tests.contains(&tokio));
            assert!(found, "{profile}: no test is called {name}");
        }
    }
}
