//! Every language says every message, with the same variables, and says it well-formed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use accountable_words::Words;
use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement, VariantKey},
    parser,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("languages")
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The messages of one file: for each its variables, what it refers to, and what it tells apart by name.
fn messages(tag: &str, part: &str) -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(folder().join(tag).join(part)).unwrap();
    let parsed =
        parser::parse(text.as_str()).unwrap_or_else(|(_, errors)| panic!("{tag}/{part}: {errors:?}"));
    let mut messages = BTreeMap::new();
    for entry in &parsed.body {
        let Entry::Message(Message { id, value: Some(value), attributes, .. }) = entry else {
            let other =
                matches!(entry, Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_));
            assert!(other, "{tag}/{part}: {entry:?}");
            continue;
        };
        assert!(attributes.is_empty(), "{tag}/{part}: {}", id.name);
        let mut uses = BTreeSet::new();
        read(value, &mut uses);
        assert!(
            messages.insert(id.name.to_owned(), uses).is_none(),
            "{tag}/{part}: {} is there twice",
            id.name
        );
    }
    messages
}

/// How plurals are told apart is each language's own, as are the numbers of months.
const PLURALS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

fn read(pattern: &Pattern<&str>, uses: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                read_inline(selector, uses);
                for variant in variants {
                    if let VariantKey::Identifier { name } = variant.key
                        && !PLURALS.contains(&name)
                    {
                        uses.insert(format!("[{name}]"));
                    }
                    read(&variant.value, uses);
                }
            }
            PatternElement::Placeable { expression: Expression::Inline(inline) } => read_inline(inline, uses),
            PatternElement::TextElement { .. } => {}
        }
    }
}

fn read_inline(inline: &InlineExpression<&str>, uses: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => uses.insert(format!("${}", id.name)),
        InlineExpression::MessageReference { id, attribute: None } => uses.insert(id.name.to_owned()),
        other => panic!("{other:?}"),
    };
}

#[test]
fn every_language_says_each_message_with_the_variables_of_the_english() {
    let tags = names_in(&folder());
    assert!(tags.len() >= 5, "{tags:?}");
    let parts = names_in(&folder().join("en"));
    assert!(parts.contains("mails.ftl") && parts.contains("dates.ftl"), "{parts:?}");
    for tag in &tags {
        assert_eq!(names_in(&folder().join(tag)), parts, "{tag}");
        for part in &parts {
            let (english, said) = (messages("en", part), messages(tag, part));
            let only = |these: &BTreeMap<String, _>, those: &BTreeMap<String, _>| {
                these.keys().filter(|name| !those.contains_key(*name)).cloned().collect::<Vec<_>>()
            };
            assert_eq!(only(&english, &said), [""; 0], "{tag}/{part} does not say these");
            assert_eq!(only(&said, &english), [""; 0], "only {tag}/{part} says these");
            for (name, uses) in &english {
                assert_eq!(&said[name], uses, "{tag}/{part}: {name}");
            }
        }
    }
}

#[test]
fn no_name_stands_in_two_parts() {
    let mut seen = BTreeSet::new();
    for part in names_in(&folder().join("en")) {
        for name in messages("en", &part).into_keys() {
            assert!(seen.insert(name.clone()), "{name}");
        }
    }
}

#[test]
fn each_folder_of_words_is_a_language_that_readers_get() {
    let words = Words::builtin();
    let known: BTreeSet<_> = words.languages().map(|language| language.as_str().to_owned()).collect();
    assert_eq!(known, names_in(&folder()));
    assert_eq!(words.languages().next().map(|language| language.as_str()), Some("en"));
}

/// A builtin text passes the checks that a host's passes.
#[test]
fn each_text_could_be_a_hosts_own() {
    for tag in names_in(&folder()) {
        for part in names_in(&folder().join(&tag)) {
            let text = fs::read_to_string(folder().join(&tag).join(&part)).unwrap();
            let words = Words::builtin().with_override(&crate::locale(&tag), &text);
            assert!(words.is_ok(), "{tag}/{part}: {:?}", words.err());
        }
    }
}

/// Quotes and apostrophes are the typographer's, and no blank stands where it would be seen.
#[test]
fn every_text_is_typeset_with_care() {
    for tag in names_in(&folder()) {
        for part in names_in(&folder().join(&tag)) {
            let text = fs::read_to_string(folder().join(&tag).join(&part)).unwrap();
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                for wrong in ["'", "\"", "...", "  { $", " .", " ,", "\t"] {
                    assert!(!line.contains(wrong), "{tag}/{part}: `{wrong}` in {line}");
                }
                assert_eq!(line.trim_end(), line, "{tag}/{part}");
            }
        }
    }
}
