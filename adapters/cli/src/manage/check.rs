//! `accountable manage check`: looks whether all that accounts rest on is sound, and changes nothing.

mod files;
mod mail;
mod outbox;
mod store;

use std::io;

use accountable::{Argon2Pool, Settings, SettingsError, domain::Realm};
use serde_json::json;

use super::{CommonArgs, failure::ManageError, output::Output};
use crate::error::with_causes;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Ok,
    /// Somebody should look at it.
    Warn,
    /// Something does not work, or is open to others.
    Fail,
}

/// What is told of each thing that was looked at.
struct Findings<'o> {
    output: &'o mut Output,
    failed: bool,
    /// The realm that is looked at, where it is not the first one.
    realm: Option<Realm>,
}

impl Findings<'_> {
    fn ok(&mut self, check: &str, text: impl AsRef<str>) -> io::Result<()> {
        self.told(Level::Ok, check, text.as_ref())
    }

    fn warn(&mut self, check: &str, text: impl AsRef<str>) -> io::Result<()> {
        self.told(Level::Warn, check, text.as_ref())
    }

    fn fail(&mut self, check: &str, text: impl AsRef<str>) -> io::Result<()> {
        self.failed = true;
        self.told(Level::Fail, check, text.as_ref())
    }

    fn told(&mut self, level: Level, check: &str, text: &str) -> io::Result<()> {
        let level = match level {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail => "fail",
        };
        let text = &match &self.realm {
            Some(realm) => format!("realm {realm}: {text}"),
            None => text.to_owned(),
        };
        let finding = json!({ "level": level, "check": check, "text": text });
        self.output.done(&finding, &format!("{level:<4}  {check:<8}  {text}"))?;
        // What is looked at next may take its time.
        self.output.flush()
    }
}

/// Looks at everything, one finding a line.
///
/// # Errors
/// [`ManageError::Told`] where anything does not work.
pub(super) async fn run(common: &CommonArgs, output: &mut Output) -> Result<(), ManageError> {
    let mut findings = Findings { output, failed: false, realm: None };
    match Settings::from_file(&common.settings) {
        Err(error) => findings.fail("settings", with_causes(&error))?,
        Ok(settings) => {
            findings.ok("settings", format!("{} can be read", common.settings.display()))?;
            rules(&settings, &mut findings)?;
            keys(&settings, &mut findings)?;
            breach(&settings, &mut findings)?;
            files::check(&settings, &mut findings)?;
            store::check(&settings, &mut findings).await?;
            mail::check(&settings, &mut findings).await?;
            for realm in settings.realms.keys() {
                let Some(of_realm) = settings.of_realm(realm) else { continue };
                findings.realm = Some(realm.clone());
                rules(&of_realm, &mut findings)?;
                store::check(&of_realm, &mut findings).await?;
            }
            findings.realm = None;
            for contradiction in settings.contradictions() {
                findings.warn("policy", contradiction.to_string())?;
            }
        }
    }
    if findings.failed { Err(ManageError::Told) } else { Ok(()) }
}

/// What the settings say beside the store and the mails.
fn rules(settings: &Settings, findings: &mut Findings<'_>) -> io::Result<()> {
    let hasher = Argon2Pool::starting_later(&settings.hashing).map_err(SettingsError::from);
    let parts = [settings.links.build().map(drop), settings.policy.build().map(drop), hasher.map(drop)];
    let refused: Vec<_> = parts.into_iter().filter_map(Result::err).collect();
    for error in &refused {
        findings.fail("settings", with_causes(error))?;
    }
    if refused.is_empty() { findings.ok("settings", "links, policy and hashing are sound") } else { Ok(()) }
}

/// The filter of breached passwords, where one is named.
fn breach(settings: &Settings, findings: &mut Findings<'_>) -> io::Result<()> {
    match settings.policy.breach.filter() {
        Ok(None) => Ok(()),
        Ok(Some(filter)) => {
            let (entries, one_in) = (filter.entries(), filter.bits().one_in());
            let rate = format!("one in {one_in} others is refused");
            findings.ok("breach", format!("{entries} passwords known from breaches can be looked up; {rate}"))
        }
        Err(error) => findings.fail("breach", with_causes(&error)),
    }
}

fn keys(settings: &Settings, findings: &mut Findings<'_>) -> io::Result<()> {
    match settings.keys.read() {
        Ok(keys) => {
            findings.ok("keys", format!("{} in the keyring; {} is active", keys.ids().count(), keys.active()))
        }
        Err(error) => findings.fail("keys", with_causes(&error)),
    }
}
