//! What others wrote and the tests need: where it lies, and what to do where it does not.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// A browser, its driver, and scripts to run in it.
pub(crate) struct Tools {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
    /// <https://github.com/dequelabs/axe-core>
    pub(crate) axe: String,
    pub(crate) jquery: String,
}

impl Tools {
    /// All of them, or none with a word about what is missing. In CI nothing may be.
    pub(crate) fn found() -> Option<Self> {
        match Self::find() {
            Ok(tools) => Some(tools),
            Err(missing) => {
                assert!(env::var_os("CI").is_none(), "CI must have {missing} to test in a browser");
                eprintln!("SKIPPED: {missing} is not here, so nothing was tested in a browser (see .ci/run)");
                None
            }
        }
    }

    fn find() -> Result<Self, String> {
        let folder = folder().ok_or("a home folder")?.join("node_modules");
        Ok(Self {
            chromium: on_path("chromium")?,
            driver: on_path("chromedriver")?,
            axe: read(&folder.join("axe-core/axe.min.js"))?,
            jquery: read(&folder.join("jquery/dist/jquery.min.js"))?,
        })
    }
}

/// Where `.ci/run` installs the scripts, in the versions that `scripts/package-lock.json` pins.
fn folder() -> Option<PathBuf> {
    let own = env::var_os("ACCOUNTABLE_BROWSER_SCRIPTS").map(PathBuf::from);
    let cache = || env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    own.or_else(|| Some(cache().or_else(home)?.join("accountable/browser-tests")))
}

fn on_path(name: &str) -> Result<PathBuf, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.ok_or_else(|| name.to_owned())
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|_| file.display().to_string())
}
