//! A store's beginning, whether an engine holds one, and its next life.

use accountable_core::{
    domain::{Account, CommitId, Incarnation},
    port::StoreError,
};

use crate::{
    Changes, Engine, Rows, Unchanged,
    batch::Batch,
    layout::{Kind, LIFE, broken, scan},
    row::stored,
};

/// The layout of the rows, and its version.
const SCHEMA: (&str, &[u8]) = ("schema", b"1");

/// Makes a store of an engine that has no rows yet. `life` is 128 random bits that no store ever had.
///
/// # Errors
/// What kept the engine from it. [`StoreError::Unavailable`] where the outcome is unknown: look again.
pub fn begin(engine: &impl Engine, life: Incarnation) -> Result<(), StoreError> {
    make(engine, |_| {
        let rows = [(SCHEMA.0, SCHEMA.1), (LIFE, life.as_bytes().as_slice())];
        Ok(rows.map(|(name, value)| (Kind::Own.key(&[name.as_bytes()]), Some(value.to_vec()))).into())
    })
}

/// Tells whether rows are a store. False: there are none, and [`begin`] makes a store of them.
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

/// Begins a new life of a store that was put back from a backup (clause 34). The store must not be in use.
///
/// # Errors
/// What kept an account from being read, or the engine from changing it; then nothing is changed.
/// [`StoreError::Unavailable`] where the outcome is unknown: do it again.
pub fn restore(engine: &impl Engine, life: Incarnation) -> Result<(), StoreError> {
    make(engine, |rows| {
        let mut batch = Batch::on(rows);
        batch.put(Kind::Own.key(&[LIFE.as_bytes()]), life.as_bytes().to_vec());
        for row in scan(rows, &Kind::Account.key(&[]), None)? {
            let account = stored::<Account>(&row?.1)?.value.restored();
            batch.write(&account, CommitId::from_bytes(*life.as_bytes()))?;
        }
        Ok(batch.into_changes())
    })
}

/// Makes changes once.
fn make(
    engine: &impl Engine,
    changes: impl FnOnce(&dyn Rows) -> Result<Changes, StoreError>,
) -> Result<(), StoreError> {
    let (mut changes, mut failed) = (Some(changes), None);
    let made = engine.change(&mut |rows| match changes.take()?(rows) {
        Ok(changes) => Some(changes),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    match (made, failed) {
        (_, Some(error)) | (Err(Unchanged::Failed(error)), None) => Err(error),
        (Err(Unchanged::Unknown(cause)), None) => Err(StoreError::Unavailable(cause)),
        (Ok(()), None) => Ok(()),
    }
}
