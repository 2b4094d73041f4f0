//! Accounts registered and updated: an address, and what the host keeps about the account.

use accountable::{
    AccountChanges, Admin, NewAccount,
    domain::{Attributes, IpFilterGroupName, Locale, Memo, PasswordValidity, Version},
};
use clap::Args;

use super::done;
use crate::manage::{
    failure::{ManageError, value_of},
    output::Output,
    reading,
};

/// What a host keeps about an account.
#[derive(Debug, Args)]
struct AttributeArgs {
    /// A note on the account, of at most 256 characters.
    #[arg(long, value_name = "TEXT")]
    memo: Option<String>,
    /// How many days each password is valid: 30 to 365, or 0 for ever.
    #[arg(long, value_name = "DAYS")]
    validity: Option<u16>,
    /// The group of networks that the account may be used from.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// The language of the account's mails, such as de-CH.
    #[arg(long, value_name = "TAG")]
    locale: Option<String>,
}

/// Which account is to come to be.
#[derive(Debug, Args)]
pub(in crate::manage) struct RegisterArgs {
    /// The account's address.
    #[arg(value_name = "ADDRESS")]
    email: String,
    #[command(flatten)]
    attributes: AttributeArgs,
}

/// What is to be changed of which account.
#[derive(Debug, Args)]
pub(in crate::manage) struct UpdateArgs {
    /// The account: its address, or its id in any of its forms.
    #[arg(value_name = "ACCOUNT")]
    account: String,
    #[command(flatten)]
    attributes: AttributeArgs,
    /// Lets the account be used from any network.
    #[arg(long, conflicts_with = "group")]
    no_group: bool,
    /// Leaves the language of the account's mails to the mailer.
    #[arg(long, conflicts_with = "locale")]
    no_locale: bool,
    /// Another address. It is unproven, the password is cleared, all sessions end, and the old address is told.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Also ends a link that takes an earlier address back, where that mailbox is lost or read by somebody else.
    #[arg(long, requires = "email")]
    dropping_revert: bool,
    /// Changes nothing unless the account has this version.
    #[arg(long, value_name = "NUMBER")]
    if_version: Option<u64>,
}

impl AttributeArgs {
    fn validity(&self) -> Result<Option<PasswordValidity>, ManageError> {
        self.validity.map(|days| value_of("--validity", PasswordValidity::days(days))).transpose()
    }
    fn group(&self) -> Result<Option<IpFilterGroupName>, ManageError> {
        let name = self.group.as_deref();
        name.map(|name| value_of("--group", IpFilterGroupName::parse(name))).transpose()
    }
    fn memo(&self) -> Result<Option<Memo>, ManageError> {
        self.memo.as_deref().map(|memo| value_of("--memo", Memo::parse(memo))).transpose()
    }
    fn locale(&self) -> Result<Option<Locale>, ManageError> {
        self.locale.as_deref().map(|tag| value_of("--locale", Locale::parse(tag))).transpose()
    }
}

pub(super) async fn register(
    args: &RegisterArgs,
    admin: &Admin,
    output: &mut Output,
) -> Result<(), ManageError> {
    let mut new = NewAccount::new(reading::address("ADDRESS", &args.email)?);
    let Attributes { validity, ip_filter_group, memo, locale, .. } = &mut new.attributes;
    *validity = args.attributes.validity()?.unwrap_or_default();
    *ip_filter_group = args.attributes.group()?;
    *memo = args.attributes.memo()?.unwrap_or_default();
    *locale = args.attributes.locale()?;
    done(output, "Registered", &admin.register(new).await?)
}

pub(super) async fn update(args: &UpdateArgs, admin: &Admin, output: &mut Output) -> Result<(), ManageError> {
    let mut changes = AccountChanges::default();
    changes.if_version = args.if_version.map(Version::new);
    changes.email = args.email.as_deref().map(|email| reading::address("--email", email)).transpose()?;
    changes.dropping_revert = args.dropping_revert;
    let attributes = &mut changes.attributes;
    attributes.validity = args.attributes.validity()?;
    attributes.ip_filter_group = if args.no_group { Some(None) } else { args.attributes.group()?.map(Some) };
    attributes.memo = args.attributes.memo()?;
    attributes.locale = if args.no_locale { Some(None) } else { args.attributes.locale()?.map(Some) };
    let id = reading::account(admin, &args.account).await?;
    done(output, "Updated", &admin.update(id, &changes).await?)
}
