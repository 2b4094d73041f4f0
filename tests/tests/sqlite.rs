//! The SQLite store keeps its contract, on real files.
//!
//! What needs processes of their own is at the end: clause 9 from one to another, and 1, 10 and 11 where one is killed in the
//! middle of writing.
#![expect(clippy::expect_used, reason = "a fixture that can't be made ready has failed its tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use accountable_conformance::{
    deadline,
    middle::Middle,
    processes::{Restored, SharedStore},
    samples,
    store::{Damage, Hold, Loss, NotOffered, StoreUnderTest, StrangePlace},
};
use accountable_core::{
    domain::{Incarnation, Span},
    port::Store,
};
use accountable_sqlite::{Options, RestoreError, SqliteStore};
use rusqlite::Connection;
use tempfile::TempDir;

struct Sqlite {
    store: SqliteStore,
    directory: Arc<TempDir>,
    middle: Middle,
}

impl Sqlite {
    fn open(directory: Arc<TempDir>, life: Incarnation) -> Self {
        let middle = Middle::default();
        let store = opened(&file(&directory), life, &holding(&middle)).expect("our own file");
        Self { store, directory, middle }
    }
}

/// The host's companion is called within the transaction, once for each commit that has events: there it can be held.
fn holding(middle: &Middle) -> Options {
    let middle = middle.clone();
    Options::default().with_companion(move |_, _| {
        middle.pass_on_own_thread();
        Ok(())
    })
}

const LIFE: Incarnation = Incarnation::from_bytes([0x51; 16]);

fn file(directory: &TempDir) -> PathBuf {
    directory.path().join("accounts.db")
}

/// The incarnation counts only where a file is made.
fn opened(
    path: &Path,
    life: Incarnation,
    options: &Options,
) -> Result<SqliteStore, accountable_sqlite::OpenError> {
    SqliteStore::open(path, life, options)
}

fn directory() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().expect("a directory"))
}

impl StoreUnderTest for Sqlite {
    const ROUNDS: u32 = 5;
    const DEADLINE: Duration = deadline::LONG;

    async fn fresh(life: Incarnation) -> Self {
        Self::open(directory(), life)
    }
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }
    async fn another_instance(&self) -> Result<Arc<dyn Store>, NotOffered> {
        let options = holding(&self.middle);
        Ok(Arc::new(opened(&file(&self.directory), LIFE, &options).expect("our own file")))
    }
    async fn reopened(self) -> Result<Self, NotOffered> {
        let Self { store, directory, .. } = self;
        drop(store);
        Ok(Self::open(directory, LIFE))
    }
    /// The files as they are while the store is open: nothing is flushed or closed first.
    async fn after_a_crash(&self) -> Result<Self, NotOffered> {
        let found = directory();
        for entry in fs::read_dir(self.directory.path()).expect("a directory") {
            let entry = entry.expect("a file");
            // What maps the log into memory is lost with the machine's memory.
            if !entry.file_name().to_string_lossy().ends_with("-shm") {
                fs::copy(entry.path(), found.path().join(entry.file_name())).expect("a copy");
            }
        }
        Ok(Self::open(found, LIFE))
    }
    async fn restored(self, life: Incarnation) -> Result<Self, NotOffered> {
        let Self { store, directory, .. } = self;
        drop(store);
        accountable_sqlite::restore(file(&directory), life, &Options::default()).expect("our own file");
        Ok(Self::open(directory, LIFE))
    }
    async fn strange_places() -> Result<Vec<StrangePlace>, NotOffered> {
        let newer = "UPDATE accountable_schema SET version = version + 1;";
        let foreign = "UPDATE accountable_schema SET product = 'somebody else';";
        let no_database = |path: &Path| fs::write(path, "a letter to my aunt\n".repeat(400)).expect("a file");
        Ok(vec![
            strange("no database", no_database),
            strange("a newer schema", |path| changed(path, newer)),
            strange("tables of the same name", |path| changed(path, foreign)),
            strange("a damaged database", |path| {
                changed(path, "VACUUM;");
                let whole = fs::read(path).expect("a file");
                let half = whole.get(..whole.len() / 2).expect("less than all");
                fs::write(path, half).expect("a file");
            }),
        ])
    }
    async fn damage(&self, how: Damage) -> Result<(), NotOffered> {
        let halve = match how {
            Damage::CutShort => {
                "UPDATE accountable_account SET record = substr(record, 1, length(record) - 30);"
            }
            Damage::AnotherType => {
                "UPDATE accountable_account SET record = json_set(record, '$.version', 'first');"
            }
        };
        let connection = Connection::open(file(&self.directory)).expect("our own file");
        connection.execute_batch(halve).expect("a change");
        Ok(())
    }
    /// A checkpoint, which each trim tries, writes over what was erased.
    async fn all_bytes(&self) -> Result<Vec<u8>, NotOffered> {
        while self.store.trim(&samples::trim()).await.expect("a step") {}
        let mut octets = Vec::new();
        for entry in fs::read_dir(self.directory.path()).expect("a directory") {
            octets.extend(fs::read(entry.expect("a file").path()).expect("a file"));
        }
        Ok(octets)
    }
    fn hold(&self) -> Result<Box<dyn Hold>, NotOffered> {
        Ok(self.middle.hold())
    }
    async fn lose(&self, how: Loss) -> Result<(), NotOffered> {
        for entry in fs::read_dir(self.directory.path()).expect("a directory") {
            fs::remove_file(entry.expect("a file").path()).expect("our own file");
        }
        if how == Loss::Replaced {
            let other = directory();
            drop(opened(&file(&other), LIFE, &Options::default()).expect("a new file"));
            fs::copy(file(&other), file(&self.directory)).expect("a copy");
        }
        Ok(())
    }
    fn block_on<F: Future>(future: F) -> F::Output {
        accountable_conformance::block_on(future)
    }
}

