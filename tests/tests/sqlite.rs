//! The SQLite store keeps its contract, on real files.
//!
//! What needs processes of their own is in `processes`: clause 9 from one to another, and 1, 10 and 11 where one is killed
//! in the middle of writing.
#![expect(clippy::expect_used, reason = "a fixture that can't be made ready has failed its tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use accountable_conformance::store::{NotOffered, StoreUnderTest, StrangePlace};
use accountable_core::{domain::Incarnation, port::Store};
use accountable_sqlite::{Options, SqliteStore};
use rusqlite::Connection;
use tempfile::TempDir;

struct Sqlite {
    store: SqliteStore,
    directory: Arc<TempDir>,
}

impl Sqlite {
    fn open(directory: Arc<TempDir>) -> Self {
        let store = opened(&file(&directory)).expect("our own file");
        Self { store, directory }
    }
}

fn file(directory: &TempDir) -> PathBuf {
    directory.path().join("accounts.db")
}

/// The incarnation counts only where a file is made.
fn opened(path: &Path) -> Result<SqliteStore, accountable_sqlite::OpenError> {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    let drawn = u128::from(DRAWN.fetch_add(1, Ordering::Relaxed));
    SqliteStore::open(path, Incarnation::from_bytes(drawn.to_be_bytes()), &Options::default())
}

fn directory() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().expect("a directory"))
}

impl StoreUnderTest for Sqlite {
    const ROUNDS: u32 = 5;

    async fn fresh() -> Self {
        Self::open(directory())
    }
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }
    async fn another_instance(&self) -> Result<Arc<dyn Store>, NotOffered> {
        Ok(Arc::new(opened(&file(&self.directory)).expect("our own file")))
    }
    async fn reopened(self) -> Result<Self, NotOffered> {
        let Self { store, directory } = self;
        drop(store);
        Ok(Self::open(directory))
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
        Ok(Self::open(found))
    }
    async fn restored(self, life: Incarnation) -> Result<Self, NotOffered> {
        let Self { store, directory } = self;
        drop(store);
        accountable_sqlite::restore(file(&directory), life, &Options::default()).expect("our own file");
        Ok(Self::open(directory))
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
    async fn damage_accounts(&self) -> Result<(), NotOffered> {
        let halve = "UPDATE accountable_account SET record = substr(record, 1, length(record) - 30);";
        let connection = Connection::open(file(&self.directory)).expect("our own file");
        connection.execute_batch(halve).expect("a change");
        Ok(())
    }
    fn block_on<F: Future>(future: F) -> F::Output {
        accountable_conformance::block_on(future)
    }
}

/// Our own file, closed, and then changed by somebody else.
fn changed(path: &Path, by: &str) {
    drop(opened(path).expect("a new file"));
    let connection = Connection::open(path).expect("our own file");
    connection.execute_batch(by).expect("a change");
}

fn strange(what: &'static str, made: impl Fn(&Path)) -> StrangePlace {
    let directory = directory();
    let path = file(&directory);
    made(&path);
    let before = fs::read(&path).expect("a file");
    let opened = opened(&path).map(drop).map_err(Into::into);
    StrangePlace { what, opened, before, after: fs::read(&path).expect("a file") }
}

mod store {
    accountable_conformance::store_contract!(super::Sqlite);
}
