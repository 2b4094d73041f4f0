//! The command `accountable key new`: draws a bearer key, and shows it once with the entry that is kept.

use std::io::{self, Write as _};

use accountable::{
    OsEntropy,
    domain::{Actor, KeyId},
    http::{
        SCOPES,
        auth::{BearerKeyEntry, BearerKeys},
    },
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{
    error::{CommandError, failed},
    init,
};

/// What is to be done with bearer keys.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Draws a key. It is good once its entry stands in the file that http.bearer_keys_file names.
    New(NewArgs),
}

#[derive(Debug, Args)]
struct NewArgs {
    /// Who bears it: the name that events bear.
    #[arg(long)]
    name: String,
    /// What it is good for, such as accounts:read; may be given again.
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<String>,
    /// Names the key, among several of one bearer too. [default: the day and a part of the key's hash]
    #[arg(long)]
    id: Option<String>,
    /// Prints one JSON object, and nothing else.
    #[arg(long)]
    json: bool,
}

/// Does what the arguments say.
///
/// # Errors
/// [`CommandError`] where a name is none, nothing can be drawn, or the output can't be written.
pub(crate) fn run(args: &KeyArgs) -> Result<(), CommandError> {
    let KeyCommand::New(args) = &args.command;
    let name = Actor::parse(&args.name).map_err(|error| failed(format!("--name: {error}")))?;
    let id = match &args.id {
        Some(id) => KeyId::parse(id).map_err(|error| failed(format!("--id: {error}")))?,
        None => init::key_id_of_today().map_err(failed)?,
    };
    if let Some(unknown) = args.scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
        return Err(failed(format!("--scope: no route asks for {unknown}; there are {}", SCOPES.join(", "))));
    }
    let mut new = BearerKeys::draw(&OsEntropy, id, name, &args.scopes).map_err(failed)?;
    if args.id.is_none() {
        let [first, second, third, ..] = new.entry.sha256;
        let id = format!("{}-{first:02x}{second:02x}{third:02x}", new.entry.id);
        new.entry.id = KeyId::parse(&id).map_err(failed)?;
    }
    let entry = serde_json::to_value(&new.entry).map_err(failed)?;
    let mut out = anstream::stdout();
    if args.json {
        let told = json!({ "type": "key", "key": new.key.expose(), "entry": entry });
        serde_json::to_writer(&mut out, &told).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        writeln!(out, "For {}, shown this once: {}\n", args.name, new.key.expose())?;
        writeln!(out, "Add to bearer-keys.toml (mode 600), and send SIGHUP to accountable serve:\n")?;
        write!(out, "{}", toml(&new.entry, &entry))?;
    }
    Ok(out.flush()?)
}

/// The entry as a section of TOML, in which strings and lists of strings are written as in JSON.
fn toml(entry: &BearerKeyEntry, written: &Value) -> String {
    let sha256 = written.get("sha256").cloned().unwrap_or_default();
    format!(
        "[[keys]]\nid = {}\nname = {}\nscopes = {}\nsha256 = {sha256}\n",
        json!(entry.id.as_str()),
        json!(entry.name.as_str()),
        json!(entry.scopes),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_as_the_same_entry() {
        let (id, name) = (KeyId::parse("a.b").unwrap(), Actor::parse("staff:7").unwrap());
        let new = BearerKeys::draw(&OsEntropy, id, name, ["/external/account/w", "quote\"\\"]).unwrap();
        let text = toml(&new.entry, &serde_json::to_value(&new.entry).unwrap());
        let both = format!("{text}\n{}", text.replace("a.b", "c"));
        assert_eq!(BearerKeys::from_toml(&text).unwrap().entries(), [new.entry]);
        assert!(BearerKeys::from_toml(&both).is_err(), "one key under two names");
    }
}
