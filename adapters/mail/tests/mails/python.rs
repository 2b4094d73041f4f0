//! Every mail in every language, parsed again by the two others: `mail-parser`, and Python's `email`.

use std::{fs, process::Command};

use accountable_mail::{Composer, LetterWords};

use crate::letters::{LANGUAGES, letterhead, locale, named, parsed};

/// A mail of each kind in each language: its name, its octets, its subject, and the links in its text.
fn mails() -> Vec<(String, Vec<u8>, String, Vec<String>)> {
    let words = LetterWords::of("Orchard");
    let composer = Composer::new(letterhead(), words.clone());
    let each =
        LANGUAGES.iter().flat_map(|tag| named().into_iter().map(move |(name, letter)| (tag, name, letter)));
    each.map(|(tag, name, letter)| {
        let letter = letter.in_locale(Some(locale(tag)));
        let subject = words.wording(&letter).unwrap().subject().to_owned();
        let link = letter.link();
        let back = link.and_then(|link| link.return_url()).map(ToString::to_string);
        let links = link.map(|link| link.expose().to_owned()).into_iter().chain(back).collect();
        (format!("{tag}-{name}"), composer.compose(&letter).unwrap().as_bytes().to_vec(), subject, links)
    })
    .collect()
}

#[test]
fn links_are_whole_in_both_parts_and_the_charset_is_right() {
    for (name, octets, subject, links) in mails() {
        let mail = parsed(&octets);
        assert_eq!(mail.subject(), Some(subject.as_str()), "{name}");
        let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
        let of_text: Vec<_> = text.lines().filter(|line| line.starts_with("https://")).collect();
        assert_eq!(of_text, links, "{name}");
        for link in &links {
            let escaped = link.replace('&', "&amp;");
            assert!(html.contains(&format!("href=\"{escaped}\"")), "{name}: {html}");
        }
        let charsets = mail.parts.iter().filter_map(|part| {
            use mail_parser::MimeHeaders as _;
            part.content_type()?.attribute("charset").map(str::to_owned)
        });
        assert_eq!(charsets.collect::<Vec<_>>(), ["utf-8", "utf-8"], "{name}");
        assert!(octets.split(|octet| *octet == b'\n').all(|line| line.len() <= 999), "{name}");
    }
}

#[test]
fn python_reads_each_mail_as_it_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let mails = mails();
    for (name, octets, subject, links) in &mails {
        let file = |kind: &str| folder.path().join(format!("{name}.{kind}"));
        fs::write(file("eml"), octets).unwrap();
        fs::write(file("subject"), subject).unwrap();
        fs::write(file("links"), links.join("\n")).unwrap();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mails/read.py");
    let Ok(read) = Command::new("python3").arg(script).arg(folder.path()).output() else {
        eprintln!("skipped: there is no python3 here");
        return;
    };
    let said = String::from_utf8_lossy(&read.stderr);
    assert!(read.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&read.stdout).trim(), mails.len().to_string());
}
