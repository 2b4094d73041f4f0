//! The page on standards names tests: each of them is there.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use std::{collections::BTreeSet, fs, path::Path};

/// What stands between two backticks and names a test.
fn named(page: &str) -> BTreeSet<(&str, &str)> {
    page.split('`').skip(1).step_by(2).filter_map(|code| code.split_once(".rs::")).collect()
}

/// Whether the file has a test of this name, and not merely a function.
fn has_test(text: &str, name: &str) -> bool {
    let function = format!("fn {name}(");
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    lines.iter().enumerate().any(|(at, line)| {
        let begins = line.strip_prefix("async ").unwrap_or(line);
        // An attribute stands right before it; what a macro makes tests of stands in its braces.
        let above = lines.iter().take(at).rev().take_while(|line| line.starts_with('#'));
        let of_macro = ["on_each_store! {", "proptest! {"].iter().any(|begin| text.contains(begin));
        begins.starts_with(&function) && (of_macro || above.into_iter().any(|line| line.contains("test")))
    })
}

#[test]
fn each_test_that_the_page_on_standards_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = fs::read_to_string(root.join("core/src/standards.md")).unwrap();
    let named = named(&page);
    assert!(named.len() > 70, "only {} tests are named", named.len());
    let missing: Vec<_> = named
        .into_iter()
        .filter(|(file, name)| {
            let text = fs::read_to_string(root.join(format!("{file}.rs"))).unwrap_or_default();
            !has_test(&text, name)
        })
        .collect();
    assert!(missing.is_empty(), "named and not there: {missing:#?}");
}

#[test]
fn a_test_that_is_not_there_is_missed() {
    let file = "#[test]\nfn it_is_so() {}\nfn helps() {}\n#[tokio::test]\nasync fn later() {}\n";
    assert!(has_test(file, "it_is_so") && has_test(file, "later"));
    assert!(!has_test(file, "helps") && !has_test(file, "it_is") && !has_test(file, "gone"));
    assert_eq!(named("by `a/b.rs::c_d` and `e`"), BTreeSet::from([("a/b", "c_d")]));
}

/// A row that claims neither that it is met, nor a deviation, nor the host's duty would claim nothing.
#[test]
fn each_row_without_a_test_says_whose_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = fs::read_to_string(root.join("core/src/standards.md")).unwrap();
    let untested = page.lines().filter(|line| line.starts_with("| ") && line.ends_with("| |"));
    for row in untested {
        let says = ["**host**", "**Deviation**", "there is no place", "there are none", "No test"];
        assert!(says.iter().any(|words| row.contains(words)), "{row}");
    }
}
