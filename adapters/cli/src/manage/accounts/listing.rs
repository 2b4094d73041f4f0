//! Accounts listed: by what they are, or by the beginning of their address.

use accountable::{
    AccountList, AccountsPage, Admin,
    domain::{Day, IpFilterGroupName, StandingKind, Status},
    port::AccountFilter,
};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};

use crate::manage::{
    failure::{ManageError, value_of},
    output::{Column, Output},
    reading::AtMost,
};

const COLUMNS: [Column; 6] = [
    ("ID", "/id"),
    ("ADDRESS", "/email"),
    ("STATUS", "/status"),
    ("STANDING", "/standing"),
    ("PASSWORD SINCE", "/password/set_at"),
    ("CREATED", "/created_at"),
];

const STATUSES: [Status; 4] =
    [Status::New, Status::InUse, Status::ChangingPasswordManagement, Status::ChangingEmail];

/// Of an erased account nothing is left to be listed.
const STANDINGS: [StandingKind; 3] = [StandingKind::Active, StandingKind::Suspended, StandingKind::Closed];

/// Which accounts are meant.
#[derive(Debug, Args)]
pub(in crate::manage) struct FilterArgs {
    /// Only accounts of this status.
    #[arg(long, value_parser = one_of(&STATUSES, Status::as_str))]
    status: Option<Status>,
    /// Only accounts of this standing; may be given again for others.
    #[arg(long = "standing", value_name = "STANDING", value_parser = one_of(&STANDINGS, StandingKind::as_str))]
    standings: Vec<StandingKind>,
    /// Only accounts that name this group of networks.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Only accounts of which no log-in was noted on this day (UTC) or later, as in 2026-11-30.
    #[arg(long, value_name = "DAY")]
    not_logged_in_since: Option<String>,
}

/// Which accounts are listed.
#[derive(Debug, Args)]
pub(in crate::manage) struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// Only accounts whose address is locked now, or disabled, by failed log-ins.
    #[arg(long)]
    locked: bool,
    /// So many at most. [default: all]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    at_most: Option<u64>,
}

/// The beginning of which addresses is looked for.
#[derive(Debug, Args)]
pub(in crate::manage) struct FindArgs {
    /// The beginning of the address, in any case of letters. A domain counts only after a whole local part and its @.
    #[arg(value_name = "BEGINNING")]
    prefix: String,
    /// So many at most. [default: all]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    at_most: Option<u64>,
}

/// Reads one of a few names.
fn one_of<T: Copy + Send + Sync + 'static>(
    values: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(values.iter().copied().map(name)).try_map(move |text| {
        values.iter().copied().find(|value| name(*value) == text).ok_or("not one of these")
    })
}

impl FilterArgs {
    /// Whether nothing is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.status.is_none()
            && self.standings.is_empty()
            && self.group.is_none()
            && self.not_logged_in_since.is_none()
    }

    pub(super) fn filter(&self) -> Result<AccountFilter, ManageError> {
        let group = self.group.as_deref().map(|name| value_of("--group", IpFilterGroupName::parse(name)));
        let day = self.not_logged_in_since.as_deref().map(|day| {
            let text = "--not-logged-in-since: write a day as in 2026-11-30";
            day.parse::<Day>().map_err(|_| ManageError::new("bad_day", text))
        });
        Ok(AccountFilter {
            status: self.status,
            standings: self.standings.iter().copied().collect(),
            ip_filter_group: group.transpose()?,
            not_logged_in_since: day.transpose()?,
            ..AccountFilter::default()
        })
    }
}

pub(super) async fn list(args: &ListArgs, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let list = AccountList::All(args.filter.filter()?);
    print(list, args.locked, args.at_most, admin, output).await
}

pub(super) async fn find(args: FindArgs, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    print(AccountList::ByEmail { prefix: args.prefix }, false, args.at_most, admin, output).await
}

async fn print(
    list: AccountList,
    locked: bool,
    at_most: Option<u64>,
    admin: &Admin,
    output: &mut Output,
) -> Result<(), ManageError> {
    let mut at_most = AtMost::of(at_most);
    let mut next = Some(AccountsPage::first(list));
    while let (Some(page), Some(count)) = (next, at_most.next()) {
        let mut page = match locked {
            true => admin.locked_accounts(page, count).await?,
            false => admin.accounts(page, count).await?,
        };
        at_most.take(&mut page.items);
        let rows: Vec<_> = page
            .items
            .iter()
            .map(serde_json::to_value)
            .collect::<Result<_, _>>()
            .map_err(std::io::Error::from)?;
        output.rows(&COLUMNS, &rows)?;
        next = page.next;
    }
    Ok(())
}
