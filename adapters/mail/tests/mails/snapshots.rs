//! Every mail in every language, as files that somebody can read: `tests/snapshots/LANGUAGE/KIND.txt`, and a few as HTML.
//!
//! Where words change on purpose, `UPDATE_SNAPSHOTS=1 cargo test -p accountable-mail` writes the files anew; their difference is
//! then to be read.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use accountable_mail::LetterWords;

use crate::letters::{LANGUAGES, locale, named};

/// The kinds of mails whose HTML is kept too: with two links, with a remedy, and without a link.
const AS_HTML: [&str; 3] = ["password_reset", "email_cancel", "password_changed"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")
}

/// Each snapshot's path below the folder, and what it holds.
fn snapshots() -> Vec<(String, String)> {
    let words = LetterWords::of("Orchard");
    let each =
        LANGUAGES.iter().flat_map(|tag| named().into_iter().map(move |(name, letter)| (tag, name, letter)));
    each.flat_map(|(tag, name, letter)| {
        let wording = words.wording(&letter.in_locale(Some(locale(tag)))).unwrap();
        let text = (format!("{tag}/{name}.txt"), format!("{}\n\n{}", wording.subject(), wording.text()));
        let html = AS_HTML.contains(&name.as_str());
        [text].into_iter().chain(html.then(|| (format!("{tag}/{name}.html"), wording.html().to_owned())))
    })
    .collect()
}

#[test]
fn every_mail_reads_as_it_did() {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    for (path, said) in snapshots() {
        let file = folder().join(&path);
        if update {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &said).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == said, "{path} is not what is kept; the mail now says:\n{said}");
    }
}

#[test]
fn no_snapshot_is_kept_of_a_mail_that_is_no_more() {
    let wanted: BTreeSet<_> = snapshots().into_iter().map(|(path, _)| path).collect();
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
