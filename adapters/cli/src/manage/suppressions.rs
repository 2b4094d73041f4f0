//! `accountable manage suppressions`: addresses from which mail is held back, and mail that goes to them again.

use accountable::{
    Admin, Suppressed,
    domain::{AddressTag, MailKind, SuppressionScope},
};
use clap::{Args, Subcommand, builder::PossibleValuesParser};
use serde_json::{Value, json};

use super::{
    CommonArgs,
    failure::ManageError,
    open::open,
    output::{Column, Output},
    reading::{self, AtMost},
};

const COLUMNS: [Column; 5] = [
    ("TAG", "/tag"),
    ("HELD BACK", "/scope"),
    ("CAUSE", "/cause"),
    ("EVIDENCE", "/evidence"),
    ("SINCE", "/at"),
];

/// What is done about mail that is held back.
#[derive(Debug, Subcommand)]
pub(super) enum SuppressionsCommand {
    /// Lists what is held back, by the tag of the address' record: the address itself is not in it.
    List(ListArgs),
    /// Lets mail go again to an address, or to the one of a tag. The answer tells whether any had been held back.
    Clear(ClearArgs),
}

/// How many are listed.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// So many at most. [default: all]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    at_most: Option<u64>,
}

/// To whom mail goes again.
#[derive(Debug, Args)]
pub(super) struct ClearArgs {
    /// The address.
    #[arg(value_name = "ADDRESS", required_unless_present = "tag", conflicts_with = "tag")]
    email: Option<String>,
    /// The tag of the address' record, as the list has it: 64 hexadecimal digits.
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// Only what is held back of this scope. [default: everything]
    #[arg(long, requires = "email", value_parser = PossibleValuesParser::new(scopes()))]
    scope: Option<String>,
}

fn scopes() -> impl Iterator<Item = &'static str> {
    MailKind::ALL
        .map(SuppressionScope::Only)
        .into_iter()
        .chain([SuppressionScope::All])
        .map(SuppressionScope::as_str)
}

/// Does it.
///
/// # Errors
/// [`ManageError`].
pub(super) async fn run(
    command: SuppressionsCommand,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    let admin = &open(common).await?.admin;
    match command {
        SuppressionsCommand::List(args) => list(&args, admin, output).await,
        SuppressionsCommand::Clear(args) => clear(&args, admin, output).await,
    }
}

/// What is held back from one address: a row for each scope.
fn rows(of: &Suppressed) -> impl Iterator<Item = Value> {
    of.suppressions.iter().map(|held| {
        json!({
            "tag": of.tag,
            "scope": held.scope,
            "cause": held.cause,
            "evidence": held.evidence,
            "at": held.at,
            "lapses_at": held.lapses_at,
        })
    })
}

async fn list(args: &ListArgs, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let mut at_most = AtMost::of(args.at_most);
    let mut after = None;
    while let Some(count) = at_most.next() {
        let page = admin.suppressions(after, count).await?;
        let mut found: Vec<_> = page.items.iter().flat_map(rows).collect();
        at_most.take(&mut found);
        output.rows(&COLUMNS, &found)?;
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    Ok(())
}

async fn clear(args: &ClearArgs, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let scope = args.scope.as_deref().and_then(SuppressionScope::parse);
    let cleared = match (&args.email, &args.tag) {
        (Some(email), _) => {
            let email = reading::address("ADDRESS", email)?;
            match scope {
                Some(scope) => admin.clear_suppression_scope(&email, scope).await?,
                None => admin.clear_suppression(&email).await?,
            }
        }
        (None, tag) => {
            let tag = tag.as_deref().and_then(reading::written::<AddressTag>);
            let bad = || ManageError::new("bad_tag", "--tag: a tag is 64 hexadecimal digits");
            admin.clear_suppression_of(tag.ok_or_else(bad)?).await?
        }
    };
    let sentence = if cleared { "Mail goes there again." } else { "None had been held back." };
    Ok(output.done(&json!({ "cleared": cleared }), sentence)?)
}
