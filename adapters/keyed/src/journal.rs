//! The journal, as followers read it.

use accountable_core::{
    domain::{AccountId, Event, Realm},
    port::{
        Cursor, Feed, FeedError, Limit, Page, Scope, StoreError,
        records::{Place, page},
    },
};

use crate::{
    Rows,
    batch::find,
    layout::{Kind, LAST, broken, life, number, scan, tail},
    record,
    row::RecordRow,
};

/// Events of a scope, in the order of their numbers.
pub(crate) fn events(
    rows: &dyn Rows,
    scope: &Scope,
    after: Option<&Cursor>,
    limit: Limit,
) -> Result<Feed, FeedError> {
    let (realm, prefix) = match scope {
        Scope::Realm(realm) => (Some(realm.clone()), Kind::EventOfRealm.of(realm, &[])),
        Scope::Account(id) => (realm_of(rows, *id)?, Kind::EventOfAccount.key(&[id.as_bytes()])),
    };
    let (life, last) = (life(rows)?, number(rows, &Kind::Own.key(&[LAST.as_bytes()]))?);
    let trimmed = realm.map_or(Ok(0), |realm| number(rows, &Kind::TrimmedTo.of(&realm, &[])))?;
    let from = Place::resume(life, trimmed..=last, after).ok_or(FeedError::Trimmed)?;

    let entries = scan(rows, &prefix, Some(&[prefix.as_slice(), &from.to_be_bytes()].concat()))?;
    let found = entries.map(|entry| {
        let number = i64::from_be_bytes(tail(&entry?.0)?);
        Ok::<_, StoreError>((event(rows, number)?, number))
    });
    let Page { items, next } = page(found, limit, |(_, number)| *number)?;
    Ok(Feed {
        events: items.into_iter().map(|(event, _)| event).collect(),
        cursor: Place { life, after: next.unwrap_or(last) }.cursor(),
        more: next.is_some(),
    })
}

/// The event of a number that an entry names.
pub(crate) fn event(rows: &dyn Rows, number: i64) -> Result<Event, StoreError> {
    let row = rows.get(&Kind::Event.key(&[&number.to_be_bytes()]))?;
    RecordRow::of(&row.ok_or_else(|| broken("an entry has no event"))?)?.read()
}

/// Whose journal an account's events are in: as its row says, or where that is gone, its first event.
fn realm_of(rows: &dyn Rows, id: AccountId) -> Result<Option<Realm>, StoreError> {
    if let Some(account) = find::<accountable_core::domain::Account>(rows, &record::account(id))? {
        return Ok(Some(account.value.realm));
    }
    let first = scan(rows, &Kind::EventOfAccount.key(&[id.as_bytes()]), None)?.next().transpose()?;
    let event = first.map(|(entry, _)| event(rows, i64::from_be_bytes(tail(&entry)?))).transpose()?;
    Ok(event.map(|event| event.realm))
}
