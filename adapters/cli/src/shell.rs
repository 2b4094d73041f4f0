//! The commands `accountable completions` and `accountable man`: what a shell and a manual want to know of this program.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use clap::{Args, Command};
use clap_complete::Shell;

use crate::error::{CommandError, unusable};

const NAME: &str = "accountable";

/// Which shell completes.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Where the pages go.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// A folder for a page of each command; it is made if it is not there. Without it the first page is printed.
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Prints the script by which a shell completes the program's commands and options.
///
/// # Errors
/// [`CommandError::Output`].
pub(crate) fn completions(args: &CompletionsArgs, mut program: Command) -> Result<(), CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, NAME, &mut script);
    print(&script)
}

/// Prints the program's manual page, or writes one for each command.
///
/// # Errors
/// [`CommandError`] where the folder can't be used, or the output can't be written.
pub(crate) fn man(args: &ManArgs, program: Command) -> Result<(), CommandError> {
    if let Some(folder) = &args.folder {
        let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(program, folder));
        return written.map(drop).map_err(|error| unusable(folder, error));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(program).render(&mut page)?;
    print(&page)
}

fn print(octets: &[u8]) -> Result<(), CommandError> {
    let mut out = io::stdout();
    out.write_all(octets)?;
    Ok(out.flush()?)
}
