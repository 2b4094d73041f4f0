//! Who else on this machine may read the database, and whether the callers' keys can be read.

use std::{fs, io, path::Path};

use accountable::{Settings, SystemClock};

use super::Findings;
use crate::{error::with_causes, files::beside};

pub(super) fn check(settings: &Settings, findings: &mut Findings<'_>) -> io::Result<()> {
    let database = &settings.store.path;
    let exposed = [beside(database, ""), beside(database, "-wal"), beside(database, "-shm")];
    let exposed: Vec<_> = exposed.into_iter().filter_map(|path| Some((exposed_by(&path)?, path))).collect();
    for (mode, path) in &exposed {
        let why = "others on this machine may read addresses and hashes (chmod 600)";
        findings.warn("files", format!("{} has mode {mode:03o}: {why}", path.display()))?;
    }
    if exposed.is_empty() && database.exists() {
        findings.ok("files", "only its owner may read the database")?;
    }
    callers_keys(settings, findings)
}

/// The keys of those who call over HTTP, as far as a contract needs them.
fn callers_keys(settings: &Settings, findings: &mut Findings<'_>) -> io::Result<()> {
    let http = &settings.http;
    let bearers =
        http.webconnect.enabled || http.payway.enabled || http.feedback.enabled || http.feed.enabled;
    if bearers {
        match http.bearer_keys() {
            Err(error) => findings.fail("files", with_causes(&error))?,
            Ok(_) => findings.ok("files", "the bearer keys can be read by their owner only")?,
        }
    }
    if http.data_forest.enabled {
        match http.ncp_signatures(SystemClock) {
            Err(error) => findings.fail("files", with_causes(&error))?,
            Ok(_) => findings.ok("files", "the shared secrets of http.ncp_keys_file can be read")?,
        }
    }
    if !settings.webhooks.is_empty() {
        match settings.endpoints() {
            Err(error) => findings.fail("files", with_causes(&error))?,
            Ok(_) => findings.ok("files", "the secrets of the webhooks can be read by their owner only")?,
        }
    }
    Ok(())
}

/// The permission bits of a file that others than its owner have access to.
#[cfg(unix)]
fn exposed_by(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn exposed_by(_: &Path) -> Option<u32> {
    None
}
