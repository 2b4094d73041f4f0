//! The database: its tables, whether the keys are those that it was written with, the clock, and what is overdue.

use accountable::{
    Accounts, OpenError, Settings, SettingsError, SystemClock,
    domain::{Actor, Span},
    port::{AccountQuery, Clock as _, Store as _},
    sqlite::{Error, Migrate, OpenError as Unopened, SqliteStore, Unusable},
};

use super::{Findings, outbox};
use crate::{
    error::with_causes,
    manage::{
        failure::ManageError,
        open::{NoMailer, actor},
    },
};

/// What has been due for longer is looked at by nobody.
pub(super) const OVERDUE: Span = Span::minutes(10);

/// How far a clock may be behind what another process wrote.
const SLACK: Span = Span::seconds(1);

pub(super) async fn check(settings: &Settings, findings: &mut Findings<'_>) -> Result<(), ManageError> {
    let path = settings.store.path.display();
    if !settings.store.path.exists() {
        return Ok(
            findings.warn("database", format!("{path} is not there; whatever needs it first makes it"))?
        );
    }
    // A look changes no tables.
    let mut settings = settings.clone();
    settings.store.options = settings.store.options.with_migrate(Migrate::Refuse);
    let store = match settings.store.open() {
        Ok(store) => store,
        Err(SettingsError::Store {
            source: Error::Open(Unopened { why: Unusable::NeedsMigration { found, known }, .. }),
            ..
        }) => {
            let text = found.map_or_else(
                || format!("{path} has no tables of ours; whatever needs them first makes them"),
                |found| {
                    format!(
                        "the tables are of version {found}; the first process of this build brings them to {known}, and older \
                         builds refuse them then: make a backup first"
                    )
                },
            );
            return Ok(findings.warn("database", text)?);
        }
        Err(error) => return Ok(findings.fail("database", with_causes(&error))?),
    };
    findings.ok("database", format!("{path} has the tables of this build"))?;
    clock(&settings, &store, findings).await?;
    let Ok(builder) = settings.builder_hashing_later(NoMailer) else {
        // It was told why.
        return Ok(());
    };
    match builder.open().await {
        Ok(accounts) => {
            findings.ok("keys", "they are those that the database was written with")?;
            overdue(&settings, &store, findings).await?;
            retired(&accounts, findings).await?;
            outbox::check(&accounts, findings).await
        }
        Err(OpenError::Build(error)) => Ok(findings.fail("settings", with_causes(&error))?),
        Err(error) => Ok(findings.fail("keys", with_causes(&error))?),
    }
}

/// A clock that jumped back takes what is due for what is not.
async fn clock(
    settings: &Settings,
    store: &SqliteStore,
    findings: &mut Findings<'_>,
) -> Result<(), ManageError> {
    let now = SystemClock.now();
    match store.newest_event(&settings.realm).await {
        Err(error) => findings.fail("database", with_causes(&error))?,
        Ok(Some(newest)) if newest.since(now) > SLACK => {
            let behind = newest.since(now).as_seconds_rounded_up();
            findings.fail("clock", format!("it says {now}, which is {behind} s before the newest event"))?;
        }
        Ok(_) => findings.ok("clock", format!("it says {now}, and no event is newer"))?,
    }
    Ok(())
}

#[expect(clippy::arithmetic_side_effects, reason = "time stops at both ends")]
async fn overdue(
    settings: &Settings,
    store: &SqliteStore,
    findings: &mut Findings<'_>,
) -> Result<(), ManageError> {
    let now = SystemClock.now() - OVERDUE;
    let due = AccountQuery::Overdue { realm: settings.realm.clone(), now, after: None };
    match store.count(&due, u64::MAX).await {
        Err(error) => findings.fail("database", with_causes(&error))?,
        Ok(0) => findings.ok("accounts", "time asks for nothing that was not done")?,
        Ok(count) => {
            let text = format!(
                "{count} accounts have been due for more than {}: no courier runs",
                OVERDUE.to_text()
            );
            findings.warn("accounts", text)?;
        }
    }
    Ok(())
}

/// What keeps a retired key from being taken away.
async fn retired(accounts: &Accounts, findings: &mut Findings<'_>) -> Result<(), ManageError> {
    let actor: Actor = actor(None)?;
    for key in accounts.admin(actor).keys().await? {
        if key.retired && key.accounts > 0 {
            let text = "accounts rest on it: the courier seals them anew, or accountable manage keys reseal";
            findings.warn("keys", format!("{} is retired, and {} {text}", key.key, key.accounts))?;
        }
    }
    Ok(())
}
