//! `accountable manage groups`: the groups of networks that accounts may be used from.

use accountable::{
    AccountList, Admin,
    domain::{Cidr, IpFilterGroup, IpFilterGroupName, Refusal},
    port::AccountFilter,
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    CommonArgs,
    failure::{ManageError, value_of},
    open::open,
    output::{Column, Output},
    reading::PAGE,
};

const COLUMNS: [Column; 2] = [("GROUP", "/name"), ("NETWORKS", "/networks")];

/// What is done with groups of networks.
#[derive(Debug, Subcommand)]
pub(super) enum GroupsCommand {
    /// Defines a group, or puts other networks in place of those of one.
    Define(DefineArgs),
    /// Shows a group, and how many accounts name it.
    Show(GroupArgs),
    /// Lists all groups.
    List,
    /// Removes a group that no account names.
    Remove(GroupArgs),
}

/// A group, and its networks.
#[derive(Debug, Args)]
pub(super) struct DefineArgs {
    /// The group's name: 1 to 32 letters, digits, dots or hyphens.
    #[arg(value_name = "NAME")]
    name: String,
    /// The networks that are let in, such as 192.0.2.0/24 or 2001:db8::/32; 1,000 at most.
    #[arg(value_name = "NETWORK", required_unless_present = "nobody")]
    networks: Vec<String>,
    /// Defines a group without networks, which lets nobody in.
    #[arg(long, conflicts_with = "networks")]
    nobody: bool,
}

/// Which group.
#[derive(Debug, Args)]
pub(super) struct GroupArgs {
    /// The group's name.
    #[arg(value_name = "NAME")]
    name: String,
}

/// Does it.
///
/// # Errors
/// [`ManageError`].
pub(super) async fn run(
    command: GroupsCommand,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    let admin = &open(common).await?.admin;
    match command {
        GroupsCommand::Define(args) => define(&args, admin, output).await,
        GroupsCommand::Show(args) => show(&name(&args.name)?, admin, output).await,
        GroupsCommand::List => list(admin, output).await,
        GroupsCommand::Remove(args) => remove(&name(&args.name)?, admin, output).await,
    }
}

fn name(text: &str) -> Result<IpFilterGroupName, ManageError> {
    value_of("NAME", IpFilterGroupName::parse(text))
}

fn told(group: &IpFilterGroup) -> Value {
    json!({ "name": group.name, "networks": group.networks })
}

async fn define(args: &DefineArgs, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let name = name(&args.name)?;
    let network = |text: &String| {
        Cidr::parse(text).map_err(|error| ManageError::new("bad_network", format!("NETWORK: {error}")))
    };
    let networks = args.networks.iter().map(network).collect::<Result<_, _>>()?;
    let group = admin.define_ip_filter_group(&name, networks).await?;
    Ok(output.done(&told(&group), &format!("Defined {name}: {} networks.", group.networks.len()))?)
}

async fn show(name: &IpFilterGroupName, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let mut after = None;
    loop {
        let page = admin.ip_filter_groups(after, PAGE).await?;
        if let Some(group) = page.items.iter().find(|group| group.name == *name) {
            let filter = AccountFilter { ip_filter_group: Some(name.clone()), ..AccountFilter::default() };
            let mut told = told(group);
            if let Some(fields) = told.as_object_mut() {
                fields.insert("accounts".to_owned(), admin.count(&AccountList::All(filter)).await?.into());
            }
            return Ok(output.thing(&told)?);
        }
        after = Some(page.next.ok_or(Refusal::UnknownIpFilterGroup)?);
    }
}

async fn list(admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let mut after = None;
    loop {
        let page = admin.ip_filter_groups(after, PAGE).await?;
        let rows: Vec<_> = page.items.iter().map(told).collect();
        output.rows(&COLUMNS, &rows)?;
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

async fn remove(name: &IpFilterGroupName, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    if !admin.remove_ip_filter_group(name).await? {
        return Err(Refusal::UnknownIpFilterGroup.into());
    }
    Ok(output.done(&json!({ "name": name, "removed": true }), &format!("Removed {name}."))?)
}
