//! Every page in every language, as files that somebody can read: `tests/snapshots/LANGUAGE/PAGE.txt`, and a few as HTML.
//!
//! Where words or templates change on purpose, `UPDATE_SNAPSHOTS=1 cargo test -p accountable-http --test pages` writes the files
//! anew; their difference is then to be read.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

use crate::tour::tour;

const LANGUAGES: [&str; 5] = ["en", "ja", "ko", "de", "sv"];

/// The pages whose HTML is kept too: of each template, with and without what is there at times only.
const AS_HTML: [&str; 8] = [
    "password_set",
    "password_set_weak",
    "email_confirm",
    "email_confirm_wrong",
    "email_cancel",
    "new_link_no_address",
    "invalid",
    "too_many",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")
}

fn replaced(pattern: &str, html: &str, with: &str) -> String {
    Regex::new(pattern).unwrap().replace_all(html, with).into_owned()
}

/// As somebody reads it: what stands on the page, a line each, the title first.
fn read(html: &str) -> String {
    let marked = replaced("(?s)<head>.*<title>(.*)</title>.*</head>", html, "$1");
    let linked = replaced("<a href=\"([^\"]*)\">([^<]*)</a>", &marked, "$2 [$1]");
    let fields = replaced("<input type=\"hidden\"[^>]*>", &linked, "");
    let fields = replaced("<input [^>]*>", &fields, "[          ]");
    let plain = replaced("<[^>]*>", &fields, "");
    let plain = plain.replace("&#38;", "&").replace("&#39;", "'").replace("&#34;", "\"");
    let lines = plain.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// What is different each time is left out.
fn lasting(html: &str) -> String {
    let html = replaced("style-[^.]*\\.css", html, "style-HASH.css");
    replaced("name=\"token\" value=\"[^\"]*\"", &html, "name=\"token\" value=\"TOKEN\"")
}

/// Each snapshot's path below the folder, and what it holds.
async fn snapshots() -> Vec<(String, String)> {
    let mut snapshots = Vec::new();
    for tag in LANGUAGES {
        for (name, page) in tour(tag).await {
            let whole = format!("<html lang=\"{tag}\" dir=\"ltr\">");
            assert!(page.says(&whole), "{tag}/{name}: {}", page.body);
            let text = read(&page.body);
            for unsaid in ["page-", "violation-", "password-length", "wait-", "{"] {
                assert!(!text.contains(unsaid), "{tag}/{name}: {text}");
            }
            snapshots.push((format!("{tag}/{name}.txt"), text));
            if tag == "en" && AS_HTML.contains(&name) {
                snapshots.push((format!("{tag}/{name}.html"), lasting(&page.body)));
            }
        }
    }
    snapshots
}

#[tokio::test]
async fn every_page_reads_as_it_did_and_no_snapshot_is_kept_of_one_that_is_no_more() {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|said| !said.is_empty());
    let snapshots = snapshots().await;
    for (path, said) in &snapshots {
        let file = folder().join(path);
        if update {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, said).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == *said, "{path} is not what is kept; the page now says:\n{said}");
    }
    let wanted: BTreeSet<_> = snapshots.into_iter().map(|(path, _)| path).collect();
    let mut kept = BTreeSet::new();
    for language in fs::read_dir(folder()).unwrap() {
        let language = language.unwrap();
        for file in fs::read_dir(language.path()).unwrap() {
            let names =
                [language.file_name(), file.unwrap().file_name()].map(|name| name.into_string().unwrap());
            kept.insert(names.join("/"));
        }
    }
    assert_eq!(kept, wanted);
}
