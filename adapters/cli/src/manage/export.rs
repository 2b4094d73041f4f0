//! `accountable manage export`: all accounts of the realm, in a file that `accountable manage import --from accountable` takes
//! back. What its lines are stands at [`own`](super::import::own).

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use accountable::{AccountList, Admin, port::AccountFilter};
use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::{
    CommonArgs,
    failure::ManageError,
    import::own::{EndLine, Group, GroupLine, Head},
    open::{open, settings},
    output::{Output, bar},
    reading::PAGE,
};
use crate::files::owner_only;

/// Where the accounts go, and with what.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The file to be made, which only you may read. One that is there is refused.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// With the hashes of passwords, opened: whoever gets hold of the file can guess passwords off-line. The journal says so.
    #[arg(long)]
    with_password_hashes: bool,
}

/// Writes them.
///
/// # Errors
/// [`ManageError`] where the file is there or can't be written, or the store can't answer: then no file is left.
pub(super) async fn run(
    args: &ExportArgs,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    let realm = settings(common)?.realm;
    let admin = open(common).await?.admin;
    let file = create(&args.file).map_err(|error| unwritable(&args.file, &error))?;
    let mut written = Written { path: &args.file, out: BufWriter::new(file) };
    let done = write(&admin, &Head::new(realm, args.with_password_hashes), args, &mut written).await;
    let accounts = match done {
        Ok(accounts) => accounts,
        Err(error) => {
            // Half an export is none; hashes least of all lie about.
            let _ = std::fs::remove_file(&args.file);
            return Err(error);
        }
    };
    let file = args.file.display().to_string();
    let told = json!({ "export": file, "accounts": accounts, "password_hashes": args.with_password_hashes });
    let warning = match args.with_password_hashes {
        true => " It holds the hashes of their passwords: delete it once it was imported.",
        false => " It holds no passwords.",
    };
    Ok(output.done(&told, &format!("Exported {accounts} accounts to {file}.{warning}"))?)
}

async fn write(
    admin: &Admin,
    head: &Head,
    args: &ExportArgs,
    written: &mut Written<'_>,
) -> Result<u64, ManageError> {
    let all = admin.count(&AccountList::All(AccountFilter::default())).await?;
    let bar = bar(all, "Exporting: {bar:40} {pos} of {len}, {eta} left");
    let mut export = match args.with_password_hashes {
        true => admin.export_with_password_hashes().await?,
        false => admin.export(),
    };
    written.line(head)?;
    let mut after = None;
    loop {
        let page = admin.ip_filter_groups(after, PAGE).await?;
        for group in page.items {
            let (name, networks) = (group.name, group.networks);
            written.line(&GroupLine { network_group: Group { name, networks } })?;
        }
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    let mut accounts = 0_u64;
    while let Some(page) = export.next_page(PAGE).await? {
        for account in page {
            written.line(&account)?;
            accounts = accounts.saturating_add(1);
            bar.inc(1);
        }
    }
    written.line(&EndLine::new(accounts))?;
    written.end()?;
    bar.finish_and_clear();
    Ok(accounts)
}

/// The file, and what it is called.
struct Written<'p> {
    path: &'p Path,
    out: BufWriter<File>,
}

impl Written<'_> {
    fn line(&mut self, line: &impl Serialize) -> Result<(), ManageError> {
        let written = serde_json::to_writer(&mut self.out, line).map_err(io::Error::from);
        written.and_then(|()| self.out.write_all(b"\n")).map_err(|error| unwritable(self.path, &error))
    }

    /// Once it is on the disk.
    fn end(&mut self) -> Result<(), ManageError> {
        let written = self.out.flush().and_then(|()| self.out.get_ref().sync_all());
        written.map_err(|error| unwritable(self.path, &error))
    }
}

/// A new file, for its owner's eyes: neither one that is there, nor a terminal or a pipe, which are there as well.
fn create(path: &Path) -> io::Result<File> {
    if path == Path::new("-") {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "name a file: accounts are not printed"));
    }
    owner_only().write(true).create_new(true).open(path)
}

fn unwritable(path: &Path, error: &io::Error) -> ManageError {
    ManageError::new("no_export", format!("FILE: {}: {error}", path.display()))
}
