//! Values as an operator writes them: accounts, names in hexadecimal digits, pages.

use accountable::{
    Admin,
    domain::{AccountId, EmailAddress, InputError, Refusal},
};
use serde::{
    Deserialize,
    de::value::{Error as NotOfItsForm, StrDeserializer},
};

use super::failure::{ManageError, value_of};

/// How many records are asked for at once.
pub(super) const PAGE: u32 = 500;

/// Reads an address.
pub(super) fn address(option: &str, text: &str) -> Result<EmailAddress, ManageError> {
    value_of(option, EmailAddress::parse(text).map_err(InputError::from))
}

/// The account that is named by its address, or by its id in any of the id's three forms.
///
/// An id is not looked up here: what is done to the account says whether there is one.
pub(super) async fn account(admin: &Admin, named: &str) -> Result<AccountId, ManageError> {
    if named.contains('@') {
        let email = address("ACCOUNT", named)?;
        let found = admin.account_by_email(&email).await?;
        return Ok(found.ok_or(Refusal::NoSuchAccount)?.id);
    }
    Ok(AccountId::parse(named).ok_or(Refusal::NoSuchAccount)?)
}

/// Reads what is written as the text that it serialises to, as an id of a mail or a tag; none for any other text.
pub(super) fn written<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    T::deserialize(StrDeserializer::<NotOfItsForm>::new(text)).ok()
}

/// Counts down how many records of a list are still to be printed.
pub(super) struct AtMost(Option<u64>);

impl AtMost {
    /// So many records, or all where no number is given.
    pub(super) fn of(at_most: Option<u64>) -> Self {
        Self(at_most)
    }

    /// How many to ask for next; none where there were enough.
    pub(super) fn next(&self) -> Option<u32> {
        let left = self.0.map_or(PAGE, |left| u32::try_from(left).unwrap_or(PAGE).min(PAGE));
        (left > 0).then_some(left)
    }

    /// Takes as many of a page as are still wanted.
    pub(super) fn take<T>(&mut self, page: &mut Vec<T>) {
        let Some(left) = &mut self.0 else { return };
        page.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
        *left = left.saturating_sub(u64::try_from(page.len()).unwrap_or(u64::MAX));
    }
}
