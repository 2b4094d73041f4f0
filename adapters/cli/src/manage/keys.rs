//! `accountable manage keys`: going over from one key to another, step by step, so that nobody is locked out at any of them.
//!
//! A key is added, each process says that it knows it, it is used, what rests on the one before is sealed anew, and that one is
//! retired. What each step asks for is the rules' to say (`Process`, `KeyUse`). All realms have the same keys: a step is asked of
//! each.

use std::{borrow::Borrow, collections::BTreeSet, path::Path};

use accountable::{
    Admin, KeyFileEditError, KeyUse, OsEntropy, Settings, add_key_to_file,
    domain::{KeyId, Process},
    remove_key_from_file, use_key_of_file,
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    CommonArgs,
    failure::{ManageError, value_of},
    open::{open, open_each},
    output::{Column, Output, bar},
};
use crate::{error::with_causes, init::key_id_of_today};

const COLUMNS: [Column; 5] = [
    ("KEY", "/key"),
    ("ACTIVE", "/active"),
    ("RETIRED", "/retired"),
    ("ACCOUNTS", "/accounts"),
    ("UNKNOWN TO", "/unknown_to"),
];

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Lists the keys of the keyring, how many accounts of this realm have a password that is sealed under each, and which running
    /// processes do not know it.
    List,
    /// Draws a key and puts it into the key file, beside the others. Nothing is made under it yet.
    ///
    /// Then send SIGHUP to each process that serves, and use the key.
    Add(AddArgs),
    /// Makes new things under this key from now on, and retires the one before it.
    ///
    /// Refused until each running process has said that it knows the key. A process that was not heard of for 5 minutes counts as
    /// gone. Then send SIGHUP to each process that serves; what rests on the key before is sealed anew.
    Use(KeyArgs),
    /// Takes a key out of the key file, once no account rests on it and no process makes things under it.
    ///
    /// Links that were mailed under it, requests that wait and the tokens of known devices are void then: links and requests live
    /// three days at most, so wait as long after another key was used.
    Retire(KeyArgs),
    /// Seals anew, under the active key, what rests on retired ones. The courier of the process that serves does so by itself.
    Reseal(ResealArgs),
}

/// Which key is drawn.
#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// The key's name, one that was never used. [default: the day, with a number where that is taken]
    #[arg(long, value_name = "NAME")]
    id: Option<String>,
}

/// Which key.
#[derive(Debug, Args)]
pub(super) struct KeyArgs {
    /// The key's name.
    #[arg(value_name = "KEY")]
    key: String,
}

/// How much is done at once.
#[derive(Debug, Args)]
pub(super) struct ResealArgs {
    /// So many accounts at a time. Others are served between two times.
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    at_a_time: u32,
}

/// Does it.
///
/// # Errors
/// [`ManageError`].
pub(super) async fn run(
    command: KeysCommand,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    let settings = Settings::from_file(&common.settings)?;
    match command {
        KeysCommand::List => list(&open(common).await?.admin, output).await,
        KeysCommand::Add(args) => {
            add(args.id.as_deref(), &open_each(common).await?, key_file(&settings)?, output).await
        }
        KeysCommand::Use(args) => {
            use_key(&named(&args)?, &open_each(common).await?, key_file(&settings)?, output).await
        }
        KeysCommand::Retire(args) => {
            retire(&named(&args)?, &open_each(common).await?, key_file(&settings)?, output).await
        }
        KeysCommand::Reseal(args) => reseal(args.at_a_time, &open(common).await?.admin, output).await,
    }
}

/// The file that has the keys. A variable of the environment is changed where it is set, and nowhere else.
fn key_file(settings: &Settings) -> Result<&Path, ManageError> {
    match &settings.keys.environment {
        None => Ok(&settings.keys.file),
        Some(name) => Err(ManageError::new(
            "keys_not_in_a_file",
            format!("keys.environment: the keys are in the variable {name}; change them where that is set"),
        )),
    }
}

fn named(args: &KeyArgs) -> Result<KeyId, ManageError> {
    value_of("KEY", KeyId::parse(&args.key))
}

async fn list(admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let processes = admin.processes().await?;
    let rows: Vec<_> = admin.keys().await?.iter().map(|of| told(of, &processes)).collect();
    Ok(output.rows(&COLUMNS, &rows)?)
}

fn told(of: &KeyUse, processes: &[Process]) -> Value {
    let unknown_to: Vec<_> =
        processes.iter().filter(|process| !process.knows(&of.key)).map(|process| &process.name).collect();
    json!({
        "key": of.key,
        "active": of.active,
        "retired": of.retired,
        "accounts": of.accounts,
        "unknown_to": unknown_to,
    })
}

async fn add(
    named: Option<&str>,
    realms: &[Admin],
    file: &Path,
    output: &mut Output,
) -> Result<(), ManageError> {
    let id = match named {
        Some(name) => {
            let id = value_of("--id", KeyId::parse(name))?;
            if is_named(realms, &id).await? {
                let why = "there is a key of this name, or was one: another under it would be refused";
                return Err(ManageError::new("key_name_taken", format!("--id: {why}")));
            }
            id
        }
        None => name_of_today(realms).await?,
    };
    add_key_to_file(file, &OsEntropy, &id).map_err(unedited)?;
    let sentence = format!(
        "Added {id} to {}. Nothing is made under it yet: send SIGHUP to each process that serves, then run accountable manage keys \
         use {id}.",
        file.display()
    );
    Ok(output.done(&json!({ "key": id, "added": true }), &sentence)?)
}

