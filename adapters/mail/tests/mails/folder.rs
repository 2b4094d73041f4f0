//! The folder: the contract of mailers, and what stays in it when something goes wrong.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use accountable_conformance::{
    block_on,
    mailer::{Arrival, Fate, MailerUnderTest},
    store::NotOffered,
};
use accountable_core::{
    domain::{EmailAddress, Letter, Notice, Purpose},
    port::{MailError, Mailer, Receipt},
};
use accountable_mail::FolderMailer;
use async_trait::async_trait;
use tempfile::TempDir;

use crate::letters::{code, composer, notice, parsed, written};

fn open() -> (TempDir, FolderMailer) {
    let folder = tempfile::tempdir().unwrap();
    let mailer = FolderMailer::open(folder.path().join("out"), composer()).unwrap();
    (folder, mailer)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_letter_is_a_file_of_its_name_and_another_attempt_takes_its_place() {
    let (folder, mailer) = open();
    let letter = notice(Notice::Locked);
    let name = format!("{}.eml", letter.id);
    for _ in 0..3 {
        let receipt = block_on(mailer.deliver(&letter)).unwrap();
        assert_eq!(receipt.queue_id.as_ref(), Some(&name));
    }
    let out = folder.path().join("out");
    assert_eq!(names(&out), [name.as_str()]);
    assert_eq!(fs::read(out.join(name)).unwrap(), written(&letter));
}

#[test]
#[cfg(unix)]
fn only_its_owner_may_read_a_mail() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, mailer) = open();
    let letter = notice(Notice::Locked);
    block_on(mailer.deliver(&letter)).unwrap();
    let out = folder.path().join("out");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&out.join(format!("{}.eml", letter.id))), 0o600);
    assert_eq!(mode(&out), 0o700);
}

#[test]
fn a_mail_that_can_not_be_put_down_leaves_nothing_behind_and_its_error_names_nobody() {
    let (folder, mailer) = open();
    let (letter, link) = code(Purpose::PasswordSet);
    let out = folder.path().join("out");
    // Something is in the way of its name.
    let name = format!("{}.eml", letter.id);
    fs::create_dir(out.join(&name)).unwrap();
    let error = block_on(mailer.deliver(&letter)).unwrap_err();
    assert!(matches!(error, MailError::Ours(_)), "{error:?}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(&link) && !shown.contains("ovelace"), "{shown}");
    assert_eq!(names(&out), [name.as_str()], "half a mail stayed behind");
    fs::remove_dir(out.join(&name)).unwrap();
    block_on(mailer.deliver(&letter)).unwrap();
}

#[test]
fn a_folder_that_can_not_be_had_is_said_at_once() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(FolderMailer::open(file.path(), composer()).is_err());
    assert!(FolderMailer::open(file.path().join("below"), composer()).is_err());
}

/// A folder that is emptied after each letter, so that what a second attempt writes is seen as well.
struct Emptied {
    folder: TempDir,
    inner: FolderMailer,
    arrived: Arc<Mutex<Vec<Arrival>>>,
}

impl MailerUnderTest for Emptied {
    fn fresh() -> Self {
        let (folder, inner) = open();
        Self { folder, inner, arrived: Arc::default() }
    }
    fn mailer(&self) -> Arc<dyn Mailer> {
        let out = self.folder.path().join("out");
        Arc::new(Emptying { out: out.into(), inner: self.inner.clone(), arrived: Arc::clone(&self.arrived) })
    }
    fn arrived(&self) -> Vec<Arrival> {
        self.arrived.lock().unwrap().clone()
    }
    fn treat(&self, _: &EmailAddress, as_told: Fate) -> Result<(), NotOffered> {
        match as_told {
            Fate::Unreachable => {
                fs::remove_dir_all(self.folder.path().join("out")).unwrap();
                Ok(())
            }
            Fate::NoSuchMailbox | Fate::Rejected => Err(NotOffered("a folder asks nobody")),
            Fate::Ours => Err(NotOffered("the contract's own letters have words")),
            Fate::Transient | Fate::Hangs => Err(NotOffered("a file system can't be made to")),
        }
    }
}

struct Emptying {
    out: Box<Path>,
    inner: FolderMailer,
    arrived: Arc<Mutex<Vec<Arrival>>>,
}

#[async_trait]
impl Mailer for Emptying {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let receipt = self.inner.deliver(letter).await?;
        let file = self.out.join(receipt.queue_id.as_ref().unwrap());
        let octets = fs::read(&file).unwrap();
        fs::remove_file(file).unwrap();
        let mail = parsed(&octets);
        self.arrived.lock().unwrap().push(Arrival {
            to: recipients(mail.header_raw("To").unwrap()),
            message_id: mail.message_id().unwrap().to_owned(),
            text: mail.body_text(0).unwrap().into_owned(),
            brings_back: String::from_utf8_lossy(&octets).into_owned(),
        });
        Ok(receipt)
    }
}

/// As they are written, quotes and all: the parser takes those off.
fn recipients(header: &str) -> Vec<String> {
    header.trim().split(", ").map(|to| to.trim_matches(['<', '>']).to_owned()).collect()
}

accountable_conformance::mailer_contract!(Emptied);
