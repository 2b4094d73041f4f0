//! A mailer that writes mails to a folder: one file each, whole or not there at all.

use std::{
    fs,
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use accountable_core::{
    domain::Letter,
    port::{MailError, Mailer, Receipt},
};
use async_trait::async_trait;

use crate::{Composer, Mail};

/// A mailer that writes each mail to a folder, as `ID.eml`: for development, or for a program that sends what it finds there.
///
/// - A file appears at once and whole, and is durable before the letter counts as delivered. Until then it has a
///   name that begins with a dot and ends in `.tmp`. One that a crash left behind is removed as the folder is opened next.
/// - Another attempt at a letter writes the same mail to the same file.
/// - On Unix only the owner of a file may read it, since mails hold live links.
/// - A delivery takes as long as the file system does. No letter waits for another: files are written on the threads of the
///   crate `blocking`.
/// - What the file system refuses it would refuse any letter, and is [`MailError::Unreachable`]: a full disk, a folder that is
///   gone. Only where something else is in the way of a mail's own name that is [`MailError::Ours`]. No error is ever put down to
///   a recipient, whose server has not been asked.
///
/// ```
/// use accountable_core::{domain::*, port::Mailer as _};
/// use accountable_mail::{Composer, FolderMailer, LetterWords, Letterhead};
/// # let outbox = tempfile::tempdir().unwrap();
/// # let outbox = outbox.path().join("outbox");
/// let from = EmailAddress::parse("accounts@orchard.example").unwrap();
/// let mailer = FolderMailer::open(&outbox, Composer::new(Letterhead::new(from), LetterWords::of("Orchard")))?;
/// # let ada = EmailAddress::parse("ada@example.com").unwrap();
/// # let notice = Message::Notice(Notice::PasswordChanged { email_change_dropped: false });
/// # let letter = Letter::new(MailId::from_bytes([7; 16]), Realm::default(), ada, notice, Timestamp::EPOCH);
/// # accountable_conformance::block_on(async {
/// mailer.deliver(&letter).await.unwrap();
/// # });
/// assert!(outbox.join("07070707070707070707070707070707.eml").exists());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FolderMailer {
    folder: Arc<Path>,
    composer: Composer,
}

impl FolderMailer {
    /// A mailer to this folder. If it is not there it is made, with the folders above it, on Unix for the owner alone; what was
    /// made is durable when this returns. What a process that was killed has left half written is removed: its mail is in the
    /// outbox still.
    ///
    /// # Errors
    /// The [`io::Error`] of the operating system, if a folder can't be made, made durable or read.
    pub fn open(folder: impl Into<PathBuf>, composer: Composer) -> io::Result<Self> {
        let folder = folder.into();
        let mut maker = fs::DirBuilder::new();
        maker.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
        let parents = parents_of_new(&folder);
        maker.create(&folder)?;
        parents.iter().try_for_each(|parent| sync_folder(parent))?;
        sweep(&folder)?;
        Ok(Self { folder: folder.into(), composer })
    }
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let mail = self.composer.compose(letter)?;
        let name = format!("{}.eml", letter.id);
        let (folder, file) = (Arc::clone(&self.folder), name.clone());
        blocking::unblock(move || put(&folder, &file, &mail)).await.map_err(classed)?;
        let mut receipt = Receipt::default();
        receipt.queue_id = Some(name);
        Ok(receipt)
    }
}

/// Whole and durable under its name, or not there.
fn put(folder: &Path, name: &str, mail: &Mail) -> io::Result<()> {
    // Readable by its owner alone, and gone again if anything fails.
    let mut file = tempfile::Builder::new().prefix(DRAFT).suffix(DRAFT_END).tempfile_in(folder)?;
    // Whoever sweeps sees that it is being written. Where files can't be locked, nobody sweeps.
    let _ = file.as_file().lock();
    file.write_all(mail.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name)).map_err(|failed| failed.error)?;
    sync_folder(folder)
}

/// How a file is called that is being written.
const DRAFT: &str = ".mail-";
const DRAFT_END: &str = ".tmp";

/// Removes what nobody writes any more: its writer, which was killed, holds no lock on it.
fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_draft = |name: &str| name.starts_with(DRAFT) && name.ends_with(DRAFT_END);
        if !name.to_str().is_some_and(is_draft) {
            continue;
        }
        // It may be gone by now, or be somebody else's.
        let Ok(file) = fs::File::open(entry.path()) else { continue };
        if file.try_lock().is_ok() {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// The folders that get a new entry when this one is made: its parent, and each further one up to the first that is there.
fn parents_of_new(folder: &Path) -> Vec<PathBuf> {
    let new = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    let parents = new.filter_map(Path::parent);
    // The parent of a bare name is the folder that we are in.
    parents
        .map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent }.to_owned())
        .collect()
}

/// A name is durable when its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether it concerns the folder, and so any letter, or the name of this one.
fn classed(error: io::Error) -> MailError {
    match error.kind() {
        ErrorKind::IsADirectory | ErrorKind::AlreadyExists | ErrorKind::InvalidFilename => {
            MailError::Ours(Box::new(error))
        }
        _ => MailError::Unreachable(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_that_gets_a_new_entry_is_made_durable_up_to_the_first_that_was_there() {
        let there = tempfile::tempdir().unwrap();
        let there = there.path();
        let parents = |folder: &str| parents_of_new(&there.join(folder));
        assert_eq!(parents("a/b/c"), [there.join("a/b"), there.join("a"), there.to_owned()]);
        assert_eq!(parents("a"), [there.to_owned()]);
        assert_eq!(parents_of_new(there), [] as [&Path; 0]);
        assert_eq!(parents_of_new(Path::new("not-there/a")), [Path::new("not-there"), Path::new(".")]);
        assert_eq!(parents_of_new(Path::new("not-there")), [Path::new(".")]);
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in [".mail-left.tmp", ".mail-held.tmp", ".other.tmp", "mail.eml"] {
            fs::write(path(name), "Subject: ").unwrap();
        }
        let held = fs::File::open(path(".mail-held.tmp")).unwrap();
        held.lock().unwrap();
        sweep(folder.path()).unwrap();
        let left =
            [".mail-left.tmp", ".mail-held.tmp", ".other.tmp", "mail.eml"].map(|name| path(name).exists());
        assert_eq!(left, [false, true, true, true]);
        drop(held);
        sweep(folder.path()).unwrap();
        assert!(!path(".mail-held.tmp").exists());
    }

    #[test]
    fn what_befalls_the_folder_is_charged_to_no_letter_and_what_is_in_the_way_of_one_to_that() {
        for kind in [
            ErrorKind::StorageFull,
            ErrorKind::QuotaExceeded,
            ErrorKind::ResourceBusy,
            ErrorKind::NotFound,
            ErrorKind::PermissionDenied,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::Other,
        ] {
            assert!(matches!(classed(kind.into()), MailError::Unreachable(_)), "{kind:?}");
        }
        for kind in [ErrorKind::IsADirectory, ErrorKind::AlreadyExists] {
            assert!(matches!(classed(kind.into()), MailError::Ours(_)), "{kind:?}");
        }
    }
}