/// The day; a second key of one day has a number behind it.
async fn name_of_today(realms: &[Admin]) -> Result<KeyId, ManageError> {
    let day = value_of("--id", key_id_of_today())?;
    let (mut id, mut number) = (day.clone(), 1_u32);
    while is_named(realms, &id).await? {
        number = number.saturating_add(1);
        id = value_of("--id", KeyId::parse(&format!("{day}.{number}")))?;
    }
    Ok(id)
}

/// Whether a key of this name was ever seen in any realm.
async fn is_named(realms: &[Admin], id: &KeyId) -> Result<bool, ManageError> {
    for admin in realms {
        if admin.key_is_named(id).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The processes that run, each once for every realm that it serves.
async fn processes_of(realms: &[Admin]) -> Result<Vec<Process>, ManageError> {
    let mut processes = Vec::new();
    for admin in realms {
        processes.extend(admin.processes().await?);
    }
    Ok(processes)
}

async fn use_key(key: &KeyId, realms: &[Admin], file: &Path, output: &mut Output) -> Result<(), ManageError> {
    for admin in realms {
        of_keyring(key, admin).await?;
    }
    let processes = processes_of(realms).await?;
    let lacking: Vec<_> = processes.iter().filter(|process| !process.knows(key)).collect();
    if !lacking.is_empty() {
        let text = format!(
            "{} of {} running processes have not said that they know {key}: {}. Send them SIGHUP; one that was not heard of for 5 \
             minutes counts as gone",
            count(&lacking),
            count(&processes),
            names(&lacking)
        );
        return Err(ManageError::new("key_not_known", text));
    }
    use_key_of_file(file, key).map_err(unedited)?;
    let sentence = format!(
        "New things are made under {key} once a process reads its keys: send SIGHUP to each that serves. What rests on the key \
         before is sealed anew by their couriers, or by accountable manage keys reseal."
    );
    Ok(output.done(&json!({ "key": key, "active": true, "processes": count(&processes) }), &sentence)?)
}

async fn retire(key: &KeyId, realms: &[Admin], file: &Path, output: &mut Output) -> Result<(), ManageError> {
    let mut resting = 0_u64;
    for admin in realms {
        let of = of_keyring(key, admin).await?;
        if of.active {
            let text = format!("new things are made under {key}: use another key first");
            return Err(ManageError::new("key_active", text));
        }
        resting = resting.saturating_add(of.accounts);
    }
    if resting > 0 {
        let text = format!(
            "{resting} accounts rest on {key}, of all realms: accountable manage keys reseal seals those of one anew"
        );
        return Err(ManageError::new("key_rested_on", text));
    }
    let processes = processes_of(realms).await?;
    let making: Vec<_> = processes.iter().filter(|process| process.makes_under(key)).collect();
    if !making.is_empty() {
        let text = format!(
            "{} of {} running processes make new things under {key}: {}. Send them SIGHUP",
            count(&making),
            count(&processes),
            names(&making)
        );
        return Err(ManageError::new("key_used", text));
    }
    remove_key_from_file(file, key).map_err(unedited)?;
    let sentence = format!("Took {key} out of {}. Processes forget it at their next SIGHUP.", file.display());
    Ok(output.done(&json!({ "key": key, "removed": true }), &sentence)?)
}

/// What rests on a key of the keyring.
async fn of_keyring(key: &KeyId, admin: &Admin) -> Result<KeyUse, ManageError> {
    let found = admin.keys().await?.into_iter().find(|of| of.key == *key);
    found.ok_or_else(|| ManageError::new("no_such_key", format!("there is no key {key} in the key file")))
}

fn names(processes: &[&Process]) -> String {
    let named = |process: &&Process| format!("{} (heard of at {})", process.name, process.heard_at);
    processes.iter().map(named).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
}

/// How many there are, by their names.
fn count(processes: &[impl Borrow<Process>]) -> usize {
    processes.iter().map(|process| &process.borrow().name).collect::<BTreeSet<_>>().len()
}

fn unedited(error: KeyFileEditError) -> ManageError {
    ManageError::new("key_file_unchanged", with_causes(&error))
}

async fn reseal(at_a_time: u32, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let resting = admin.keys().await?.iter().filter(|key| key.retired).map(|key| key.accounts).sum();
    let bar = bar(resting, "Sealing anew: {bar:40} {pos} of {len}, {eta} left");
    let mut resealed = 0_u64;
    loop {
        let done = u64::from(admin.reseal(at_a_time).await?);
        if done == 0 {
            break;
        }
        resealed = resealed.saturating_add(done);
        bar.inc(done);
    }
    bar.finish_and_clear();
    Ok(output.done(&json!({ "resealed": resealed }), &format!("Sealed {resealed} accounts anew."))?)
}