/// Our own file, closed, and then changed by somebody else.
fn changed(path: &Path, by: &str) {
    drop(opened(path, LIFE, &Options::default()).expect("a new file"));
    let connection = Connection::open(path).expect("our own file");
    connection.execute_batch(by).expect("a change");
}

fn strange(what: &'static str, made: impl Fn(&Path)) -> StrangePlace {
    let directory = directory();
    let path = file(&directory);
    made(&path);
    let before = fs::read(&path).expect("a file");
    let opened = opened(&path, LIFE, &Options::default()).map(drop).map_err(Into::into);
    StrangePlace { what, opened, before, after: fs::read(&path).expect("a file") }
}

mod store {
    accountable_conformance::store_contract!(super::Sqlite);
}

mod accounts {
    use super::Sqlite;
    accountable_conformance::accounts_contract!(Sqlite);
}

/// A file in a folder, and beside the store's tables one of the host's, into which its companion copies the name of each
/// event.
#[cfg(unix)]
struct SharedFile;

#[cfg(unix)]
impl SharedFile {
    fn at(folder: &Path) -> PathBuf {
        folder.join("accounts.db")
    }
    fn sql(folder: &Path) -> Connection {
        Connection::open(Self::at(folder)).expect("a file")
    }
}

#[cfg(unix)]
impl SharedStore for SharedFile {
    fn prepare(folder: &Path) {
        let told =
            "CREATE TABLE told (commit_id BLOB, ordinal INTEGER, PRIMARY KEY (commit_id, ordinal)) STRICT";
        Self::sql(folder).execute_batch(told).expect("a table");
    }
    fn open(folder: &Path, life: Incarnation) -> Arc<dyn Store> {
        let options = Options::default().with_companion(|on, events| {
            for event in events {
                let name = (event.commit.as_bytes(), event.ordinal);
                on.execute("INSERT INTO told (commit_id, ordinal) VALUES (?1, ?2)", name)?;
            }
            Ok(())
        });
        Arc::new(SqliteStore::open(Self::at(folder), life, &options).expect("our own file"))
    }
    fn restore(folder: &Path, life: Incarnation) -> Restored {
        let at_once = Options::default().with_busy_timeout(Span::millis(1));
        match accountable_sqlite::restore(Self::at(folder), life, &at_once) {
            Ok(_) => Restored::Done,
            Err(error) => {
                assert!(matches!(error, RestoreError::InUse), "{error:?}");
                Restored::InUse
            }
        }
    }
    /// The file is whole, and the host's companion has told of each event, once.
    #[track_caller]
    fn assert_whole(folder: &Path, when: &str) {
        let sql = Self::sql(folder);
        let ask = |question: &str| -> Vec<String> {
            let mut statement = sql.prepare(question).expect("a question");
            let rows = statement.query_map([], |row| row.get(0)).expect("rows");
            rows.map(|row| row.expect("a row")).collect()
        };
        assert_eq!(ask("PRAGMA integrity_check"), ["ok"], "{when}");
        assert_eq!(ask("SELECT \"table\" FROM pragma_foreign_key_check"), [""; 0], "{when}");
        let (ours, hosts) = (
            "SELECT commit_id, record ->> '$.ordinal' FROM accountable_event",
            "SELECT commit_id, ordinal FROM told",
        );
        for (one, other) in [(ours, hosts), (hosts, ours)] {
            let difference = format!("SELECT hex(commit_id) FROM ({one} EXCEPT {other})");
            assert_eq!(ask(&difference), [""; 0], "{when}: {difference}");
        }
    }
}

#[cfg(unix)]
accountable_conformance::processes_contract!(SharedFile);
