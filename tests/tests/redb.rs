//! A store on an engine that keeps sorted rows keeps the contract, on real files: the guide's example, on redb.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a fixture that can't be made ready has failed its tests"
)]

#[path = "redb/held.rs"]
mod held;
#[path = "redb/store.rs"]
mod store_on_redb;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use accountable_conformance::{
    deadline,
    store::{Damage, Hold, Loss, NotOffered, StoreUnderTest, StrangePlace},
};
use accountable_core::{
    delegate_store,
    domain::Incarnation,
    port::{Store, StoreError},
};
use accountable_keyed::{Changes, Engine, Keyed, Rows, restore};
use tempfile::TempDir;

use self::{held::HeldEngine, store_on_redb::Redb};

struct OnRedb {
    store: Keyed<HeldEngine<Redb>>,
    directory: Arc<TempDir>,
}

fn file(directory: &TempDir) -> PathBuf {
    directory.path().join("accounts.redb")
}

fn directory() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().expect("a directory"))
}

fn opened(path: &Path, life: Incarnation) -> Result<Keyed<HeldEngine<Redb>>, StoreError> {
    Keyed::on(HeldEngine::new(store_on_redb::engine(path, life)?))
}

/// A life counts only where a file is made.
const NO_LIFE: Incarnation = Incarnation::from_bytes([0; 16]);

impl OnRedb {
    fn open(directory: Arc<TempDir>, life: Incarnation) -> Self {
        Self { store: opened(&file(&directory), life).expect("our own file"), directory }
    }
}

/// Its file stays for as long as it is used.
struct Lent {
    store: Keyed<HeldEngine<Redb>>,
    _directory: Arc<TempDir>,
}

delegate_store! {
    impl[] Store for Lent {
        to(self) { &self.store }
    }
}

impl StoreUnderTest for OnRedb {
    const ROUNDS: u32 = 5;
    const DEADLINE: Duration = deadline::LONG;

    async fn fresh(life: Incarnation) -> Self {
        Self::open(directory(), life)
    }
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(Lent { store: self.store.clone(), _directory: Arc::clone(&self.directory) })
    }
    async fn another_instance(&self) -> Result<Arc<dyn Store>, NotOffered> {
        // The file is one process's own, and opened once.
        Ok(self.store())
    }
    async fn reopened(self) -> Result<Self, NotOffered> {
        let Self { store, directory } = self;
        drop(store);
        Ok(Self::open(directory, NO_LIFE))
    }
    /// The file as it is while the store is open: nothing is flushed or closed first.
    async fn after_a_crash(&self) -> Result<Self, NotOffered> {
        let found = directory();
        fs::copy(file(&self.directory), file(&found)).expect("a copy");
        Ok(Self::open(found, NO_LIFE))
    }
    async fn restored(self, life: Incarnation) -> Result<Self, NotOffered> {
        let Self { store, directory } = self;
        drop(store);
        restore(&store_on_redb::engine(&file(&directory), NO_LIFE).expect("our own file"), life)
            .expect("our own records");
        Ok(Self::open(directory, NO_LIFE))
    }
    async fn strange_places() -> Result<Vec<StrangePlace>, NotOffered> {
        Ok(vec![
            strange("no database", |path| {
                fs::write(path, "a letter to my aunt\n".repeat(400)).expect("a file");
            }),
            strange("another program's database", |path| {
                let table = redb::TableDefinition::<&str, u64>::new("songs");
                let database = redb::Database::create(path).expect("a file");
                let writing = database.begin_write().expect("a transaction");
                writing.open_table(table).expect("a table").insert("Winterreise", 24).expect("a row");
                writing.commit().expect("a song");
            }),
            strange("a newer schema", |path| {
                changed(path, |_| [(b"!schema".to_vec(), Some(b"2".to_vec()))].into())
            }),
            strange("a damaged database", |path| {
                changed(path, |_| Changes::new());
                let whole = fs::read(path).expect("a file");
                fs::write(path, &whole[..100]).expect("a file");
            }),
        ])
    }
    async fn damage(&self, how: Damage) -> Result<(), NotOffered> {
        let damaged = |rows: &dyn Rows| {
            let accounts = rows.range(b"A", b"B").expect("rows").map(|row| row.expect("a row"));
            let cut = |row: Vec<u8>| match how {
                Damage::CutShort => row[..row.len().saturating_sub(30)].to_vec(),
                Damage::AnotherType => {
                    let form = row.windows(5).position(|part| part == br#"{"v":"#).expect("a form");
                    let other: &[u8] = br#"{"v":1,"name":"songs"}"#;
                    [&row[..form], other].concat()
                }
            };
            accounts.map(|(key, row)| (key, Some(cut(row)))).collect()
        };
        change(self.store.engine(), damaged);
        Ok(())
    }
    async fn all_bytes(&self) -> Result<Vec<u8>, NotOffered> {
        Err(NotOffered("redb leaves the octets of what is removed in free pages until they are used again"))
    }
    fn hold(&self) -> Result<Box<dyn Hold>, NotOffered> {
        Ok(self.store.engine().hold())
    }
    async fn lose(&self, how: Loss) -> Result<(), NotOffered> {
        let path = file(&self.directory);
        match how {
            Loss::Removed => fs::remove_file(path).expect("our own file"),
            Loss::Replaced => {
                let other = directory();
                drop(opened(&file(&other), NO_LIFE).expect("a new file"));
                fs::rename(file(&other), path).expect("another file");
            }
        }
        Ok(())
    }
    fn block_on<F: Future>(future: F) -> F::Output {
        accountable_conformance::block_on(future)
    }
}

fn change(engine: &impl Engine, changes: impl FnOnce(&dyn Rows) -> Changes) {
    let mut changes = Some(changes);
    engine.change(&mut |rows| changes.take().map(|changes| changes(rows))).expect("a change");
}

/// Our own file, closed, and then changed by somebody else.
fn changed(path: &Path, by: impl FnOnce(&dyn Rows) -> Changes) {
    change(&store_on_redb::engine(path, NO_LIFE).expect("a new file"), by);
}

fn strange(what: &'static str, made: impl Fn(&Path)) -> StrangePlace {
    let directory = directory();
    let path = file(&directory);
    made(&path);
    let before = fs::read(&path).expect("a file");
    let opened = opened(&path, NO_LIFE).map(drop).map_err(Into::into);
    StrangePlace { what, opened, before, after: fs::read(&path).expect("a file") }
}

mod store {
    accountable_conformance::store_contract!(super::OnRedb);
}
