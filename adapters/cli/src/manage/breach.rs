//! `accountable manage breach`: the filter in which new passwords are looked up among those known from breaches.

use std::path::PathBuf;

use accountable::{
    Settings,
    breach::{self, Bits, BuildOptions, Built, Progress},
    domain::Password,
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::{
    CommonArgs,
    failure::{ManageError, value_of},
    output::{Output, bar},
    typing,
};
use crate::error::with_causes;

/// What is done with the filter.
#[derive(Debug, Subcommand)]
pub(super) enum BreachCommand {
    /// Makes a filter of a list of Pwned Passwords, of SHA-1 or NTLM hashes, ordered by hash.
    ///
    /// SOURCE is a file of lines HASH:COUNT, or a folder with a file for each range, 00000.txt to FFFFF.txt, as the list's own
    /// downloader writes them. FILTER gets its name once it is whole; a filter that is there is replaced. Name it in the settings
    /// (policy.breach.file); a process that serves takes it at its next SIGHUP.
    Build(BuildArgs),
    /// Looks a password up in the filter that the settings name: asked for, or the first line of the standard input.
    LookUp,
}

/// What is made of what.
#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// The list: a file, or a folder of ranges.
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// The filter to be made.
    #[arg(value_name = "FILTER")]
    filter: PathBuf,
    /// Bits of an entry. With 8 the filter is half as large, and refuses one of 256 passwords that are in no list; with 16 one
    /// of 65,536.
    #[arg(long, value_enum, default_value_t = BitsArg::Sixteen)]
    bits: BitsArg,
    /// Leaves out passwords that were seen less often.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    min_count: u64,
    /// Takes a folder that lacks ranges, whose passwords are not known then.
    #[arg(long)]
    ranges_may_be_missing: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BitsArg {
    #[value(name = "8")]
    Eight,
    #[value(name = "16")]
    Sixteen,
}

/// Does it.
///
/// # Errors
/// [`ManageError`].
pub(super) fn run(
    command: &BreachCommand,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    match command {
        BreachCommand::Build(args) => build(args, output),
        BreachCommand::LookUp => look_up(common, output),
    }
}

fn build(args: &BuildArgs, output: &mut Output) -> Result<(), ManageError> {
    let bits = match args.bits {
        BitsArg::Eight => Bits::Eight,
        BitsArg::Sixteen => Bits::Sixteen,
    };
    let options = BuildOptions::default().with_bits(bits).with_least_count(args.min_count);
    let options = if args.ranges_may_be_missing { options.of_a_partial_list() } else { options };
    // How much there is to read is told with the first of it.
    let bar = bar(0, "Reading the list: {bar:40} {percent} %, {eta} left");
    let told = |Progress { done, of, .. }| {
        bar.set_length(of);
        bar.set_position(done);
    };
    let built = breach::build(&args.source, &args.filter, &options, told);
    bar.finish_and_clear();
    let built = built.map_err(|error| ManageError::new(error.code(), with_causes(&error)))?;
    Ok(output.done(
        &json!({
            "filter": args.filter.display().to_string(),
            "hashes": built.kind.to_string(),
            "entries": built.entries,
            "octets": built.octets,
            "one_wrong_in": built.bits.one_in(),
            "left_out": built.left_out,
            "bad_lines": built.bad_lines,
            "first_bad_lines": built.first_bad_lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "missing_ranges": built.missing_ranges,
        }),
        &sentences(args, &built),
    )?)
}

/// What was made, for people: a line each.
fn sentences(args: &BuildArgs, built: &Built) -> String {
    let mut lines = vec![
        format!(
            "Made {} of {} {} hashes: {} octets.",
            args.filter.display(),
            built.entries,
            built.kind,
            built.octets
        ),
        format!(
            "Of passwords that are in no list it refuses one in {}; of those in the list it misses none.",
            built.bits.one_in()
        ),
    ];
    if built.left_out > 0 {
        lines.push(format!("{} were seen less often than {} times.", built.left_out, args.min_count));
    }
    if built.missing_ranges > 0 {
        lines.push(format!("{} ranges are missing: what they have is not known.", built.missing_ranges));
    }
    if built.bad_lines > 0 {
        lines.push(format!("{} lines have no hash of this kind and a count. The first:", built.bad_lines));
        lines.extend(built.first_bad_lines.iter().map(|bad| format!("  {bad}")));
    }
    lines.join("\n")
}

fn look_up(common: &CommonArgs, output: &mut Output) -> Result<(), ManageError> {
    let settings = Settings::from_file(&common.settings)?;
    let filter = settings.policy.breach.filter()?.ok_or_else(|| {
        ManageError::new("no_filter_named", "the settings name no filter (policy.breach.file)")
    })?;
    let password = value_of("the password", Password::parse(&typing::password()?))?;
    let known = filter.knows(&password).map_err(|error| {
        ManageError::new("filter_unreadable", format!("the filter can't be read: {error}"))
    })?;
    let one_in = filter.bits().one_in();
    let sentence = match known {
        true => {
            format!("It is known from a breach, or one of {one_in} that are taken for known: it is refused.")
        }
        false => "It is not among the passwords of the list.".to_owned(),
    };
    Ok(output.done(&json!({ "known": known, "one_wrong_in": one_in }), &sentence)?)
}
