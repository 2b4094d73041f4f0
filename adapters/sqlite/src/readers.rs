//! Readers: a bounded number of connections, each used on its caller's own thread for one short snapshot.
//!
//! A read of a few rows from the page cache takes less than handing it to another thread would.

use async_channel::{Receiver, Sender};
use rusqlite::Connection;

use crate::{db::Db, error::Cause, sql::Sql, watch::Watch};

const BEGIN: Sql = Sql::new("begin to read", "BEGIN DEFERRED");
const END: Sql = Sql::new("end reading", "COMMIT");
const ROLL_BACK: Sql = Sql::new("give up reading", "ROLLBACK");

/// Connections that are free.
#[derive(Debug)]
pub(crate) struct Readers {
    free: Receiver<Connection>,
    back: Sender<Connection>,
    watch: Watch,
}

impl Readers {
    /// These connections, which can't write, to the file that is watched.
    pub(crate) fn of(connections: Vec<Connection>, watch: Watch) -> Self {
        let (back, free) = async_channel::bounded(connections.len().max(1));
        for connection in connections {
            // There is room for all of them.
            let _ = back.try_send(connection);
        }
        Self { free, back, watch }
    }

    /// Reads one snapshot, once a connection is free. Nothing is held while waiting, and nothing waits while reading.
    pub(crate) async fn read<T, E: From<Cause>>(
        &self,
        read: impl FnOnce(&Db<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.watch.check()?;
        // Never closed: both ends are ours.
        let connection = self.free.recv().await.map_err(|_| Cause::WriterStopped)?;
        let reader = Reader { connection: Some(connection), back: &self.back };
        reader.snapshot(read)
    }
}

/// A connection on loan: it goes back, without an open transaction, even if its user panics.
struct Reader<'a> {
    connection: Option<Connection>,
    back: &'a Sender<Connection>,
}

impl Reader<'_> {
    fn snapshot<T, E: From<Cause>>(self, read: impl FnOnce(&Db<'_>) -> Result<T, E>) -> Result<T, E> {
        let Some(on) = &self.connection else {
            return Err(Cause::WriterStopped.into());
        };
        let on = Db::cached(on);
        BEGIN.run(&on, [])?;
        let value = read(&on)?;
        END.run(&on, [])?;
        Ok(value)
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            if !connection.is_autocommit() {
                // If this fails, so does the next BEGIN, and says so.
                let _ = ROLL_BACK.run(&Db::cached(&connection), []);
            }
            let _ = self.back.try_send(connection);
        }
    }
}
