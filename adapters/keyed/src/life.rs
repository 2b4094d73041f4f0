//! A store's beginning, whether rows are one, and its next life.

use accountable_core::{
    domain::{Account, CommitId, Incarnation},
    port::StoreError,
};

use crate::{
    Changes, Rows,
    batch::Batch,
    layout::{Kind, LIFE, broken, scan},
    row::stored,
};

/// Which layout the rows have.
const SCHEMA: (&str, &[u8]) = ("schema", b"1");

/// What makes a store of an engine that has no rows yet.
#[must_use]
pub fn begin(life: Incarnation) -> Changes {
    [(SCHEMA.0, SCHEMA.1), (LIFE, life.as_bytes().as_slice())]
        .map(|(name, value)| (Kind::Own.key(&[name.as_bytes()]), Some(value.to_vec())))
        .into()
}

/// Whether the rows are a store. False: there are no rows, and [`begin`] makes one of them.
///
/// # Errors
/// [`StoreError::Broken`] for rows of something else, or of a newer build. Leave them untouched (clause 32).
pub fn recognize(rows: &dyn Rows) -> Result<bool, StoreError> {
    match rows.get(&Kind::Own.key(&[SCHEMA.0.as_bytes()]))? {
        Some(schema) if schema == SCHEMA.1 => Ok(true),
        Some(_) => Err(broken("the store is of a newer schema than this build knows")),
        None if rows.range(&[], &[0xff])?.next().transpose()?.is_none() => Ok(false),
        None => Err(broken("what is kept here is not a store of accountable")),
    }
}

/// What makes of a backup that was put back a store with a new life (clause 34). For a store that is not in use.
///
/// # Errors
/// Whatever kept an account from being read.
pub fn restore(rows: &dyn Rows, life: Incarnation) -> Result<Changes, StoreError> {
    let mut batch = Batch::on(rows);
    batch.put(Kind::Own.key(&[LIFE.as_bytes()]), life.as_bytes().to_vec());
    for row in scan(rows, &Kind::Account.key(&[]), None)? {
        let account = stored::<Account>(&row?.1)?.value.restored();
        batch.write(&account, CommitId::from_bytes(*life.as_bytes()))?;
    }
    Ok(batch.into_changes())
}
