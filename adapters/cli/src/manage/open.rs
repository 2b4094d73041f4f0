//! The accounts that the settings name, opened for one command.
//!
//! Most commands hand over no mail and hash no password: for them no mailer is made and no thread started. What they queue is
//! left to the courier of the process that serves.

use std::env;

use accountable::{
    Accounts, Admin, Builder, Settings, async_trait,
    domain::{Actor, Letter, Realm},
    port::{MailError, Mailer, Receipt},
};

use super::{
    CommonArgs,
    failure::{ManageError, value_of},
};

/// In whose name an operator acts who is not known by one.
const NOBODY_KNOWN: &str = "manage";

/// Accounts, and the door for staff in the operator's name.
pub(super) struct Opened {
    pub(super) accounts: Accounts,
    pub(super) admin: Admin,
}

/// Opens the accounts for a command that hands over no mail.
pub(super) async fn open(common: &CommonArgs) -> Result<Opened, ManageError> {
    open_with(common, &settings(common)?, NoMailer).await
}

/// Opens the accounts of each realm, for a command about what they share.
pub(super) async fn open_each(common: &CommonArgs) -> Result<Vec<Admin>, ManageError> {
    let settings = Settings::from_file(&common.settings)?;
    let mut each = Vec::new();
    for of_realm in settings.each_realm() {
        each.push(open_with(common, &of_realm, NoMailer).await?.admin);
    }
    Ok(each)
}

/// Opens the accounts for a command that hands mail over itself.
pub(super) async fn open_mailing(common: &CommonArgs) -> Result<Opened, ManageError> {
    let settings = settings(common)?;
    let routing = settings.mail_routing()?;
    let builder = settings.builder_hashing_later(settings.mailer()?)?;
    opened(common, routing.into_iter().fold(builder, Builder::mail_routing)).await
}

/// What the settings say of the realm that is meant.
///
/// # Errors
/// [`ManageError`] where they can't be read or have no such realm.
pub(super) fn settings(common: &CommonArgs) -> Result<Settings, ManageError> {
    let settings = Settings::from_file(&common.settings)?;
    let realm = match &common.realm {
        Some(name) => value_of("--realm", Realm::parse(name))?,
        None => settings.realm.clone(),
    };
    let unknown =
        || ManageError::new("no_such_realm", format!("--realm: the settings have no realm {realm}"));
    settings.of_realm(&realm).ok_or_else(unknown)
}

async fn open_with(
    common: &CommonArgs,
    settings: &Settings,
    mailer: impl Mailer,
) -> Result<Opened, ManageError> {
    opened(common, settings.builder_hashing_later(mailer)?).await
}

async fn opened(common: &CommonArgs, builder: Builder) -> Result<Opened, ManageError> {
    let actor = actor(common.actor.as_deref())?;
    let accounts = builder.open().await?;
    Ok(Opened { admin: accounts.admin(actor), accounts })
}

/// Who acts: as said, or whoever is logged in to this machine.
pub(super) fn actor(named: Option<&str>) -> Result<Actor, ManageError> {
    if let Some(name) = named {
        return value_of("--as", Actor::parse(name));
    }
    let user = env::var("USER").map(|user| format!("{NOBODY_KNOWN}:{user}"));
    let actor = user.ok().and_then(|user| Actor::parse(&user).ok());
    actor.map_or_else(|| value_of("--as", Actor::parse(NOBODY_KNOWN)), Ok)
}

/// Takes no letter: whoever opens the accounts with it hands none over.
pub(super) struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn deliver(&self, _: &Letter) -> Result<Receipt, MailError> {
        Err(MailError::Unreachable("this command hands no mail over".into()))
    }
}
