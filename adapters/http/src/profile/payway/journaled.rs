//! Payway's events as the journal has them, for followers who must lose none.

use accountable_core::{
    Accounts, Fault,
    domain::{self, Actor, EventKind, PasswordSource, Purpose},
};

use super::event::{Event, EventAccount, EventName};

/// In whose name accounts are looked up; a look is not journaled.
const READER: &str = "payway-events";

/// The event that Payway publishes of this one of the journal; none where it publishes none. The account's address is the one of
/// now, and left out once it is erased.
///
/// # Errors
/// A [`Fault`] where the account can't be looked up.
pub(crate) async fn journaled(accounts: &Accounts, event: &domain::Event) -> Result<Option<Event>, Fault> {
    let (Some(name), Some(id)) = (name_of(&event.what), event.account) else { return Ok(None) };
    let reader = Actor::parse(READER).map_err(|_| Fault::Defect("the reader of events has no name"))?;
    let view = accounts.admin(reader).account(id).await?;
    let account = EventAccount::new(id.to_string(), view.map(|view| view.email));
    Ok(Some(Event::new(name, event.at, account)))
}

const fn name_of(what: &EventKind) -> Option<EventName> {
    match what {
        EventKind::MailQueued { purpose: Purpose::PasswordReset, .. } => {
            Some(EventName::AccountRequestedPasswordReset)
        }
        EventKind::PasswordSet { how: PasswordSource::Chosen } => {
            Some(EventName::AccountPasswordResetComplete)
        }
        _ => None,
    }
}
