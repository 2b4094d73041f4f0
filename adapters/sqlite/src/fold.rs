//! Folding the write-ahead log into the file and cutting it to nothing, so that what was erased is nowhere any more.

use std::time::Duration;

use crate::{db::Db, library, row, sql::Sql};

const FOLD: Sql = Sql::new("fold the log", "PRAGMA wal_checkpoint(TRUNCATE)");

/// Folds the log, if a trim asked for it and something was erased since the last time. Nobody waits for a reader who
/// still needs the log: the next trim tries again.
pub(crate) fn fold_if_asked(on: &Db<'_>, busy_timeout: Duration) {
    // A log that is cut while another process writes is what an affected SQLite gets wrong, and whether another has the
    // file open is nothing that SQLite tells. It cuts the log itself when the last connection closes.
    if !on.writing.fold_asked.take() || !on.writing.erased.get() || library::is_affected() {
        return;
    }
    let connection = on.connection();
    // Neither fails but for want of memory; without a time-out of their own, the waits would only be longer.
    let _ = connection.busy_timeout(Duration::ZERO);
    let folded = FOLD.first(on, [], |row| row::column::<i64>(row, 0));
    let _ = connection.busy_timeout(busy_timeout);
    // Whatever went wrong will go wrong again, and is then somebody's answer.
    if matches!(folded, Ok(Some(0))) {
        on.writing.erased.set(false);
    }
}
