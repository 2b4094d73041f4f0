//! Folding the write-ahead log into the file and cutting it to nothing, so that what was erased is nowhere any more.

use std::time::Duration;

use crate::{db::Db, error::Cause, library, row, sql::Sql};

const FOLD: Sql = Sql::new("fold the log", "PRAGMA wal_checkpoint(TRUNCATE)");

/// Another number whenever another connection has written, whichever process has it; the own writes leave it as it is.
const SEEN: Sql = Sql::new("state of the file", "PRAGMA data_version");

/// Asks to fold the log after the open write transaction. What others have written since the last trim, or left in the
/// log before this store was opened, may have been erasures: whoever erased need not be who trims.
pub(crate) fn ask(on: &Db<'_>) -> Result<(), Cause> {
    let seen = SEEN.first(on, [], |row| row::column(row, 0))?;
    if on.writing.seen_at_trim.replace(seen) != seen {
        on.writing.erased.set(true);
    }
    on.writing.fold_asked.set(true);
    Ok(())
}

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
